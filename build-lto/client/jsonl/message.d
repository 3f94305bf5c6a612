build-lto/client/jsonl/message.o: client/jsonl/message.c \
 client/jsonl/message.h proto/base/err.h build-lto/gen/readsync.pb-c.h \
 proto/base/encode.h proto/base/buffer.h
client/jsonl/message.h:
proto/base/err.h:
build-lto/gen/readsync.pb-c.h:
proto/base/encode.h:
proto/base/buffer.h:
