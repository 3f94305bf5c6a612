build-lto/proto/replica/policy.o: proto/replica/policy.c \
 proto/replica/policy.h proto/base/buffer.h proto/base/err.h \
 proto/replica/item.h proto/replica/replica.h proto/base/clock.h \
 proto/base/random.h proto/record/record.h proto/base/hash.h \
 proto/record/version_vector.h build-lto/gen/readsync.pb-c.h \
 proto/replica/text.h
proto/replica/policy.h:
proto/base/buffer.h:
proto/base/err.h:
proto/replica/item.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
build-lto/gen/readsync.pb-c.h:
proto/replica/text.h:
