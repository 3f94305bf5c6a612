build-lto/daemon/page/furniture.o: daemon/page/furniture.c \
 daemon/page/date.h daemon/page/fold.h proto/base/buffer.h \
 daemon/page/furniture.h proto/base/err.h
daemon/page/date.h:
daemon/page/fold.h:
proto/base/buffer.h:
daemon/page/furniture.h:
proto/base/err.h:
