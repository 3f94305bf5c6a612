build-lto/proto/record/copy_name.o: proto/record/copy_name.c \
 proto/record/copy_name.h build-lto/gen/readsync.pb-c.h
proto/record/copy_name.h:
build-lto/gen/readsync.pb-c.h:
