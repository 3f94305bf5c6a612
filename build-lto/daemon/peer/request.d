build-lto/daemon/peer/request.o: daemon/peer/request.c \
 daemon/peer/request.h daemon/source/queues.h daemon/base/vault_thread.h \
 proto/replica/replica.h proto/base/clock.h proto/base/err.h \
 proto/base/random.h proto/record/record.h proto/base/buffer.h \
 proto/base/hash.h proto/record/version_vector.h daemon/source/source.h \
 daemon/config/config.h daemon/base/log.h daemon/fetch/fetcher.h \
 daemon/fetch/fetch.h daemon/worker/pool.h build-lto/gen/readsync.pb-c.h \
 proto/replica/device.h proto/base/secret.h proto/wire/token.h \
 daemon/session/site_request.h proto/replica/statistics.h \
 proto/replica/work.h proto/wire/message.h
daemon/peer/request.h:
daemon/source/queues.h:
daemon/base/vault_thread.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
daemon/source/source.h:
daemon/config/config.h:
daemon/base/log.h:
daemon/fetch/fetcher.h:
daemon/fetch/fetch.h:
daemon/worker/pool.h:
build-lto/gen/readsync.pb-c.h:
proto/replica/device.h:
proto/base/secret.h:
proto/wire/token.h:
daemon/session/site_request.h:
proto/replica/statistics.h:
proto/replica/work.h:
proto/wire/message.h:
