/*
 * The greeting: what each end says of itself before anything else, and whether
 * the two may and need exchange anything.
 *
 * The initiator speaks first.  The answer repeats nothing that it has in common
 * with the question, so that two replicas which hold the same find out in
 * some hundred bytes.
 */
#ifndef PROTO_SYNC_GREETING_H
#define PROTO_SYNC_GREETING_H

#include "proto/replica/replica.h"
#include "readsync.pb-c.h"

enum {
	GREETING_VERSION = 1,	/* of the exchange */
	GREETING_SNAPSHOT = 1,	/* features: snapshots, */
	GREETING_COMPRESSED = 2,	/* and compressed messages */
	GREETING_DIGEST_LEN = 16
};

struct greeting {
	bool initiator;

	struct version_vector announced;	/* what we held when we spoke */
	uint8_t digest[GREETING_DIGEST_LEN];	/* of that */
	bool wants;

	uint8_t peer_digest[GREETING_DIGEST_LEN];
	bool peer_wants;
	uint64_t peer_features;
	uint8_t peer_device[VERSION_ORIGIN_LEN];
};

/**
 * greeting_init(greeting, initiator), greeting_release(greeting):
 * Begin before a word was said; free what ${greeting} holds.
 */
void greeting_init(struct greeting *greeting, bool initiator);
/** Free what it holds, but not itself. */
void greeting_release(struct greeting *greeting);

/**
 * greeting_pack(greeting, replica, busy, out):
 * Append our Hello to ${out}.  ${busy}: we are not to be taken for idle, even when
 * we miss no blob.  An answering end must have received the peer's first.
 */
int greeting_pack(struct greeting *greeting, struct replica *replica, bool busy,
    struct buffer *out);

/**
 * greeting_receive(greeting, replica, hello, detail):
 * Take the peer's Hello.  RS_EPROTOCOL when it is incomplete, RS_EREFUSED when the
 * peer has another library or is this same device, RS_ECLOCK when its clock
 * is more than a day off ours.
 */
int greeting_receive(struct greeting *greeting, const struct replica *replica,
    const Readsync__Hello *hello, struct rs_err_detail *detail);

/**
 * greeting_alike(greeting), greeting_idle(greeting):
 * Once both have spoken: tell whether both hold the same records; and whether,
 * moreover, neither wants a blob, so that there is nothing to do.
 */
bool greeting_alike(const struct greeting *greeting);
bool greeting_idle(const struct greeting *greeting);

#endif
