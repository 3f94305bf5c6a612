build-lto/proto/base/encode.o: proto/base/encode.c proto/base/encode.h \
 proto/base/buffer.h proto/base/err.h
proto/base/encode.h:
proto/base/buffer.h:
proto/base/err.h:
