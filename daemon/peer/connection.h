/*
 * One connection to the daemon: a paired device or a stranger over TCP, or a
 * program of this machine over the control socket.
 *
 * The loop thread has the socket and the channel; the vault thread has the
 * session.  They exchange rounds: the messages that came in since the last
 * round go to the vault thread, which applies them, commits, and gives back what is to
 * be sent.  One round is under way at a time, and none is asked for while the
 * peer is slow to read: that is all the back-pressure there is.
 */
#ifndef DAEMON_PEER_CONNECTION_H
#define DAEMON_PEER_CONNECTION_H

#include <uv.h>

#include "daemon/base/vault_thread.h"
#include "daemon/peer/invitations.h"
#include "daemon/peer/request.h"
#include "proto/base/random.h"
#include "proto/base/secret.h"

enum {
	CONNECTION_INBOX_MAX = 1024 * 1024,	/* bytes that wait for a round */
	CONNECTION_OUTPUT_MAX = 256 * 1024	/* bytes of one round's answer, and in the socket */
};

struct connection;

/* What all connections share; outlives them. */
struct connection_parts {
	uv_loop_t *loop;
	struct vault_thread *vault;
	const struct clock *clock;
	const struct random *random;
	const struct secret *identity;		/* our static private key */
	struct invitations *invitations;
	const char *name;			/* of this archive, for a device that joins */

	/* Fill ${view} with what the loop knows now. */
	void (*fill_view)(void *context, struct request_view *view);
	/* The reader asks for a poll of every queue. */
	void (*on_poll)(void *context);
	/* Invitations were made or used: these are open now. */
	void (*on_invitations)(void *context, uint8_t seeds[][DEVICE_INVITE_LEN], size_t count);
	/* The connection is gone; its memory too, after this call. */
	void (*on_closed)(void *context, struct connection *connection);
	void *context;
};

/**
 * connection_accept(parts, server, local, ret_connection):
 * Accept a connection that waits on ${server}, a listening uv_tcp_t, or a uv_pipe_t
 * when it is ${local}.  RS_ENOMEM, RS_ENETWORK; parts->on_closed is then not
 * called.  A ${local} peer that is not this user or root is refused: RS_EAUTH.
 */
int connection_accept(const struct connection_parts *parts, uv_stream_t *server, bool local,
    struct connection **ret_connection);

/**
 * connection_changed(connection):
 * The replica changed: there may be something to tell the peer, or it may be revoked
 * now, and is then told so and closed.
 */
void connection_changed(struct connection *connection);

/**
 * connection_is_stranger(connection):
 * Tell whether the peer has not been admitted yet.
 */
bool connection_is_stranger(const struct connection *connection);

/**
 * connection_close(connection):
 * Close as soon as the round under way is over; parts->on_closed follows from
 * the loop.  Closing what is closing does nothing.
 */
void connection_close(struct connection *connection);

#endif
