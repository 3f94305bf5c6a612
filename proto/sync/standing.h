/*
 * What was collected, in an exchange: each end tells its horizon (collect.h) with its
 * vector.
 *
 * An end that is not behind the other's horizon takes it over.  One that is behind it may hold
 * what the other has collected: before any records go either way, it is told which of
 * the writes that both hold still stand there, and forgets the others.  That costs a byte
 * or two for each register, not the registers; nothing that the other end was never told is
 * lost, save what was said of an item by one who did not know that it was removed.
 */
#ifndef PROTO_SYNC_STANDING_H
#define PROTO_SYNC_STANDING_H

#include "proto/replica/replica.h"
#include "readsync.pb-c.h"

/* How far a list is. */
struct standing_place {
	size_t next;		/* origin, of what the list is about, */
	uint64_t after;		/* and how far that one is listed */
};

struct standing {
	struct version_vector horizon;	/* ours when we greeted, */
	struct version_vector ours;	/* and as far as it was told */
	struct version_vector theirs;	/* the peer's */
	struct version_vector both;	/* what both hold: what a list is about */
	struct version_vector peer;	/* what the peer holds */
	bool due;			/* the peer is behind: (the rest of) our list goes out */
	bool awaited;			/* we are: (the rest of) the peer's is to come */
	struct standing_place sent;
	struct standing_place heard;
};

/**
 * standing_init(standing), standing_release(standing):
 * Begin before anything was told; free what ${standing} holds.
 */
void standing_init(struct standing *standing);
/** Free what it holds, but not itself. */
void standing_release(struct standing *standing);

/**
 * standing_announce(standing, replica, announced):
 * We have greeted as one that holds ${announced}: note our horizon, which goes with that.
 */
int standing_announce(struct standing *standing, const struct replica *replica,
    const struct version_vector *announced);

/**
 * standing_hear(standing, vector, detail):
 * The peer has told its vector, or a part of it.  RS_EPROTOCOL for a horizon above it.
 */
int standing_hear(struct standing *standing, const Readsync__Vector *vector,
    struct rs_err_detail *detail);

/**
 * standing_begin(standing, announced, peer):
 * It is known that we said we hold ${announced}, and the peer holds ${peer}.
 */
int standing_begin(struct standing *standing, const struct version_vector *announced,
    const struct version_vector *peer);

/**
 * standing_news(standing, replica):
 * Tell whether there is a horizon that standing_follow would take over.
 */
bool standing_news(const struct standing *standing, const struct replica *replica);

/**
 * standing_follow(standing, replica):
 * Take over the peer's horizon, inside a transaction.
 */
int standing_follow(const struct standing *standing, struct replica *replica);

/**
 * standing_is_overtaken(standing, replica, sent):
 * Tell whether our horizon has risen since the greeting above what the peer holds or was
 * ${sent}: it might never hear of what was collected, nor know that it is behind.
 */
bool standing_is_overtaken(const struct standing *standing, const struct replica *replica,
    const struct version_vector *sent);

/**
 * standing_pack(standing, replica, out):
 * Append the next Standing message to ${out}; it must be due.
 */
int standing_pack(struct standing *standing, struct replica *replica, struct buffer *out);

/**
 * standing_receive(standing, replica, message, detail):
 * Forget what the peer's ${message} leaves out, inside a transaction; after the last one,
 * take over the peer's horizon.  RS_EPROTOCOL when none is awaited, or it is not the next.
 */
int standing_receive(struct standing *standing, struct replica *replica,
    const Readsync__Standing *message, struct rs_err_detail *detail);

#endif
