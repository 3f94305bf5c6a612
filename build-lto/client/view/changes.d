build-lto/client/view/changes.o: client/view/changes.c \
 client/view/cells.h client/view/changes.h proto/base/buffer.h \
 proto/base/err.h
client/view/cells.h:
client/view/changes.h:
proto/base/buffer.h:
proto/base/err.h:
