build-lto/daemon/feed/feed_charset.o: daemon/feed/feed_charset.c \
 daemon/feed/feed_charset.h proto/base/buffer.h proto/base/err.h \
 daemon/page/charset.h
daemon/feed/feed_charset.h:
proto/base/buffer.h:
proto/base/err.h:
daemon/page/charset.h:
