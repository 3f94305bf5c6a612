/*
 * Collecting: what says nothing is forgotten, once nobody can contradict it.
 *
 * A register with the empty value stays for as long as some device may still hold an older
 * write of it.  On an archive it is collected when it is stable (held.h) and
 * HELD_AWAY_MS old; an item that was removed, when that is true of all of its registers, with
 * all of them, and with its fetches, readings, notes and highlights if there are any left.
 *
 * The *horizon* says, for each origin, up to which write something was collected.  It is
 * never above the version vector, and only rises.  Who holds less than the horizon says may
 * never have heard of what was collected, and would bring it back: so a peer is told our
 * horizon, and one that is behind it learns which of our writes still stand, and
 * forgets all others that we had (proto/sync/standing.h).  Who is not behind takes over the
 * horizon, and collects what lies below it.
 *
 * The cost follows what was removed and taken away, and not the library: those registers
 * have an index of their own.
 */
#ifndef PROTO_REPLICA_COLLECT_H
#define PROTO_REPLICA_COLLECT_H

#include "proto/replica/replica.h"

enum {
	COLLECT_STEP = 200	/* registers that one step looks at */
};

struct collect {
	struct version_vector bound;	/* only what lies within is collected */
	uint64_t before;		/* and, of a clock, below this */

	/* The last register that was looked at. */
	uint64_t clock;
	int64_t row;
};

/**
 * collect_begin(replica, collect), collect_release(collect):
 * Begin a pass over what may be collected now; free what ${collect} holds.
 */
int collect_begin(struct replica *replica, struct collect *collect);
/** Free what it holds, but not itself. */
void collect_release(struct collect *collect);

/**
 * collect_step(replica, collect, ret_more):
 * Go on by one step, inside a transaction.  ${ret_more} tells whether the pass goes on.
 */
int collect_step(struct replica *replica, struct collect *collect, bool *ret_more);

/**
 * collect_horizon(replica):
 * Return the horizon; borrowed, valid until the next write.
 */
const struct version_vector *collect_horizon(const struct replica *replica);

/**
 * collect_follow(replica, horizon, ret_any):
 * A peer that this replica is not behind has the horizon ${horizon}: take over what of it
 * this replica's vector covers.  ${ret_any} tells whether that is more than before.
 */
int collect_follow(struct replica *replica, const struct version_vector *horizon,
    bool *ret_any);

/**
 * collect_register(replica, row):
 * Forget the register in ${row} of the table, and what was derived from it.  The caller
 * answers for the horizon.
 */
int collect_register(struct replica *replica, int64_t row);

#endif
