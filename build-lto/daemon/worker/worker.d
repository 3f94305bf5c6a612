build-lto/daemon/worker/worker.o: daemon/worker/worker.c \
 daemon/feed/feed_parse.h proto/base/buffer.h proto/base/err.h \
 build-lto/gen/readsync.pb-c.h daemon/page/form.h daemon/page/page.h \
 daemon/page/picture.h daemon/worker/sandbox.h daemon/worker/worker.h
daemon/feed/feed_parse.h:
proto/base/buffer.h:
proto/base/err.h:
build-lto/gen/readsync.pb-c.h:
daemon/page/form.h:
daemon/page/page.h:
daemon/page/picture.h:
daemon/worker/sandbox.h:
daemon/worker/worker.h:
