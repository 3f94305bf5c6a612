build-lto/daemon/page/plain_page.o: daemon/page/plain_page.c \
 daemon/page/plain_page.h proto/base/buffer.h proto/base/err.h
daemon/page/plain_page.h:
proto/base/buffer.h:
proto/base/err.h:
