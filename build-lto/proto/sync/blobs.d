build-lto/proto/sync/blobs.o: proto/sync/blobs.c proto/replica/blob.h \
 proto/replica/replica.h proto/base/clock.h proto/base/err.h \
 proto/base/random.h proto/record/record.h proto/base/buffer.h \
 proto/base/hash.h proto/record/version_vector.h proto/replica/offline.h \
 proto/replica/policy.h proto/replica/item.h \
 build-lto/gen/readsync.pb-c.h proto/sync/blobs.h proto/sync/blob_table.h \
 proto/sync/draft.h proto/wire/message.h
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
proto/sync/blobs.h:
proto/sync/blob_table.h:
proto/sync/draft.h:
proto/wire/message.h:
