build-lto/daemon/page/block.o: daemon/page/block.c daemon/page/block.h \
 proto/base/buffer.h build-lto/gen/readsync.pb-c.h proto/base/err.h \
 proto/record/article.h
daemon/page/block.h:
proto/base/buffer.h:
build-lto/gen/readsync.pb-c.h:
proto/base/err.h:
proto/record/article.h:
