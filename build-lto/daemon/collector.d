build-lto/daemon/collector.o: daemon/collector.c daemon/base/log.h \
 daemon/collector.h daemon/base/vault_thread.h proto/replica/replica.h \
 proto/base/clock.h proto/base/err.h proto/base/random.h \
 proto/record/record.h proto/base/buffer.h proto/base/hash.h \
 proto/record/version_vector.h proto/replica/collect.h
daemon/base/log.h:
daemon/collector.h:
daemon/base/vault_thread.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
proto/replica/collect.h:
