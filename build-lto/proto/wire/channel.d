build-lto/proto/wire/channel.o: proto/wire/channel.c proto/base/err.h \
 proto/wire/channel.h proto/base/buffer.h proto/base/random.h \
 proto/base/secret.h proto/wire/frame.h proto/wire/noise.h
proto/base/err.h:
proto/wire/channel.h:
proto/base/buffer.h:
proto/base/random.h:
proto/base/secret.h:
proto/wire/frame.h:
proto/wire/noise.h:
