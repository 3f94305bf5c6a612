build-lto/daemon/worker/sandbox.o: daemon/worker/sandbox.c \
 daemon/worker/sandbox.h proto/base/err.h
daemon/worker/sandbox.h:
proto/base/err.h:
