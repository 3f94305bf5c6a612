build-lto/proto/replica/reading.o: proto/replica/reading.c \
 proto/base/utf8.h proto/base/buffer.h proto/record/article.h \
 build-lto/gen/readsync.pb-c.h proto/replica/alias.h \
 proto/replica/replica.h proto/base/clock.h proto/base/err.h \
 proto/base/random.h proto/record/record.h proto/base/hash.h \
 proto/record/version_vector.h proto/replica/blob.h proto/replica/image.h \
 proto/replica/image_work.h proto/replica/internal.h proto/base/secret.h \
 proto/record/hlc.h proto/replica/database.h proto/replica/pack.h \
 proto/replica/policy.h proto/replica/item.h proto/replica/reading.h \
 proto/replica/register.h proto/replica/value.h
proto/base/utf8.h:
proto/base/buffer.h:
proto/record/article.h:
build-lto/gen/readsync.pb-c.h:
proto/replica/alias.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
proto/replica/blob.h:
proto/replica/image.h:
proto/replica/image_work.h:
proto/replica/internal.h:
proto/base/secret.h:
proto/record/hlc.h:
proto/replica/database.h:
proto/replica/pack.h:
proto/replica/policy.h:
proto/replica/item.h:
proto/replica/reading.h:
proto/replica/register.h:
proto/replica/value.h:
