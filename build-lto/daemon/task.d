build-lto/daemon/task.o: daemon/task.c daemon/base/log.h \
 daemon/page/page.h proto/base/buffer.h proto/base/err.h \
 build-lto/gen/readsync.pb-c.h daemon/page_job.h proto/base/hash.h \
 proto/replica/replica.h proto/base/clock.h proto/base/random.h \
 proto/record/record.h proto/record/version_vector.h \
 daemon/task_internal.h daemon/pages.h daemon/fetch/fetch.h daemon/task.h \
 daemon/base/vault_thread.h daemon/fetch/fetcher.h \
 daemon/session/session.h daemon/fetch/site_name.h daemon/rule/rule.h \
 proto/replica/item.h proto/replica/site.h daemon/worker/pool.h \
 proto/replica/work.h proto/base/encode.h proto/replica/page.h
daemon/base/log.h:
daemon/page/page.h:
proto/base/buffer.h:
proto/base/err.h:
build-lto/gen/readsync.pb-c.h:
daemon/page_job.h:
proto/base/hash.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/random.h:
proto/record/record.h:
proto/record/version_vector.h:
daemon/task_internal.h:
daemon/pages.h:
daemon/fetch/fetch.h:
daemon/task.h:
daemon/base/vault_thread.h:
daemon/fetch/fetcher.h:
daemon/session/session.h:
daemon/fetch/site_name.h:
daemon/rule/rule.h:
proto/replica/item.h:
proto/replica/site.h:
daemon/worker/pool.h:
proto/replica/work.h:
proto/base/encode.h:
proto/replica/page.h:
