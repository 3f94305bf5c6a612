build-lto/proto/replica/device.o: proto/replica/device.c \
 proto/replica/device.h proto/base/secret.h proto/replica/replica.h \
 proto/base/clock.h proto/base/err.h proto/base/random.h \
 proto/record/record.h proto/base/buffer.h proto/base/hash.h \
 proto/record/version_vector.h proto/replica/internal.h \
 proto/record/hlc.h proto/replica/database.h proto/replica/pack.h \
 proto/replica/policy.h proto/replica/item.h \
 build-lto/gen/readsync.pb-c.h proto/replica/local.h proto/replica/text.h \
 proto/wire/identity.h
proto/replica/device.h:
proto/base/secret.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
proto/replica/internal.h:
proto/record/hlc.h:
proto/replica/database.h:
proto/replica/pack.h:
proto/replica/policy.h:
proto/replica/item.h:
build-lto/gen/readsync.pb-c.h:
proto/replica/local.h:
proto/replica/text.h:
proto/wire/identity.h:
