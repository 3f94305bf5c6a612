build-lto/daemon/page/date.o: daemon/page/date.c daemon/page/date.h \
 daemon/page/fold.h proto/base/buffer.h proto/base/err.h
daemon/page/date.h:
daemon/page/fold.h:
proto/base/buffer.h:
proto/base/err.h:
