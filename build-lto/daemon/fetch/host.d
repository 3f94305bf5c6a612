build-lto/daemon/fetch/host.o: daemon/fetch/host.c daemon/fetch/host.h \
 proto/base/err.h
daemon/fetch/host.h:
proto/base/err.h:
