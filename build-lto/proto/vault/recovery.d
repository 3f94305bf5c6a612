build-lto/proto/vault/recovery.o: proto/vault/recovery.c \
 proto/base/hash.h proto/base/buffer.h proto/vault/recovery.h \
 proto/base/err.h proto/base/random.h proto/base/secret.h \
 proto/vault/keys.h
proto/base/hash.h:
proto/base/buffer.h:
proto/vault/recovery.h:
proto/base/err.h:
proto/base/random.h:
proto/base/secret.h:
proto/vault/keys.h:
