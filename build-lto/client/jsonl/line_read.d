build-lto/client/jsonl/line_read.o: client/jsonl/line_read.c \
 client/jsonl/extra.h proto/base/buffer.h client/jsonl/field.h \
 proto/base/err.h client/jsonl/line_parts.h client/jsonl/line.h \
 proto/replica/item.h proto/replica/replica.h proto/base/clock.h \
 proto/base/random.h proto/record/record.h proto/base/hash.h \
 proto/record/version_vector.h build-lto/gen/readsync.pb-c.h \
 client/jsonl/line_image.h client/jsonl/line_notes.h \
 client/jsonl/message.h client/jsonl/plain.h proto/base/encode.h \
 proto/record/article.h proto/record/canonical_url.h \
 proto/record/copy_name.h proto/replica/blob.h proto/replica/text.h
client/jsonl/extra.h:
proto/base/buffer.h:
client/jsonl/field.h:
proto/base/err.h:
client/jsonl/line_parts.h:
client/jsonl/line.h:
proto/replica/item.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
build-lto/gen/readsync.pb-c.h:
client/jsonl/line_image.h:
client/jsonl/line_notes.h:
client/jsonl/message.h:
client/jsonl/plain.h:
proto/base/encode.h:
proto/record/article.h:
proto/record/canonical_url.h:
proto/record/copy_name.h:
proto/replica/blob.h:
proto/replica/text.h:
