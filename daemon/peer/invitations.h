/*
 * The invitations that are open now, on the loop thread: what the handshake of
 * a pairing is tried against.
 *
 * The vault has the truth (proto/replica/device.h), and an invitation is only
 * used up there; this is what the loop may try without asking it, so that a
 * stranger who connects costs the vault nothing.  Wrong tries are counted for each
 * network that they come from: after too many in a minute, no other from there is looked
 * at for the remainder of it, while open invitations stay good, and good for all others.
 * That bounds what guessing costs us; what it can find is bounded by the 128 bits of an
 * invitation.
 */
#ifndef DAEMON_PEER_INVITATIONS_H
#define DAEMON_PEER_INVITATIONS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "proto/base/secret.h"
#include "proto/replica/device.h"
#include "proto/wire/token.h"

enum {
	INVITATIONS_WRONG_MAX = 10,		/* tries */
	INVITATIONS_WRONG_MS = 60 * 1000,	/* in this time */
	INVITATIONS_SOURCES_MAX = 64		/* counted at a time; the oldest goes first */
};

/* Where tries come from: an IPv4 address, or the first half of an IPv6 one. */
struct invitations_source {
	uint8_t network[16];			/* as an IPv6 address (RFC 4291) */
};

/* Wrong tries of one source, since the first of them. */
struct invitations_count {
	struct invitations_source source;
	unsigned wrong;				/* 0: the place is free */
	int64_t since_ms;
};

struct invitations {
	uint8_t seeds[DEVICE_INVITES_MAX][DEVICE_INVITE_LEN];
	struct secret *psks[DEVICE_INVITES_MAX];
	size_t count;
	struct invitations_count counts[INVITATIONS_SOURCES_MAX];
};

/**
 * invitations_source(address, ret_source):
 * Say which source ${address}, an IPv4 or IPv6 one, belongs to.
 */
void invitations_source(const struct sockaddr *address, struct invitations_source *ret_source);

/**
 * invitations_set(invitations, seeds, count):
 * Replace the open invitations by the ${count} ${seeds}.  RS_ENOMEM; none is open
 * then.
 */
int invitations_set(struct invitations *invitations,
    uint8_t seeds[][DEVICE_INVITE_LEN], size_t count);

/**
 * invitations_psks(invitations, source, now_ms, ret_count):
 * Return the keys to try on a pairing that begins now, and how many; none for a source
 * that has tried too much.  Borrowed until the next invitations_set.
 */
const struct secret *const *invitations_psks(const struct invitations *invitations,
    const struct invitations_source *source, int64_t now_ms, size_t *ret_count);

/**
 * invitations_wrong(invitations, source, now_ms):
 * Count a try that fitted none of them; tell whether it is the last of this source's that
 * was looked at for now.
 */
bool invitations_wrong(struct invitations *invitations, const struct invitations_source *source,
    int64_t now_ms);

/**
 * invitations_release(invitations):
 * Wipe and forget all.
 */
void invitations_release(struct invitations *invitations);

#endif
