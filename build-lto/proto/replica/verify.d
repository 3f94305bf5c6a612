build-lto/proto/replica/verify.o: proto/replica/verify.c \
 proto/base/encode.h proto/base/buffer.h proto/base/hash.h \
 proto/replica/blob.h proto/replica/replica.h proto/base/clock.h \
 proto/base/err.h proto/base/random.h proto/record/record.h \
 proto/record/version_vector.h proto/replica/derive.h \
 proto/replica/internal.h proto/base/secret.h proto/record/hlc.h \
 proto/replica/database.h proto/replica/pack.h proto/replica/policy.h \
 proto/replica/item.h build-lto/gen/readsync.pb-c.h \
 proto/replica/verify.h proto/vault/pages.h proto/vault/keys.h \
 proto/vault/vault.h
proto/base/encode.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/replica/blob.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/record/version_vector.h:
proto/replica/derive.h:
proto/replica/internal.h:
proto/base/secret.h:
proto/record/hlc.h:
proto/replica/database.h:
proto/replica/pack.h:
proto/replica/policy.h:
proto/replica/item.h:
build-lto/gen/readsync.pb-c.h:
proto/replica/verify.h:
proto/vault/pages.h:
proto/vault/keys.h:
proto/vault/vault.h:
