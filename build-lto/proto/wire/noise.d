build-lto/proto/wire/noise.o: proto/wire/noise.c proto/base/err.h \
 proto/wire/cipher.h proto/base/buffer.h proto/wire/noise.h \
 proto/base/random.h proto/base/secret.h
proto/base/err.h:
proto/wire/cipher.h:
proto/base/buffer.h:
proto/wire/noise.h:
proto/base/random.h:
proto/base/secret.h:
