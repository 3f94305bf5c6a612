build-lto/proto/base/clock.o: proto/base/clock.c proto/base/clock.h
proto/base/clock.h:
