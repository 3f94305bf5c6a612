/*
 * The incoming half of the records: what the peer may send, what is made of it,
 * and what is to be acknowledged once it is durable.
 *
 * What comes in is never more than it must be: nothing that the peer was told
 * we hold, no origin twice, no step back, no write of this device that it does not
 * know of itself.  The list of devices is taken from those alone that may write it.
 */
#ifndef PROTO_SYNC_INCOMING_H
#define PROTO_SYNC_INCOMING_H

#include "proto/replica/replica.h"
#include "proto/sync/outgoing.h"
#include "readsync.pb-c.h"

struct incoming {
	struct version_vector told;	/* what we said we hold, and were sent since */
	struct version_vector durable_next;	/* to acknowledge after the commit */
	bool more;			/* the peer is in the middle of its records */
	bool refuse_devices;		/* the peer may not write the list of devices */
	bool outrun;			/* the peer holds writes of ours that are not here */
	bool snapshot;			/* the peer sends us a snapshot, from there: */
	uint8_t source[VERSION_ORIGIN_LEN];
	bool fresh;			/* it is not noted yet that it has begun */
	struct version_vector begun;	/* what we hold at its end */
	uint64_t records;		/* counts, see struct sync_counts */
	uint64_t items;
	uint64_t readings;
};

/**
 * incoming_init(incoming), incoming_release(incoming):
 * Begin before anything was told; free what ${incoming} holds.
 */
void incoming_init(struct incoming *incoming);
/** Free what it holds, but not itself. */
void incoming_release(struct incoming *incoming);

/**
 * incoming_told(incoming, origin, sequence):
 * The peer has been told that ${origin}'s writes are held up to ${sequence}.
 * RS_ENOMEM, RS_ELIMIT.
 */
int incoming_told(struct incoming *incoming, const uint8_t *origin, uint64_t sequence);

/**
 * incoming_entries(incoming, replica, entries, count, vector, detail):
 * Add to ${vector} the next ${count} ${entries} of what a peer says in Vector messages.
 * RS_EPROTOCOL when they are out of order or out of range; RS_EREFUSED, and
 * `outrun` is set, when the peer holds writes of this device that this device has not
 * made, by their number or their clock.
 */
int incoming_entries(struct incoming *incoming, struct replica *replica,
    Readsync__VectorEntry *const *entries, size_t count, struct version_vector *vector,
    struct rs_err_detail *detail);

/**
 * incoming_records(incoming, replica, records, outgoing, detail):
 * Apply one Records message, inside a transaction of ${replica}; fails like
 * incoming_entries, and for a record out of bounds.  After a failure the caller
 * rolls back and does not go on.
 */
int incoming_records(struct incoming *incoming, struct replica *replica,
    const Readsync__Records *records, struct outgoing *outgoing, struct rs_err_detail *detail);

/**
 * incoming_await(incoming, source, begun, fresh):
 * The peer, whose origin is ${source}, sends a snapshot now, by which all that ${begun} names
 * is held in the end; ${fresh}: from its beginning.
 */
int incoming_await(struct incoming *incoming, const uint8_t *source,
    const struct version_vector *begun, bool fresh);

/**
 * incoming_snapshot(incoming, replica, snapshot, outgoing, detail):
 * Apply one Snapshot message, inside a transaction of ${replica}; fails like
 * incoming_records.
 */
int incoming_snapshot(struct incoming *incoming, struct replica *replica,
    const Readsync__Snapshot *snapshot, struct outgoing *outgoing,
    struct rs_err_detail *detail);

/**
 * incoming_acknowledge(incoming, message):
 * Move what is to be acknowledged, as far as one message holds, into
 * ${message}: what was taken must be durable now.  RS_ENOMEM.
 */
int incoming_acknowledge(struct incoming *incoming, Readsync__Acknowledge *message);

#endif
