build-lto/daemon/peer/dialler.o: daemon/peer/dialler.c daemon/base/log.h \
 daemon/fetch/backoff.h proto/base/random.h daemon/peer/dialler.h \
 daemon/peer/listener.h daemon/peer/connection.h \
 daemon/base/vault_thread.h proto/replica/replica.h proto/base/clock.h \
 proto/base/err.h proto/record/record.h proto/base/buffer.h \
 proto/base/hash.h proto/record/version_vector.h \
 daemon/peer/invitations.h proto/base/secret.h proto/replica/device.h \
 proto/wire/token.h daemon/peer/request.h daemon/source/queues.h \
 daemon/source/source.h daemon/config/config.h daemon/fetch/fetcher.h \
 daemon/fetch/fetch.h daemon/worker/pool.h build-lto/gen/readsync.pb-c.h \
 proto/base/encode.h proto/replica/peer.h
daemon/base/log.h:
daemon/fetch/backoff.h:
proto/base/random.h:
daemon/peer/dialler.h:
daemon/peer/listener.h:
daemon/peer/connection.h:
daemon/base/vault_thread.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
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
daemon/fetch/fetcher.h:
daemon/fetch/fetch.h:
daemon/worker/pool.h:
build-lto/gen/readsync.pb-c.h:
proto/base/encode.h:
proto/replica/peer.h:
