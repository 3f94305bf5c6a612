build-lto/proto/record/record.o: proto/record/record.c \
 proto/record/record.h proto/base/buffer.h proto/base/hash.h \
 proto/record/version_vector.h
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
