build-lto/proto/replica/value.o: proto/replica/value.c \
 proto/record/unpack.h proto/base/buffer.h proto/replica/value.h \
 proto/replica/replica.h proto/base/clock.h proto/base/err.h \
 proto/base/random.h proto/record/record.h proto/base/hash.h \
 proto/record/version_vector.h build-lto/gen/readsync.pb-c.h
proto/record/unpack.h:
proto/base/buffer.h:
proto/replica/value.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
build-lto/gen/readsync.pb-c.h:
