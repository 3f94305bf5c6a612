/*
 * The snapshot that this replica is taking: how one that begins gets all that another
 * holds, newest items first, over as many sessions as it takes.
 *
 * What has come so far is here like any other record, but the vector does not speak of it:
 * of each origin there are gaps, and who relied on the vector would never fill them.  Only
 * the end of the snapshot raises it, by what the other's vector was at the beginning.  Until
 * then the other, its vector and the place where it goes on are kept, and committed with the
 * records.
 */
#ifndef PROTO_REPLICA_SNAPSHOT_H
#define PROTO_REPLICA_SNAPSHOT_H

#include "proto/replica/replica.h"

/* Why an exchange is to begin with a snapshot, the stronger reason last. */
enum snapshot_need {
	SNAPSHOT_NONE = 0,
	SNAPSHOT_FIRST = 1,	/* nothing of anybody else's is held */
	SNAPSHOT_UNDER_WAY = 2	/* or it was demanded */
};

/**
 * snapshot_need(replica, ret_need):
 * Tell whether the next exchange is to begin with a snapshot.
 */
int snapshot_need(struct replica *replica, enum snapshot_need *ret_need);

/**
 * snapshot_demand(replica):
 * Have the next exchange begin with a snapshot, though the vector is not empty; inside a
 * transaction.  What is under way begins anew.  For a device whose peers may have forgotten
 * what was removed since it was there last.
 */
int snapshot_demand(struct replica *replica);

/**
 * snapshot_find(replica, source, cursor, begun):
 * Find where the snapshot of the replica ${source} (its origin) goes on: append that to
 * ${cursor}, and put the vector with which it began into ${begun}, which is empty.
 * RS_ENOTFOUND when none is under way from there.
 */
int snapshot_find(struct replica *replica, const uint8_t *source, struct buffer *cursor,
    struct version_vector *begun);

/**
 * snapshot_begin(replica, source, begun):
 * Note that the snapshot of ${source}, whose vector is ${begun}, begins now.
 */
int snapshot_begin(struct replica *replica, const uint8_t *source,
    const struct version_vector *begun);

/**
 * snapshot_reach(replica, cursor):
 * Note that it goes on at ${cursor}.
 */
int snapshot_reach(struct replica *replica, struct bytes cursor);

/**
 * snapshot_end(replica):
 * All of it is here: forget about it.  The caller raises the vector.
 */
int snapshot_end(struct replica *replica);

/**
 * snapshot_stands(holds, begun, horizon):
 * Tell whether all that came of a snapshot is still known for what it is: whoever takes it holds
 * ${holds}, it began at ${begun}, and up to ${horizon} things were collected since (collect.h).
 * What was collected above both may have taken back what came.
 */
bool snapshot_stands(const struct version_vector *holds, const struct version_vector *begun,
    const struct version_vector *horizon);

/**
 * snapshot_drop(replica, horizon):
 * A peer has collected up to ${horizon}.  If snapshot_stands says no of what is left of a snapshot
 * here, forget that, but of devices; what still stands will come again.  Inside a transaction.
 */
int snapshot_drop(struct replica *replica, const struct version_vector *horizon);

/**
 * snapshot_is_left(replica, ret_left):
 * Tell whether something may have come of a snapshot that the vector does not cover, be it
 * under way, ended or left for another: what was written at the source since it began, too.
 */
int snapshot_is_left(struct replica *replica, bool *ret_left);

/**
 * snapshot_give_up(replica):
 * An exchange has come to rest: what the vector does not cover now, the peer does not hold,
 * and perhaps nobody else, if the source was put back to an older state.  It becomes ours, so
 * that others get it; a snapshot that is under way is not gone on with.
 */
int snapshot_give_up(struct replica *replica);

#endif
