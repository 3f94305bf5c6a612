build-lto/proto/wire/cipher.o: proto/wire/cipher.c proto/base/err.h \
 proto/wire/cipher.h proto/base/buffer.h
proto/base/err.h:
proto/wire/cipher.h:
proto/base/buffer.h:
