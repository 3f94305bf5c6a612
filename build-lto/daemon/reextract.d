build-lto/daemon/reextract.o: daemon/reextract.c daemon/base/log.h \
 daemon/base/vault_thread.h proto/replica/replica.h proto/base/clock.h \
 proto/base/err.h proto/base/random.h proto/record/record.h \
 proto/base/buffer.h proto/base/hash.h proto/record/version_vector.h \
 daemon/daemon.h daemon/config/config.h proto/replica/device.h \
 proto/base/secret.h proto/replica/home.h proto/vault/keys.h \
 daemon/page/page.h build-lto/gen/readsync.pb-c.h daemon/page_job.h \
 daemon/rule/rule.h daemon/worker/pool.h proto/base/terminal.h \
 proto/replica/blob.h proto/replica/reading.h
daemon/base/log.h:
daemon/base/vault_thread.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/err.h:
proto/base/random.h:
proto/record/record.h:
proto/base/buffer.h:
proto/base/hash.h:
proto/record/version_vector.h:
daemon/daemon.h:
daemon/config/config.h:
proto/replica/device.h:
proto/base/secret.h:
proto/replica/home.h:
proto/vault/keys.h:
daemon/page/page.h:
build-lto/gen/readsync.pb-c.h:
daemon/page_job.h:
daemon/rule/rule.h:
daemon/worker/pool.h:
proto/base/terminal.h:
proto/replica/blob.h:
proto/replica/reading.h:
