build-lto/daemon/page_job.o: daemon/page_job.c daemon/page/page.h \
 proto/base/buffer.h proto/base/err.h build-lto/gen/readsync.pb-c.h \
 daemon/page_job.h proto/base/hash.h proto/replica/replica.h \
 proto/base/clock.h proto/base/random.h proto/record/record.h \
 proto/record/version_vector.h proto/replica/reading.h
daemon/page/page.h:
proto/base/buffer.h:
proto/base/err.h:
build-lto/gen/readsync.pb-c.h:
daemon/page_job.h:
proto/base/hash.h:
proto/replica/replica.h:
proto/base/clock.h:
proto/base/random.h:
proto/record/record.h:
proto/record/version_vector.h:
proto/replica/reading.h:
