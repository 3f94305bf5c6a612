build-lto/proto/vault/seal.o: proto/vault/seal.c proto/base/err.h \
 proto/vault/seal.h proto/base/buffer.h proto/base/random.h \
 proto/base/secret.h
proto/base/err.h:
proto/vault/seal.h:
proto/base/buffer.h:
proto/base/random.h:
proto/base/secret.h:
