build-lto/proto/vault/vfs_batch.o: proto/vault/vfs_batch.c \
 proto/vault/vfs.h proto/base/err.h proto/base/secret.h \
 proto/vault/first_page.h proto/vault/keys.h proto/base/random.h \
 proto/vault/seal.h proto/base/buffer.h proto/vault/vfs_batch.h
proto/vault/vfs.h:
proto/base/err.h:
proto/base/secret.h:
proto/vault/first_page.h:
proto/vault/keys.h:
proto/base/random.h:
proto/vault/seal.h:
proto/base/buffer.h:
proto/vault/vfs_batch.h:
