build-lto/daemon/fetch/guard.o: daemon/fetch/guard.c daemon/fetch/guard.h \
 proto/base/err.h
daemon/fetch/guard.h:
proto/base/err.h:
