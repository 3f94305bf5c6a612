build-lto/proto/replica/home.o: proto/replica/home.c proto/base/file.h \
 proto/base/buffer.h proto/replica/home.h proto/base/secret.h \
 proto/replica/replica.h proto/base/clock.h proto/base/err.h \
 proto/base/random.h proto/record/record.h proto/base/hash.h \
 proto/record/version_vector.h proto/vault/keys.h proto/replica/rekey.h \
 proto/replica/unlock.h proto/vault/vault.h
proto/base/file.h:
proto/base/buffer.h:
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
proto/replica/rekey.h:
proto/replica/unlock.h:
proto/vault/vault.h:
