build-lto/client/jsonl/field.o: client/jsonl/field.c client/jsonl/field.h \
 proto/base/err.h
client/jsonl/field.h:
proto/base/err.h:
