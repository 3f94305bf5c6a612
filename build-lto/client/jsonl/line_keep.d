build-lto/client/jsonl/line_keep.o: client/jsonl/line_keep.c \
 client/jsonl/extra.h proto/base/buffer.h client/jsonl/line_parts.h \
 client/jsonl/line.h proto/replica/item.h proto/replica/replica.h \
 proto/base/clock.h proto/base/err.h proto/base/random.h \
 proto/record/record.h proto/base/hash.h proto/record/version_vector.h \
 build-lto/gen/readsync.pb-c.h client/jsonl/line_image.h \
 client/jsonl/line_notes.h proto/replica/reading.h \
 proto/replica/register.h
client/jsonl/extra.h:
proto/base/buffer.h:
client/jsonl/line_parts.h:
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
proto/replica/reading.h:
proto/replica/register.h:
