#include <netinet/in.h>
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

void
invitations_source(const struct sockaddr *address, struct invitations_source *ret_source)
{
	const struct sockaddr_in6 *ip6 = (const struct sockaddr_in6 *)address;
	const struct sockaddr_in *ip4 = (const struct sockaddr_in *)address;

	memset(ret_source, 0, sizeof(*ret_source));
	if (address->sa_family == AF_INET) {
		memset(ret_source->network + 10, 0xff, 2);
		memcpy(ret_source->network + 12, &ip4->sin_addr, 4);
	} else if (address->sa_family == AF_INET6) {
		/* One host may have all of the second half to itself; a mapped IPv4 address not. */
		memcpy(ret_source->network, &ip6->sin6_addr,
		    IN6_IS_ADDR_V4MAPPED(&ip6->sin6_addr) ? 16 : 8);
	}
}

/* Tell whether a count is of the past, or of the time before the clock was set back. */
static bool
is_over(const struct invitations_count *count, int64_t now_ms)
{
	return count->wrong == 0 || now_ms < count->since_ms ||
	    now_ms - count->since_ms >= INVITATIONS_WRONG_MS;
}

/* Find the count of ${source} that is not over, or NULL. */
static const struct invitations_count *
find(const struct invitations *invitations, const struct invitations_source *source,
    int64_t now_ms)
{
	const struct invitations_count *count;
	size_t i;

	for (i = 0; i < INVITATIONS_SOURCES_MAX; i++) {
		count = &invitations->counts[i];
		if (!is_over(count, now_ms) &&
		    memcmp(&count->source, source, sizeof(*source)) == 0)
			return count;
	}
	return NULL;
}

/* Begin a count in a place that is free, or in that of the oldest. */
static struct invitations_count *
begin(struct invitations *invitations, const struct invitations_source *source, int64_t now_ms)
{
	struct invitations_count *counts = invitations->counts, *oldest = counts;
	size_t i;

	for (i = 0; i < INVITATIONS_SOURCES_MAX && !is_over(oldest, now_ms); i++) {
		if (is_over(&counts[i], now_ms) || counts[i].since_ms < oldest->since_ms)
			oldest = &counts[i];
	}
	*oldest = (struct invitations_count){ *source, 0, now_ms };
	return oldest;
}

const struct secret *const *
invitations_psks(const struct invitations *invitations, const struct invitations_source *source,
    int64_t now_ms, size_t *ret_count)
{
	const struct invitations_count *count = find(invitations, source, now_ms);

	*ret_count = count != NULL && count->wrong >= INVITATIONS_WRONG_MAX ? 0 :
	    invitations->count;
	return (const struct secret *const *)invitations->psks;
}

bool
invitations_wrong(struct invitations *invitations, const struct invitations_source *source,
    int64_t now_ms)
{
	struct invitations_count *count =
	    (struct invitations_count *)find(invitations, source, now_ms);

	if (count == NULL)
		count = begin(invitations, source, now_ms);
	return ++count->wrong == INVITATIONS_WRONG_MAX;
}
