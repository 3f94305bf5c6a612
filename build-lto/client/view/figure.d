build-lto/client/view/figure.o: client/view/figure.c client/view/figure.h \
 build-lto/gen/readsync.pb-c.h proto/replica/image.h \
 proto/replica/replica.h proto/base/clock.h proto/base/err.h \
 proto/base/random.h proto/record/record.h proto/base/buffer.h \
 proto/base/hash.h proto/record/version_vector.h
client/view/figure.h:
build-lto/gen/readsync.pb-c.h:
proto/replica/image.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
