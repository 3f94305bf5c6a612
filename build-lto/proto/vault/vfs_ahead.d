build-lto/proto/vault/vfs_ahead.o: proto/vault/vfs_ahead.c \
 proto/base/err.h proto/vault/vfs_ahead.h proto/vault/first_page.h \
 proto/base/secret.h proto/vault/keys.h proto/base/random.h \
 proto/vault/seal.h proto/base/buffer.h
proto/base/err.h:
proto/vault/vfs_ahead.h:
proto/vault/first_page.h:
proto/base/secret.h:
proto/vault/keys.h:
proto/base/random.h:
proto/vault/seal.h:
proto/base/buffer.h:
