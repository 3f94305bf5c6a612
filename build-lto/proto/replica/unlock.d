build-lto/proto/replica/unlock.o: proto/replica/unlock.c \
 proto/base/buffer.h proto/replica/unlock.h proto/replica/home.h \
 proto/base/secret.h proto/replica/replica.h proto/base/clock.h \
 proto/base/err.h proto/base/random.h proto/record/record.h \
 proto/base/hash.h proto/record/version_vector.h proto/vault/keys.h \
 proto/vault/keyring.h proto/vault/recovery.h
proto/base/buffer.h:
proto/replica/unlock.h:
proto/replica/home.h:
proto/base/secret.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
proto/vault/keys.h:
proto/vault/keyring.h:
proto/vault/recovery.h:
