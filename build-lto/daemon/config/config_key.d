build-lto/daemon/config/config_key.o: daemon/config/config_key.c \
 daemon/config/config_key.h daemon/config/config.h daemon/base/log.h \
 proto/base/buffer.h proto/base/err.h daemon/config/config_value.h \
 daemon/fetch/fetch.h daemon/fetch/guard.h proto/replica/device.h \
 proto/base/secret.h proto/replica/replica.h proto/base/clock.h \
 proto/base/random.h proto/record/record.h proto/base/hash.h \
 proto/record/version_vector.h proto/replica/text.h proto/replica/work.h \
 proto/wire/token.h
daemon/config/config_key.h:
daemon/config/config.h:
daemon/base/log.h:
proto/base/buffer.h:
proto/base/err.h:
daemon/config/config_value.h:
daemon/fetch/fetch.h:
daemon/fetch/guard.h:
proto/replica/device.h:
proto/base/secret.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
proto/replica/text.h:
proto/replica/work.h:
proto/wire/token.h:
