build-lto/daemon/rule/rule.o: daemon/rule/rule.c daemon/rule/field.h \
 build-lto/gen/readsync.pb-c.h daemon/rule/policy.h daemon/rule/rule.h \
 proto/base/buffer.h proto/base/err.h daemon/rule/xpath.h \
 proto/base/utf8.h
daemon/rule/field.h:
build-lto/gen/readsync.pb-c.h:
daemon/rule/policy.h:
daemon/rule/rule.h:
proto/base/buffer.h:
proto/base/err.h:
daemon/rule/xpath.h:
proto/base/utf8.h:
