build-lto/client/view/terminal.o: client/view/terminal.c \
 client/view/cells.h client/view/figure.h build-lto/gen/readsync.pb-c.h \
 client/view/flow.h proto/base/buffer.h client/view/terminal.h \
 client/view/annotation.h proto/replica/replica.h proto/base/clock.h \
 proto/base/err.h proto/base/random.h proto/record/record.h \
 proto/base/hash.h proto/record/version_vector.h proto/replica/image.h
client/view/cells.h:
client/view/figure.h:
build-lto/gen/readsync.pb-c.h:
client/view/flow.h:
proto/base/buffer.h:
client/view/terminal.h:
client/view/annotation.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
proto/replica/image.h:
