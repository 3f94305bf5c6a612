/*
 * The invitations that are open now, on the loop thread: what the handshake of
 * a pairing is tried against.
 *
 * The vault has the truth (proto/replica/device.h), and an invitation is only
 * used up there; this is what the loop may try without asking it, so that a
 * stranger who connects costs the vault nothing.  Wrong tries are counted: too
 * many in a minute, and pairing rests for the remainder of it, while open
 * invitations stay good.
 */
#ifndef DAEMON_PEER_INVITATIONS_H
#define DAEMON_PEER_INVITATIONS_H

#include <stdbool.h>

#include "proto/base/secret.h"
#include "proto/replica/device.h"
#include "proto/wire/token.h"

enum {
	INVITATIONS_WRONG_MAX = 10,		/* tries */
	INVITATIONS_WRONG_MS = 60 * 1000	/* in this time */
};

struct invitations {
	uint8_t seeds[DEVICE_INVITES_MAX][DEVICE_INVITE_LEN];
	struct secret *psks[DEVICE_INVITES_MAX];
	size_t count;
	unsigned wrong;
	int64_t wrong_since_ms;
};

/**
 * invitations_set(invitations, seeds, count):
 * Replace the open invitations by the ${count} ${seeds}.  RS_ENOMEM; none is open
 * then.
 */
int invitations_set(struct invitations *invitations,
    uint8_t seeds[][DEVICE_INVITE_LEN], size_t count);

/**
 * invitations_psks(invitations, now_ms, ret_count):
 * Return the keys to try on a pairing that begins now, and how many; none while
 * pairing rests.  Borrowed until the next invitations_set.
 */
const struct secret *const *invitations_psks(struct invitations *invitations, int64_t now_ms,
    size_t *ret_count);

/**
 * invitations_wrong(invitations, now_ms):
 * Count a try that fitted none of them; tell whether pairing begins to rest by it.
 */
bool invitations_wrong(struct invitations *invitations, int64_t now_ms);

/**
 * invitations_release(invitations):
 * Wipe and forget all.
 */
void invitations_release(struct invitations *invitations);

#endif
