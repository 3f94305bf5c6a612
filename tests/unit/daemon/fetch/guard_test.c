#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "daemon/fetch/guard.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
permits(const struct guard *guard, const char *text)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return guard_permits(guard, (struct sockaddr *)&v4);
	assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
	return guard_permits(guard, (struct sockaddr *)&v6);
}

/* The first and last address of each special network, and their neighbours. */
static const struct {
	const char *address;
	bool permitted;
} addresses[] = {
	{ "0.0.0.0", false }, { "0.255.255.255", false }, { "1.0.0.0", true },
	{ "9.255.255.255", true }, { "10.0.0.0", false }, { "10.255.255.255", false },
	{ "11.0.0.0", true }, { "100.63.255.255", true }, { "100.64.0.0", false },
	{ "100.127.255.255", false }, { "100.128.0.0", true }, { "126.255.255.255", true },
	{ "127.0.0.1", false }, { "127.255.255.255", false }, { "128.0.0.0", true },
	{ "169.253.255.255", true }, { "169.254.169.254", false }, { "169.255.0.0", true },
	{ "172.15.255.255", true }, { "172.16.0.0", false }, { "172.31.255.255", false },
	{ "172.32.0.0", true }, { "192.0.0.1", false }, { "192.0.1.0", true },
	{ "192.0.2.1", false }, { "192.0.3.0", true }, { "192.88.99.1", false },
	{ "192.167.255.255", true }, { "192.168.0.0", false }, { "192.168.255.255", false },
	{ "192.169.0.0", true }, { "198.17.255.255", true }, { "198.18.0.0", false },
	{ "198.19.255.255", false }, { "198.20.0.0", true }, { "198.51.100.7", false },
	{ "203.0.113.7", false }, { "223.255.255.255", true }, { "224.0.0.1", false },
	{ "239.255.255.255", false }, { "240.0.0.1", false }, { "255.255.255.255", false },
	{ "::", false }, { "::1", false }, { "::7f00:1", false }, { "100::1", false },
	{ "::ffff:127.0.0.1", false }, { "::ffff:10.0.0.1", false },
	{ "::ffff:192.0.3.1", true }, { "64:ff9b::7f00:1", false },
	{ "64:ff9b::808:808", true }, { "64:ff9b:1::808:808", false },
	{ "2002:7f00:1::1", false }, { "2002:a00:1::", false }, { "2002:808:808::1", true },
	{ "1fff:ffff::1", false }, { "2001::1", false }, { "2001:0:808:808::1", false },
	{ "2001:1ff:ffff::1", false }, { "2001:200::1", true }, { "2001:db8::1", false },
	{ "2001:db9::1", true }, { "2606:4700::1111", true }, { "3ffe:ffff::1", true },
	{ "3fff::1", false }, { "3fff:fff::1", false }, { "3fff:1000::1", true },
	{ "4000::1", false }, { "fc00::1", false }, { "fdff::1", false }, { "fe80::1", false },
	{ "fec0::1", false }, { "ff02::1", false },
};

static void
only_the_public_internet(void **state)
{
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	struct guard *guard;
	size_t i;

	(void)state;
	assert_int_equal(guard_new(&guard), RS_OK);
	for (i = 0; i < COUNT(addresses); i++) {
		if (permits(guard, addresses[i].address) != addresses[i].permitted)
			fail_msg("%s should be %s", addresses[i].address,
			    addresses[i].permitted ? "permitted" : "refused");
	}
	assert_false(guard_permits(guard, (struct sockaddr *)&local));
	guard_free(guard);
	guard_free(NULL);
}

static void
and_what_is_allowed(void **state)
{
	struct guard *guard;

	(void)state;
	assert_int_equal(guard_new(&guard), RS_OK);
	assert_int_equal(guard_allow(guard, "10.1.0.0/16", NULL), RS_OK);
	assert_int_equal(guard_allow(guard, "192.168.7.9", NULL), RS_OK);
	assert_int_equal(guard_allow(guard, "172.16.0.0/13", NULL), RS_OK);
	assert_int_equal(guard_allow(guard, "fd00::/9", NULL), RS_OK);
	assert_int_equal(guard_allow(guard, "::1", NULL), RS_OK);
	assert_true(permits(guard, "10.1.255.255"));
	assert_false(permits(guard, "10.2.0.0"));
	assert_true(permits(guard, "192.168.7.9"));
	assert_false(permits(guard, "192.168.7.8"));
	assert_true(permits(guard, "172.23.255.255"));
	assert_false(permits(guard, "172.24.0.0"));
	assert_true(permits(guard, "fd7f::1"));
	assert_false(permits(guard, "fd80::1"));
	assert_true(permits(guard, "::1"));
	assert_false(permits(guard, "::2"));
	/* Inside an IPv6 address it is the same address. */
	assert_true(permits(guard, "::ffff:10.1.2.3"));
	assert_true(permits(guard, "2002:a01:203::"));
	assert_false(permits(guard, "::ffff:10.2.2.3"));
	assert_int_equal(guard_allow(guard, "0.0.0.0/0", NULL), RS_OK);
	assert_true(permits(guard, "127.0.0.1"));
	guard_free(guard);
}

static const struct {
	const char *network, *detail;
} wrong[] = {
	{ "", "is not an address or a network" },
	{ "localhost", "is not an address or a network" },
	{ "10.0.0", "is not an address or a network" },
	{ "10.0.0.0.0/8", "is not an address or a network" },
	{ "fe80::1%eth0", "is not an address or a network" },
	{ "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/8", "is not an address" },
	{ "10.0.0.0/", "prefix length from 0 to 32" },
	{ "10.0.0.0/33", "prefix length from 0 to 32" },
	{ "10.0.0.0/-1", "prefix length from 0 to 32" },
	{ "10.0.0.0/ 8", "prefix length from 0 to 32" },
	{ "10.0.0.0/8x", "prefix length from 0 to 32" },
	{ "10.0.0.0/99999999999999999999", "prefix length from 0 to 32" },
	{ "fd00::/129", "prefix length from 0 to 128" },
	{ "10.0.0.1/8", "bits set beyond its prefix of 8" },
	{ "fd00::1/64", "bits set beyond its prefix of 64" },
};

static void
malformed_networks_are_named(void **state)
{
	struct rs_err_detail detail;
	struct guard *guard;
	size_t i;

	(void)state;
	assert_int_equal(guard_new(&guard), RS_OK);
	for (i = 0; i < COUNT(wrong); i++) {
		if (guard_allow(guard, wrong[i].network, &detail) != RS_EINVAL ||
		    strstr(detail.text, wrong[i].detail) == NULL)
			fail_msg("'%s': %s", wrong[i].network, detail.text);
	}
	assert_false(permits(guard, "10.0.0.1"));
	guard_free(guard);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_public_internet),
		cmocka_unit_test(and_what_is_allowed),
		cmocka_unit_test(malformed_networks_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
