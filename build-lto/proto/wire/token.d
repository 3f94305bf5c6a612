build-lto/proto/wire/token.o: proto/wire/token.c proto/base/encode.h \
 proto/base/buffer.h proto/wire/token.h proto/base/err.h \
 proto/base/secret.h
proto/base/encode.h:
proto/base/buffer.h:
proto/wire/token.h:
proto/base/err.h:
proto/base/secret.h:
