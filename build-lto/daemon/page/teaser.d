build-lto/daemon/page/teaser.o: daemon/page/teaser.c daemon/page/teaser.h \
 build-lto/gen/readsync.pb-c.h proto/base/err.h proto/record/article.h \
 proto/base/buffer.h
daemon/page/teaser.h:
build-lto/gen/readsync.pb-c.h:
proto/base/err.h:
proto/record/article.h:
proto/base/buffer.h:
