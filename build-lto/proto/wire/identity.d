build-lto/proto/wire/identity.o: proto/wire/identity.c proto/base/err.h \
 proto/wire/identity.h proto/base/random.h proto/base/secret.h
proto/base/err.h:
proto/wire/identity.h:
proto/base/random.h:
proto/base/secret.h:
