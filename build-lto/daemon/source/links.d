build-lto/daemon/source/links.o: daemon/source/links.c \
 daemon/page/charset.h proto/base/buffer.h proto/base/err.h \
 daemon/page/url.h daemon/source/links.h
daemon/page/charset.h:
proto/base/buffer.h:
proto/base/err.h:
daemon/page/url.h:
daemon/source/links.h:
