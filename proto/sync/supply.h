/*
 * The outgoing half of a snapshot: all that the replica holds, for a peer that begins.
 *
 * Nothing is prepared: each message is made from the replica, from where the last one
 * ended, when the connection can take it.  What is written meanwhile goes out afterwards,
 * as Records do.
 */
#ifndef PROTO_SYNC_SUPPLY_H
#define PROTO_SYNC_SUPPLY_H

#include "proto/replica/walk.h"
#include "readsync.pb-c.h"

struct supply {
	bool active;			/* a snapshot is under way */
	struct walk walk;
	struct version_vector begun;	/* what the peer holds in the end, at least */
	uint8_t peer[VERSION_ORIGIN_LEN];	/* its origin: its own writes it has */
	uint64_t records;		/* handed over so far */
};

/**
 * supply_init(supply), supply_release(supply):
 * Begin before anything was asked for; free what ${supply} holds.
 */
void supply_init(struct supply *supply);
/** Free what it holds, but not itself. */
void supply_release(struct supply *supply);

/**
 * supply_begin(supply, peer, begun, cursor):
 * The peer, whose origin is ${peer}, is given a snapshot, which begins, or began, when our vector
 * was ${begun}.  It goes on at ${cursor}; it begins now when that is empty.  RS_EPROTOCOL for a
 * cursor that is not ours.
 */
int supply_begin(struct supply *supply, const uint8_t *peer, const struct version_vector *begun,
    struct bytes cursor);

/**
 * supply_pack(supply, replica, out):
 * Append the next Snapshot message to ${out}.  After the last one the snapshot is no longer
 * active.
 */
int supply_pack(struct supply *supply, struct replica *replica, struct buffer *out);

#endif
