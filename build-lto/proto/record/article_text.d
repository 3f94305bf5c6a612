build-lto/proto/record/article_text.o: proto/record/article_text.c \
 proto/record/article_text.h proto/base/buffer.h \
 build-lto/gen/readsync.pb-c.h
proto/record/article_text.h:
proto/base/buffer.h:
build-lto/gen/readsync.pb-c.h:
