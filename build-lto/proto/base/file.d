build-lto/proto/base/file.o: proto/base/file.c proto/base/err.h \
 proto/base/file.h proto/base/buffer.h
proto/base/err.h:
proto/base/file.h:
proto/base/buffer.h:
