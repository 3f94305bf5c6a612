build-lto/daemon/fetch/fetcher.o: daemon/fetch/fetcher.c \
 daemon/fetch/fetcher.h daemon/fetch/fetch.h proto/base/buffer.h \
 proto/base/err.h proto/base/clock.h daemon/fetch/guard.h \
 daemon/fetch/host.h daemon/fetch/multi.h daemon/fetch/transfer.h
daemon/fetch/fetcher.h:
daemon/fetch/fetch.h:
proto/base/buffer.h:
proto/base/err.h:
proto/base/clock.h:
daemon/fetch/guard.h:
daemon/fetch/host.h:
daemon/fetch/multi.h:
daemon/fetch/transfer.h:
