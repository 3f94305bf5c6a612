build-lto/daemon/rule/field.o: daemon/rule/field.c daemon/rule/field.h \
 build-lto/gen/readsync.pb-c.h daemon/rule/xpath.h proto/base/buffer.h \
 proto/base/err.h
daemon/rule/field.h:
build-lto/gen/readsync.pb-c.h:
daemon/rule/xpath.h:
proto/base/buffer.h:
proto/base/err.h:
