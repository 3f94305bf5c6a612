build-lto/proto/record/unpack.o: proto/record/unpack.c proto/base/err.h \
 proto/base/utf8.h proto/base/buffer.h proto/record/unpack.h
proto/base/err.h:
proto/base/utf8.h:
proto/base/buffer.h:
proto/record/unpack.h:
