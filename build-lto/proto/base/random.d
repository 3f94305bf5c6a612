build-lto/proto/base/random.o: proto/base/random.c proto/base/random.h
proto/base/random.h:
