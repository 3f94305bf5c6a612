build-lto/daemon/source/feed.o: daemon/source/feed.c \
 daemon/source/source.h daemon/config/config.h daemon/base/log.h \
 proto/base/buffer.h proto/base/err.h daemon/fetch/fetcher.h \
 daemon/fetch/fetch.h proto/base/clock.h daemon/worker/pool.h \
 build-lto/gen/readsync.pb-c.h
daemon/source/source.h:
daemon/config/config.h:
daemon/base/log.h:
proto/base/buffer.h:
proto/base/err.h:
daemon/fetch/fetcher.h:
daemon/fetch/fetch.h:
proto/base/clock.h:
daemon/worker/pool.h:
build-lto/gen/readsync.pb-c.h:
