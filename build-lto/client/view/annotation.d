build-lto/client/view/annotation.o: client/view/annotation.c \
 client/view/annotation.h proto/replica/replica.h proto/base/clock.h \
 proto/base/err.h proto/base/random.h proto/record/record.h \
 proto/base/buffer.h proto/base/hash.h proto/record/version_vector.h \
 build-lto/gen/readsync.pb-c.h client/view/cells.h client/view/flow.h \
 proto/record/article.h proto/record/article_text.h proto/record/quote.h \
 proto/replica/highlight.h proto/replica/note.h
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
client/view/cells.h:
client/view/flow.h:
proto/record/article.h:
proto/record/article_text.h:
proto/record/quote.h:
proto/replica/highlight.h:
proto/replica/note.h:
