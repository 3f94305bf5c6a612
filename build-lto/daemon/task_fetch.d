build-lto/daemon/task_fetch.o: daemon/task_fetch.c daemon/base/log.h \
 daemon/fetch/backoff.h proto/base/random.h daemon/fetch/referrer.h \
 daemon/task_internal.h daemon/pages.h daemon/fetch/fetch.h \
 proto/base/buffer.h proto/base/err.h build-lto/gen/readsync.pb-c.h \
 daemon/task.h daemon/base/vault_thread.h proto/replica/replica.h \
 proto/base/clock.h proto/record/record.h proto/base/hash.h \
 proto/record/version_vector.h daemon/fetch/fetcher.h \
 daemon/session/session.h daemon/fetch/site_name.h daemon/rule/rule.h \
 proto/replica/item.h proto/replica/site.h daemon/worker/pool.h \
 proto/replica/work.h proto/base/utf8.h proto/record/canonical_url.h \
 proto/replica/reading.h
daemon/base/log.h:
daemon/fetch/backoff.h:
proto/base/random.h:
daemon/fetch/referrer.h:
daemon/task_internal.h:
daemon/pages.h:
daemon/fetch/fetch.h:
proto/base/buffer.h:
proto/base/err.h:
build-lto/gen/readsync.pb-c.h:
daemon/task.h:
daemon/base/vault_thread.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
daemon/fetch/fetcher.h:
daemon/session/session.h:
daemon/fetch/site_name.h:
daemon/rule/rule.h:
proto/replica/item.h:
proto/replica/site.h:
daemon/worker/pool.h:
proto/replica/work.h:
proto/base/utf8.h:
proto/record/canonical_url.h:
proto/replica/reading.h:
