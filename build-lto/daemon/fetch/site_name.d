build-lto/daemon/fetch/site_name.o: daemon/fetch/site_name.c \
 daemon/fetch/site_name.h proto/base/err.h proto/record/host_name.h \
 proto/base/buffer.h
daemon/fetch/site_name.h:
proto/base/err.h:
proto/record/host_name.h:
proto/base/buffer.h:
