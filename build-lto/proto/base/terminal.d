build-lto/proto/base/terminal.o: proto/base/terminal.c proto/base/err.h \
 proto/base/terminal.h proto/base/secret.h
proto/base/err.h:
proto/base/terminal.h:
proto/base/secret.h:
