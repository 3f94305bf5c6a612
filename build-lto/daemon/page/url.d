build-lto/daemon/page/url.o: daemon/page/url.c daemon/page/url.h \
 proto/base/buffer.h proto/base/err.h proto/base/utf8.h \
 proto/record/article.h build-lto/gen/readsync.pb-c.h
daemon/page/url.h:
proto/base/buffer.h:
proto/base/err.h:
proto/base/utf8.h:
proto/record/article.h:
build-lto/gen/readsync.pb-c.h:
