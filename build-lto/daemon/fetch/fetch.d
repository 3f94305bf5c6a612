build-lto/daemon/fetch/fetch.o: daemon/fetch/fetch.c daemon/fetch/fetch.h \
 proto/base/buffer.h proto/base/err.h
daemon/fetch/fetch.h:
proto/base/buffer.h:
proto/base/err.h:
