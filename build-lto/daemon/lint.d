build-lto/daemon/lint.o: daemon/lint.c daemon/lint.h daemon/rule/rule.h \
 proto/base/buffer.h proto/base/err.h build-lto/gen/readsync.pb-c.h \
 proto/base/file.h
daemon/lint.h:
daemon/rule/rule.h:
proto/base/buffer.h:
proto/base/err.h:
build-lto/gen/readsync.pb-c.h:
proto/base/file.h:
