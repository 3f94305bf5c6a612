/*
 * A round: what one connection has the vault thread do at a time.
 *
 * The loop fills an inbox; a round takes it over, has the session apply the
 * messages, answers requests, commits, and collects what is to be sent, up to
 * a bound.  The session, and whether a device is still pairing, live here,
 * as only the vault thread may touch them.
 */
#ifndef DAEMON_PEER_ROUND_H
#define DAEMON_PEER_ROUND_H

#include "daemon/base/vault_thread.h"
#include "daemon/peer/request.h"
#include "proto/replica/device.h"
#include "proto/sync/session.h"
#include "readsync.pb-c.h"

enum {
	ROUND_INBOX_COUNT = 1024,	/* messages that wait for a round */
	ROUND_REQUESTS = 8,		/* of them; a status counts a whole library */
	ROUND_OUT_COUNT = 128		/* messages of a round's answer: more than fill it */
};

/*
 * Messages that came in, with their packed size in all, and that of what is compressed in them:
 * so much a round applies.  Begins as zeroes.
 */
struct round_inbox {
	Readsync__Message **messages;	/* with room for all, made with the first */
	size_t count;
	size_t requests;
	size_t bytes;
};

struct round {
	/* Read by the loop when the round is done. */
	int err;			/* why the connection ends, or 0 */
	struct rs_err_detail detail;
	bool more;			/* output was cut at its bound: ask again */
	bool invitations_changed;	/* to these, that are open now: */
	uint8_t invitations[DEVICE_INVITES_MAX][DEVICE_INVITE_LEN];
	size_t invitation_count;
	struct request_view *view;	/* made by the loop before a round with a request */

	/* The vault thread's. */
	struct vault_job job;
	void (*on_done)(void *context);
	void *context;
	const char *name;
	bool local;
	bool pairing;			/* admitted by an invitation, has not joined yet; */
	bool archive;			/* one that makes an archive */
	bool dialled;			/* we have connected, so our session speaks first */
	const struct token *token;	/* what we have connected to join with, or NULL */
	bool joined;			/* that is done */
	bool heard;			/* one that we have dialled has spoken */
	int64_t noted_ms;		/* when it was last noted what the peer holds */
	uint8_t peer_key[DEVICE_KEY_LEN];
	uint8_t seed[DEVICE_INVITE_LEN];
	bool has_seed;
	struct round_inbox inbox;
	struct sync_session *session;
	struct buffer out;		/* messages, each behind its length */
	size_t out_read;
};

/**
 * round_init(round, local, name, on_done, context):
 * Make a round for a connection of the control socket (${local}) or of the
 * network; ${name} is this archive's.  on_done(context) is called on the loop thread
 * after each of the calls below that start one.
 */
void round_init(struct round *round, bool local, const char *name,
    void (*on_done)(void *context), void *context);

/**
 * round_dial(round, token):
 * This connection was made by us: an exchange begins with our first message, or, with
 * ${token} (which must outlive the round), a pairing, at whose end round->joined is set.
 */
void round_dial(struct round *round, const struct token *token);

/**
 * round_release(round):
 * Free all but the session, which round_end must have ended.
 */
void round_release(struct round *round);

/**
 * round_admit(round, vault, peer_key, seed):
 * Ask whether the device with ${peer_key} may speak: it is on the list, or it has
 * proved the invitation ${seed}, which is used up by that.  round->err is
 * RS_EAUTH or RS_ETOKEN when it may not.
 */
void round_admit(struct round *round, struct vault_thread *vault, const uint8_t *peer_key,
    const uint8_t *seed);

/**
 * round_exchange(round, vault, inbox):
 * Apply the messages of ${inbox}, which is empty after the call, and collect
 * what is to be sent.  round->err is RS_EAUTH, and nothing was applied, when the device
 * was revoked since it was admitted.
 */
void round_exchange(struct round *round, struct vault_thread *vault, struct round_inbox *inbox);

/**
 * round_end(round, vault):
 * End the session.
 */
void round_end(struct round *round, struct vault_thread *vault);

/**
 * round_has_session(round):
 * Tell whether a sync is going on.  Only between rounds.
 */
bool round_has_session(const struct round *round);

/**
 * round_next_out(round, ret_message):
 * Take the next packed message that the last round gave; false at the end.
 * Borrowed until round_forget_out, or the next round.
 */
bool round_next_out(struct round *round, struct bytes *ret_message);

/**
 * round_forget_out(round):
 * Wipe what the last round gave: the library's secret may be in it, or an invitation.
 */
void round_forget_out(struct round *round);

/**
 * round_inbox_add(inbox, message, size):
 * Take over ${message}, packed in ${size} bytes.  RS_ELIMIT when the inbox is full,
 * RS_ENOMEM.
 */
int round_inbox_add(struct round_inbox *inbox, Readsync__Message *message, size_t size);
/** Tell whether it has enough for a round: the rest waits for the next, and others in between. */
bool round_inbox_is_full(const struct round_inbox *inbox);
/** Tell whether any is a request. */
bool round_inbox_has_request(const struct round_inbox *inbox);
/** Tell whether a request in it asks to poll the queues now. */
bool round_inbox_asks_poll(const struct round_inbox *inbox);
/** Free what it holds, but not itself. */
void round_inbox_release(struct round_inbox *inbox);

#endif
