build-lto/proto/sync/draft.o: proto/sync/draft.c proto/base/err.h \
 proto/record/version_vector.h proto/sync/draft.h proto/base/buffer.h \
 build-lto/gen/readsync.pb-c.h proto/wire/message.h
proto/base/err.h:
proto/record/version_vector.h:
proto/sync/draft.h:
proto/base/buffer.h:
build-lto/gen/readsync.pb-c.h:
proto/wire/message.h:
