#include "proto/replica/collect.h"
#include "proto/replica/register.h"
#include "proto/replica/snapshot.h"
#include "tests/unit/proto/sync/link.h"

enum { ITEMS = 40, LARGE = 20000 };

/* Items of which three fill a message; the later ones are the newer. */
static void
fill(struct host *host, unsigned first, unsigned count)
{
	char *value = malloc(LARGE + 1), saved[24];

	assert_non_null(value);
	memset(value, 'x', LARGE);
	value[LARGE] = '\0';
	for (unsigned i = first; i < first + count; i++) {
		snprintf(saved, sizeof(saved), "%u", 1000 + i);
		host_write(host, i, "saved", saved);
		host_write(host, i, "url", "https://example.org/");
		host_write(host, i, "a large field", value);
	}
	free(value);
}

static void
two_hosts(struct host *laptop, struct host *archive)
{
	host_open(laptop, 1, REPLICA_LAPTOP);
	host_open(archive, 2, REPLICA_ARCHIVE);
	fill(archive, 0, ITEMS);
}

static void
close_both(struct host *a, struct host *b)
{
	host_close(a);
	host_close(b);
}

/* Deliver up to ${messages} to the laptop, which makes each durable. */
static void
run_some(struct link *link, size_t messages)
{
	bool moved = true;

	while (moved) {
		moved = false;
		while (link_pull(link, 0))
			moved = true;
		while (link_deliver(link, 1))
			moved = true;
		assert_int_equal(sync_session_settle(link->ends[1].session), RS_OK);
		if (messages == 0)
			return;
		if (!link_pull(link, 1))
			continue;
		messages--;
		moved = link_deliver(link, 0);
		assert_int_equal(sync_session_settle(link->ends[0].session), RS_OK);
	}
}

static int64_t
ask(struct host *host, const char *query)
{
	int64_t found = -1;

	assert_int_equal(database_lookup(&host->replica->database, query, NO_VALUES, &found),
	    RS_OK);
	return found;
}

static bool
is_due(struct host *host)
{
	enum snapshot_need need;

	assert_int_equal(snapshot_need(host->replica, &need), RS_OK);
	return need != SNAPSHOT_NONE;
}

static void
a_new_replica_gets_the_newest_first(void **state)
{
	struct host laptop, archive;
	struct link *link;

	(void)state;
	two_hosts(&laptop, &archive);
	assert_true(is_due(&laptop));
	link = link_new(&laptop, &archive);
	/* Hello, Vector, two Snapshots. */
	run_some(link, 4);
	assert_true(ask(&laptop, "SELECT count(*) FROM item WHERE shown") >= 4);
	assert_int_equal(ask(&laptop, "SELECT max(saved_ms) FROM item"), 1000 + ITEMS - 1);
	assert_true(ask(&laptop, "SELECT min(saved_ms) FROM item") > 1000 + ITEMS - 10);
	/* The vector says nothing of them yet. */
	assert_int_equal(version_vector_get(replica_vector(laptop.replica),
	    replica_origin(archive.replica)), 0);
	link_run(link);
	assert_true(link_idle(link));
	assert_true(hosts_equal(&laptop, &archive));
	assert_false(is_due(&laptop));
	assert_int_equal(sync_session_counts(link->ends[0].session)->records_received, 3 * ITEMS);
	assert_int_equal(ask(&laptop, "SELECT count(*) FROM begun"), 0);
	link_break(link);
	close_both(&laptop, &archive);
}

/* Break off after each message, and go on; what has come does not come again. */
static void
it_goes_on_after_any_break(void **state)
{
	struct host laptop, archive;
	struct link *link;
	size_t bytes = 0, sessions = 0;
	bool idle = false;

	(void)state;
	two_hosts(&laptop, &archive);
	host_write(&laptop, 500, "title", "of the laptop");
	while (!idle) {
		assert_true(++sessions < 100);
		link = link_new(&laptop, &archive);
		run_some(link, 3);
		bytes += link->ends[1].bytes;
		idle = link_idle(link);
		link_break(link);
	}
	assert_true(sessions > ITEMS / 3);
	assert_true(hosts_equal(&laptop, &archive));
	print_message("%zu sessions, %zu bytes of %u\n", sessions, bytes, ITEMS * LARGE);
	assert_true(bytes < (size_t)ITEMS * LARGE * 11 / 10);
	close_both(&laptop, &archive);
}

/* What is not settled goes; with it, the place where the next session goes on. */
static void
what_was_not_durable_comes_again(void **state)
{
	struct host laptop, archive;
	struct link *link;

	(void)state;
	two_hosts(&laptop, &archive);
	link = link_new(&laptop, &archive);
	run_some(link, 5);
	for (int i = 0; i < 3; i++) {
		assert_true(link_pull(link, 1));
		assert_true(link_deliver(link, 0));
	}
	link_break(link);
	host_sync(&laptop, &archive);
	assert_true(hosts_equal(&laptop, &archive));
	close_both(&laptop, &archive);
}

/* The newest that are saved meanwhile, and old items that become the newest. */
static void
the_giver_may_change_meanwhile(void **state)
{
	struct host laptop, archive;
	struct link *link;
	char saved[24];

	(void)state;
	two_hosts(&laptop, &archive);
	for (unsigned i = 0; is_due(&laptop); i++) {
		assert_true(i < 30);
		link = link_new(&laptop, &archive);
		run_some(link, 3);
		/* What has moved is sent again: see walk.h. */
		snprintf(saved, sizeof(saved), "%u", 9000 + i);
		if (i < 3)
			host_write(&archive, i, "saved", saved);
		host_write(&archive, 200 + i, "url", "https://example.org/new");
		run_some(link, 1);
		link_break(link);
	}
	host_sync(&laptop, &archive);
	assert_true(hosts_equal(&laptop, &archive));
	close_both(&laptop, &archive);
}

static void
another_giver_begins_from_the_beginning(void **state)
{
	struct host laptop, archive, other;
	struct link *link;

	(void)state;
	two_hosts(&laptop, &archive);
	host_open(&other, 3, REPLICA_ARCHIVE);
	host_sync(&other, &archive);
	fill(&archive, 100, 6);
	link = link_new(&laptop, &archive);
	run_some(link, 6);
	link_break(link);
	host_sync(&laptop, &other);
	/* What the first had beyond the other came from us, as ours. */
	assert_true(hosts_equal(&laptop, &other));
	assert_int_equal(ask(&other, "SELECT count(*) FROM item"), ITEMS + 6);
	host_sync(&laptop, &archive);
	host_sync(&other, &archive);
	host_sync(&laptop, &archive);
	assert_true(hosts_equal(&laptop, &archive));
	assert_true(hosts_equal(&other, &archive));
	host_close(&other);
	close_both(&laptop, &archive);
}

/* Both hold what they wrote themselves: the initiator begins with a snapshot. */
static void
of_two_that_begin_one_takes_it(void **state)
{
	struct host laptop, archive;
	struct link *link;

	(void)state;
	two_hosts(&laptop, &archive);
	fill(&laptop, 100, 5);
	link = link_new(&archive, &laptop);
	run_some(link, 4);
	assert_true(ask(&archive, "SELECT count(*) FROM begun") == 1);
	assert_true(ask(&laptop, "SELECT count(*) FROM begun") == 0);
	link_run(link);
	assert_true(link_idle(link));
	assert_true(hosts_equal(&laptop, &archive));
	link_break(link);
	close_both(&laptop, &archive);
}

/* Nobody who is in the middle of one gives one. */
static void
two_in_the_middle_exchange_records(void **state)
{
	struct host laptop, archive, other;
	struct link *link;

	(void)state;
	two_hosts(&laptop, &archive);
	host_open(&other, 3, REPLICA_ARCHIVE);
	link = link_new(&laptop, &archive);
	run_some(link, 4);
	link_break(link);
	link = link_new(&other, &archive);
	run_some(link, 4);
	link_break(link);
	host_write(&laptop, 300, "title", "of the laptop");
	host_sync(&laptop, &other);
	assert_true(hosts_equal(&laptop, &other));
	host_sync(&other, &archive);
	host_sync(&laptop, &archive);
	host_sync(&other, &archive);
	assert_true(hosts_equal(&laptop, &archive));
	assert_true(hosts_equal(&other, &archive));
	host_close(&other);
	close_both(&laptop, &archive);
}

/* It takes a snapshot though it holds all, and loses nothing of its own. */
static void
one_is_taken_on_demand(void **state)
{
	struct host laptop, archive;
	struct link *link;

	(void)state;
	two_hosts(&laptop, &archive);
	host_sync(&laptop, &archive);
	assert_int_equal(replica_begin(laptop.replica), RS_OK);
	assert_int_equal(snapshot_demand(laptop.replica), RS_OK);
	assert_int_equal(replica_commit(laptop.replica), RS_OK);
	assert_true(is_due(&laptop));
	host_write(&laptop, 300, "title", "of the laptop");
	link = link_new(&laptop, &archive);
	link_run(link);
	assert_true(link_idle(link));
	assert_int_equal(sync_session_counts(link->ends[0].session)->records_received, 3 * ITEMS);
	assert_false(is_due(&laptop));
	assert_true(hosts_equal(&laptop, &archive));
	link_break(link);
	close_both(&laptop, &archive);
}

/* A giver that was put back to an older state begins anew. */
static void
a_cursor_counts_only_where_it_was_made(void **state)
{
	struct version_vector begun;
	struct version_entry entry = { .origin = "another replica", .sequence = 9, .clock = 9 };
	struct host laptop, archive;
	struct link *link;

	(void)state;
	two_hosts(&laptop, &archive);
	version_vector_init(&begun);
	assert_int_equal(version_vector_raise_to(&begun, &entry), RS_OK);
	assert_int_equal(replica_begin(laptop.replica), RS_OK);
	assert_int_equal(snapshot_begin(laptop.replica, replica_origin(archive.replica), &begun),
	    RS_OK);
	/* Of the last stage: were it believed, nothing would come. */
	assert_int_equal(snapshot_reach(laptop.replica,
	    bytes_of("\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16)), RS_OK);
	assert_int_equal(replica_commit(laptop.replica), RS_OK);
	link = link_new(&laptop, &archive);
	link_run(link);
	assert_true(link_idle(link));
	assert_true(hosts_equal(&laptop, &archive));
	assert_int_equal(version_vector_get(replica_vector(laptop.replica), entry.origin), 0);
	link_break(link);
	version_vector_release(&begun);
	close_both(&laptop, &archive);
}

/* The archive forgets the writes from ${first} on, as if all who ever came knew of them. */
static void
collect(struct host *archive, uint64_t first)
{
	const uint8_t *origin = replica_origin(archive->replica);
	uint64_t last = version_vector_get(replica_vector(archive->replica), origin);

	assert_int_equal(replica_begin(archive->replica), RS_OK);
	assert_int_equal(collect_gap(archive->replica, origin, first - 1, last,
	    replica_vector(archive->replica)), RS_OK);
	assert_int_equal(collect_tidy(archive->replica), RS_OK);
	assert_int_equal(register_collected(archive->replica, origin, last), RS_OK);
	assert_int_equal(replica_commit(archive->replica), RS_OK);
}

/* Two items are removed, of which the newer comes first, and nothing is known of that any more. */
static void
remove_and_collect(struct host *archive)
{
	static const char *const fields[] = { "saved", "url", "a large field" };
	uint64_t before = version_vector_get(replica_vector(archive->replica),
	    replica_origin(archive->replica));

	for (unsigned i = 0; i < 3; i++) {
		host_write(archive, ITEMS - 1, fields[i], "");
		host_write(archive, 0, fields[i], "");
	}
	collect(archive, before + 1);
	host_write(archive, 600, "title", "news");
}

static int64_t
newest_or_oldest(struct host *host)
{
	return ask(host, "SELECT count(*) FROM item WHERE saved_ms IN (1000, 1039)");
}

/* Half of it came, half a year ago; ${other} knows of the collecting, as the giver does. */
static void
go_on_after_a_collection(struct host *other)
{
	struct host laptop, archive;
	struct link *link;

	two_hosts(&laptop, &archive);
	host_write(&laptop, 500, "title", "of the laptop");
	link = link_new(&laptop, &archive);
	run_some(link, 6);
	link_break(link);
	assert_int_equal(newest_or_oldest(&laptop), 1);
	remove_and_collect(&archive);
	if (other != NULL) {
		host_sync(other, &archive);
		host_write(&archive, 601, "title", "more news");
		host_sync(other, &archive);
		host_sync(&laptop, other);
		assert_true(hosts_equal(&laptop, other));
	}
	host_sync(&laptop, &archive);
	assert_int_equal(newest_or_oldest(&laptop), 0);
	assert_true(hosts_equal(&laptop, &archive));
	close_both(&laptop, &archive);
}

static void
a_cursor_that_is_older_than_a_collection(void **state)
{
	(void)state;
	go_on_after_a_collection(NULL);
}

static void
a_cursor_older_than_a_collection_elsewhere(void **state)
{
	struct host other;

	(void)state;
	host_open(&other, 3, REPLICA_ARCHIVE);
	go_on_after_a_collection(&other);
	host_close(&other);
}

/* What had lost against it, by the greater origin at the same clock, still does. */
static void
what_becomes_ours_ranks_as_before(void **state)
{
	struct record record = { .kind = RECORD_ITEM, .field = bytes_of_text("title"),
		.value = bytes_of_text("theirs"), .sequence = 6, .clock = UINT64_C(5) << 16 };
	struct host laptop;

	(void)state;
	host_open(&laptop, 1, REPLICA_LAPTOP);
	memset(record.origin, 0xff, sizeof(record.origin));
	assert_int_equal(replica_begin(laptop.replica), RS_OK);
	assert_int_equal(replica_apply(laptop.replica, &record), RS_OK);
	assert_int_equal(snapshot_give_up(laptop.replica), RS_OK);
	assert_int_equal(ask(&laptop, "SELECT count(*) FROM register JOIN origin"
	    " ON origin.id = register.origin WHERE origin.origin ="
	    " (SELECT value FROM local WHERE name = 'replica/origin')"), 1);
	/* Between ours and theirs. */
	record.origin[15] = 0xfe;
	record.value = bytes_of_text("a third one's");
	assert_int_equal(replica_apply(laptop.replica, &record), RS_OK);
	assert_int_equal(replica_commit(laptop.replica), RS_OK);
	assert_int_equal(ask(&laptop, "SELECT count(*) FROM register"
	    " WHERE value = CAST('theirs' AS BLOB)"), 1);
	host_close(&laptop);
}

/* What is said of devices is never collected, so it is not dropped either. */
static void
what_is_dropped_is_nothing_of_devices(void **state)
{
	struct record record = { .kind = RECORD_DEVICE, .origin = "another replica",
		.field = bytes_of_text("name"), .value = bytes_of_text("a laptop"), .sequence = 5,
		.clock = 5 };
	struct version_vector horizon;
	struct host laptop;

	(void)state;
	host_open(&laptop, 1, REPLICA_LAPTOP);
	host_write(&laptop, 500, "title", "of the laptop");
	version_vector_init(&horizon);
	assert_int_equal(version_vector_raise(&horizon, record.origin, 7), RS_OK);
	assert_int_equal(replica_begin(laptop.replica), RS_OK);
	assert_int_equal(replica_apply(laptop.replica, &record), RS_OK);
	record.kind = RECORD_ITEM;
	record.sequence = 6;
	assert_int_equal(replica_apply(laptop.replica, &record), RS_OK);
	assert_int_equal(snapshot_drop(laptop.replica, &horizon), RS_OK);
	assert_int_equal(replica_commit(laptop.replica), RS_OK);
	assert_int_equal(ask(&laptop, "SELECT count(*) FROM register WHERE kind = 4"), 1);
	assert_int_equal(ask(&laptop, "SELECT count(*) FROM register WHERE kind = 1"), 1);
	version_vector_release(&horizon);
	host_close(&laptop);
}

/* Whoever was not sent all that was collected is told to come again, from the beginning. */
static void
a_collection_amid_a_snapshot_ends_it(void **state)
{
	struct host laptop, archive;
	struct link *link;

	(void)state;
	two_hosts(&laptop, &archive);
	link = link_new(&laptop, &archive);
	run_some(link, 4);
	remove_and_collect(&archive);
	link_run(link);
	assert_false(link_idle(link));
	assert_int_equal(link->ends[0].err, RS_EREFUSED);
	assert_non_null(strstr(link->ends[0].detail.text, "forgotten meanwhile; sync again"));
	link_break(link);
	host_sync(&laptop, &archive);
	assert_int_equal(newest_or_oldest(&laptop), 0);
	assert_true(hosts_equal(&laptop, &archive));
	close_both(&laptop, &archive);
}

/* The same of changes: what was sent may be collected, what was not may not. */
static void
a_collection_amid_changes_ends_them(void **state)
{
	struct host laptop, archive;
	struct link *link;

	(void)state;
	two_hosts(&laptop, &archive);
	host_sync(&laptop, &archive);
	link = link_new(&laptop, &archive);
	link_run(link);
	host_write(&archive, 3, "url", "");
	link_run(link);
	assert_true(link_idle(link));
	collect(&archive, version_vector_get(replica_vector(archive.replica),
	    replica_origin(archive.replica)));
	link_run(link);
	assert_true(link_idle(link));
	remove_and_collect(&archive);
	link_run(link);
	assert_int_equal(link->ends[0].err, RS_EREFUSED);
	link_break(link);
	host_sync(&laptop, &archive);
	host_write(&archive, 601, "title", "more news");
	host_sync(&laptop, &archive);
	assert_int_equal(newest_or_oldest(&laptop), 0);
	close_both(&laptop, &archive);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_replica_gets_the_newest_first),
		cmocka_unit_test(it_goes_on_after_any_break),
		cmocka_unit_test(what_was_not_durable_comes_again),
		cmocka_unit_test(the_giver_may_change_meanwhile),
		cmocka_unit_test(another_giver_begins_from_the_beginning),
		cmocka_unit_test(of_two_that_begin_one_takes_it),
		cmocka_unit_test(two_in_the_middle_exchange_records),
		cmocka_unit_test(one_is_taken_on_demand),
		cmocka_unit_test(a_cursor_counts_only_where_it_was_made),
		cmocka_unit_test(a_cursor_that_is_older_than_a_collection),
		cmocka_unit_test(a_cursor_older_than_a_collection_elsewhere),
		cmocka_unit_test(what_becomes_ours_ranks_as_before),
		cmocka_unit_test(what_is_dropped_is_nothing_of_devices),
		cmocka_unit_test(a_collection_amid_a_snapshot_ends_it),
		cmocka_unit_test(a_collection_amid_changes_ends_them),
	};

	if (secret_start() != RS_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
