/*
 * The bound of an offline policy, in the want-list's order.
 *
 * The rows with a size are those that the policy asks for and the bound has a say in.  Those
 * that are kept are always the longest beginning of their order (rank, newest first, hash)
 * whose sizes together do not exceed the bound: there is one such beginning for one set of
 * rows, however it came about.  So each change moves the end of it by as much as it changes.
 */
#ifndef PROTO_REPLICA_WANT_BOUND_H
#define PROTO_REPLICA_WANT_BOUND_H

#include "proto/replica/replica.h"

/* What a row of the want-list says of its blob. */
struct want_place {
	int64_t rank;		/* an enum want_rank */
	int64_t saved_ms;
	int64_t size;		/* as far as it is known; 0: the bound does not see it */
	bool held;
	bool kept;
};

/**
 * want_bound_keeps(replica, hash, place):
 * Set ${place->kept} for a row that is about to be as ${place} says.
 */
int want_bound_keeps(struct replica *replica, const uint8_t *hash, struct want_place *place);

/**
 * want_bound_add(replica, size):
 * Rows of ${size} bytes more, or less when it is below 0, are kept than before.
 */
int want_bound_add(struct replica *replica, int64_t size);

/**
 * want_bound_settle(replica):
 * Rows have changed: move the end of what is kept to where the bound has it.
 */
int want_bound_settle(struct replica *replica);

/**
 * want_bound_clear(replica):
 * Empty the want-list: nothing is kept, by the policy as it is now.
 */
int want_bound_clear(struct replica *replica);

#endif
