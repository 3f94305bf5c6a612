build-lto/proto/sync/outgoing.o: proto/sync/outgoing.c proto/sync/batch.h \
 proto/record/record.h proto/base/buffer.h proto/base/hash.h \
 proto/record/version_vector.h build-lto/gen/readsync.pb-c.h \
 proto/sync/draft.h proto/sync/outgoing.h proto/replica/replica.h \
 proto/base/clock.h proto/base/err.h proto/base/random.h
proto/sync/batch.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
build-lto/gen/readsync.pb-c.h:
proto/sync/draft.h:
proto/sync/outgoing.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
