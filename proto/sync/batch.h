/*
 * The records of one message in the making, as many as it holds.
 */
#ifndef PROTO_SYNC_BATCH_H
#define PROTO_SYNC_BATCH_H

#include "proto/record/record.h"
#include "readsync.pb-c.h"

enum {
	BATCH_BYTES = 60000,	/* packed bytes of one message, at most */
	BATCH_ORIGIN_BYTES = 60	/* what an origin adds, in `origins` and `through` */
};

/* The lists are the message's own. */
struct batch {
	ProtobufCBinaryData **origins;
	size_t *origin_count;
	Readsync__Record ***records;
	size_t *record_count;

	size_t bytes;		/* packed, so far */
	bool full;		/* a record was left for the next message */
	uint8_t left[VERSION_ORIGIN_LEN];	/* its origin */
	int err;
};

/**
 * batch_add(context, record):
 * Take ${record} into the batch ${context}, while there is room.  False when there is none,
 * which sets `full`, and on failure, which sets `err`.
 */
bool batch_add(void *context, const struct record *record);

#endif
