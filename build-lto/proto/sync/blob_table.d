build-lto/proto/sync/blob_table.o: proto/sync/blob_table.c \
 proto/base/err.h proto/sync/blob_table.h proto/base/hash.h \
 proto/base/buffer.h
proto/base/err.h:
proto/sync/blob_table.h:
proto/base/hash.h:
proto/base/buffer.h:
