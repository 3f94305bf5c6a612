/*
 * Goal: the daemon's daily pass, on a real vault thread, goes on step by step to its end,
 * and ends early when the daemon does.
 */
#include "tests/unit/proto/replica/fixture.h"

#include <uv.h>

#include "daemon/collector.h"
#include "proto/replica/device.h"
#include "proto/replica/held.h"

#define HALF_YEAR_MS (INT64_C(181) * 24 * 60 * 60 * 1000)

enum { TAGS = 10 * COLLECT_STEP };

static const uint8_t key[DEVICE_KEY_LEN] = { 7 };

struct fixture {
	uv_loop_t loop;
	struct node *node;
	struct vault_thread *vault;
	struct collector collector;
	bool stopped;
};

/* An archive whose only device has seen many tags put on and taken off, half a year ago. */
static int
setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	uint8_t item[HASH_NAME_LEN];
	struct node *node;
	char tag[20];

	assert_non_null(fixture);
	fixture->node = node = node_new(REPLICA_ARCHIVE, 1);
	assert_int_equal(uv_loop_init(&fixture->loop), 0);
	IN(node, device_add(node->replica, key, "laptop", false));
	save(node, "https://example.org/a", NULL, item);
	OK(replica_begin(node->replica));
	for (int i = 0; i < TAGS; i++) {
		snprintf(tag, sizeof(tag), "%d", i);
		OK(item_tag(node->replica, item, tag, true));
		OK(item_tag(node->replica, item, tag, false));
	}
	OK(replica_commit(node->replica));
	node->now_ms += HALF_YEAR_MS;
	IN(node, held_note(node->replica, key));
	assert_int_equal(ask(node, "SELECT count(*) FROM register WHERE value = x''"), TAGS);
	*state = fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(uv_loop_close(&fixture->loop), 0);
	node_free(fixture->node);
	free(fixture);
	return 0;
}

static void
on_change(void *context, const struct replica_change *change)
{
	(void)context;
	(void)change;
}

static void
on_stopped(void *context)
{
	((struct fixture *)context)->stopped = true;
}

static void
start(struct fixture *fixture)
{
	OK(vault_thread_start(&fixture->loop, fixture->node->replica, on_change, NULL,
	    &fixture->vault));
	collector_start(&fixture->collector, &fixture->loop, fixture->vault);
	while (!fixture->collector.busy)
		uv_run(&fixture->loop, UV_RUN_ONCE);
}

/* As the daemon ends: nothing more is begun, then the vault stops. */
static void
stop(struct fixture *fixture)
{
	collector_stop(&fixture->collector);
	vault_thread_stop(fixture->vault, on_stopped, fixture);
	uv_run(&fixture->loop, UV_RUN_DEFAULT);
	assert_true(fixture->stopped);
	assert_false(fixture->collector.busy);
	node_open(fixture->node);
}

static void
a_pass_goes_on_to_its_end(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	while (fixture->collector.busy)
		uv_run(&fixture->loop, UV_RUN_ONCE);
	assert_int_equal(fixture->collector.err, RS_OK);
	stop(fixture);
	assert_int_equal(ask(fixture->node,
	    "SELECT count(*) FROM register WHERE value = x''"), 0);
}

static void
it_ends_with_the_step_that_is_under_way(void **state)
{
	struct fixture *fixture = *state;

	int64_t left;

	start(fixture);
	stop(fixture);
	left = ask(fixture->node, "SELECT count(*) FROM register WHERE value = x''");
	assert_in_range(left, 1, TAGS - COLLECT_STEP);
	assert_int_equal(left % COLLECT_STEP, 0);
}

static void
one_that_was_never_started_stops(void **state)
{
	struct collector collector = { .begun = false };

	(void)state;
	collector_stop(&collector);
}

#define WITH_ARCHIVE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARCHIVE(a_pass_goes_on_to_its_end),
		WITH_ARCHIVE(it_ends_with_the_step_that_is_under_way),
		cmocka_unit_test(one_that_was_never_started_stops),
	};

	return cmocka_run_group_tests_name("daemon/collector", tests, NULL, NULL);
}
