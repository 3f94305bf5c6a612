build-lto/proto/sync/batch.o: proto/sync/batch.c proto/base/err.h \
 proto/sync/batch.h proto/record/record.h proto/base/buffer.h \
 proto/base/hash.h proto/record/version_vector.h \
 build-lto/gen/readsync.pb-c.h proto/sync/draft.h
proto/base/err.h:
proto/sync/batch.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
build-lto/gen/readsync.pb-c.h:
proto/sync/draft.h:
