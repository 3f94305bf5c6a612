build-lto/proto/base/err.o: proto/base/err.c proto/base/err.h
proto/base/err.h:
