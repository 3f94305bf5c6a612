build-lto/daemon/fetch/transfer.o: daemon/fetch/transfer.c \
 daemon/fetch/headers.h daemon/fetch/transfer.h daemon/fetch/fetch.h \
 proto/base/buffer.h proto/base/err.h daemon/fetch/guard.h \
 daemon/fetch/multi.h proto/base/secret.h proto/record/canonical_url.h \
 proto/base/hash.h
daemon/fetch/headers.h:
daemon/fetch/transfer.h:
daemon/fetch/fetch.h:
proto/base/buffer.h:
proto/base/err.h:
daemon/fetch/guard.h:
daemon/fetch/multi.h:
proto/base/secret.h:
proto/record/canonical_url.h:
proto/base/hash.h:
