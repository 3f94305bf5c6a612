build-lto/proto/replica/database.o: proto/replica/database.c \
 proto/replica/database.h proto/base/buffer.h proto/base/err.h \
 proto/vault/vault.h proto/base/secret.h proto/vault/keys.h \
 proto/base/random.h
proto/replica/database.h:
proto/base/buffer.h:
proto/base/err.h:
proto/vault/vault.h:
proto/base/secret.h:
proto/vault/keys.h:
proto/base/random.h:
