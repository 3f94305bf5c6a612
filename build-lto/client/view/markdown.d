build-lto/client/view/markdown.o: client/view/markdown.c \
 client/view/markdown.h proto/base/buffer.h build-lto/gen/readsync.pb-c.h \
 client/view/terminal.h client/view/annotation.h proto/replica/replica.h \
 proto/base/clock.h proto/base/err.h proto/base/random.h \
 proto/record/record.h proto/base/hash.h proto/record/version_vector.h \
 proto/record/article.h proto/record/article_markdown.h
client/view/markdown.h:
proto/base/buffer.h:
build-lto/gen/readsync.pb-c.h:
client/view/terminal.h:
client/view/annotation.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
proto/record/article.h:
proto/record/article_markdown.h:
