build-lto/daemon/page/title.o: daemon/page/title.c daemon/page/fold.h \
 proto/base/buffer.h daemon/page/title.h proto/base/err.h
daemon/page/fold.h:
proto/base/buffer.h:
daemon/page/title.h:
proto/base/err.h:
