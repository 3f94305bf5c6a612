build-lto/proto/replica/register.o: proto/replica/register.c \
 proto/replica/internal.h proto/base/secret.h proto/record/hlc.h \
 proto/replica/database.h proto/base/buffer.h proto/base/err.h \
 proto/replica/pack.h proto/replica/policy.h proto/replica/item.h \
 proto/replica/replica.h proto/base/clock.h proto/base/random.h \
 proto/record/record.h proto/base/hash.h proto/record/version_vector.h \
 build-lto/gen/readsync.pb-c.h proto/replica/register.h
proto/replica/internal.h:
proto/base/secret.h:
proto/record/hlc.h:
proto/replica/database.h:
proto/base/buffer.h:
proto/base/err.h:
proto/replica/pack.h:
proto/replica/policy.h:
proto/replica/item.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
build-lto/gen/readsync.pb-c.h:
proto/replica/register.h:
