build-lto/client/site_errand.o: client/site_errand.c \
 client/archive_link.h client/command.h proto/base/err.h \
 proto/base/hash.h proto/base/buffer.h proto/replica/home.h \
 proto/base/secret.h proto/replica/replica.h proto/base/clock.h \
 proto/base/random.h proto/record/record.h proto/record/version_vector.h \
 proto/vault/keys.h client/link.h build-lto/gen/readsync.pb-c.h \
 client/json.h client/history.h client/view/annotation.h \
 proto/replica/device.h proto/replica/item.h proto/replica/offline.h \
 proto/replica/policy.h proto/replica/statistics.h proto/sync/session.h \
 client/site_errand.h client/view/cells.h proto/base/terminal.h \
 proto/base/utf8.h
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
client/site_errand.h:
client/view/cells.h:
proto/base/terminal.h:
proto/base/utf8.h:
