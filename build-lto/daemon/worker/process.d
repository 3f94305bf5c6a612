build-lto/daemon/worker/process.o: daemon/worker/process.c \
 daemon/worker/process.h proto/base/buffer.h proto/base/err.h \
 daemon/worker/worker.h build-lto/gen/readsync.pb-c.h
daemon/worker/process.h:
proto/base/buffer.h:
proto/base/err.h:
daemon/worker/worker.h:
build-lto/gen/readsync.pb-c.h:
