/*
 * Collecting: what says nothing is forgotten, once nobody can contradict it.
 *
 * A register with the empty value stays for as long as some device may still hold an older
 * write of it.  On an archive it is collected when it is stable (held.h) and HELD_AWAY_MS
 * old.  When the address of a removed item is, the archive withdraws whatever the item, its
 * fetches, readings, notes and highlights still say: what another device said of it while it
 * did not know of the removal.  That is collected in its turn, and the address last.  What is
 * said of a part of which the rest is gone is withdrawn likewise, before that is collected.  So
 * nothing is ever collected but what says nothing, each register by itself: replicas that
 * have collected more or less than others show the same.
 *
 * The *horizon* says, for each origin, up to which write something was collected.  It
 * only rises.  Who holds less than the horizon says may
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
	bool decides;			/* what is stable is known here */
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
 * collect_run(replica):
 * For a program that does one thing at a time: a whole pass, in transactions of its own, if the
 * horizon has risen since the last one.  Between transactions.
 */
int collect_run(struct replica *replica);

/**
 * collect_horizon(replica):
 * Return the horizon; borrowed, valid until the next write.
 */
const struct version_vector *collect_horizon(const struct replica *replica);

/**
 * collect_follow(replica, horizon):
 * Take over ${horizon}, of a peer that this replica is not behind, or not any more: a pass
 * collects what lies below it.
 */
int collect_follow(struct replica *replica, const struct version_vector *horizon);

/*
 * For a replica that is behind the horizon of a peer, and for that peer.
 */

/**
 * collect_standing(replica, origin, after, through, on_sequence, context):
 * Hand the sequences of ${origin}'s writes above ${after} and up to ${through} that are held, in
 * rising order, to on_sequence(context, sequence) until it returns false.
 */
int collect_standing(struct replica *replica, const uint8_t *origin, uint64_t after,
    uint64_t through, bool (*on_sequence)(void *context, uint64_t sequence), void *context);

/**
 * collect_gap(replica, origin, after, through, peer):
 * At a peer that holds ${peer} none of ${origin}'s writes above ${after} and up to ${through}
 * stands any more: forget those that are held here, but of devices.  Of an item whose
 * address goes with them, or a part of it whose name for it does, what the peer was never told
 * goes too: the removal wins over what was said of it by one who did not know of that.
 */
int collect_gap(struct replica *replica, const uint8_t *origin, uint64_t after,
    uint64_t through, const struct version_vector *peer);

/**
 * collect_uncovered(replica):
 * Forget every write, but of devices, that the vector does not cover: see snapshot_drop.
 */
int collect_uncovered(struct replica *replica);

/**
 * collect_tidy(replica):
 * After collect_gap: drop the rows of items that no register names any more.
 */
int collect_tidy(struct replica *replica);

#endif
