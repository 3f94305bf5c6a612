/*
 * One connection of the daemon: to a paired device or a stranger over TCP, or to a
 * program of this machine over the control socket, which came to us; or to another
 * archive, which we have dialled.
 *
 * The loop thread has the socket and the channel; the vault thread has the
 * session.  They exchange rounds: the messages that came in since the last
 * round go to the vault thread, which applies them, commits, and gives back what is to
 * be sent.  One round is under way at a time, and none is asked for while the
 * peer is slow to read: that is all the back-pressure there is.
 *
 * Where an exchange ends with an error, the peer is told, and has some seconds to read
 * that and to close, also when it is in the middle of sending: nothing of what it sends
 * from then on is looked at.
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
	CONNECTION_OUTPUT_MAX = 256 * 1024,	/* bytes of one round's answer, and in the socket */
	CONNECTION_DIAL_MS = 10 * 1000,		/* until the other end has taken the connection, */
	CONNECTION_ANSWER_MS = 60 * 1000	/* and, after the handshake, spoken */
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

/* Whom to dial; outlives the connection. */
struct connection_dial {
	uint8_t key[DEVICE_KEY_LEN];	/* who must answer */
	const struct token *token;	/* what to join with; NULL: we know each other */
	/* The other end has spoken: it is the one that is meant, and takes us. */
	void (*on_open)(void *context);
	/* The connection ends, RS_OK: by us, or because we have joined; ${problem} is borrowed. */
	void (*on_end)(void *context, int err, const char *problem);
	void *context;
};

/**
 * connection_dial(parts, address, dial, ret_connection):
 * Connect to ${address}.  on_end comes once, from the loop, before parts->on_closed.
 * RS_ENOMEM, RS_ENETWORK; neither is then called.
 */
int connection_dial(const struct connection_parts *parts, const struct sockaddr *address,
    const struct connection_dial *dial, struct connection **ret_connection);

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
 * connection_is_over(connection):
 * Tell whether the exchange has ended, and only the peer's reading of why is waited for.
 */
bool connection_is_over(const struct connection *connection);

/**
 * connection_close(connection):
 * Close as soon as the round under way is over; parts->on_closed follows from
 * the loop.  Closing what is closing does nothing.
 */
void connection_close(struct connection *connection);

#endif
