build-lto/daemon/page/run.o: daemon/page/run.c daemon/page/run.h \
 daemon/page/block.h proto/base/buffer.h build-lto/gen/readsync.pb-c.h \
 proto/base/err.h proto/record/article.h
daemon/page/run.h:
daemon/page/block.h:
proto/base/buffer.h:
build-lto/gen/readsync.pb-c.h:
proto/base/err.h:
proto/record/article.h:
