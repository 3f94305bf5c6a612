build-lto/daemon/home.o: daemon/home.c daemon/base/log.h daemon/daemon.h \
 daemon/config/config.h proto/base/buffer.h proto/base/err.h \
 proto/replica/device.h proto/base/secret.h proto/replica/replica.h \
 proto/base/clock.h proto/base/random.h proto/record/record.h \
 proto/base/hash.h proto/record/version_vector.h proto/replica/home.h \
 proto/vault/keys.h proto/wire/identity.h
daemon/base/log.h:
daemon/daemon.h:
daemon/config/config.h:
proto/base/buffer.h:
proto/base/err.h:
proto/replica/device.h:
proto/base/secret.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/random.h:
proto/record/record.h:
proto/base/hash.h:
proto/record/version_vector.h:
proto/replica/home.h:
proto/vault/keys.h:
proto/wire/identity.h:
