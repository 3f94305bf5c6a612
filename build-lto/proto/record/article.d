build-lto/proto/record/article.o: proto/record/article.c proto/base/err.h \
 proto/record/article.h proto/base/buffer.h build-lto/gen/readsync.pb-c.h \
 proto/record/unpack.h
proto/base/err.h:
proto/record/article.h:
proto/base/buffer.h:
build-lto/gen/readsync.pb-c.h:
proto/record/unpack.h:
