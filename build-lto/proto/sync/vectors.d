build-lto/proto/sync/vectors.o: proto/sync/vectors.c proto/sync/draft.h \
 proto/base/buffer.h proto/record/version_vector.h \
 build-lto/gen/readsync.pb-c.h proto/sync/vectors.h \
 proto/replica/snapshot.h proto/replica/replica.h proto/base/clock.h \
 proto/base/err.h proto/base/random.h proto/record/record.h \
 proto/base/hash.h proto/sync/greeting.h proto/sync/incoming.h \
 proto/sync/outgoing.h proto/sync/standing.h proto/wire/message.h
proto/sync/draft.h:
proto/base/buffer.h:
proto/record/version_vector.h:
build-lto/gen/readsync.pb-c.h:
proto/sync/vectors.h:
proto/replica/snapshot.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/sync/greeting.h:
proto/sync/incoming.h:
proto/sync/outgoing.h:
proto/sync/standing.h:
proto/wire/message.h:
