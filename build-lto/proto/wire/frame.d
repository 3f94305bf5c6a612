build-lto/proto/wire/frame.o: proto/wire/frame.c proto/base/err.h \
 proto/wire/frame.h proto/base/buffer.h
proto/base/err.h:
proto/wire/frame.h:
proto/base/buffer.h:
