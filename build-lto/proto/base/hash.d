build-lto/proto/base/hash.o: proto/base/hash.c proto/base/hash.h \
 proto/base/buffer.h
proto/base/hash.h:
proto/base/buffer.h:
