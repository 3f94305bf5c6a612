build-lto/client/view/flow.o: client/view/flow.c client/view/cells.h \
 client/view/flow.h proto/base/buffer.h proto/base/err.h
client/view/cells.h:
client/view/flow.h:
proto/base/buffer.h:
proto/base/err.h:
