/*
 * How much a replica holds.
 */
#ifndef PROTO_REPLICA_STATISTICS_H
#define PROTO_REPLICA_STATISTICS_H

#include "proto/replica/replica.h"

struct statistics {
	uint64_t items;			/* present */
	uint64_t unread;		/* of these */
	uint64_t readings;
	uint64_t full;			/* items whose best copy is full */
	uint64_t blobs;			/* held whole */
	uint64_t blobs_wanted;
	uint64_t stored_bytes;		/* of these blobs */
};

/**
 * statistics_read(replica, ret_statistics):
 * Count.  Costs a pass over the indexes: for a status, not for a hot path.
 */
int statistics_read(struct replica *replica, struct statistics *ret_statistics);

#endif
