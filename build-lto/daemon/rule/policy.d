build-lto/daemon/rule/policy.o: daemon/rule/policy.c daemon/rule/policy.h
daemon/rule/policy.h:
