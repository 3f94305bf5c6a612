build-lto/client/tag.o: client/tag.c client/command.h proto/base/err.h \
 proto/base/hash.h proto/base/buffer.h proto/replica/home.h \
 proto/base/secret.h proto/replica/replica.h proto/base/clock.h \
 proto/base/random.h proto/record/record.h proto/record/version_vector.h \
 proto/vault/keys.h proto/replica/item.h build-lto/gen/readsync.pb-c.h
client/command.h:
proto/base/err.h:
proto/base/hash.h:
proto/base/buffer.h:
proto/replica/home.h:
proto/base/secret.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/random.h:
proto/record/record.h:
proto/record/version_vector.h:
proto/vault/keys.h:
proto/replica/item.h:
build-lto/gen/readsync.pb-c.h:
