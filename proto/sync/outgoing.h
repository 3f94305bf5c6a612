/*
 * The outgoing half of the records: what the peer is known to hold, and the
 * Records messages that bring it the rest.
 *
 * Two vectors say all there is to say.  `sent` covers what the peer holds or has been
 * sent over this connection; `acknowledged` what it holds durably, by its own
 * word.  So there is no queue: a message is made from the replica when the
 * connection can take it, at a cost that follows its own size.
 */
#ifndef PROTO_SYNC_OUTGOING_H
#define PROTO_SYNC_OUTGOING_H

#include "proto/replica/replica.h"

struct outgoing {
	struct version_vector sent;
	struct version_vector acknowledged;
	uint64_t records;	/* handed over so far */
};

/**
 * outgoing_init(outgoing), outgoing_release(outgoing):
 * Begin with a peer that holds nothing; free what ${outgoing} holds.
 */
void outgoing_init(struct outgoing *outgoing);
/** Free what it holds, but not itself. */
void outgoing_release(struct outgoing *outgoing);

/**
 * outgoing_peer_holds(outgoing, origin, sequence):
 * The peer has said that it holds ${origin}'s writes up to ${sequence}.
 * RS_ENOMEM, RS_ELIMIT.
 */
int outgoing_peer_holds(struct outgoing *outgoing, const uint8_t *origin, uint64_t sequence);

/**
 * outgoing_sent(outgoing, vector):
 * The peer has been sent, by way of a snapshot, all that ${vector} names.  RS_ENOMEM,
 * RS_ELIMIT.
 */
int outgoing_sent(struct outgoing *outgoing, const struct version_vector *vector);

/**
 * outgoing_acknowledge(outgoing, origin, sequence):
 * The peer has made durable what it was sent.  RS_EPROTOCOL when it was not
 * sent that much.
 */
int outgoing_acknowledge(struct outgoing *outgoing, const uint8_t *origin, uint64_t sequence);

/**
 * outgoing_pending(outgoing, replica), outgoing_settled(outgoing):
 * Tell whether ${replica} holds what the peer has not been sent; and whether the
 * peer has made durable all that it was sent.
 */
bool outgoing_pending(const struct outgoing *outgoing, const struct replica *replica);
bool outgoing_settled(const struct outgoing *outgoing);

/**
 * outgoing_pack(outgoing, replica, out):
 * Append the next Records message to ${out}; something must be pending.
 */
int outgoing_pack(struct outgoing *outgoing, struct replica *replica, struct buffer *out);

#endif
