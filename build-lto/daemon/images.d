build-lto/daemon/images.o: daemon/images.c daemon/base/log.h \
 daemon/image_task.h daemon/base/vault_thread.h proto/replica/replica.h \
 proto/base/clock.h proto/base/err.h proto/base/random.h \
 proto/record/record.h proto/base/buffer.h proto/base/hash.h \
 proto/record/version_vector.h daemon/fetch/fetcher.h \
 daemon/fetch/fetch.h daemon/worker/pool.h build-lto/gen/readsync.pb-c.h \
 proto/replica/image_work.h daemon/images.h
daemon/base/log.h:
daemon/image_task.h:
daemon/base/vault_thread.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
daemon/fetch/fetcher.h:
daemon/fetch/fetch.h:
daemon/worker/pool.h:
build-lto/gen/readsync.pb-c.h:
proto/replica/image_work.h:
daemon/images.h:
