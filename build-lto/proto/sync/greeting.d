build-lto/proto/sync/greeting.o: proto/sync/greeting.c proto/record/hlc.h \
 proto/replica/blob.h proto/replica/replica.h proto/base/clock.h \
 proto/base/err.h proto/base/random.h proto/record/record.h \
 proto/base/buffer.h proto/base/hash.h proto/record/version_vector.h \
 proto/replica/offline.h proto/replica/policy.h proto/replica/item.h \
 build-lto/gen/readsync.pb-c.h proto/sync/draft.h proto/sync/greeting.h
proto/record/hlc.h:
proto/replica/blob.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
proto/replica/offline.h:
proto/replica/policy.h:
proto/replica/item.h:
build-lto/gen/readsync.pb-c.h:
proto/sync/draft.h:
proto/sync/greeting.h:
