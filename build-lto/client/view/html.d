build-lto/client/view/html.o: client/view/html.c client/view/html.h \
 client/view/annotation.h proto/replica/replica.h proto/base/clock.h \
 proto/base/err.h proto/base/random.h proto/record/record.h \
 proto/base/buffer.h proto/base/hash.h proto/record/version_vector.h \
 build-lto/gen/readsync.pb-c.h proto/record/article_html.h \
 client/view/terminal.h proto/record/article.h
client/view/html.h:
client/view/annotation.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
build-lto/gen/readsync.pb-c.h:
proto/record/article_html.h:
client/view/terminal.h:
proto/record/article.h:
