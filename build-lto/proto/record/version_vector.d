build-lto/proto/record/version_vector.o: proto/record/version_vector.c \
 proto/base/buffer.h proto/base/err.h proto/base/hash.h \
 proto/record/version_vector.h
proto/base/buffer.h:
proto/base/err.h:
proto/base/hash.h:
proto/record/version_vector.h:
