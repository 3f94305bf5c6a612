build-lto/daemon/page/phrase.o: daemon/page/phrase.c daemon/page/fold.h \
 proto/base/buffer.h daemon/page/phrase.h
daemon/page/fold.h:
proto/base/buffer.h:
daemon/page/phrase.h:
