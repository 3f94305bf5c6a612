build-lto/proto/vault/pages.o: proto/vault/pages.c proto/base/file.h \
 proto/base/buffer.h proto/vault/first_page.h proto/base/secret.h \
 proto/vault/keys.h proto/base/err.h proto/base/random.h \
 proto/vault/seal.h proto/vault/pages.h proto/vault/vault.h \
 proto/vault/vfs.h proto/vault/vfs_database.h proto/vault/vfs_ahead.h \
 proto/vault/vfs_batch.h
proto/base/file.h:
proto/base/buffer.h:
proto/vault/first_page.h:
proto/base/secret.h:
proto/vault/keys.h:
proto/base/err.h:
proto/base/random.h:
proto/vault/seal.h:
proto/vault/pages.h:
proto/vault/vault.h:
proto/vault/vfs.h:
proto/vault/vfs_database.h:
proto/vault/vfs_ahead.h:
proto/vault/vfs_batch.h:
