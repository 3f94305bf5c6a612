build-lto/daemon/page/reference.o: daemon/page/reference.c \
 daemon/page/reference.h
daemon/page/reference.h:
