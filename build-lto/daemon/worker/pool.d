build-lto/daemon/worker/pool.o: daemon/worker/pool.c daemon/base/log.h \
 daemon/worker/pool.h proto/base/err.h build-lto/gen/readsync.pb-c.h \
 daemon/worker/process.h proto/base/buffer.h daemon/worker/worker.h \
 proto/record/article.h proto/record/unpack.h
daemon/base/log.h:
daemon/worker/pool.h:
proto/base/err.h:
build-lto/gen/readsync.pb-c.h:
daemon/worker/process.h:
proto/base/buffer.h:
daemon/worker/worker.h:
proto/record/article.h:
proto/record/unpack.h:
