build-lto/daemon/fetch/referrer.o: daemon/fetch/referrer.c \
 daemon/fetch/referrer.h proto/base/err.h
daemon/fetch/referrer.h:
proto/base/err.h:
