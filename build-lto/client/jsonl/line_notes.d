build-lto/client/jsonl/line_notes.o: client/jsonl/line_notes.c \
 client/jsonl/field.h proto/base/err.h client/jsonl/line_notes.h \
 proto/replica/replica.h proto/base/clock.h proto/base/random.h \
 proto/record/record.h proto/base/buffer.h proto/base/hash.h \
 proto/record/version_vector.h build-lto/gen/readsync.pb-c.h \
 client/jsonl/message.h proto/base/encode.h proto/replica/highlight.h \
 proto/replica/note.h proto/replica/register.h
client/jsonl/field.h:
proto/base/err.h:
client/jsonl/line_notes.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/random.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
build-lto/gen/readsync.pb-c.h:
client/jsonl/message.h:
proto/base/encode.h:
proto/replica/highlight.h:
proto/replica/note.h:
proto/replica/register.h:
