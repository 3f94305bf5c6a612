build-lto/daemon/join.o: daemon/join.c daemon/base/log.h daemon/daemon.h \
 daemon/config/config.h proto/base/buffer.h proto/base/err.h \
 proto/replica/device.h proto/base/secret.h proto/replica/replica.h \
 proto/base/clock.h proto/base/random.h proto/record/record.h \
 proto/base/hash.h proto/record/version_vector.h proto/replica/home.h \
 proto/vault/keys.h daemon/peer/dialler.h daemon/peer/listener.h \
 daemon/peer/connection.h daemon/base/vault_thread.h \
 daemon/peer/invitations.h proto/wire/token.h daemon/peer/request.h \
 daemon/source/queues.h daemon/source/source.h daemon/fetch/fetcher.h \
 daemon/fetch/fetch.h daemon/worker/pool.h build-lto/gen/readsync.pb-c.h
daemon/base/log.h:
daemon/daemon.h:
daemon/config/config.h:
proto/base/buffer.h:
proto/base/err.h:
proto/replica/device.h:
proto/base/secret.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
proto/replica/home.h:
proto/vault/keys.h:
daemon/peer/dialler.h:
daemon/peer/listener.h:
daemon/peer/connection.h:
daemon/base/vault_thread.h:
daemon/peer/invitations.h:
proto/wire/token.h:
daemon/peer/request.h:
daemon/source/queues.h:
daemon/source/source.h:
daemon/fetch/fetcher.h:
daemon/fetch/fetch.h:
daemon/worker/pool.h:
build-lto/gen/readsync.pb-c.h:
