build-lto/client/jsonl/line_write.o: client/jsonl/line_write.c \
 client/jsonl/extra.h proto/base/buffer.h client/jsonl/line.h \
 proto/replica/item.h proto/replica/replica.h proto/base/clock.h \
 proto/base/err.h proto/base/random.h proto/record/record.h \
 proto/base/hash.h proto/record/version_vector.h \
 build-lto/gen/readsync.pb-c.h client/jsonl/line_image.h \
 client/jsonl/line_notes.h client/jsonl/message.h proto/base/encode.h \
 proto/base/utf8.h proto/record/article.h proto/record/article_text.h \
 proto/record/copy_name.h proto/replica/blob.h proto/replica/reading.h \
 proto/replica/register.h
client/jsonl/extra.h:
proto/base/buffer.h:
client/jsonl/line.h:
proto/replica/item.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
build-lto/gen/readsync.pb-c.h:
client/jsonl/line_image.h:
client/jsonl/line_notes.h:
client/jsonl/message.h:
proto/base/encode.h:
proto/base/utf8.h:
proto/record/article.h:
proto/record/article_text.h:
proto/record/copy_name.h:
proto/replica/blob.h:
proto/replica/reading.h:
proto/replica/register.h:
