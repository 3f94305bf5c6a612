build-lto/daemon/config/config.o: daemon/config/config.c \
 daemon/config/config.h daemon/base/log.h proto/base/buffer.h \
 proto/base/err.h daemon/config/config_key.h daemon/config/config_value.h \
 daemon/fetch/fetch.h proto/base/file.h
daemon/config/config.h:
daemon/base/log.h:
proto/base/buffer.h:
proto/base/err.h:
daemon/config/config_key.h:
daemon/config/config_value.h:
daemon/fetch/fetch.h:
proto/base/file.h:
