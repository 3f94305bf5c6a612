build-lto/proto/replica/rekey.o: proto/replica/rekey.c proto/base/file.h \
 proto/base/buffer.h proto/replica/rekey.h proto/replica/home.h \
 proto/base/secret.h proto/replica/replica.h proto/base/clock.h \
 proto/base/err.h proto/base/random.h proto/record/record.h \
 proto/base/hash.h proto/record/version_vector.h proto/vault/keys.h \
 proto/replica/unlock.h proto/vault/keyring.h proto/vault/pages.h \
 proto/vault/vault.h
proto/base/file.h:
proto/base/buffer.h:
proto/replica/rekey.h:
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
proto/replica/unlock.h:
proto/vault/keyring.h:
proto/vault/pages.h:
proto/vault/vault.h:
