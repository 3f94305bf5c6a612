build-lto/client/jsonl/line_image.o: client/jsonl/line_image.c \
 client/jsonl/line_image.h proto/replica/replica.h proto/base/clock.h \
 proto/base/err.h proto/base/random.h proto/record/record.h \
 proto/base/buffer.h proto/base/hash.h proto/record/version_vector.h \
 client/jsonl/message.h build-lto/gen/readsync.pb-c.h proto/base/encode.h \
 proto/replica/blob.h proto/replica/image.h
client/jsonl/line_image.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
client/jsonl/message.h:
build-lto/gen/readsync.pb-c.h:
proto/base/encode.h:
proto/replica/blob.h:
proto/replica/image.h:
