build-lto/client/view/listing.o: client/view/listing.c \
 client/view/cells.h client/view/listing.h proto/replica/item.h \
 proto/replica/replica.h proto/base/clock.h proto/base/err.h \
 proto/base/random.h proto/record/record.h proto/base/buffer.h \
 proto/base/hash.h proto/record/version_vector.h \
 build-lto/gen/readsync.pb-c.h proto/base/encode.h proto/replica/search.h
client/view/cells.h:
client/view/listing.h:
proto/replica/item.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
build-lto/gen/readsync.pb-c.h:
proto/base/encode.h:
proto/replica/search.h:
