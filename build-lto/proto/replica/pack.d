build-lto/proto/replica/pack.o: proto/replica/pack.c proto/base/err.h \
 proto/replica/pack.h proto/base/buffer.h
proto/base/err.h:
proto/replica/pack.h:
proto/base/buffer.h:
