build-lto/proto/sync/standing.o: proto/sync/standing.c \
 proto/replica/collect.h proto/replica/replica.h proto/base/clock.h \
 proto/base/err.h proto/base/random.h proto/record/record.h \
 proto/base/buffer.h proto/base/hash.h proto/record/version_vector.h \
 proto/sync/draft.h build-lto/gen/readsync.pb-c.h proto/sync/standing.h
proto/replica/collect.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
proto/sync/draft.h:
build-lto/gen/readsync.pb-c.h:
proto/sync/standing.h:
