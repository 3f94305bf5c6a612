build-lto/proto/replica/text.o: proto/replica/text.c proto/base/utf8.h \
 proto/base/buffer.h proto/replica/text.h
proto/base/utf8.h:
proto/base/buffer.h:
proto/replica/text.h:
