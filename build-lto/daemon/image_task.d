build-lto/daemon/image_task.o: daemon/image_task.c daemon/base/log.h \
 daemon/fetch/backoff.h proto/base/random.h daemon/fetch/referrer.h \
 daemon/image_task.h daemon/base/vault_thread.h proto/replica/replica.h \
 proto/base/clock.h proto/base/err.h proto/record/record.h \
 proto/base/buffer.h proto/base/hash.h proto/record/version_vector.h \
 daemon/fetch/fetcher.h daemon/fetch/fetch.h daemon/worker/pool.h \
 build-lto/gen/readsync.pb-c.h proto/replica/image_work.h \
 proto/base/encode.h proto/replica/image.h proto/replica/item.h \
 proto/replica/reading.h proto/replica/text.h
daemon/base/log.h:
daemon/fetch/backoff.h:
proto/base/random.h:
daemon/fetch/referrer.h:
daemon/image_task.h:
daemon/base/vault_thread.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
daemon/fetch/fetcher.h:
daemon/fetch/fetch.h:
daemon/worker/pool.h:
build-lto/gen/readsync.pb-c.h:
proto/replica/image_work.h:
proto/base/encode.h:
proto/replica/image.h:
proto/replica/item.h:
proto/replica/reading.h:
proto/replica/text.h:
