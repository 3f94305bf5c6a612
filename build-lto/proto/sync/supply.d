build-lto/proto/sync/supply.o: proto/sync/supply.c proto/sync/batch.h \
 proto/record/record.h proto/base/buffer.h proto/base/hash.h \
 proto/record/version_vector.h build-lto/gen/readsync.pb-c.h \
 proto/sync/draft.h proto/sync/supply.h proto/replica/walk.h \
 proto/replica/replica.h proto/base/clock.h proto/base/err.h \
 proto/base/random.h proto/wire/message.h
proto/sync/batch.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
build-lto/gen/readsync.pb-c.h:
proto/sync/draft.h:
proto/sync/supply.h:
proto/replica/walk.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/wire/message.h:
