build-lto/daemon/page/charset.o: daemon/page/charset.c \
 daemon/page/charset.h proto/base/buffer.h proto/base/err.h \
 proto/base/utf8.h
daemon/page/charset.h:
proto/base/buffer.h:
proto/base/err.h:
proto/base/utf8.h:
