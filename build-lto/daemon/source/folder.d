build-lto/daemon/source/folder.o: daemon/source/folder.c \
 daemon/base/log.h daemon/source/links.h proto/base/buffer.h \
 proto/base/err.h daemon/source/source.h daemon/config/config.h \
 daemon/fetch/fetcher.h daemon/fetch/fetch.h proto/base/clock.h \
 daemon/worker/pool.h build-lto/gen/readsync.pb-c.h proto/base/file.h
daemon/base/log.h:
daemon/source/links.h:
proto/base/buffer.h:
proto/base/err.h:
daemon/source/source.h:
daemon/config/config.h:
daemon/fetch/fetcher.h:
daemon/fetch/fetch.h:
proto/base/clock.h:
daemon/worker/pool.h:
build-lto/gen/readsync.pb-c.h:
proto/base/file.h:
