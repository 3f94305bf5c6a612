build-lto/proto/replica/image.o: proto/replica/image.c \
 proto/record/unpack.h proto/base/buffer.h proto/replica/blob.h \
 proto/replica/replica.h proto/base/clock.h proto/base/err.h \
 proto/base/random.h proto/record/record.h proto/base/hash.h \
 proto/record/version_vector.h proto/replica/image.h \
 build-lto/gen/readsync.pb-c.h proto/replica/internal.h \
 proto/base/secret.h proto/record/hlc.h proto/replica/database.h \
 proto/replica/pack.h proto/replica/policy.h proto/replica/item.h \
 proto/replica/reading.h proto/replica/register.h proto/replica/text.h \
 proto/replica/want.h
proto/record/unpack.h:
proto/base/buffer.h:
proto/replica/blob.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
proto/replica/image.h:
build-lto/gen/readsync.pb-c.h:
proto/replica/internal.h:
proto/base/secret.h:
proto/record/hlc.h:
proto/replica/database.h:
proto/replica/pack.h:
proto/replica/policy.h:
proto/replica/item.h:
proto/replica/reading.h:
proto/replica/register.h:
proto/replica/text.h:
proto/replica/want.h:
