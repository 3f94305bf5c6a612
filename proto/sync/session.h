/*
 * One exchange between two replicas, free of I/O: take messages in, give
 * messages out, on the thread that owns the replica.
 *
 * Both ends run the same machine; the initiator only speaks first and decides
 * when it is over.  PROTOCOL.md, "The exchange", has the states.  The caller
 * pulls messages as its connection can take them (that is the back-pressure),
 * and says when what it fed is to be made durable; nothing is acknowledged
 * before.
 */
#ifndef PROTO_SYNC_SESSION_H
#define PROTO_SYNC_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/err.h"
#include "proto/replica/replica.h"
#include "readsync.pb-c.h"

struct sync_session;

struct sync_counts {
	uint64_t records_sent;
	uint64_t records_received;
	uint64_t items_received;	/* items that were new here */
	uint64_t readings_received;
	uint64_t blobs_sent;
	uint64_t blobs_received;
	uint64_t blobs_wanted;		/* still to come; for a progress bar */
	uint64_t blobs_denied;		/* given up here on the word of the peer, who lost it */
};

/**
 * sync_session_new(replica, initiator, ret_session):
 * Begin an exchange over ${replica}, which must outlive it.
 */
int sync_session_new(struct replica *replica, bool initiator, struct sync_session **ret_session);
/** Free it; NULL is ignored. */
void sync_session_free(struct sync_session *session);

/**
 * sync_session_attach(session, replica):
 * Go on over ${replica}: the same one, closed since by whoever follows and opened again; or
 * NULL while it is closed, when nothing but sync_session_free and
 * sync_session_counts may be called.  All that was received must be settled.
 */
void sync_session_attach(struct sync_session *session, struct replica *replica);

/**
 * sync_session_refuse_devices(session):
 * The peer is no archive: what it says of the list of devices counts as held and
 * changes nothing.  Before anything is received.
 */
void sync_session_refuse_devices(struct sync_session *session);

/**
 * sync_session_receive(session, message, detail):
 * Take one message from the peer.  Opens a transaction on the replica when none
 * is open; sync_session_settle ends it, and the caller must call that before it
 * does anything else with the replica.  On failure (RS_EPROTOCOL, RS_EVERSION, RS_ECLOCK,
 * RS_EREFUSED, storage) the transaction is rolled back, the session
 * is over, and the next message out is a Failure for the peer.
 */
int sync_session_receive(struct sync_session *session, const Readsync__Message *message,
    struct rs_err_detail *detail);

/**
 * sync_session_settle(session):
 * Commit all that was received, so that acknowledgements can go out.
 */
int sync_session_settle(struct sync_session *session);

/**
 * sync_session_next(session, out, ret_any):
 * Append the next packed message (at most 65,519 bytes) to ${out}; ${ret_any}
 * tells whether there was one.  None now may mean some after the next receive,
 * settle or change.
 */
int sync_session_next(struct sync_session *session, struct buffer *out, bool *ret_any);

/**
 * sync_session_changed(session):
 * The replica was changed by someone else: there may be messages again.
 */
void sync_session_changed(struct sync_session *session);

/**
 * sync_session_hold(session, hold):
 * While held, a session that would be idle does not say so: the daemon holds
 * while pages that the peer has just sent are being read.
 */
void sync_session_hold(struct sync_session *session, bool hold);

/**
 * sync_session_idle(session):
 * Tell whether both ends have said that they are idle, all that was sent is
 * acknowledged, and nothing is left to send: an initiator that does not follow
 * closes now.
 */
bool sync_session_idle(const struct sync_session *session);

/**
 * sync_session_archive(session):
 * Return the origin of the peer if it is an archive and this is none, once it has spoken;
 * else NULL.  Borrowed.
 */
const uint8_t *sync_session_archive(const struct sync_session *session);

/**
 * sync_session_counts(session):
 * Return what has gone each way so far; borrowed.
 */
const struct sync_counts *sync_session_counts(const struct sync_session *session);

#endif
