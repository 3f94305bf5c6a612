#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/peer/invitations.h"
#include "proto/base/err.h"

#define START_MS INT64_C(1700000000000)

static const struct invitations_source here = { "192.0.2.1......" };

static size_t
open_at(struct invitations *invitations, int64_t now_ms)
{
	size_t count;

	invitations_psks(invitations, &here, now_ms, &count);
	return count;
}

static int
setup(void **state)
{
	static struct invitations invitations;
	uint8_t seeds[2][DEVICE_INVITE_LEN] = { { 1 }, { 2 } };

	assert_int_equal(secret_start(), RS_OK);
	invitations = (struct invitations){ .count = 0 };
	assert_int_equal(invitations_set(&invitations, seeds, 2), RS_OK);
	*state = &invitations;
	return 0;
}

static int
teardown(void **state)
{
	invitations_release(*state);
	return 0;
}

static void
wrong_tries_make_pairing_rest(void **state)
{
	struct invitations *invitations = *state;
	unsigned i;

	for (i = 1; i < INVITATIONS_WRONG_MAX; i++) {
		assert_false(invitations_wrong(invitations, &here, START_MS + i));
		assert_int_equal(open_at(invitations, START_MS + i), 2);
	}
	assert_true(invitations_wrong(invitations, &here, START_MS + i));
	assert_int_equal(open_at(invitations, START_MS + i), 0);
	/* What begun before still comes in wrong: it is told once, and lengthens nothing. */
	assert_false(invitations_wrong(invitations, &here, START_MS + INVITATIONS_WRONG_MS));
	assert_int_equal(open_at(invitations, START_MS + INVITATIONS_WRONG_MS), 0);
	/* Then the same invitations are good again. */
	assert_int_equal(open_at(invitations, START_MS + 1 + INVITATIONS_WRONG_MS), 2);
}

static void
a_clock_that_is_set_back_does_not_lengthen_the_rest(void **state)
{
	struct invitations *invitations = *state;
	unsigned i;

	for (i = 0; i < INVITATIONS_WRONG_MAX; i++)
		invitations_wrong(invitations, &here, START_MS);
	assert_int_equal(open_at(invitations, START_MS), 0);
	assert_int_equal(open_at(invitations, START_MS - 60 * INVITATIONS_WRONG_MS), 2);
}

static void
few_wrong_tries_are_forgotten(void **state)
{
	struct invitations *invitations = *state;
	int64_t now_ms = START_MS;
	unsigned i;

	for (i = 0; i < 10 * INVITATIONS_WRONG_MAX; i++) {
		assert_false(invitations_wrong(invitations, &here, now_ms));
		now_ms += INVITATIONS_WRONG_MS / (INVITATIONS_WRONG_MAX - 1) + 1;
		assert_int_equal(open_at(invitations, now_ms), 2);
	}
}

/* A stranger who guesses keeps nobody else from pairing, however many they are. */
static void
others_are_not_held_up(void **state)
{
	struct invitations *invitations = *state;
	struct invitations_source other = { "" };
	size_t count;
	unsigned i, j;

	for (i = 0; i < 3 * INVITATIONS_SOURCES_MAX; i++) {
		other.network[0] = (uint8_t)i;
		for (j = 0; j < INVITATIONS_WRONG_MAX; j++)
			invitations_wrong(invitations, &other, START_MS + i);
		invitations_psks(invitations, &other, START_MS + i, &count);
		assert_int_equal(count, 0);
		assert_int_equal(open_at(invitations, START_MS + i), 2);
	}
	/* The last ones are remembered. */
	other.network[0] = (uint8_t)(i - INVITATIONS_SOURCES_MAX);
	invitations_psks(invitations, &other, START_MS + i, &count);
	assert_int_equal(count, 0);
}

static void
assert_source(const char *text, const char *expected)
{
	struct sockaddr_storage storage;
	struct invitations_source source;
	char name[INET6_ADDRSTRLEN];

	memset(&storage, 0, sizeof(storage));
	storage.ss_family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(storage.ss_family, text, storage.ss_family == AF_INET6 ?
	    (void *)&((struct sockaddr_in6 *)&storage)->sin6_addr :
	    (void *)&((struct sockaddr_in *)&storage)->sin_addr), 1);
	invitations_source((struct sockaddr *)&storage, &source);
	assert_string_equal(inet_ntop(AF_INET6, source.network, name, sizeof(name)), expected);
}

static void
a_source_is_an_address_or_a_network(void **state)
{
	(void)state;
	assert_source("192.0.2.1", "::ffff:192.0.2.1");
	assert_source("::ffff:192.0.2.1", "::ffff:192.0.2.1");
	assert_source("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::");
}

static void
setting_them_replaces_all(void **state)
{
	struct invitations *invitations = *state;
	uint8_t seeds[1][DEVICE_INVITE_LEN] = { { 3 } };

	assert_int_equal(invitations_set(invitations, seeds, 1), RS_OK);
	assert_int_equal(open_at(invitations, START_MS), 1);
	assert_memory_equal(invitations->seeds[0], seeds[0], DEVICE_INVITE_LEN);
	assert_int_equal(invitations_set(invitations, seeds, 0), RS_OK);
	assert_int_equal(open_at(invitations, START_MS), 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(wrong_tries_make_pairing_rest),
		TEST(a_clock_that_is_set_back_does_not_lengthen_the_rest),
		TEST(few_wrong_tries_are_forgotten),
		TEST(others_are_not_held_up),
		TEST(a_source_is_an_address_or_a_network),
		TEST(setting_them_replaces_all),
	};

	return cmocka_run_group_tests_name("daemon/peer/invitations", tests, NULL, NULL);
}
