build-lto/daemon/feed/feed_parse.o: daemon/feed/feed_parse.c \
 daemon/feed/feed_charset.h proto/base/buffer.h proto/base/err.h \
 daemon/feed/feed_json.h build-lto/gen/readsync.pb-c.h \
 daemon/feed/feed_parse.h daemon/feed/feed_result.h \
 daemon/feed/feed_xml.h
daemon/feed/feed_charset.h:
proto/base/buffer.h:
proto/base/err.h:
daemon/feed/feed_json.h:
build-lto/gen/readsync.pb-c.h:
daemon/feed/feed_parse.h:
daemon/feed/feed_result.h:
daemon/feed/feed_xml.h:
