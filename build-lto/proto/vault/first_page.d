build-lto/proto/vault/first_page.o: proto/vault/first_page.c \
 proto/base/hash.h proto/base/buffer.h proto/vault/first_page.h \
 proto/base/secret.h proto/vault/keys.h proto/base/err.h \
 proto/base/random.h proto/vault/seal.h
proto/base/hash.h:
proto/base/buffer.h:
proto/vault/first_page.h:
proto/base/secret.h:
proto/vault/keys.h:
proto/base/err.h:
proto/base/random.h:
proto/vault/seal.h:
