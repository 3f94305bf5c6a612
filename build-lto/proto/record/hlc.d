build-lto/proto/record/hlc.o: proto/record/hlc.c proto/record/hlc.h
proto/record/hlc.h:
