build-lto/daemon/filter.o: daemon/filter.c daemon/feed/feed_parse.h \
 proto/base/buffer.h proto/base/err.h build-lto/gen/readsync.pb-c.h \
 daemon/filter.h daemon/page/page.h daemon/page/url.h \
 daemon/worker/sandbox.h proto/base/clock.h proto/base/utf8.h \
 proto/record/article_html.h proto/record/article_text.h \
 proto/record/copy_name.h proto/record/evidence_reason.h
daemon/feed/feed_parse.h:
proto/base/buffer.h:
proto/base/err.h:
build-lto/gen/readsync.pb-c.h:
daemon/filter.h:
daemon/page/page.h:
daemon/page/url.h:
daemon/worker/sandbox.h:
proto/base/clock.h:
proto/base/utf8.h:
proto/record/article_html.h:
proto/record/article_text.h:
proto/record/copy_name.h:
proto/record/evidence_reason.h:
