build-lto/gen/readsync.pb-c.o: build-lto/gen/readsync.pb-c.c \
 build-lto/gen/readsync.pb-c.h
build-lto/gen/readsync.pb-c.h:
