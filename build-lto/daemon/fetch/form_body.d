build-lto/daemon/fetch/form_body.o: daemon/fetch/form_body.c \
 daemon/fetch/form_body.h proto/base/buffer.h proto/base/err.h \
 proto/base/secret.h
daemon/fetch/form_body.h:
proto/base/buffer.h:
proto/base/err.h:
proto/base/secret.h:
