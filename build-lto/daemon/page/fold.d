build-lto/daemon/page/fold.o: daemon/page/fold.c daemon/page/fold.h \
 proto/base/buffer.h proto/base/err.h
daemon/page/fold.h:
proto/base/buffer.h:
proto/base/err.h:
