build-lto/daemon/rule/find.o: daemon/rule/find.c daemon/rule/rule.h \
 proto/base/buffer.h proto/base/err.h build-lto/gen/readsync.pb-c.h \
 proto/base/file.h proto/record/host_name.h
daemon/rule/rule.h:
proto/base/buffer.h:
proto/base/err.h:
build-lto/gen/readsync.pb-c.h:
proto/base/file.h:
proto/record/host_name.h:
