build-lto/proto/replica/index.o: proto/replica/index.c \
 proto/record/article_text.h proto/base/buffer.h \
 build-lto/gen/readsync.pb-c.h proto/replica/index.h \
 proto/replica/replica.h proto/base/clock.h proto/base/err.h \
 proto/base/random.h proto/record/record.h proto/base/hash.h \
 proto/record/version_vector.h proto/replica/internal.h \
 proto/base/secret.h proto/record/hlc.h proto/replica/database.h \
 proto/replica/pack.h proto/replica/policy.h proto/replica/item.h \
 proto/replica/reading.h proto/replica/tokenizer.h
proto/record/article_text.h:
proto/base/buffer.h:
build-lto/gen/readsync.pb-c.h:
proto/replica/index.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
proto/replica/internal.h:
proto/base/secret.h:
proto/record/hlc.h:
proto/replica/database.h:
proto/replica/pack.h:
proto/replica/policy.h:
proto/replica/item.h:
proto/replica/reading.h:
proto/replica/tokenizer.h:
