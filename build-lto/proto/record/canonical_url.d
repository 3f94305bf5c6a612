build-lto/proto/record/canonical_url.o: proto/record/canonical_url.c \
 proto/record/canonical_url.h proto/base/buffer.h proto/base/err.h \
 proto/base/hash.h proto/record/host_name.h
proto/record/canonical_url.h:
proto/base/buffer.h:
proto/base/err.h:
proto/base/hash.h:
proto/record/host_name.h:
