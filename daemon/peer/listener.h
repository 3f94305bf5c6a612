/*
 * The listener: where connections come in, and the list of those that are open, also of
 * those that the dialler (dialler.h) has made.
 */
#ifndef DAEMON_PEER_LISTENER_H
#define DAEMON_PEER_LISTENER_H

#include "daemon/peer/connection.h"

enum {
	LISTENER_SOCKETS_MAX = 8,	/* the control socket is one */
	LISTENER_CONNECTIONS_MAX = 256	/* at a time; one more drives out another */
};

struct listener;

struct listener_settings {
	uv_loop_t *loop;
	struct vault_thread *vault;
	const struct clock *clock;
	const struct random *random;
	const struct secret *identity;	/* our static private key; outlives the listener */
	const char *name;		/* of this archive; outlives the listener */
	/* Where others reach us, in place of what we listen on; at most TOKEN_ADDRESSES_MAX. */
	const char *const *announce;
	size_t announce_count;

	/* Fill ${view} with what is not known here: start, queues. */
	void (*fill_view)(void *context, struct request_view *view);
	/* A peer asks for a poll of every queue. */
	void (*on_poll)(void *context);
	void *context;
};

/**
 * listener_new(settings, ret_listener):
 * Make a listener without sockets.  RS_ENOMEM.
 */
int listener_new(const struct listener_settings *settings, struct listener **ret_listener);

/**
 * listener_add_tcp(listener, address, detail), listener_add_control(listener, path, detail):
 * Listen on ${address} ("host:port"; port 0 lets the system choose), or on a Unix
 * socket at ${path}, which is made with mode 0600; a socket that a dead daemon
 * left there is replaced.  RS_EINVAL, RS_ENETWORK, RS_EEXIST when a living program
 * listens there; ${detail} names the address.
 */
int listener_add_tcp(struct listener *listener, const char *address, struct rs_err_detail *detail);
int listener_add_control(struct listener *listener, const char *path,
    struct rs_err_detail *detail);

/**
 * listener_announce(listener):
 * Tell the other devices, on their list, where this archive listens now, and read which
 * invitations are open.
 */
void listener_announce(struct listener *listener);

/**
 * listener_dial(listener, address, dial, ret_connection):
 * As connection_dial, with the connection in the listener's list.
 */
int listener_dial(struct listener *listener, const struct sockaddr *address,
    const struct connection_dial *dial, struct connection **ret_connection);

/**
 * listener_changed(listener):
 * The replica changed: tell every connection.
 */
void listener_changed(struct listener *listener);

/**
 * listener_stop(listener, on_stopped, context):
 * Close all sockets and connections; call on_stopped(context) from the loop when they
 * are gone, and free the listener.
 */
void listener_stop(struct listener *listener, void (*on_stopped)(void *context), void *context);

#endif
