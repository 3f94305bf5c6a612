build-lto/daemon/session/login.o: daemon/session/login.c \
 daemon/fetch/form_body.h proto/base/buffer.h daemon/fetch/site_name.h \
 daemon/session/login.h daemon/fetch/fetcher.h daemon/fetch/fetch.h \
 proto/base/err.h proto/base/clock.h daemon/worker/pool.h \
 build-lto/gen/readsync.pb-c.h proto/replica/site.h \
 proto/replica/replica.h proto/base/random.h proto/record/record.h \
 proto/base/hash.h proto/record/version_vector.h daemon/session/session.h \
 daemon/rule/rule.h proto/replica/item.h proto/base/secret.h
daemon/fetch/form_body.h:
proto/base/buffer.h:
daemon/fetch/site_name.h:
daemon/session/login.h:
daemon/fetch/fetcher.h:
daemon/fetch/fetch.h:
proto/base/err.h:
proto/base/clock.h:
daemon/worker/pool.h:
build-lto/gen/readsync.pb-c.h:
proto/replica/site.h:
proto/replica/replica.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
daemon/session/session.h:
daemon/rule/rule.h:
proto/replica/item.h:
proto/base/secret.h:
