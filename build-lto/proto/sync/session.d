build-lto/proto/sync/session.o: proto/sync/session.c \
 proto/replica/snapshot.h proto/replica/replica.h proto/base/clock.h \
 proto/base/err.h proto/base/random.h proto/record/record.h \
 proto/base/buffer.h proto/base/hash.h proto/record/version_vector.h \
 proto/sync/blobs.h proto/sync/blob_table.h build-lto/gen/readsync.pb-c.h \
 proto/sync/compressed.h proto/replica/pack.h proto/sync/draft.h \
 proto/sync/greeting.h proto/sync/incoming.h proto/sync/outgoing.h \
 proto/sync/session.h proto/sync/standing.h proto/sync/supply.h \
 proto/replica/walk.h proto/sync/vectors.h proto/wire/message.h
proto/replica/snapshot.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
proto/sync/blobs.h:
proto/sync/blob_table.h:
build-lto/gen/readsync.pb-c.h:
proto/sync/compressed.h:
proto/replica/pack.h:
proto/sync/draft.h:
proto/sync/greeting.h:
proto/sync/incoming.h:
proto/sync/outgoing.h:
proto/sync/session.h:
proto/sync/standing.h:
proto/sync/supply.h:
proto/replica/walk.h:
proto/sync/vectors.h:
proto/wire/message.h:
