build-lto/daemon/vault.o: daemon/vault.c daemon/daemon.h \
 daemon/config/config.h daemon/base/log.h proto/base/buffer.h \
 proto/base/err.h proto/replica/device.h proto/base/secret.h \
 proto/replica/replica.h proto/base/clock.h proto/base/random.h \
 proto/record/record.h proto/base/hash.h proto/record/version_vector.h \
 proto/replica/home.h proto/vault/keys.h proto/base/terminal.h \
 proto/replica/upkeep.h
daemon/daemon.h:
daemon/config/config.h:
daemon/base/log.h:
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
proto/base/terminal.h:
proto/replica/upkeep.h:
