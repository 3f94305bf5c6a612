build-lto/proto/sync/incoming.o: proto/sync/incoming.c \
 proto/replica/item.h proto/replica/replica.h proto/base/clock.h \
 proto/base/err.h proto/base/random.h proto/record/record.h \
 proto/base/buffer.h proto/base/hash.h proto/record/version_vector.h \
 build-lto/gen/readsync.pb-c.h proto/replica/snapshot.h \
 proto/sync/draft.h proto/sync/incoming.h proto/sync/outgoing.h
proto/replica/item.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
build-lto/gen/readsync.pb-c.h:
proto/replica/snapshot.h:
proto/sync/draft.h:
proto/sync/incoming.h:
proto/sync/outgoing.h:
