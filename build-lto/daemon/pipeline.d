build-lto/daemon/pipeline.o: daemon/pipeline.c daemon/base/log.h \
 daemon/pipeline.h daemon/base/vault_thread.h proto/replica/replica.h \
 proto/base/clock.h proto/base/err.h proto/base/random.h \
 proto/record/record.h proto/base/buffer.h proto/base/hash.h \
 proto/record/version_vector.h daemon/fetch/fetcher.h \
 daemon/fetch/fetch.h daemon/worker/pool.h build-lto/gen/readsync.pb-c.h \
 daemon/session/session.h daemon/fetch/site_name.h daemon/rule/rule.h \
 proto/replica/item.h proto/replica/site.h daemon/task.h \
 proto/replica/work.h
daemon/base/log.h:
daemon/pipeline.h:
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
daemon/session/session.h:
daemon/fetch/site_name.h:
daemon/rule/rule.h:
proto/replica/item.h:
proto/replica/site.h:
daemon/task.h:
proto/replica/work.h:
