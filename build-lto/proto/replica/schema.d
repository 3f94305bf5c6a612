build-lto/proto/replica/schema.o: proto/replica/schema.c \
 proto/replica/schema.h proto/replica/database.h proto/base/buffer.h \
 proto/base/err.h
proto/replica/schema.h:
proto/replica/database.h:
proto/base/buffer.h:
proto/base/err.h:
