build-lto/daemon/feed/feed_json.o: daemon/feed/feed_json.c \
 daemon/feed/feed_json.h proto/base/buffer.h proto/base/err.h \
 build-lto/gen/readsync.pb-c.h daemon/feed/feed_result.h
daemon/feed/feed_json.h:
proto/base/buffer.h:
proto/base/err.h:
build-lto/gen/readsync.pb-c.h:
daemon/feed/feed_result.h:
