build-lto/proto/vault/vault.o: proto/vault/vault.c proto/base/buffer.h \
 proto/base/file.h proto/vault/vault.h proto/base/err.h \
 proto/base/secret.h proto/vault/keys.h proto/base/random.h \
 proto/vault/vfs.h proto/vault/first_page.h proto/vault/seal.h \
 proto/vault/vfs_log.h proto/vault/vfs_batch.h proto/vault/vfs_database.h \
 proto/vault/vfs_ahead.h
proto/base/buffer.h:
proto/base/file.h:
proto/vault/vault.h:
proto/base/err.h:
proto/base/secret.h:
proto/vault/keys.h:
proto/base/random.h:
proto/vault/vfs.h:
proto/vault/first_page.h:
proto/vault/seal.h:
proto/vault/vfs_log.h:
proto/vault/vfs_batch.h:
proto/vault/vfs_database.h:
proto/vault/vfs_ahead.h:
