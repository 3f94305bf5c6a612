build-lto/daemon/peer/round.o: daemon/peer/round.c \
 daemon/peer/connection.h daemon/base/vault_thread.h \
 proto/replica/replica.h proto/base/clock.h proto/base/err.h \
 proto/base/random.h proto/record/record.h proto/base/buffer.h \
 proto/base/hash.h proto/record/version_vector.h \
 daemon/peer/invitations.h proto/base/secret.h proto/replica/device.h \
 proto/wire/token.h daemon/peer/request.h daemon/source/queues.h \
 daemon/source/source.h daemon/config/config.h daemon/base/log.h \
 daemon/fetch/fetcher.h daemon/fetch/fetch.h daemon/worker/pool.h \
 build-lto/gen/readsync.pb-c.h daemon/peer/round.h proto/sync/session.h \
 proto/replica/peer.h proto/replica/held.h proto/replica/work.h \
 proto/sync/compressed.h proto/replica/pack.h proto/wire/message.h
daemon/peer/connection.h:
daemon/base/vault_thread.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
daemon/peer/invitations.h:
proto/base/secret.h:
proto/replica/device.h:
proto/wire/token.h:
daemon/peer/request.h:
daemon/source/queues.h:
daemon/source/source.h:
daemon/config/config.h:
daemon/base/log.h:
daemon/fetch/fetcher.h:
daemon/fetch/fetch.h:
daemon/worker/pool.h:
build-lto/gen/readsync.pb-c.h:
daemon/peer/round.h:
proto/sync/session.h:
proto/replica/peer.h:
proto/replica/held.h:
proto/replica/work.h:
proto/sync/compressed.h:
proto/replica/pack.h:
proto/wire/message.h:
