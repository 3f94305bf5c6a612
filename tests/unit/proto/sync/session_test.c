#include "tests/unit/proto/sync/link.h"

static size_t
count_records(const struct host *host)
{
	struct version_vector nothing;
	uint64_t sum[2] = { 0 };
	bool complete;

	version_vector_init(&nothing);
	assert_int_equal(replica_changes(host->replica, &nothing, host_hash_record, sum, &complete),
	    RS_OK);
	return sum[1];
}

/* A library on the archive: some items, and some pages that a laptop does not want. */
static void
two_hosts(struct host *laptop, struct host *archive)
{
	unsigned i;

	host_open(laptop, 1, REPLICA_LAPTOP);
	host_open(archive, 2, REPLICA_ARCHIVE);
	for (i = 0; i < 20; i++)
		host_write(archive, i, "title", "a title");
}

static void
close_both(struct host *a, struct host *b)
{
	host_close(a);
	host_close(b);
}

static void
both_ways(void **state)
{
	struct host laptop, archive;
	const struct sync_counts *counts;
	struct link *link;

	(void)state;
	two_hosts(&laptop, &archive);
	host_write(&laptop, 100, "title", "mine");
	host_write(&laptop, 3, "title", "later");
	link = link_new(&laptop, &archive);
	link_run(link);
	assert_true(link_idle(link));
	assert_true(hosts_equal(&laptop, &archive));
	counts = sync_session_counts(link->ends[0].session);
	assert_int_equal(counts->records_sent, 2);
	assert_int_equal(counts->records_received, 20);
	link_break(link);
	close_both(&laptop, &archive);
}

/* Write one field of a device, as an archive may, and as a laptop may not. */
static void
write_device(struct host *host, const char *field, const char *value)
{
	assert_int_equal(replica_begin(host->replica), RS_OK);
	assert_int_equal(replica_write(host->replica, RECORD_DEVICE, (const uint8_t *)
	    "some device.....", field, bytes_of_text(value)), RS_OK);
	assert_int_equal(replica_commit(host->replica), RS_OK);
}

static int64_t
count_devices(struct host *host, const char *query)
{
	int64_t count = -1;

	assert_int_equal(database_lookup(&host->replica->database, query, NO_VALUES, &count),
	    RS_OK);
	return count;
}

/* What a laptop says of devices counts as held, and that is all that comes of it. */
static void
a_laptop_cannot_write_the_list_of_devices(void **state)
{
	struct host laptop, archive;
	struct link *link;

	(void)state;
	two_hosts(&laptop, &archive);
	write_device(&archive, "name", "theirs");
	host_sync(&laptop, &archive);
	write_device(&laptop, "name", "mine");
	write_device(&laptop, "revoked", "1");
	host_write(&laptop, 100, "title", "and an item");
	link = link_new(&laptop, &archive);
	sync_session_refuse_devices(link->ends[1].session);
	link_run(link);
	assert_true(link_idle(link));
	assert_int_equal(count_devices(&archive, "SELECT count(*) FROM device"
	    " WHERE name = 'theirs' AND NOT revoked"), 1);
	assert_int_equal(count_devices(&archive, "SELECT count(*) FROM device"), 1);
	assert_int_equal(count_records(&archive), 22);
	/* The exchange does not begin again and again with it. */
	assert_true(version_vector_covers(replica_vector(archive.replica),
	    replica_vector(laptop.replica)));
	link_break(link);
	close_both(&laptop, &archive);
}

/* An archive's word counts on both sides. */
static void
an_archive_writes_the_list_of_devices(void **state)
{
	struct host laptop, archive;

	(void)state;
	two_hosts(&laptop, &archive);
	write_device(&laptop, "revoked", "1");
	host_sync(&laptop, &archive);
	assert_int_equal(count_devices(&archive, "SELECT count(*) FROM device WHERE revoked"), 1);
	close_both(&laptop, &archive);
}

/* The budget: 160 bytes both ways, one round trip. */
static void
nothing_to_sync_costs_little(void **state)
{
	struct host laptop, archive;
	struct link *link;

	(void)state;
	two_hosts(&laptop, &archive);
	/* The answer names the newest of the laptop's writes. */
	host_write(&laptop, 30, "title", "of the laptop");
	host_sync(&laptop, &archive);
	link = link_new(&laptop, &archive);
	link_run(link);
	assert_true(link_idle(link));
	assert_int_equal(link->ends[0].messages, 1);
	assert_int_equal(link->ends[1].messages, 1);
	print_message("nothing to sync: %zu bytes\n", link_bytes(link));
	assert_true(link_bytes(link) <= 160);
	link_break(link);
	close_both(&laptop, &archive);
}

/* The budget: 250 bytes both ways. */
static void
one_change_costs_little(void **state)
{
	struct host laptop, archive;
	struct link *link;

	(void)state;
	two_hosts(&laptop, &archive);
	host_sync(&laptop, &archive);
	link = link_new(&laptop, &archive);
	link_run(link);
	link_reset_bytes(link);
	host_write(&laptop, 7, "starred", "1");
	link_run(link);
	assert_true(link_idle(link));
	assert_true(hosts_equal(&laptop, &archive));
	print_message("one change: %zu bytes\n", link_bytes(link));
	assert_true(link_bytes(link) <= 250);
	link_break(link);
	close_both(&laptop, &archive);
}

/* Between two messages the replica may be closed and opened again. */
static void
a_session_goes_on_over_a_replica_that_was_closed(void **state)
{
	struct host laptop, archive;
	struct link *link;
	struct sync_session *follower;

	(void)state;
	two_hosts(&laptop, &archive);
	link = link_new(&laptop, &archive);
	follower = link->ends[0].session;
	link_run(link);
	assert_true(sync_session_idle(follower));
	sync_session_attach(follower, NULL);
	assert_int_equal(sync_session_counts(follower)->records_received, 20);
	host_write(&laptop, 100, "title", "of another command");
	host_write(&archive, 3, "title", "of another device");
	sync_session_attach(follower, laptop.replica);
	link_run(link);
	assert_true(link_idle(link));
	assert_true(hosts_equal(&laptop, &archive));
	link_break(link);
	close_both(&laptop, &archive);
}

static void
a_change_passes_a_large_blob(void **state)
{
	struct host laptop, archive;
	struct link *link;
	int i;

	(void)state;
	two_hosts(&laptop, &archive);
	host_save_page(&laptop, 1, 3000000);
	link = link_new(&laptop, &archive);
	/* Go on until the first pieces have gone over. */
	while (link->ends[0].bytes < 200000) {
		link_pull(link, 0);
		link_deliver(link, 1);
		assert_int_equal(sync_session_settle(link->ends[1].session), RS_OK);
		link_pull(link, 1);
		link_deliver(link, 0);
		assert_int_equal(sync_session_settle(link->ends[0].session), RS_OK);
	}
	host_write(&laptop, 7, "starred", "1");
	for (i = 0; i < 2; i++) {
		link_pull(link, 0);
		link_deliver(link, 1);
	}
	assert_int_equal(sync_session_settle(link->ends[1].session), RS_OK);
	assert_true(hosts_equal(&laptop, &archive));
	assert_true(blob_wanted(archive.replica) > 0);
	link_run(link);
	assert_true(link_idle(link));
	assert_int_equal(blob_wanted(archive.replica), 0);
	link_break(link);
	close_both(&laptop, &archive);
}

/* After a break, only the pieces that had not arrived are sent again. */
static void
a_blob_goes_on_where_it_broke(void **state)
{
	struct host laptop, archive;
	struct link *link;
	size_t sent;

	(void)state;
	two_hosts(&laptop, &archive);
	host_sync(&laptop, &archive);
	host_save_page(&laptop, 1, 3000000);
	link = link_new(&laptop, &archive);
	while (link->ends[0].bytes < 2000000) {
		while (link_pull(link, 1))
			link_deliver(link, 0);
		assert_int_equal(sync_session_settle(link->ends[0].session), RS_OK);
		link_pull(link, 0);
		link_deliver(link, 1);
		assert_int_equal(sync_session_settle(link->ends[1].session), RS_OK);
	}
	link_break(link);
	link = link_new(&laptop, &archive);
	link_run(link);
	assert_true(link_idle(link));
	assert_int_equal(blob_wanted(archive.replica), 0);
	sent = link->ends[0].bytes;
	print_message("after the break: %zu of 3000000 bytes\n", sent);
	assert_true(sent < 1200000);
	assert_int_equal(sync_session_counts(link->ends[1].session)->blobs_received, 1);
	link_break(link);
	close_both(&laptop, &archive);
}

/* What nobody has is asked for once in an exchange, and not in its way. */
static void
absent_blobs_do_not_stop_the_exchange(void **state)
{
	struct host laptop, archive, other;
	struct link *link;

	(void)state;
	two_hosts(&laptop, &archive);
	host_open(&other, 3, REPLICA_LAPTOP);
	host_save_page(&laptop, 1, 1000);
	/* The other laptop learns of the page, whose bytes it does not want. */
	host_sync(&other, &laptop);
	host_sync(&other, &archive);
	assert_int_equal(blob_wanted(archive.replica), 1);
	link = link_new(&other, &archive);
	link_run(link);
	assert_true(link_idle(link));
	host_write(&other, 7, "starred", "1");
	link_reset_bytes(link);
	link_run(link);
	assert_true(link_idle(link));
	assert_true(link_bytes(link) <= 250);
	link_break(link);
	host_sync(&laptop, &archive);
	assert_int_equal(blob_wanted(archive.replica), 0);
	host_close(&other);
	close_both(&laptop, &archive);
}

/* More blobs than may be asked for at a time. */
static void
many_blobs_come_through_the_window(void **state)
{
	struct host laptop, archive;
	struct link *link;
	unsigned i;

	(void)state;
	two_hosts(&laptop, &archive);
	for (i = 0; i < 1300; i++)
		host_save_page(&laptop, i, 100 + i);
	link = link_new(&laptop, &archive);
	link_run(link);
	assert_true(link_idle(link));
	assert_true(hosts_equal(&laptop, &archive));
	assert_int_equal(blob_wanted(archive.replica), 0);
	assert_int_equal(sync_session_counts(link->ends[1].session)->blobs_received, 1300);
	assert_int_equal(sync_session_counts(link->ends[1].session)->items_received, 1300);
	assert_int_equal(sync_session_counts(link->ends[0].session)->blobs_sent, 1300);
	link_break(link);
	close_both(&laptop, &archive);
}

static void
a_session_on_hold_is_not_idle(void **state)
{
	struct host laptop, archive;
	struct link *link;

	(void)state;
	two_hosts(&laptop, &archive);
	host_sync(&laptop, &archive);
	link = link_new(&laptop, &archive);
	sync_session_hold(link->ends[1].session, true);
	link_run(link);
	assert_false(sync_session_idle(link->ends[0].session));
	assert_false(sync_session_idle(link->ends[1].session));
	host_write(&archive, 7, "title", "read meanwhile");
	link_run(link);
	assert_false(sync_session_idle(link->ends[0].session));
	sync_session_hold(link->ends[1].session, false);
	link_run(link);
	assert_true(link_idle(link));
	assert_true(hosts_equal(&laptop, &archive));
	link_break(link);
	close_both(&laptop, &archive);
}

/* Records are acknowledged only when they are durable, and lost when not. */
static void
nothing_is_acknowledged_before_it_is_durable(void **state)
{
	struct host laptop, archive;
	struct link *link;

	(void)state;
	two_hosts(&laptop, &archive);
	host_sync(&laptop, &archive);
	link = link_new(&laptop, &archive);
	link_run(link);
	host_write(&laptop, 7, "starred", "1");
	assert_true(link_pull(link, 0));
	assert_true(link_deliver(link, 1));
	assert_false(link_pull(link, 1));
	assert_false(sync_session_idle(link->ends[0].session));
	assert_false(link_pull(link, 0));
	link_break(link);
	assert_false(hosts_equal(&laptop, &archive));
	host_sync(&laptop, &archive);
	assert_true(hosts_equal(&laptop, &archive));
	close_both(&laptop, &archive);
}

/* More origins than one Vector holds. */
static void
a_long_vector_is_sent_in_parts(void **state)
{
	struct host laptop, archive;
	struct version_entry entry = { .clock = INT64_MAX };
	unsigned i;

	(void)state;
	two_hosts(&laptop, &archive);
	assert_int_equal(replica_begin(archive.replica), RS_OK);
	for (i = 1; i <= 4000; i++) {
		entry.origin[0] = (uint8_t)(i >> 8);
		entry.origin[1] = (uint8_t)i;
		entry.sequence = INT64_MAX - i;
		assert_int_equal(replica_adopt(archive.replica, &entry), RS_OK);
	}
	assert_int_equal(replica_commit(archive.replica), RS_OK);
	host_write(&laptop, 1, "title", "mine");
	host_sync(&laptop, &archive);
	assert_true(hosts_equal(&laptop, &archive));
	host_write(&laptop, 2, "title", "mine too");
	host_sync(&laptop, &archive);
	assert_true(hosts_equal(&laptop, &archive));
	close_both(&laptop, &archive);
}

/* Values of any size that a register may have, in more than one message. */
static void
large_values_fit(void **state)
{
	static const size_t sizes[] = { RECORD_VALUE_MAX, 0, 1, RECORD_VALUE_MAX, 30000, 29000,
		RECORD_VALUE_MAX, 26000, 59000 - RECORD_VALUE_MAX, RECORD_VALUE_MAX };
	static char value[RECORD_VALUE_MAX];
	struct host laptop, archive;
	char field[RECORD_FIELD_MAX + 1];
	uint8_t entity[16] = { 9 };
	size_t i;

	(void)state;
	two_hosts(&laptop, &archive);
	memset(value, 'v', sizeof(value));
	memset(field, 'f', sizeof(field));
	field[RECORD_FIELD_MAX] = '\0';
	assert_int_equal(replica_begin(archive.replica), RS_OK);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		field[0] = (char)('a' + i);
		assert_int_equal(replica_write(archive.replica, (enum record_kind)77, entity, field,
		    bytes_of(value, sizes[i])), RS_OK);
	}
	assert_int_equal(replica_commit(archive.replica), RS_OK);
	host_sync(&laptop, &archive);
	assert_true(hosts_equal(&laptop, &archive));
	close_both(&laptop, &archive);
}

/* A change made while the answer to the greeting is under way is not lost. */
static void
changes_during_the_greeting_are_sent(void **state)
{
	struct host laptop, archive;
	struct link *link;

	(void)state;
	two_hosts(&laptop, &archive);
	host_sync(&laptop, &archive);
	link = link_new(&laptop, &archive);
	assert_true(link_pull(link, 0));
	host_write(&laptop, 1, "title", "between");
	assert_true(link_deliver(link, 1));
	assert_true(link_pull(link, 1));
	host_write(&archive, 2, "title", "between, there");
	link_run(link);
	assert_true(link_idle(link));
	assert_true(hosts_equal(&laptop, &archive));
	link_break(link);
	close_both(&laptop, &archive);
}

/* The other end has said Idle while a change of ours was on its way to it. */
static void
idle_crosses_a_change(void **state)
{
	struct host laptop, archive;
	struct link *link;

	(void)state;
	two_hosts(&laptop, &archive);
	link = link_new(&laptop, &archive);
	link_run(link);
	assert_true(link_idle(link));
	host_write(&archive, 2, "title", "on its way");
	assert_true(link_pull(link, 1));
	/* Until it arrives the laptop may still take itself for idle and go. */
	assert_true(sync_session_idle(link->ends[0].session));
	assert_false(sync_session_idle(link->ends[1].session));
	assert_true(link_deliver(link, 0));
	assert_false(sync_session_idle(link->ends[0].session));
	assert_int_equal(sync_session_settle(link->ends[0].session), RS_OK);
	assert_false(sync_session_idle(link->ends[0].session));
	link_run(link);
	assert_true(link_idle(link));
	link_break(link);
	close_both(&laptop, &archive);
}

/* Two peers send the same blob at the same time. */
static void
one_blob_from_two_peers(void **state)
{
	struct host one, two, archive;
	struct link *first, *second;
	int turn;

	(void)state;
	host_open(&archive, 1, REPLICA_ARCHIVE);
	host_open(&one, 2, REPLICA_ARCHIVE);
	host_open(&two, 3, REPLICA_ARCHIVE);
	host_save_page(&one, 1, 400000);
	host_sync(&one, &two);
	assert_int_equal(blob_wanted(two.replica), 0);
	first = link_new(&one, &archive);
	second = link_new(&two, &archive);
	for (turn = 0; turn < 40; turn++) {
		struct link *link = turn % 3 == 0 ? second : first;

		while (link_pull(link, 1))
			link_deliver(link, 0);
		assert_int_equal(sync_session_settle(link->ends[0].session), RS_OK);
		link_pull(link, 0);
		link_deliver(link, 1);
		assert_int_equal(link->ends[1].err, RS_OK);
		assert_int_equal(sync_session_settle(link->ends[1].session), RS_OK);
	}
	link_run(first);
	link_run(second);
	assert_true(link_idle(first));
	assert_true(link_idle(second));
	assert_int_equal(blob_wanted(archive.replica), 0);
	link_break(first);
	link_break(second);
	host_close(&one);
	host_close(&two);
	host_close(&archive);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways),
		cmocka_unit_test(a_laptop_cannot_write_the_list_of_devices),
		cmocka_unit_test(an_archive_writes_the_list_of_devices),
		cmocka_unit_test(nothing_to_sync_costs_little),
		cmocka_unit_test(one_change_costs_little),
		cmocka_unit_test(a_session_goes_on_over_a_replica_that_was_closed),
		cmocka_unit_test(a_change_passes_a_large_blob),
		cmocka_unit_test(a_blob_goes_on_where_it_broke),
		cmocka_unit_test(absent_blobs_do_not_stop_the_exchange),
		cmocka_unit_test(many_blobs_come_through_the_window),
		cmocka_unit_test(a_session_on_hold_is_not_idle),
		cmocka_unit_test(nothing_is_acknowledged_before_it_is_durable),
		cmocka_unit_test(a_long_vector_is_sent_in_parts),
		cmocka_unit_test(large_values_fit),
		cmocka_unit_test(changes_during_the_greeting_are_sent),
		cmocka_unit_test(idle_crosses_a_change),
		cmocka_unit_test(one_blob_from_two_peers),
	};

	if (secret_start() != RS_OK)
		return 1;
	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
