build-lto/proto/record/evidence_reason.o: proto/record/evidence_reason.c \
 proto/record/evidence_reason.h
proto/record/evidence_reason.h:
