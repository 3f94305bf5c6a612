#include <string.h>

#include "daemon/peer/invitations.h"
#include "proto/base/err.h"

void
invitations_release(struct invitations *invitations)
{
	size_t i;

	for (i = 0; i < invitations->count; i++) {
		secret_free(invitations->psks[i]);
		invitations->psks[i] = NULL;
	}
	invitations->count = 0;
	secret_wipe(invitations->seeds, sizeof(invitations->seeds));
}

int
invitations_set(struct invitations *invitations, uint8_t seeds[][DEVICE_INVITE_LEN], size_t count)
{
	size_t i;
	int err;

	invitations_release(invitations);
	for (i = 0; i < count && i < DEVICE_INVITES_MAX; i++) {
		err = token_psk(seeds[i], &invitations->psks[i]);
		if (err != RS_OK) {
			invitations_release(invitations);
			return err;
		}
		memcpy(invitations->seeds[i], seeds[i], DEVICE_INVITE_LEN);
		invitations->count = i + 1;
	}
	return RS_OK;
}

/* Tell whether the time in which wrong tokens are counted has passed, or its clock was set. */
static bool
is_over(const struct invitations *invitations, int64_t now_ms)
{
	return now_ms < invitations->wrong_since_ms ||
	    now_ms - invitations->wrong_since_ms >= INVITATIONS_WRONG_MS;
}

const struct secret *const *
invitations_psks(struct invitations *invitations, int64_t now_ms, size_t *ret_count)
{
	if (is_over(invitations, now_ms))
		invitations->wrong = 0;
	*ret_count = invitations->wrong >= INVITATIONS_WRONG_MAX ? 0 : invitations->count;
	return (const struct secret *const *)invitations->psks;
}

bool
invitations_wrong(struct invitations *invitations, int64_t now_ms)
{
	if (invitations->wrong == 0 || is_over(invitations, now_ms)) {
		invitations->wrong = 0;
		invitations->wrong_since_ms = now_ms;
	}
	return ++invitations->wrong == INVITATIONS_WRONG_MAX;
}
