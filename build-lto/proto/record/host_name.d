build-lto/proto/record/host_name.o: proto/record/host_name.c \
 proto/base/err.h proto/record/host_name.h proto/base/buffer.h
proto/base/err.h:
proto/record/host_name.h:
proto/base/buffer.h:
