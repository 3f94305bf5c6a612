build-lto/daemon/base/log.o: daemon/base/log.c daemon/base/log.h \
 proto/base/buffer.h proto/base/err.h
daemon/base/log.h:
proto/base/buffer.h:
proto/base/err.h:
