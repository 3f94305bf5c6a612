build-lto/proto/replica/item.o: proto/replica/item.c \
 proto/record/canonical_url.h proto/base/buffer.h proto/base/err.h \
 proto/base/hash.h proto/replica/alias.h proto/replica/replica.h \
 proto/base/clock.h proto/base/random.h proto/record/record.h \
 proto/record/version_vector.h proto/replica/erase.h \
 proto/replica/internal.h proto/base/secret.h proto/record/hlc.h \
 proto/replica/database.h proto/replica/pack.h proto/replica/policy.h \
 proto/replica/item.h build-lto/gen/readsync.pb-c.h \
 proto/replica/item_row.h proto/replica/text.h
proto/record/canonical_url.h:
proto/base/buffer.h:
proto/base/err.h:
proto/base/hash.h:
proto/replica/alias.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/random.h:
proto/record/record.h:
proto/record/version_vector.h:
proto/replica/erase.h:
proto/replica/internal.h:
proto/base/secret.h:
proto/record/hlc.h:
proto/replica/database.h:
proto/replica/pack.h:
proto/replica/policy.h:
proto/replica/item.h:
build-lto/gen/readsync.pb-c.h:
proto/replica/item_row.h:
proto/replica/text.h:
