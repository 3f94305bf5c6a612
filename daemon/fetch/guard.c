#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/fetch/guard.h"

/* One network of either family; an IPv4 address fills the first 4 bytes. */
struct network {
	int family;
	unsigned bits;
	uint8_t address[16];
};

struct guard {
	struct network *allowed;
	size_t allowed_count;
};

/* IPv4: everything is public but this (IANA's special-purpose registry). */
static const struct network private_v4[] = {
	{ AF_INET, 8, { 0 } },			/* "this network" */
	{ AF_INET, 8, { 10 } },			/* private, RFC 1918 */
	{ AF_INET, 10, { 100, 64 } },		/* carrier-grade NAT, RFC 6598 */
	{ AF_INET, 8, { 127 } },		/* loopback */
	{ AF_INET, 16, { 169, 254 } },		/* link-local; cloud metadata */
	{ AF_INET, 12, { 172, 16 } },		/* private, RFC 1918 */
	{ AF_INET, 24, { 192, 0, 0 } },		/* protocol assignments */
	{ AF_INET, 24, { 192, 0, 2 } },		/* documentation */
	{ AF_INET, 24, { 192, 88, 99 } },	/* 6to4 relays, withdrawn */
	{ AF_INET, 16, { 192, 168 } },		/* private, RFC 1918 */
	{ AF_INET, 15, { 198, 18 } },		/* benchmarks */
	{ AF_INET, 24, { 198, 51, 100 } },	/* documentation */
	{ AF_INET, 24, { 203, 0, 113 } },	/* documentation */
	{ AF_INET, 4, { 224 } },		/* multicast */
	{ AF_INET, 4, { 240 } },		/* reserved, broadcast */
};

/* IPv6 the other way round: only global unicast is public ... */
static const struct network global_v6 = { AF_INET6, 3, { 0x20 } };

/* ... but for this. */
static const struct network private_v6[] = {
	{ AF_INET6, 23, { 0x20, 0x01 } },		/* protocols; Teredo is 2001::/32 */
	{ AF_INET6, 32, { 0x20, 0x01, 0x0d, 0xb8 } },	/* documentation */
	{ AF_INET6, 20, { 0x3f, 0xff } },		/* documentation */
};

/* Networks whose addresses carry an IPv4 address, and where. */
static const struct carrier {
	struct network network;
	size_t offset;
} carriers[] = {
	{ { AF_INET6, 96, { [10] = 0xff, [11] = 0xff } }, 12 },	/* mapped */
	{ { AF_INET6, 96, { 0x00, 0x64, 0xff, 0x9b } }, 12 },	/* NAT64, RFC 6052 */
	{ { AF_INET6, 16, { 0x20, 0x02 } }, 2 },		/* 6to4, RFC 3056 */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int
guard_new(struct guard **ret_guard)
{
	struct guard *guard = calloc(1, sizeof(*guard));

	if (guard == NULL)
		return RS_ENOMEM;
	*ret_guard = guard;
	return RS_OK;
}

void
guard_free(struct guard *guard)
{
	if (guard == NULL)
		return;
	free(guard->allowed);
	free(guard);
}

/* Tell whether a bit of the address beyond the prefix is set. */
static bool
has_host_bits(const struct network *network)
{
	unsigned bit;

	for (bit = network->bits; bit < (network->family == AF_INET ? 32u : 128u); bit++) {
		if (network->address[bit / 8] & (0x80 >> bit % 8))
			return true;
	}
	return false;
}

static int
network_parse(const char *text, struct network *ret_network, struct rs_err_detail *detail)
{
	const char *slash = strchrnul(text, '/');
	struct network network = { .family = AF_INET };
	char address[INET6_ADDRSTRLEN];
	size_t len = (size_t)(slash - text);
	unsigned long bits;
	unsigned most;
	char *end;

	if (len >= sizeof(address))
		goto malformed;
	memcpy(address, text, len);
	address[len] = '\0';
	if (strchr(address, ':') != NULL)
		network.family = AF_INET6;
	if (inet_pton(network.family, address, network.address) != 1)
		goto malformed;
	most = network.family == AF_INET ? 32 : 128;
	network.bits = most;
	if (*slash == '/') {
		bits = strtoul(slash + 1, &end, 10);
		/* strtoul would take a sign, blanks, and nothing at all. */
		if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || bits > most) {
			rs_err_detail_set(detail, "'%s' needs a prefix length from 0 to %u", text,
			    most);
			return RS_EINVAL;
		}
		network.bits = (unsigned)bits;
	}
	if (has_host_bits(&network)) {
		rs_err_detail_set(detail, "'%s' has bits set beyond its prefix of %u", text,
		    network.bits);
		return RS_EINVAL;
	}
	*ret_network = network;
	return RS_OK;
malformed:
	rs_err_detail_set(detail, "'%s' is not an address or a network such as 10.0.0.0/8", text);
	return RS_EINVAL;
}

int
guard_allow(struct guard *guard, const char *network, struct rs_err_detail *detail)
{
	struct network parsed, *allowed;
	int err;

	err = network_parse(network, &parsed, detail);
	if (err != RS_OK)
		return err;
	allowed = reallocarray(guard->allowed, guard->allowed_count + 1, sizeof(*allowed));
	if (allowed == NULL)
		return RS_ENOMEM;
	guard->allowed = allowed;
	allowed[guard->allowed_count++] = parsed;
	return RS_OK;
}

static bool
network_holds(const struct network *network, int family, const uint8_t *address)
{
	unsigned whole = network->bits / 8, rest = network->bits % 8;

	if (network->family != family || memcmp(network->address, address, whole) != 0)
		return false;
	return rest == 0 || (network->address[whole] ^ address[whole]) >> (8 - rest) == 0;
}

static bool
any_holds(const struct network *networks, size_t count, int family, const uint8_t *address)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (network_holds(&networks[i], family, address))
			return true;
	}
	return false;
}

static bool
permits_v4(const struct guard *guard, const uint8_t *address)
{
	return any_holds(guard->allowed, guard->allowed_count, AF_INET, address) ||
	    !any_holds(private_v4, COUNT(private_v4), AF_INET, address);
}

static bool
permits_v6(const struct guard *guard, const uint8_t *address)
{
	size_t i;

	if (any_holds(guard->allowed, guard->allowed_count, AF_INET6, address))
		return true;
	for (i = 0; i < COUNT(carriers); i++) {
		if (network_holds(&carriers[i].network, AF_INET6, address))
			return permits_v4(guard, address + carriers[i].offset);
	}
	return network_holds(&global_v6, AF_INET6, address) &&
	    !any_holds(private_v6, COUNT(private_v6), AF_INET6, address);
}

bool
guard_permits(const struct guard *guard, const struct sockaddr *address)
{
	/* Copied, for the caller's struct sockaddr need not be aligned for these. */
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	switch (address->sa_family) {
	case AF_INET:
		memcpy(&v4, address, sizeof(v4));
		return permits_v4(guard, (const uint8_t *)&v4.sin_addr);
	case AF_INET6:
		memcpy(&v6, address, sizeof(v6));
		return permits_v6(guard, v6.sin6_addr.s6_addr);
	default:
		return false;
	}
}
