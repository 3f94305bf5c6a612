build-lto/proto/base/utf8.o: proto/base/utf8.c proto/base/utf8.h \
 proto/base/buffer.h
proto/base/utf8.h:
proto/base/buffer.h:
