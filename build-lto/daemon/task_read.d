build-lto/daemon/task_read.o: daemon/task_read.c daemon/page_job.h \
 proto/base/buffer.h proto/base/hash.h proto/replica/replica.h \
 proto/base/clock.h proto/base/err.h proto/base/random.h \
 proto/record/record.h proto/record/version_vector.h \
 build-lto/gen/readsync.pb-c.h daemon/rule/rule.h daemon/task_internal.h \
 daemon/pages.h daemon/fetch/fetch.h daemon/task.h \
 daemon/base/vault_thread.h daemon/fetch/fetcher.h \
 daemon/session/session.h daemon/fetch/site_name.h proto/replica/item.h \
 proto/replica/site.h daemon/worker/pool.h proto/replica/work.h \
 proto/replica/blob.h proto/replica/reading.h
daemon/page_job.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/record/version_vector.h:
build-lto/gen/readsync.pb-c.h:
daemon/rule/rule.h:
daemon/task_internal.h:
daemon/pages.h:
daemon/fetch/fetch.h:
daemon/task.h:
daemon/base/vault_thread.h:
daemon/fetch/fetcher.h:
daemon/session/session.h:
daemon/fetch/site_name.h:
proto/replica/item.h:
proto/replica/site.h:
daemon/worker/pool.h:
proto/replica/work.h:
proto/replica/blob.h:
proto/replica/reading.h:
