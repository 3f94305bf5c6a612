build-lto/proto/base/buffer.o: proto/base/buffer.c proto/base/buffer.h \
 proto/base/err.h proto/base/secret.h
proto/base/buffer.h:
proto/base/err.h:
proto/base/secret.h:
