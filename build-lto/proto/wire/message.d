build-lto/proto/wire/message.o: proto/wire/message.c proto/base/err.h \
 proto/base/hash.h proto/base/buffer.h proto/base/secret.h \
 proto/base/utf8.h proto/record/record.h proto/record/version_vector.h \
 proto/record/unpack.h proto/wire/frame.h proto/wire/identity.h \
 proto/base/random.h proto/wire/message.h build-lto/gen/readsync.pb-c.h
proto/base/err.h:
proto/base/hash.h:
proto/base/buffer.h:
proto/base/secret.h:
proto/base/utf8.h:
proto/record/record.h:
proto/record/version_vector.h:
proto/record/unpack.h:
proto/wire/frame.h:
proto/wire/identity.h:
proto/base/random.h:
proto/wire/message.h:
build-lto/gen/readsync.pb-c.h:
