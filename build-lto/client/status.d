build-lto/client/status.o: client/status.c client/archive_link.h \
 client/command.h proto/base/err.h proto/base/hash.h proto/base/buffer.h \
 proto/replica/home.h proto/base/secret.h proto/replica/replica.h \
 proto/base/clock.h proto/base/random.h proto/record/record.h \
 proto/record/version_vector.h proto/vault/keys.h client/link.h \
 build-lto/gen/readsync.pb-c.h client/json.h client/history.h \
 client/view/annotation.h proto/replica/device.h proto/replica/item.h \
 proto/replica/offline.h proto/replica/policy.h \
 proto/replica/statistics.h proto/sync/session.h client/view/cells.h \
 proto/replica/peer.h proto/wire/token.h
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
client/json.h:
client/history.h:
client/view/annotation.h:
proto/replica/device.h:
proto/replica/item.h:
proto/replica/offline.h:
proto/replica/policy.h:
proto/replica/statistics.h:
proto/sync/session.h:
client/view/cells.h:
proto/replica/peer.h:
proto/wire/token.h:
