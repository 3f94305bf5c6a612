build-lto/client/view/advice.o: client/view/advice.c client/view/advice.h \
 proto/base/buffer.h build-lto/gen/readsync.pb-c.h proto/base/err.h
client/view/advice.h:
proto/base/buffer.h:
build-lto/gen/readsync.pb-c.h:
proto/base/err.h:
