build-lto/client/save.o: client/save.c client/command.h proto/base/err.h \
 proto/base/hash.h proto/base/buffer.h proto/replica/home.h \
 proto/base/secret.h proto/replica/replica.h proto/base/clock.h \
 proto/base/random.h proto/record/record.h proto/record/version_vector.h \
 proto/vault/keys.h client/json.h client/history.h \
 build-lto/gen/readsync.pb-c.h client/link.h client/view/annotation.h \
 proto/replica/device.h proto/replica/item.h proto/replica/offline.h \
 proto/replica/policy.h proto/replica/statistics.h proto/sync/session.h \
 client/view/listing.h proto/base/file.h proto/record/canonical_url.h \
 proto/replica/reading.h proto/replica/text.h
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
client/json.h:
client/history.h:
build-lto/gen/readsync.pb-c.h:
client/link.h:
client/view/annotation.h:
proto/replica/device.h:
proto/replica/item.h:
proto/replica/offline.h:
proto/replica/policy.h:
proto/replica/statistics.h:
proto/sync/session.h:
client/view/listing.h:
proto/base/file.h:
proto/record/canonical_url.h:
proto/replica/reading.h:
proto/replica/text.h:
