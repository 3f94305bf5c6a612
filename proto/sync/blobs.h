/*
 * The blobs of one exchange, both ways: what we ask the peer for, and what it
 * asks of us.
 *
 * A side has at most BLOBS_WINDOW blobs asked for that it has neither
 * acknowledged nor been told are absent.  A blob goes over in pieces, read and
 * stored one at a time, so neither side ever holds a whole one.
 *
 * A laptop notes of each blob what the archive that it talks to has said of it
 * (offline.h): that it holds it, by sending or acknowledging it; or that it does not, by
 * asking for it or calling it absent.  It asks for the last byte of what it would give
 * up and the archive has not spoken of.
 */
#ifndef PROTO_SYNC_BLOBS_H
#define PROTO_SYNC_BLOBS_H

#include "proto/replica/replica.h"
#include "proto/sync/blob_table.h"
#include "readsync.pb-c.h"

enum {
	BLOBS_WINDOW = 4096,
	BLOBS_NAMED_MAX = 900,		/* by one message, which is bounded too */
	/*
	 * Blobs that a peer has told us it lacks are not asked for again in the
	 * same exchange.  A peer that lacks more than this is asked for nothing
	 * more.
	 */
	BLOBS_ABSENT_MAX = 8192
};

struct blobs {
	struct replica *replica;
	bool with_archive;		/* we are a laptop, and the peer is this archive: */
	uint8_t archive[VERSION_ORIGIN_LEN];

	struct blob_table asked;	/* by us; not wholly here yet */
	struct blob_table absent;	/* that the peer lacks */
	bool look;			/* the want-list may have changed */
	bool more;			/* it is longer than was asked for */
	uint64_t wanted;		/* missing here; see struct sync_counts */
	uint8_t received[BLOBS_WINDOW][HASH_CONTENT_LEN];	/* to be acknowledged */
	size_t received_count;

	struct blob_table serving;	/* asked for by the peer; not acknowledged yet */
	uint8_t queue[BLOBS_WINDOW][HASH_CONTENT_LEN];	/* a ring: still to be sent */
	size_t queue_head;
	size_t queue_count;

	uint64_t total_sent;
	uint64_t total_received;
	uint64_t total_denied;		/* gone here and there, though acknowledged before */
};

/**
 * blobs_init(blobs, replica), blobs_release(blobs):
 * Begin with nothing asked for; free what ${blobs} holds.
 */
void blobs_init(struct blobs *blobs, struct replica *replica);
/** Free what it holds, but not itself. */
void blobs_release(struct blobs *blobs);

/**
 * blobs_meet_archive(blobs, archive):
 * This is a laptop, and the peer an archive with the origin ${archive}.
 */
void blobs_meet_archive(struct blobs *blobs, const uint8_t *archive);

/**
 * blobs_look(blobs):
 * The replica may miss other blobs than before.
 */
void blobs_look(struct blobs *blobs);

/**
 * blobs_pack_wants(blobs, out, ret_any):
 * Append a Wants message for what is missing and may be asked for now;
 * ${ret_any} tells whether there was anything.
 */
int blobs_pack_wants(struct blobs *blobs, struct buffer *out, bool *ret_any);

/**
 * blobs_receive_chunk(blobs, chunk, detail):
 * Store one piece, inside a transaction of the replica.  RS_EPROTOCOL when it
 * was not asked for, is not the next, or was the last of bytes that do not have
 * this name.
 */
int blobs_receive_chunk(struct blobs *blobs, const Readsync__Chunk *chunk,
    struct rs_err_detail *detail);

/**
 * blobs_acknowledge(blobs, message):
 * Move names of blobs that became whole into ${message}, as many as it may have; they
 * must be durable now.  RS_ENOMEM.
 */
int blobs_acknowledge(struct blobs *blobs, Readsync__Acknowledge *message);

/**
 * blobs_receive_wants(blobs, wants, detail):
 * Queue what the peer asks for; with an archive, inside a transaction.  RS_EPROTOCOL
 * when it is more than it may ask for, or asked for already.
 */
int blobs_receive_wants(struct blobs *blobs, const Readsync__Wants *wants,
    struct rs_err_detail *detail);

/**
 * blobs_pack_chunk(blobs, out):
 * Append the next piece of what the peer asked for, or that it is absent, to
 * ${out}; queue_count must be above 0.
 */
int blobs_pack_chunk(struct blobs *blobs, struct buffer *out);

/**
 * blobs_receive_acknowledge(blobs, hash):
 * The peer holds ${hash} durably; with an archive, inside a transaction.  RS_EPROTOCOL
 * when it was not sent.
 */
int blobs_receive_acknowledge(struct blobs *blobs, const uint8_t *hash);

/**
 * blobs_settled(blobs):
 * Tell whether nothing is asked for or waiting, either way.
 */
bool blobs_settled(const struct blobs *blobs);

#endif
