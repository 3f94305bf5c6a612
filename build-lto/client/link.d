build-lto/client/link.o: client/link.c client/link.h proto/base/buffer.h \
 proto/base/err.h proto/base/secret.h build-lto/gen/readsync.pb-c.h \
 proto/base/random.h proto/sync/compressed.h proto/replica/pack.h \
 proto/wire/channel.h proto/wire/frame.h proto/wire/noise.h \
 proto/wire/message.h proto/wire/token.h
client/link.h:
proto/base/buffer.h:
proto/base/err.h:
proto/base/secret.h:
build-lto/gen/readsync.pb-c.h:
proto/base/random.h:
proto/sync/compressed.h:
proto/replica/pack.h:
proto/wire/channel.h:
proto/wire/frame.h:
proto/wire/noise.h:
proto/wire/message.h:
proto/wire/token.h:
