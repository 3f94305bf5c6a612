build-lto/client/selection.o: client/selection.c client/selection.h \
 proto/replica/item.h proto/replica/replica.h proto/base/clock.h \
 proto/base/err.h proto/base/random.h proto/record/record.h \
 proto/base/buffer.h proto/base/hash.h proto/record/version_vector.h \
 build-lto/gen/readsync.pb-c.h
client/selection.h:
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
