build-lto/proto/record/quote.o: proto/record/quote.c proto/base/err.h \
 proto/base/utf8.h proto/base/buffer.h proto/record/quote.h
proto/base/err.h:
proto/base/utf8.h:
proto/base/buffer.h:
proto/record/quote.h:
