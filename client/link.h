/*
 * The client's one connection: to the archive over TCP, or to a daemon of this machine
 * over its control socket.
 *
 * link_run blocks until the exchange is over; meanwhile it calls the operations
 * below, which own what is said.  Nothing else runs in a client while it is
 * connected, so the replica may be used in them.
 *
 * Who follows stays connected when everything is said: link_run then returns only
 * when the connection ends or a signal comes.
 */
#ifndef CLIENT_LINK_H
#define CLIENT_LINK_H

#include <stdbool.h>

#include "proto/base/buffer.h"
#include "proto/base/err.h"
#include "proto/base/secret.h"
#include "readsync.pb-c.h"

struct link_ops {
	/* A message of a kind that we know came in; borrowed.  An error ends the exchange. */
	int (*on_message)(void *context, const Readsync__Message *message,
	    struct rs_err_detail *detail);
	/* Optional: all that came in for now was handed over: make it durable. */
	int (*on_drained)(void *context, struct rs_err_detail *detail);
	/* Optional: does somebody wait for on_drained?  Then it comes earlier in a long stream. */
	bool (*awaited)(void *context);
	/* Append the next packed message to ${out}, if there is one (${ret_any}). */
	int (*next)(void *context, struct buffer *out, bool *ret_any);
	/* Is everything said and done? */
	bool (*done)(void *context);
	/*
	 * Optional: nothing has come for a moment, or, for who follows, everything is said and
	 * done.  What others may want is to be let go of.
	 */
	void (*on_rest)(void *context);
	/* For who follows: the watched file was touched; there may be something to say. */
	int (*on_touched)(void *context, struct rs_err_detail *detail);
};

struct link_settings {
	const char *control;		/* path of a control socket, or NULL for TCP: */
	const char *const *addresses;	/* "host:port", tried in turn */
	size_t address_count;
	const uint8_t *peer_key;	/* 32 bytes: who must answer there */
	const struct secret *identity;	/* our static private key */
	const struct secret *psk;	/* of an invitation; NULL: we know each other */
	const char *follow;		/* stay, and watch this file; NULL: end when all is done */
};

struct link_traffic {
	uint64_t sent_bytes;		/* of the stream, handshake included */
	uint64_t received_bytes;
};

/**
 * link_wait(ms):
 * Wait for ${ms} milliseconds.  RS_EINTERRUPTED on SIGINT or SIGTERM.
 */
int link_wait(uint64_t ms);

/**
 * link_run(settings, ops, context, ret_traffic, detail):
 * Connect, to the first of all that the addresses resolve to which answers, and
 * exchange until ops->done.  RS_ENETWORK or RS_ETIMEOUT when no address answers
 * (or a connected peer falls silent for a minute; who follows asks TCP whether it is
 * there), RS_EAUTH when somebody else
 * answers, RS_ECLOSED when the peer hangs up early, as it does on a device that it does not
 * know; RS_EINTERRUPTED on SIGINT or SIGTERM; or what an operation returned.
 * ${ret_traffic} is set in every case.
 */
int link_run(const struct link_settings *settings, const struct link_ops *ops, void *context,
    struct link_traffic *ret_traffic, struct rs_err_detail *detail);

#endif
