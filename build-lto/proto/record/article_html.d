build-lto/proto/record/article_html.o: proto/record/article_html.c \
 proto/base/encode.h proto/base/buffer.h proto/record/article.h \
 build-lto/gen/readsync.pb-c.h proto/record/article_html.h
proto/base/encode.h:
proto/base/buffer.h:
proto/record/article.h:
build-lto/gen/readsync.pb-c.h:
proto/record/article_html.h:
