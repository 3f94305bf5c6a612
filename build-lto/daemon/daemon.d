build-lto/daemon/daemon.o: daemon/daemon.c daemon/base/log.h \
 daemon/collector.h daemon/base/vault_thread.h proto/replica/replica.h \
 proto/base/clock.h proto/base/err.h proto/base/random.h \
 proto/record/record.h proto/base/buffer.h proto/base/hash.h \
 proto/record/version_vector.h proto/replica/collect.h \
 daemon/config/config.h daemon/daemon.h proto/replica/device.h \
 proto/base/secret.h proto/replica/home.h proto/vault/keys.h \
 daemon/images.h daemon/fetch/fetcher.h daemon/fetch/fetch.h \
 daemon/worker/pool.h build-lto/gen/readsync.pb-c.h daemon/lint.h \
 daemon/notify.h daemon/peer/dialler.h daemon/peer/listener.h \
 daemon/peer/connection.h daemon/peer/invitations.h proto/wire/token.h \
 daemon/peer/request.h daemon/source/queues.h daemon/source/source.h \
 daemon/pipeline.h daemon/rule/rule.h daemon/session/keeper.h \
 proto/replica/page.h
daemon/base/log.h:
daemon/collector.h:
daemon/base/vault_thread.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
proto/replica/collect.h:
daemon/config/config.h:
daemon/daemon.h:
proto/replica/device.h:
proto/base/secret.h:
proto/replica/home.h:
proto/vault/keys.h:
daemon/images.h:
daemon/fetch/fetcher.h:
daemon/fetch/fetch.h:
daemon/worker/pool.h:
build-lto/gen/readsync.pb-c.h:
daemon/lint.h:
daemon/notify.h:
daemon/peer/dialler.h:
daemon/peer/listener.h:
daemon/peer/connection.h:
daemon/peer/invitations.h:
proto/wire/token.h:
daemon/peer/request.h:
daemon/source/queues.h:
daemon/source/source.h:
daemon/pipeline.h:
daemon/rule/rule.h:
daemon/session/keeper.h:
proto/replica/page.h:
