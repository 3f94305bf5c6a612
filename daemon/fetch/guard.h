/*
 * Which addresses may be reached.
 *
 * A saved link, a redirect or a name server can point at the machine itself or
 * at the network around it, where an answer was never meant for strangers
 * (server-side request forgery).  So only addresses of the public Internet are
 * permitted, by the registries of special-purpose addresses (RFC 6890 and
 * IANA), and what the configuration names beside them.  The check is made on
 * the address of each connection, not on a name, so that a redirect or a
 * second answer of the name server (DNS rebinding) gains nothing.
 *
 * An IPv6 address that carries an IPv4 address (::ffff:0:0/96 mapped,
 * 64:ff9b::/96 NAT64, 2002::/16 6to4) is judged by the address it carries.
 */
#ifndef DAEMON_FETCH_GUARD_H
#define DAEMON_FETCH_GUARD_H

#include <stdbool.h>
#include <sys/socket.h>

#include "proto/base/err.h"

struct guard;

/**
 * guard_new(ret_guard):
 * Make a guard that permits public addresses only.  RS_ENOMEM.
 */
int guard_new(struct guard **ret_guard);

/**
 * guard_free(guard):
 * Free ${guard}; NULL is ignored.
 */
void guard_free(struct guard *guard);

/**
 * guard_allow(guard, network, detail):
 * Permit the addresses of ${network} as well: an IPv4 or IPv6 address, alone
 * or with a prefix length ("10.1.0.0/16", "fd00::/8", "127.0.0.1").  RS_EINVAL
 * when it is not that, or has bits set beyond its prefix; ${detail} then says
 * which.  RS_ENOMEM.
 */
int guard_allow(struct guard *guard, const char *network, struct rs_err_detail *detail);

/**
 * guard_permits(guard, address):
 * Tell whether a connection to ${address} may be made.  Families other than
 * IPv4 and IPv6 are never permitted.
 */
bool guard_permits(const struct guard *guard, const struct sockaddr *address);

#endif
