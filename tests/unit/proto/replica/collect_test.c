/*
 * What is collected, when, and by whom: never while a device may hold something older.
 */
#include "proto/replica/collect.h"
#include "proto/replica/derive.h"
#include "proto/replica/device.h"
#include "proto/replica/held.h"
#include "proto/replica/highlight.h"
#include "proto/replica/note.h"
#include "tests/unit/proto/replica/fixture.h"

#define DAY_MS INT64_C(86400000)
#define URL "https://example.org/a"

enum { LAPTOPS = 2 };

/* An archive, and laptops that it knows by keys which only have to differ. */
struct library {
	struct node *archive;
	struct node *laptops[LAPTOPS];
	uint8_t keys[LAPTOPS][DEVICE_KEY_LEN];
};

static int
library_setup(void **state)
{
	struct library *library = calloc(1, sizeof(*library));

	assert_non_null(library);
	library->archive = node_new(REPLICA_ARCHIVE, 1);
	for (size_t i = 0; i < LAPTOPS; i++) {
		library->laptops[i] = node_new(REPLICA_LAPTOP, 10 + i);
		library->keys[i][0] = (uint8_t)(1 + i);
		pair(library->archive, library->laptops[i]);
		IN(library->archive, device_add(library->archive->replica, library->keys[i],
		    "a laptop", false));
	}
	*state = library;
	return 0;
}

static int
library_teardown(void **state)
{
	struct library *library = *state;

	for (size_t i = 0; i < LAPTOPS; i++)
		node_free(library->laptops[i]);
	node_free(library->archive);
	free(library);
	return 0;
}

static void
pass(struct library *library, int64_t days)
{
	library->archive->now_ms += days * DAY_MS;
	for (size_t i = 0; i < LAPTOPS; i++)
		library->laptops[i]->now_ms = library->archive->now_ms;
}

/* A whole exchange, which the archive notes. */
static void
meet(struct library *library, size_t i)
{
	exchange(library->laptops[i], library->archive);
	exchange(library->archive, library->laptops[i]);
	IN(library->archive, held_note(library->archive->replica, library->keys[i]));
}

static void
all_meet(struct library *library)
{
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < LAPTOPS; i++)
			meet(library, i);
}

static void
collect_all(struct node *node)
{
	struct collect collect;
	bool more = true;

	OK(replica_begin(node->replica));
	OK(collect_begin(node->replica, &collect));
	while (more)
		OK(collect_step(node->replica, &collect, &more));
	collect_release(&collect);
	OK(replica_commit(node->replica));
}

static void
follow(struct node *node, struct node *other)
{
	IN(node, collect_follow(node->replica, collect_horizon(other->replica)));
	collect_all(node);
}

/* What was withdrawn is held by all a day later. */
static void
collect_for_days(struct library *library)
{
	for (int day = 0; day < 3; day++) {
		all_meet(library);
		collect_all(library->archive);
		pass(library, 1);
	}
	all_meet(library);
}

static int64_t
items(struct node *node)
{
	return ask(node, "SELECT count(*) FROM register WHERE kind IN (1, 2, 3, 5, 6)");
}

/* Everything that is derived is what the registers say. */
static void
assert_sound(struct node *node)
{
	struct buffer held, made;

	buffer_init(&held, 1 << 20);
	buffer_init(&made, 1 << 20);
	dump_derived(node, &held);
	IN(node, derive_rebuild(node->replica));
	dump_derived(node, &made);
	assert_string_equal(buffer_text(&held), buffer_text(&made));
	buffer_release(&held);
	buffer_release(&made);
}

/* An item with all that there can be of one, removed on a laptop; another one stays. */
static void
remove_one(struct library *library, uint8_t item[HASH_NAME_LEN])
{
	struct node *archive = library->archive, *laptop = library->laptops[0];
	struct note_heads none = { .count = 0 };
	uint8_t other[HASH_NAME_LEN];

	keep(archive, URL, "A", "Some gulls.", item);
	keep(archive, "https://example.org/b", "B", "Some gulls.", other);
	IN(archive, note_write(archive->replica, item, "of gulls", &none));
	IN(archive, item_tag(archive->replica, item, "sea", true));
	IN(archive, item_tag(archive->replica, other, "sea", true));
	all_meet(library);
	IN(laptop, item_tag(laptop->replica, other, "sea", false));
	IN(laptop, item_remove(laptop->replica, item));
}

static void
what_all_hold_is_collected_after_half_a_year(void **state)
{
	struct library *library = *state;
	struct node *archive = library->archive;
	uint8_t item[HASH_NAME_LEN];
	int64_t before, stay;

	remove_one(library, item);
	pass(library, 1);
	all_meet(library);
	before = items(archive);
	stay = ask(archive, "SELECT count(*) FROM register WHERE value <> x'' AND kind IN (1, 2, 3)"
	    " AND NOT (field = CAST('present' AS BLOB) AND value = x'30')");
	pass(library, 100);
	all_meet(library);
	collect_all(archive);
	assert_int_equal(items(archive), before);
	pass(library, 81);
	collect_for_days(library);
	assert_int_equal(items(archive), stay);
	assert_int_equal(ask(archive, "SELECT count(*) FROM item"), 1);
	assert_int_equal(ask(archive, "SELECT count(*) FROM register WHERE value = x''"), 0);
	assert_sound(archive);
	/* The others follow, by what they hold. */
	assert_true(items(library->laptops[0]) > stay);
	for (size_t i = 0; i < LAPTOPS; i++) {
		follow(library->laptops[i], archive);
		assert_int_equal(items(library->laptops[i]), stay);
		assert_sound(library->laptops[i]);
	}
}

/* The laptop that did not hear of the removal is waited for, half a year from when it was seen. */
static void
a_device_that_lacks_it_is_waited_for(void **state)
{
	struct library *library = *state;
	struct node *archive = library->archive;
	uint8_t item[HASH_NAME_LEN];
	int64_t before;

	remove_one(library, item);
	pass(library, 1);
	meet(library, 0);
	before = items(archive);
	pass(library, 178);
	meet(library, 0);
	collect_all(archive);
	assert_int_equal(items(archive), before);
	pass(library, 3);
	meet(library, 0);
	pass(library, 1);
	meet(library, 0);
	collect_all(archive);
	assert_true(items(archive) < before);
}

/* It was seen lately, but before the removal came, which is old by its own clock. */
static void
a_device_that_was_seen_without_it_is_waited_for(void **state)
{
	struct library *library = *state;
	struct node *archive = library->archive;
	uint8_t item[HASH_NAME_LEN];
	int64_t before;

	remove_one(library, item);
	pass(library, 100);
	meet(library, 1);
	pass(library, 81);
	meet(library, 0);
	before = items(archive);
	collect_all(archive);
	assert_int_equal(items(archive), before);
	meet(library, 1);
	collect_all(archive);
	assert_true(items(archive) < before);
}

/* Another archive may have seen a device since, as far as is known here. */
static void
what_another_archive_may_have_seen_is_waited_for(void **state)
{
	struct library *library = *state;
	struct node *archive = library->archive;
	uint8_t item[HASH_NAME_LEN], key[DEVICE_KEY_LEN] = { 77 };
	int64_t before;

	IN(archive, device_add(archive->replica, key, "second", true));
	remove_one(library, item);
	meet(library, 0);
	pass(library, 1);
	meet(library, 0);
	IN(archive, held_note(archive->replica, key));
	pass(library, 179);
	meet(library, 0);
	pass(library, 1);
	meet(library, 0);
	before = items(archive);
	collect_all(archive);
	assert_int_equal(items(archive), before);
	IN(archive, held_note(archive->replica, key));
	collect_all(archive);
	assert_true(items(archive) < before);
}

/* Not even when it is only the time that is missing, or the device was revoked. */
static void
a_device_that_was_never_seen_counts_from_its_pairing(void **state)
{
	struct library *library = *state;
	struct node *archive = library->archive;
	uint8_t item[HASH_NAME_LEN], key[DEVICE_KEY_LEN] = { 99 };
	int64_t before;

	remove_one(library, item);
	pass(library, 100);
	IN(archive, device_add(archive->replica, key, "never seen", false));
	all_meet(library);
	before = items(archive);
	pass(library, 100);
	all_meet(library);
	collect_all(archive);
	assert_int_equal(items(archive), before);
	IN(archive, device_revoke(archive->replica, key));
	collect_all(archive);
	assert_true(items(archive) < before);
}

/* The archive's clock alone is a year ahead: nobody whom it could ask agrees. */
static void
a_clock_that_is_wrong_collects_nothing(void **state)
{
	struct library *library = *state;
	struct node *archive = library->archive;
	uint8_t item[HASH_NAME_LEN];
	int64_t before;

	remove_one(library, item);
	all_meet(library);
	before = items(archive);
	archive->now_ms += 365 * DAY_MS;
	collect_all(archive);
	assert_int_equal(items(archive), before);
	assert_int_equal(collect_horizon(archive->replica)->count, 0);
}

/* Whoever said what a device holds knew more than is here. */
static void
what_is_not_up_to_date_collects_nothing(void **state)
{
	struct library *library = *state;
	struct node *archive = library->archive, *second = node_new(REPLICA_ARCHIVE, 5);
	uint8_t item[HASH_NAME_LEN], key[DEVICE_KEY_LEN] = { 77 };
	struct parcel *parcel = calloc(1, sizeof(*parcel));
	struct version_vector stable;
	int64_t at_ms;
	bool complete;

	assert_non_null(parcel);
	pair(archive, second);
	IN(archive, device_add(archive->replica, key, "second", true));
	remove_one(library, item);
	pass(library, 181);
	second->now_ms = archive->now_ms;
	all_meet(library);
	/* Of what the first one knows, the second has the list of devices and nothing else. */
	OK(replica_changes(archive->replica, replica_vector(second->replica), parcel_add, parcel,
	    &complete));
	OK(replica_begin(second->replica));
	for (size_t i = 0; i < parcel->count; i++)
		if (parcel->records[i].kind == RECORD_DEVICE)
			OK(replica_apply(second->replica, &parcel->records[i]));
	OK(replica_commit(second->replica));
	version_vector_init(&stable);
	OK(replica_begin(second->replica));
	assert_int_equal(held_stable(second->replica, &stable, &at_ms), RS_ENOTFOUND);
	replica_rollback(second->replica);
	version_vector_release(&stable);
	parcel_clear(parcel);
	free(parcel);
	node_free(second);
}

/* Somebody said something of it meanwhile: that goes too, and its address last. */
static void
what_was_said_meanwhile_is_withdrawn(void **state)
{
	struct library *library = *state;
	struct node *archive = library->archive, *other = library->laptops[1];
	uint8_t item[HASH_NAME_LEN];

	remove_one(library, item);
	IN(other, item_set_title(other->replica, item, "Mine"));
	IN(other, item_tag(other->replica, item, "late", true));
	meet(library, 0);
	pass(library, 100);
	meet(library, 0);
	pass(library, 1);
	meet(library, 1);
	pass(library, 80);
	meet(library, 1);
	/* The first one has not heard of that, and of the removal it has. */
	collect_all(archive);
	assert_int_equal(ask(archive, "SELECT count(*) FROM item"), 2);
	assert_int_equal(ask(archive, "SELECT count(*) FROM register JOIN item"
	    " ON item.item = entity WHERE kind = 1 AND url = '' AND value <> x''"), 0);
	assert_int_equal(ask(archive, "SELECT count(*) FROM register WHERE kind = 1"
	    " AND field = CAST('url' AS BLOB) AND value = x''"), 1);
	collect_for_days(library);
	assert_int_equal(ask(archive, "SELECT count(*) FROM item"), 1);
	assert_sound(archive);
	for (size_t i = 0; i < LAPTOPS; i++) {
		follow(library->laptops[i], archive);
		assert_int_equal(items(library->laptops[i]), items(archive));
	}
}

/* All hear of it; half a year passes, in which they meet once; the archive collects. */
static void
let_the_removal_be_collected(struct library *library)
{
	all_meet(library);
	pass(library, 100);
	all_meet(library);
	pass(library, 81);
	collect_for_days(library);
	for (size_t i = 0; i < LAPTOPS; i++)
		follow(library->laptops[i], library->archive);
	all_meet(library);
}

/* A comment on a highlight of the item that was removed: nothing else says whose it was. */
static void
words_on_a_highlight_that_went_along_are_withdrawn(void **state)
{
	struct library *library = *state;
	struct node *archive = library->archive, *other = library->laptops[1];
	Readsync__Highlight passage = READSYNC__HIGHLIGHT__INIT;
	uint8_t item[HASH_NAME_LEN], highlight[HASH_NAME_LEN];

	keep(archive, URL, "A", "Some gulls.", item);
	passage.quote = (char *)"gulls";
	IN(archive, highlight_add(archive->replica, item, &passage, highlight));
	all_meet(library);
	IN(library->laptops[0], item_remove(library->laptops[0]->replica, item));
	other->now_ms += 1000;
	IN(other, highlight_comment(other->replica, highlight, "which gulls?"));
	let_the_removal_be_collected(library);
	assert_int_equal(ask(archive, "SELECT count(*) FROM register WHERE kind = 6"), 0);
	assert_int_equal(ask(other, "SELECT count(*) FROM register WHERE kind = 6"), 0);
}

/* The same of a reading: the reader's verdict on it, and what became of its images. */
static void
what_is_said_of_a_reading_that_went_along_is_withdrawn(void **state)
{
	struct library *library = *state;
	struct node *archive = library->archive, *other = library->laptops[1];
	uint8_t item[HASH_NAME_LEN], reading[HASH_NAME_LEN];
	struct rows rows;

	keep(archive, URL, "A", "Some gulls.", item);
	rows = database_query(&archive->replica->database, "SELECT reading FROM reading",
	    NO_VALUES);
	assert_true(database_next(&rows));
	memcpy(reading, database_blob(&rows, 0).data, sizeof(reading));
	OK(database_end(&rows));
	all_meet(library);
	IN(library->laptops[0], item_remove(library->laptops[0]->replica, item));
	other->now_ms += 1000;
	IN(other, replica_write(other->replica, RECORD_READING, reading, "verdict",
	    bytes_of_text("teaser")));
	let_the_removal_be_collected(library);
	assert_int_equal(ask(archive, "SELECT count(*) FROM register WHERE kind IN (2, 3)"), 0);
	assert_int_equal(ask(other, "SELECT count(*) FROM register WHERE kind IN (2, 3)"), 0);
}

/* A queue names the link at every look, for years. */
static void
a_list_does_not_bring_back_what_was_collected(void **state)
{
	struct library *library = *state;
	struct node *archive = library->archive;
	struct item_save what = { .only_new = true };
	uint8_t item[HASH_NAME_LEN], again[HASH_NAME_LEN];
	bool new = true;

	remove_one(library, item);
	all_meet(library);
	pass(library, 181);
	collect_for_days(library);
	assert_int_equal(ask(archive, "SELECT count(*) FROM item"), 1);
	IN(archive, item_save(archive->replica, URL, &what, again, &new, NULL));
	assert_false(new);
	assert_int_equal(ask(archive, "SELECT count(*) FROM item"), 1);
	/* The reader may. */
	what.only_new = false;
	IN(archive, item_save(archive->replica, URL, &what, again, &new, NULL));
	assert_true(new);
	assert_memory_equal(item, again, sizeof(item));
	assert_int_equal(ask(archive, "SELECT count(*) FROM item WHERE shown"), 2);
}

static void
what_is_held_is_noted_once_a_day(void **state)
{
	struct library *library = *state;
	struct node *archive = library->archive, *laptop = library->laptops[0];
	uint8_t stranger[DEVICE_KEY_LEN] = { 55 };
	int64_t before = ask(archive, "SELECT max(sequence) FROM register"), first;

	IN(archive, held_note(archive->replica, library->keys[0]));
	first = ask(archive, "SELECT max(sequence) FROM register");
	assert_int_equal(first, before + 1);
	archive->now_ms += DAY_MS - 1;
	IN(archive, held_note(archive->replica, library->keys[0]));
	IN(archive, held_note(archive->replica, stranger));
	assert_int_equal(ask(archive, "SELECT max(sequence) FROM register"), first);
	archive->now_ms += 1;
	IN(archive, held_note(archive->replica, library->keys[0]));
	assert_int_equal(ask(archive, "SELECT max(sequence) FROM register"), first + 1);
	exchange(archive, laptop);
	before = ask(laptop, "SELECT count(*) FROM register");
	laptop->now_ms += 9 * DAY_MS;
	IN(laptop, held_note(laptop->replica, library->keys[1]));
	assert_int_equal(ask(laptop, "SELECT count(*) FROM register"), before);
}

/* There, being empty may mean something. */
static void
what_devices_and_later_versions_say_is_kept(void **state)
{
	struct library *library = *state;
	struct node *archive = library->archive;
	uint8_t device[HASH_NAME_LEN];

	device_entity(library->keys[0], device);
	for (int i = 0; i < 2; i++) {
		IN(archive, replica_write(archive->replica, RECORD_DEVICE, device, "name",
		    bytes_of_text(i == 0 ? "a name" : "")));
		IN(archive, replica_write(archive->replica, (enum record_kind)77, device, "x",
		    bytes_of_text(i == 0 ? "a value" : "")));
	}
	all_meet(library);
	pass(library, 181);
	collect_for_days(library);
	assert_int_equal(ask(archive, "SELECT count(*) FROM register WHERE value = x''"
	    " AND kind IN (4, 77)"), 2);
}

/* Who decided has a clock that may be a day off, and so may ours have been. */
static void
who_follows_may_have_another_time(void **state)
{
	struct library *library = *state;
	struct node *laptop = library->laptops[0];
	uint8_t item[HASH_NAME_LEN];

	remove_one(library, item);
	pass(library, 1);
	all_meet(library);
	pass(library, 181);
	collect_for_days(library);
	assert_true(ask(laptop, "SELECT count(*) FROM register WHERE value = x''") > 0);
	/* That it was removed is not half a year ago here. */
	laptop->now_ms -= 5 * DAY_MS;
	follow(laptop, library->archive);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM register WHERE value = x''"), 0);
}

/* Many at a time: each step has its bound. */
static void
a_pass_goes_in_steps(void **state)
{
	struct library *library = *state;
	struct node *archive = library->archive;
	uint8_t item[HASH_NAME_LEN];
	struct collect collect;
	unsigned steps = 0;
	bool more = true;
	char tag[20];

	save(archive, URL, NULL, item);
	for (int i = 0; i < 500; i++) {
		snprintf(tag, sizeof(tag), "%d", i);
		OK(replica_begin(archive->replica));
		OK(item_tag(archive->replica, item, tag, true));
		OK(item_tag(archive->replica, item, tag, false));
		OK(replica_commit(archive->replica));
	}
	all_meet(library);
	pass(library, 181);
	all_meet(library);
	for (; more; steps++) {
		OK(replica_begin(archive->replica));
		if (steps == 0)
			OK(collect_begin(archive->replica, &collect));
		OK(collect_step(archive->replica, &collect, &more));
		OK(replica_commit(archive->replica));
	}
	collect_release(&collect);
	assert_int_equal(steps, 3);
	assert_int_equal(ask(archive, "SELECT count(*) FROM register WHERE value = x''"), 0);
	/* The horizon outlives the program. */
	node_close(archive);
	node_open(archive);
	assert_int_equal(collect_horizon(archive->replica)->count, 1);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, library_setup, library_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_all_hold_is_collected_after_half_a_year),
		TEST(a_device_that_lacks_it_is_waited_for),
		TEST(a_device_that_was_seen_without_it_is_waited_for),
		TEST(what_another_archive_may_have_seen_is_waited_for),
		TEST(a_device_that_was_never_seen_counts_from_its_pairing),
		TEST(a_clock_that_is_wrong_collects_nothing),
		TEST(what_is_not_up_to_date_collects_nothing),
		TEST(what_was_said_meanwhile_is_withdrawn),
		TEST(words_on_a_highlight_that_went_along_are_withdrawn),
		TEST(what_is_said_of_a_reading_that_went_along_is_withdrawn),
		TEST(a_list_does_not_bring_back_what_was_collected),
		TEST(what_is_held_is_noted_once_a_day),
		TEST(what_devices_and_later_versions_say_is_kept),
		TEST(who_follows_may_have_another_time),
		TEST(a_pass_goes_in_steps),
	};

	return cmocka_run_group_tests_name("proto/replica/collect", tests, NULL, NULL);
}
