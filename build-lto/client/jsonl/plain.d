build-lto/client/jsonl/plain.o: client/jsonl/plain.c client/jsonl/plain.h \
 proto/base/err.h build-lto/gen/readsync.pb-c.h proto/record/article.h \
 proto/base/buffer.h
client/jsonl/plain.h:
proto/base/err.h:
build-lto/gen/readsync.pb-c.h:
proto/record/article.h:
proto/base/buffer.h:
