build-lto/proto/replica/tokenizer.o: proto/replica/tokenizer.c \
 proto/base/utf8.h proto/base/buffer.h proto/replica/tokenizer.h \
 proto/base/err.h
proto/base/utf8.h:
proto/base/buffer.h:
proto/replica/tokenizer.h:
proto/base/err.h:
