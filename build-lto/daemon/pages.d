build-lto/daemon/pages.o: daemon/pages.c daemon/fetch/site_name.h \
 daemon/pages.h daemon/fetch/fetch.h proto/base/buffer.h proto/base/err.h \
 build-lto/gen/readsync.pb-c.h
daemon/fetch/site_name.h:
daemon/pages.h:
daemon/fetch/fetch.h:
proto/base/buffer.h:
proto/base/err.h:
build-lto/gen/readsync.pb-c.h:
