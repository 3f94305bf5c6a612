/*
 * A replica that is behind what its peer has collected: it forgets what no longer stands
 * there, and nothing else; and takes no list that it did not wait for.
 */
#include "proto/replica/collect.h"
#include "proto/replica/register.h"
#include "proto/sync/standing.h"
#include "tests/unit/proto/sync/link.h"

enum { ITEMS = 1000 };

static struct host archive, laptop;

static int
hosts_setup(void **state)
{
	(void)state;
	host_open(&archive, 1, REPLICA_ARCHIVE);
	host_open(&laptop, 2, REPLICA_LAPTOP);
	return 0;
}

static int
hosts_teardown(void **state)
{
	(void)state;
	host_close(&archive);
	host_close(&laptop);
	return 0;
}

static int64_t
count(struct host *host)
{
	int64_t found = 0;

	assert_int_equal(database_lookup(&host->replica->database,
	    "SELECT count(*) FROM register", NO_VALUES, &found), RS_OK);
	return found;
}

/* The archive forgets its writes from ${first} to ${last}, as if all knew of that. */
static void
forget(uint64_t first, uint64_t last, uint64_t horizon)
{
	const uint8_t *origin = replica_origin(archive.replica);
	struct replica *replica = archive.replica;

	assert_int_equal(replica_begin(replica), RS_OK);
	assert_int_equal(collect_gap(replica, origin, first - 1, last, replica_vector(replica)),
	    RS_OK);
	assert_int_equal(collect_tidy(replica), RS_OK);
	assert_int_equal(register_collected(replica, origin, horizon), RS_OK);
	assert_int_equal(replica_commit(replica), RS_OK);
}

static void
write_items(void)
{
	unsigned i;

	for (i = 0; i < ITEMS; i++)
		host_write(&archive, i, "title", "as it was");
	host_sync(&laptop, &archive);
	assert_int_equal(count(&laptop), ITEMS);
}

static void
who_is_behind_forgets_what_no_longer_stands(void **state)
{
	struct link *link;

	(void)state;
	write_items();
	host_write(&laptop, 5, "starred", "1");
	host_write(&archive, 5, "title", "since then");
	forget(101, 200, ITEMS + 1);
	link = link_new(&laptop, &archive);
	link_run(link);
	assert_true(link_idle(link));
	/* A run or two, whatever the library. */
	assert_in_range(link_bytes(link), 1, 1500);
	link_break(link);
	assert_int_equal(count(&laptop), ITEMS - 100 + 1);
	assert_true(hosts_equal(&archive, &laptop));
	/* It has taken over the horizon, and is not behind any more. */
	assert_true(version_vector_covers(collect_horizon(laptop.replica),
	    collect_horizon(archive.replica)));
	host_write(&archive, 7, "title", "news");
	host_sync(&laptop, &archive);
	assert_int_equal(count(&laptop), ITEMS - 100 + 1);
}

/* What one who did not know of the removal said of a highlight goes with it, and is not sent. */
static void
words_on_what_is_gone_go_with_it(void **state)
{
	static const uint8_t highlight[16] = "a highlight";

	(void)state;
	write_items();
	assert_int_equal(replica_begin(archive.replica), RS_OK);
	assert_int_equal(replica_write(archive.replica, RECORD_HIGHLIGHT, highlight, "highlight",
	    bytes_of_text("a passage")), RS_OK);
	assert_int_equal(replica_commit(archive.replica), RS_OK);
	host_sync(&laptop, &archive);
	assert_int_equal(replica_begin(laptop.replica), RS_OK);
	assert_int_equal(replica_write(laptop.replica, RECORD_HIGHLIGHT, highlight, "comment",
	    bytes_of_text("of a passage")), RS_OK);
	assert_int_equal(replica_commit(laptop.replica), RS_OK);
	host_write(&archive, 5, "title", "since then");
	forget(ITEMS + 1, ITEMS + 1, ITEMS + 2);
	host_sync(&laptop, &archive);
	assert_int_equal(count(&laptop), ITEMS);
	assert_int_equal(count(&archive), ITEMS);
	assert_true(hosts_equal(&archive, &laptop));
}

/* Whoever heard of what was replaced needs no list: it keeps what it has. */
static void
who_is_not_behind_forgets_nothing(void **state)
{
	(void)state;
	write_items();
	forget(101, 200, 200);
	host_write(&archive, 5, "title", "since then");
	host_sync(&laptop, &archive);
	assert_int_equal(count(&laptop), ITEMS);
	assert_int_equal(version_vector_get(collect_horizon(laptop.replica),
	    replica_origin(archive.replica)), 200);
}

/* Every second one: the list takes more than one message. */
static void
a_long_list_goes_in_parts(void **state)
{
	struct standing standing;
	struct buffer out;
	unsigned i, messages = 0;

	(void)state;
	assert_int_equal(replica_begin(archive.replica), RS_OK);
	for (i = 0; i < 8000; i++) {
		uint8_t entity[16] = { 1, (uint8_t)(i >> 8), (uint8_t)i };

		assert_int_equal(replica_write(archive.replica, RECORD_ITEM, entity, "title",
		    bytes_of_text("x")), RS_OK);
		/* This sequence is superseded by the next. */
		assert_int_equal(replica_write(archive.replica, RECORD_ITEM, entity, "title",
		    bytes_of_text("y")), RS_OK);
	}
	assert_int_equal(replica_commit(archive.replica), RS_OK);
	standing_init(&standing);
	assert_int_equal(version_vector_raise(&standing.ours, replica_origin(archive.replica), 1),
	    RS_OK);
	/* The peer holds as much, but has not heard of what another origin wrote. */
	assert_int_equal(version_vector_raise(&standing.ours, (const uint8_t *)"another origin..", 1),
	    RS_OK);
	assert_int_equal(standing_begin(&standing, replica_vector(archive.replica),
	    replica_vector(archive.replica)), RS_OK);
	assert_true(standing.due);
	buffer_init(&out, 1 << 20);
	for (; standing.due; messages++) {
		buffer_clear(&out);
		assert_int_equal(standing_pack(&standing, archive.replica, &out), RS_OK);
		assert_in_range(out.len, 1, MESSAGE_MAX);
	}
	assert_int_equal(messages, 3);
	buffer_release(&out);
	standing_release(&standing);
}

static const uint8_t a[16] = "a", b[16] = "b";
static uint64_t runs[4];

/* A list that is awaited: ten writes of one origin, and five of another. */
static const struct {
	const char *name;
	const uint8_t *origin;
	uint64_t after, through;
	size_t run_count;
	uint64_t runs[4];
	bool refused;
} lists[] = {
	{ "all of the first", a, 0, 10, 2, { 3, 7 }, false },
	{ "a part of the first", a, 0, 4, 4, { 0, 1, 1, 1 }, false },
	{ "nothing stands", a, 0, 10, 0, { 0 }, false },
	{ "not the next origin", b, 0, 5, 1, { 5 }, true },
	{ "not where it goes on", a, 1, 10, 1, { 9 }, true },
	{ "no step", a, 0, 0, 0, { 0 }, true },
	{ "a step back", a, 0, UINT64_MAX, 0, { 0 }, true },
	{ "more than both hold", a, 0, 11, 1, { 11 }, true },
	{ "runs beyond its end", a, 0, 10, 2, { 3, 8 }, true },
	{ "runs that wrap around", a, 0, 10, 3, { 3, UINT64_MAX, 8 }, true },
};

static void
lists_out_of_order_are_refused(void **state)
{
	Readsync__Standing message;
	struct standing standing;
	struct rs_err_detail detail;
	size_t i;
	int err;

	(void)state;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		standing_init(&standing);
		assert_int_equal(version_vector_raise(&standing.both, a, 10), RS_OK);
		assert_int_equal(version_vector_raise(&standing.both, b, 5), RS_OK);
		standing.awaited = true;
		readsync__standing__init(&message);
		message.origin = (ProtobufCBinaryData){ 16, (uint8_t *)lists[i].origin };
		message.after = lists[i].after;
		message.through = lists[i].through;
		memcpy(runs, lists[i].runs, sizeof(runs));
		message.runs = runs;
		message.n_runs = lists[i].run_count;
		assert_int_equal(replica_begin(laptop.replica), RS_OK);
		err = standing_receive(&standing, laptop.replica, &message, &detail);
		replica_rollback(laptop.replica);
		if (err != (lists[i].refused ? RS_EPROTOCOL : RS_OK))
			fail_msg("%s: %d", lists[i].name, err);
		assert_true(standing.awaited);
		standing_release(&standing);
	}
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, hosts_setup, hosts_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_is_behind_forgets_what_no_longer_stands),
		TEST(words_on_what_is_gone_go_with_it),
		TEST(who_is_not_behind_forgets_nothing),
		TEST(a_long_list_goes_in_parts),
		TEST(lists_out_of_order_are_refused),
	};

	assert_int_equal(secret_start(), RS_OK);
	return cmocka_run_group_tests_name("proto/sync/standing", tests, NULL, NULL);
}
