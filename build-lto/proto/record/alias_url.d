build-lto/proto/record/alias_url.o: proto/record/alias_url.c \
 proto/base/buffer.h proto/record/alias_url.h \
 proto/record/canonical_url.h proto/base/err.h proto/base/hash.h
proto/base/buffer.h:
proto/record/alias_url.h:
proto/record/canonical_url.h:
proto/base/err.h:
proto/base/hash.h:
