build-lto/client/editor.o: client/editor.c client/editor.h \
 proto/base/buffer.h proto/base/err.h proto/base/file.h
client/editor.h:
proto/base/buffer.h:
proto/base/err.h:
proto/base/file.h:
