build-lto/client/jsonl/extra.o: client/jsonl/extra.c client/jsonl/extra.h \
 proto/base/buffer.h client/jsonl/line.h proto/replica/item.h \
 proto/replica/replica.h proto/base/clock.h proto/base/err.h \
 proto/base/random.h proto/record/record.h proto/base/hash.h \
 proto/record/version_vector.h build-lto/gen/readsync.pb-c.h
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
