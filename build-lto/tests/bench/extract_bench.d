build-lto/tests/bench/extract_bench.o: tests/bench/extract_bench.c \
 daemon/page/page.h proto/base/buffer.h proto/base/err.h \
 build-lto/gen/readsync.pb-c.h
daemon/page/page.h:
proto/base/buffer.h:
proto/base/err.h:
build-lto/gen/readsync.pb-c.h:
