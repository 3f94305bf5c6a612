build-lto/proto/record/article_markdown.o: \
 proto/record/article_markdown.c proto/record/article.h \
 proto/base/buffer.h build-lto/gen/readsync.pb-c.h \
 proto/record/article_markdown.h
proto/record/article.h:
proto/base/buffer.h:
build-lto/gen/readsync.pb-c.h:
proto/record/article_markdown.h:
