/*
 * What each end says it holds, in its Vector messages, and whether it asks for a snapshot.
 *
 * Both say it at once, without waiting for the other; what follows from both, the session
 * decides (session.h).
 */
#ifndef PROTO_SYNC_VECTORS_H
#define PROTO_SYNC_VECTORS_H

#include "proto/replica/snapshot.h"
#include "proto/sync/greeting.h"
#include "proto/sync/incoming.h"
#include "proto/sync/standing.h"
#include "readsync.pb-c.h"

/* What one end says in its Vector of a snapshot. */
struct asking {
	enum snapshot_need need;
	struct buffer cursor;		/* where it goes on, */
	struct version_vector begun;	/* and what was held where it began */
};

struct vectors {
	bool due;			/* (the rest of) what we announced is to be sent, */
	size_t next;			/* from this entry on */
	struct version_vector peer;	/* what the peer has announced */
	struct asking ours;
	struct asking theirs;
};

/**
 * vectors_init(vectors), vectors_release(vectors):
 * Begin before anything was told; free what ${vectors} holds.
 */
void vectors_init(struct vectors *vectors);
/** Free what it holds, but not itself. */
void vectors_release(struct vectors *vectors);

/**
 * vectors_begin(vectors, replica, greeting):
 * Both have greeted and hold different things: ours is due, and it is decided whether it asks
 * for a snapshot.
 */
int vectors_begin(struct vectors *vectors, struct replica *replica,
    const struct greeting *greeting);

/**
 * vectors_pack(vectors, greeting, standing, incoming, out):
 * Append the next part of ours to ${out}; it must be due.  ${incoming} notes what was told.
 */
int vectors_pack(struct vectors *vectors, const struct greeting *greeting,
    const struct standing *standing, struct incoming *incoming, struct buffer *out);

/**
 * vectors_receive(vectors, message, greeting, standing, incoming, replica, detail):
 * Take the next part of the peer's; it is whole when ${message} is not followed by more.  Fails
 * like incoming_entries and standing_hear.
 */
int vectors_receive(struct vectors *vectors, const Readsync__Vector *message,
    const struct greeting *greeting, struct standing *standing, struct incoming *incoming,
    struct replica *replica, struct rs_err_detail *detail);

/**
 * vectors_is_given(asking, other, initiator):
 * Tell whether the one that asks as ${asking}, who is the initiator or not, is given a snapshot
 * by the one that asks as ${other}.  Who is in the middle of one gives none: it holds more than
 * its vector says.
 */
bool vectors_is_given(const struct asking *asking, const struct asking *other, bool initiator);

/**
 * vectors_goes_on(asking, holds, giver, horizon):
 * Tell whether the snapshot of the one that asks as ${asking}, and says it holds ${holds}, goes on
 * where it was, now that the giver says it holds ${giver}, and has collected up to ${horizon}:
 * both ends must come to the same.
 */
bool vectors_goes_on(const struct asking *asking, const struct version_vector *holds,
    const struct version_vector *giver, const struct version_vector *horizon);

#endif
