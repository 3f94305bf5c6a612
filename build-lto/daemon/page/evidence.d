build-lto/daemon/page/evidence.o: daemon/page/evidence.c \
 daemon/page/evidence.h build-lto/gen/readsync.pb-c.h proto/base/err.h
daemon/page/evidence.h:
build-lto/gen/readsync.pb-c.h:
proto/base/err.h:
