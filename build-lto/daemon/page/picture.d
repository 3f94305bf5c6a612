build-lto/daemon/page/picture.o: daemon/page/picture.c \
 daemon/page/picture.h proto/base/buffer.h proto/base/err.h \
 build-lto/gen/readsync.pb-c.h daemon/page/svg.h
daemon/page/picture.h:
proto/base/buffer.h:
proto/base/err.h:
build-lto/gen/readsync.pb-c.h:
daemon/page/svg.h:
