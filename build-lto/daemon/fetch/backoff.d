build-lto/daemon/fetch/backoff.o: daemon/fetch/backoff.c \
 daemon/fetch/backoff.h proto/base/random.h
daemon/fetch/backoff.h:
proto/base/random.h:
