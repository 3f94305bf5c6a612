build-lto/client/join.o: client/join.c client/archive_link.h \
 client/command.h proto/base/err.h proto/base/hash.h proto/base/buffer.h \
 proto/replica/home.h proto/base/secret.h proto/replica/replica.h \
 proto/base/clock.h proto/base/random.h proto/record/record.h \
 proto/record/version_vector.h proto/vault/keys.h client/link.h \
 build-lto/gen/readsync.pb-c.h client/view/cells.h proto/replica/peer.h \
 proto/replica/device.h proto/wire/token.h proto/replica/text.h \
 proto/wire/message.h
client/archive_link.h:
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
client/link.h:
build-lto/gen/readsync.pb-c.h:
client/view/cells.h:
proto/replica/peer.h:
proto/replica/device.h:
proto/wire/token.h:
proto/replica/text.h:
proto/wire/message.h:
