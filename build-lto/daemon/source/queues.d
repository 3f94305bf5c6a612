build-lto/daemon/source/queues.o: daemon/source/queues.c \
 daemon/base/log.h daemon/fetch/backoff.h proto/base/random.h \
 daemon/source/queues.h daemon/base/vault_thread.h \
 proto/replica/replica.h proto/base/clock.h proto/base/err.h \
 proto/record/record.h proto/base/buffer.h proto/base/hash.h \
 proto/record/version_vector.h daemon/source/source.h \
 daemon/config/config.h daemon/fetch/fetcher.h daemon/fetch/fetch.h \
 daemon/worker/pool.h build-lto/gen/readsync.pb-c.h proto/replica/item.h \
 proto/replica/local.h
daemon/base/log.h:
daemon/fetch/backoff.h:
proto/base/random.h:
daemon/source/queues.h:
daemon/base/vault_thread.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
daemon/source/source.h:
daemon/config/config.h:
daemon/fetch/fetcher.h:
daemon/fetch/fetch.h:
daemon/worker/pool.h:
build-lto/gen/readsync.pb-c.h:
proto/replica/item.h:
proto/replica/local.h:
