build-lto/daemon/fetch/headers.o: daemon/fetch/headers.c \
 daemon/fetch/headers.h proto/base/err.h
daemon/fetch/headers.h:
proto/base/err.h:
