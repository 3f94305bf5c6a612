build-lto/daemon/session/keeper.o: daemon/session/keeper.c \
 daemon/base/log.h daemon/rule/rule.h proto/base/buffer.h \
 proto/base/err.h build-lto/gen/readsync.pb-c.h daemon/session/keeper.h \
 daemon/base/vault_thread.h proto/replica/replica.h proto/base/clock.h \
 proto/base/random.h proto/record/record.h proto/base/hash.h \
 proto/record/version_vector.h daemon/fetch/fetcher.h \
 daemon/fetch/fetch.h daemon/worker/pool.h daemon/session/login.h \
 proto/replica/site.h daemon/session/session.h daemon/fetch/site_name.h \
 proto/replica/item.h daemon/session/site_request.h proto/replica/work.h
daemon/base/log.h:
daemon/rule/rule.h:
proto/base/buffer.h:
proto/base/err.h:
build-lto/gen/readsync.pb-c.h:
daemon/session/keeper.h:
daemon/base/vault_thread.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
daemon/fetch/fetcher.h:
daemon/fetch/fetch.h:
daemon/worker/pool.h:
daemon/session/login.h:
proto/replica/site.h:
daemon/session/session.h:
daemon/fetch/site_name.h:
proto/replica/item.h:
daemon/session/site_request.h:
proto/replica/work.h:
