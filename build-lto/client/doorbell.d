build-lto/client/doorbell.o: client/doorbell.c client/doorbell.h \
 proto/base/err.h
client/doorbell.h:
proto/base/err.h:
