build-lto/client/view/cells.o: client/view/cells.c client/view/cells.h \
 proto/base/utf8.h proto/base/buffer.h
client/view/cells.h:
proto/base/utf8.h:
proto/base/buffer.h:
