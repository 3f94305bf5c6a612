build-lto/daemon/session/site_request.o: daemon/session/site_request.c \
 daemon/fetch/site_name.h daemon/rule/policy.h daemon/session/session.h \
 daemon/fetch/fetch.h proto/base/buffer.h proto/base/err.h \
 daemon/rule/rule.h build-lto/gen/readsync.pb-c.h proto/replica/item.h \
 proto/replica/replica.h proto/base/clock.h proto/base/random.h \
 proto/record/record.h proto/base/hash.h proto/record/version_vector.h \
 proto/replica/site.h daemon/session/site_request.h proto/base/utf8.h \
 proto/replica/text.h proto/replica/work.h
daemon/fetch/site_name.h:
daemon/rule/policy.h:
daemon/session/session.h:
daemon/fetch/fetch.h:
proto/base/buffer.h:
proto/base/err.h:
daemon/rule/rule.h:
build-lto/gen/readsync.pb-c.h:
proto/replica/item.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
proto/replica/site.h:
daemon/session/site_request.h:
proto/base/utf8.h:
proto/replica/text.h:
proto/replica/work.h:
