build-lto/proto/sync/compressed.o: proto/sync/compressed.c \
 proto/base/err.h proto/sync/compressed.h proto/base/buffer.h \
 proto/replica/pack.h build-lto/gen/readsync.pb-c.h proto/sync/draft.h \
 proto/record/version_vector.h proto/wire/message.h
proto/base/err.h:
proto/sync/compressed.h:
proto/base/buffer.h:
proto/replica/pack.h:
build-lto/gen/readsync.pb-c.h:
proto/sync/draft.h:
proto/record/version_vector.h:
proto/wire/message.h:
