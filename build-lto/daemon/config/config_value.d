build-lto/daemon/config/config_value.o: daemon/config/config_value.c \
 daemon/config/config_value.h daemon/config/config.h daemon/base/log.h \
 proto/base/buffer.h proto/base/err.h proto/replica/text.h
daemon/config/config_value.h:
daemon/config/config.h:
daemon/base/log.h:
proto/base/buffer.h:
proto/base/err.h:
proto/replica/text.h:
