build-lto/daemon/page/author.o: daemon/page/author.c daemon/page/author.h \
 daemon/page/date.h daemon/page/fold.h proto/base/buffer.h \
 daemon/page/plain.h proto/base/err.h
daemon/page/author.h:
daemon/page/date.h:
daemon/page/fold.h:
proto/base/buffer.h:
daemon/page/plain.h:
proto/base/err.h:
