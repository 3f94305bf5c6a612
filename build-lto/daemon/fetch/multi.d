build-lto/daemon/fetch/multi.o: daemon/fetch/multi.c daemon/fetch/multi.h \
 proto/base/err.h
daemon/fetch/multi.h:
proto/base/err.h:
