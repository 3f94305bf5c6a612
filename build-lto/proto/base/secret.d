build-lto/proto/base/secret.o: proto/base/secret.c proto/base/err.h \
 proto/base/secret.h
proto/base/err.h:
proto/base/secret.h:
