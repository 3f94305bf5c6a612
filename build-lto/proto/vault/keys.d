build-lto/proto/vault/keys.o: proto/vault/keys.c proto/base/buffer.h \
 proto/base/file.h proto/base/hash.h proto/vault/keys.h proto/base/err.h \
 proto/base/random.h proto/base/secret.h proto/vault/recovery.h
proto/base/buffer.h:
proto/base/file.h:
proto/base/hash.h:
proto/vault/keys.h:
proto/base/err.h:
proto/base/random.h:
proto/base/secret.h:
proto/vault/recovery.h:
