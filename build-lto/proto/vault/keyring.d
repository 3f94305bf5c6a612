build-lto/proto/vault/keyring.o: proto/vault/keyring.c \
 proto/base/encode.h proto/base/buffer.h proto/vault/keyring.h \
 proto/base/err.h proto/base/secret.h proto/vault/keys.h \
 proto/base/random.h
proto/base/encode.h:
proto/base/buffer.h:
proto/vault/keyring.h:
proto/base/err.h:
proto/base/secret.h:
proto/vault/keys.h:
proto/base/random.h:
