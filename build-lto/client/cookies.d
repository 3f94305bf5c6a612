build-lto/client/cookies.o: client/cookies.c client/cookies.h \
 proto/base/buffer.h proto/base/err.h proto/record/host_name.h \
 proto/replica/site.h proto/replica/replica.h proto/base/clock.h \
 proto/base/random.h proto/record/record.h proto/base/hash.h \
 proto/record/version_vector.h
client/cookies.h:
proto/base/buffer.h:
proto/base/err.h:
proto/record/host_name.h:
proto/replica/site.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
