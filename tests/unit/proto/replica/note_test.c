/*
 * A note that three devices edit at once is three notes until the reader joins them, on
 * every device and whatever came in which order; nothing that was written is lost.
 */
#include "tests/unit/proto/replica/fixture.h"

#include "proto/replica/derive.h"
#include "proto/replica/device.h"
#include "proto/replica/note.h"
#include "proto/replica/search.h"
#include "proto/wire/identity.h"

#define URL "https://example.org/a"

enum { LAPTOPS = 3 };

struct library {
	struct node *archive;
	struct node *laptops[LAPTOPS];
	uint8_t item[HASH_NAME_LEN];
};

static int
setup(void **state)
{
	struct library *library = calloc(1, sizeof(*library));

	assert_non_null(library);
	library->archive = node_new(REPLICA_ARCHIVE, 1);
	for (unsigned i = 0; i < LAPTOPS; i++) {
		library->laptops[i] = node_new(REPLICA_LAPTOP, 2 + i);
		pair(library->archive, library->laptops[i]);
	}
	save(library->laptops[0], URL, "An article", library->item);
	*state = library;
	return 0;
}

static int
teardown(void **state)
{
	struct library *library = *state;

	node_free(library->archive);
	for (unsigned i = 0; i < LAPTOPS; i++)
		node_free(library->laptops[i]);
	free(library);
	return 0;
}

static void
sync_all(struct library *library)
{
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < LAPTOPS; i++) {
			exchange(library->laptops[i], library->archive);
			exchange(library->archive, library->laptops[i]);
		}
}

static int
write_note(struct node *node, const uint8_t *item, const char *text)
{
	struct note_heads heads;

	node->now_ms += 1000;
	OK(note_heads(node->replica, item, &heads));
	OK(replica_begin(node->replica));
	return replica_settle(node->replica, note_write(node->replica, item, text, &heads));
}

static bool
append_note(void *context, const struct note *note)
{
	OK(buffer_printf(context, "%s%s|", note->head ? "" : "(old) ", note->revision->text));
	return true;
}

/* Every head with a text as "TEXT|". */
static void
assert_note(struct node *node, const uint8_t *item, const char *expected)
{
	struct buffer out;

	buffer_init(&out, 100000);
	OK(note_list(node->replica, item, append_note, &out));
	assert_string_equal(buffer_text(&out), expected);
	buffer_release(&out);
}

static void
assert_history(struct node *node, const uint8_t *item, const char *expected)
{
	struct buffer out;

	buffer_init(&out, 100000);
	OK(note_history(node->replica, item, append_note, &out));
	assert_string_equal(buffer_text(&out), expected);
	buffer_release(&out);
}

static bool
count_hit(void *context, const struct item *item, const char *excerpt)
{
	(void)item;
	(void)excerpt;
	(*(int *)context)++;
	return true;
}

static int
hits(struct node *node, const char *query)
{
	int count = 0;

	OK(search(node->replica, query, 0, count_hit, &count, NULL));
	return count;
}

/* The tables are what a rebuild makes, and the index says what they say. */
static void
assert_sound(struct node *node)
{
	struct buffer before, after;

	buffer_init(&before, 1 << 20);
	buffer_init(&after, 1 << 20);
	dump_derived(node, &before);
	OK(database_script(&node->replica->database, "INSERT INTO search (search, rank)"
	    " VALUES ('integrity-check', 1)"));
	IN(node, derive_rebuild(node->replica));
	dump_derived(node, &after);
	assert_string_equal(buffer_text(&after), buffer_text(&before));
	OK(database_script(&node->replica->database, "INSERT INTO search (search, rank)"
	    " VALUES ('integrity-check', 1)"));
	buffer_release(&before);
	buffer_release(&after);
}

/* ---------------------------------------------------------------------- tests */

static void
three_devices_edit_at_once_and_the_reader_joins_them(void **state)
{
	struct library *library = *state;
	struct node **laptops = library->laptops;
	const uint8_t *item = library->item;

	OK(write_note(laptops[0], item, "first"));
	sync_all(library);
	for (int i = 0; i < LAPTOPS; i++)
		assert_note(laptops[i], item, "first|");
	OK(write_note(laptops[0], item, "first, on the train"));
	laptops[1]->now_ms += 10000;
	OK(write_note(laptops[1], item, "first, at home"));
	laptops[2]->now_ms += 20000;
	OK(write_note(laptops[2], item, "first, in bed"));
	assert_note(laptops[1], item, "first, at home|");
	sync_all(library);
	assert_note(library->archive, item, "first, on the train|first, at home|first, in bed|");
	for (int i = 0; i < LAPTOPS; i++)
		assert_note(laptops[i], item,
		    "first, on the train|first, at home|first, in bed|");
	laptops[1]->now_ms += 60000;
	OK(write_note(laptops[1], item, "all three"));
	sync_all(library);
	for (int i = 0; i < LAPTOPS; i++) {
		assert_note(laptops[i], item, "all three|");
		assert_history(laptops[i], item, "(old) first|(old) first, on the train|"
		    "(old) first, at home|(old) first, in bed|all three|");
		assert_sound(laptops[i]);
	}
}

/* One more edit, of a device that had not heard of the join, is one more head. */
static void
an_edit_that_met_no_join_stands_beside_it(void **state)
{
	struct library *library = *state;
	struct node **laptops = library->laptops;
	const uint8_t *item = library->item;

	OK(write_note(laptops[0], item, "a"));
	sync_all(library);
	OK(write_note(laptops[0], item, "b"));
	laptops[1]->now_ms += 5000;
	OK(write_note(laptops[1], item, "c"));
	exchange(laptops[0], library->archive);
	exchange(laptops[1], library->archive);
	exchange(library->archive, laptops[0]);
	laptops[0]->now_ms += 60000;
	OK(write_note(laptops[0], item, "b and c"));
	laptops[1]->now_ms += 120000;
	OK(write_note(laptops[1], item, "c, again"));
	sync_all(library);
	for (int i = 0; i < LAPTOPS; i++)
		assert_note(laptops[i], item, "b and c|c, again|");
}

static void
what_is_removed_in_one_place_and_edited_in_another_stays(void **state)
{
	struct library *library = *state;
	struct node **laptops = library->laptops;
	const uint8_t *item = library->item;
	struct note_heads heads;

	OK(write_note(laptops[0], item, "a"));
	sync_all(library);
	OK(write_note(laptops[0], item, ""));
	assert_note(laptops[0], item, "");
	laptops[1]->now_ms += 5000;
	OK(write_note(laptops[1], item, "a, and more"));
	sync_all(library);
	assert_note(laptops[2], item, "a, and more|");
	OK(note_heads(laptops[2]->replica, item, &heads));
	assert_int_equal(heads.count, 2);
	laptops[2]->now_ms += 10000;
	OK(write_note(laptops[2], item, ""));
	sync_all(library);
	for (int i = 0; i < LAPTOPS; i++)
		assert_note(laptops[i], item, "");
	/* Nothing in the place of nothing is no revision. */
	assert_history(laptops[2], item, "(old) a|(old) |(old) a, and more||");
	OK(write_note(laptops[2], item, ""));
	assert_history(laptops[2], item, "(old) a|(old) |(old) a, and more||");
}

static void
bad_texts_are_refused_and_the_same_text_writes_nothing(void **state)
{
	struct library *library = *state;
	struct node *node = library->laptops[0];
	const uint8_t *item = library->item, nobody[HASH_NAME_LEN] = { 1 };
	char *longest = malloc(NOTE_TEXT_MAX + 2);
	struct note_heads heads = { .count = NOTE_REPLACES_MAX };
	Readsync__Note note = READSYNC__NOTE__INIT;

	assert_int_equal(write_note(node, nobody, "a"), RS_ENOTFOUND);
	assert_int_equal(write_note(node, item, "a\x01"), RS_EINVAL);
	assert_int_equal(write_note(node, item, "a\xff"), RS_EINVAL);
	OK(write_note(node, item, ""));
	assert_history(node, item, "");
	OK(write_note(node, item, "two\n\tlines"));
	OK(write_note(node, item, "two\n\tlines"));
	assert_history(node, item, "two\n\tlines|");
	memset(longest, 'x', NOTE_TEXT_MAX + 1);
	longest[NOTE_TEXT_MAX + 1] = '\0';
	assert_int_equal(write_note(node, item, longest), RS_ELIMIT);
	/* The longest text, in place of as many as there may be, fits a register. */
	OK(replica_begin(node->replica));
	note.item = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)item };
	note.text = longest;
	assert_int_equal(note_put(node->replica, nobody, &note), RS_ELIMIT);
	replica_rollback(node->replica);
	longest[NOTE_TEXT_MAX] = '\0';
	for (size_t i = 0; i < heads.count; i++)
		memset(heads.ids[i], (int)i, HASH_NAME_LEN);
	IN(node, note_write(node->replica, item, longest, &heads));
	free(longest);
}

/* More heads than a revision can name: two joins make one of them. */
static void
any_number_of_versions_can_be_joined(void **state)
{
	struct library *library = *state;
	struct node *node = library->laptops[0];
	const uint8_t *item = library->item;
	struct note_heads heads = { .count = 0 };

	for (int i = 0; i < NOTE_REPLACES_MAX + 5; i++) {
		node->now_ms += 1000;
		IN(node, note_write(node->replica, item, "x", &heads));
	}
	assert_int_equal(ask(node, "SELECT count(*) FROM note_head"), NOTE_REPLACES_MAX + 5);
	OK(write_note(node, item, "joined"));
	assert_note(node, item, "x|x|x|x|x|joined|");
	OK(write_note(node, item, "joined"));
	assert_note(node, item, "joined|");
}

static void
a_note_says_on_which_device_it_was_written(void **state)
{
	struct library *library = *state;
	struct node *laptop = library->laptops[1];
	uint8_t self[HASH_NAME_LEN], key[DEVICE_KEY_LEN];
	struct secret *private_key;
	struct buffer found;

	exchange(library->laptops[0], library->archive);
	exchange(library->archive, laptop);
	OK(write_note(laptop, library->item, "mine"));
	IN(laptop, device_self(laptop->replica, self));
	IN(laptop, device_identity(laptop->replica, &private_key));
	identity_public(private_key, key);
	secret_free(private_key);
	IN(library->archive, device_add(library->archive->replica, key, "train", false));
	sync_all(library);
	buffer_init(&found, 1000);
	dump_sql(library->laptops[0], "SELECT device.name, text FROM note"
	    " JOIN device ON device.device = note.device", &found);
	assert_string_equal(buffer_text(&found), "train|mine|\n");
	buffer_release(&found);
}

/* What no honest program writes: it counts as absent, and hurts nobody. */
static void
what_makes_no_sense_counts_as_absent(void **state)
{
	struct library *library = *state;
	struct node *node = library->laptops[0];
	const uint8_t *item = library->item, id[HASH_NAME_LEN] = { 7 }, other[HASH_NAME_LEN] = { 8 };
	Readsync__Note note = READSYNC__NOTE__INIT;
	ProtobufCBinaryData replaced = { HASH_NAME_LEN, (uint8_t *)other };

	OK(write_note(node, item, "stays"));
	IN(node, replica_write(node->replica, RECORD_NOTE, id, "note", bytes_of_text("\xff")));
	note.item = (ProtobufCBinaryData){ 3, (uint8_t *)"abc" };
	note.text = (char *)"of nothing";
	IN(node, replica_write(node->replica, RECORD_NOTE, id, "other", bytes_of_text("x")));
	OK(replica_begin(node->replica));
	assert_int_equal(note_put(node->replica, id, &note), RS_EINVAL);
	replica_rollback(node->replica);
	assert_note(node, item, "stays|");
	/* A register that is written again no longer replaces what it did. */
	note.item = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)item };
	note.text = (char *)"twice written";
	note.at_ms = 1;
	note.replaces = &replaced;
	note.n_replaces = 1;
	IN(node, note_put(node->replica, id, &note));
	note.text = (char *)"replaced";
	note.n_replaces = 0;
	IN(node, note_put(node->replica, other, &note));
	assert_note(node, item, "twice written|stays|");
	assert_int_equal(hits(node, "replaced"), 0);
	note.text = (char *)"twice written";
	IN(node, note_put(node->replica, id, &note));
	assert_note(node, item, "twice written|replaced|stays|");
	assert_int_equal(hits(node, "replaced"), 1);
	assert_sound(node);
}

static void
words_of_the_note_are_found(void **state)
{
	struct library *library = *state;
	struct node *node = library->laptops[0];
	const uint8_t *item = library->item;

	OK(write_note(node, item, "remember the lighthouse"));
	assert_int_equal(hits(node, "lighthouse"), 1);
	OK(write_note(node, item, "remember the harbour"));
	assert_int_equal(hits(node, "lighthouse"), 0);
	assert_int_equal(hits(node, "harbour"), 1);
	sync_all(library);
	assert_int_equal(hits(library->laptops[2], "harbour"), 1);
	IN(node, item_remove(node->replica, item));
	assert_int_equal(hits(node, "harbour"), 0);
	/* Saved again, it is a new item. */
	save(node, URL, NULL, library->item);
	assert_int_equal(hits(node, "harbour"), 0);
	assert_note(node, item, "");
	assert_sound(node);
}

/* Notes of both addresses are the item's, can be joined, and part with them. */
static void
aliases_show_the_notes_of_all(void **state)
{
	struct library *library = *state;
	struct node *node = library->laptops[0];
	uint8_t other[HASH_NAME_LEN], *item = library->item;
	struct note_heads heads;

	save(node, "https://example.org/b", NULL, other);
	OK(write_note(node, item, "of a"));
	OK(write_note(node, other, "of b"));
	IN(node, item_add_address(node->replica, item, "https://example.org/b", NULL));
	assert_int_equal(ask(node, "SELECT count(*) FROM item WHERE shown"), 1);
	assert_note(node, item, "of a|of b|");
	assert_note(node, other, "of a|of b|");
	assert_int_equal(hits(node, "of"), 1);
	assert_sound(node);
	IN(node, item_split(node->replica, item, "https://example.org/b", NULL));
	assert_note(node, item, "of a|");
	assert_note(node, other, "of b|");
	assert_int_equal(hits(node, "of"), 2);
	assert_sound(node);
	OK(write_note(node, other, "of b, edited"));
	/* What was joined while they were one item stays with the address that shows it. */
	OK(note_heads(node->replica, other, &heads));
	IN(node, note_write(node->replica, item, "of both", &heads));
	assert_note(node, other, "");
	assert_int_equal(hits(node, "edited"), 0);
	assert_sound(node);
	OK(write_note(node, other, "of b, edited"));
	sync_all(library);
	assert_note(library->laptops[2], other, "of b, edited|");
	assert_sound(library->laptops[2]);
}

static void
notes_go_along_into_another_library(void **state)
{
	struct library *library = *state;
	struct node *node = node_new(REPLICA_LAPTOP, 77);
	uint8_t item[HASH_NAME_LEN];

	save(node, "https://example.org/c", NULL, item);
	OK(write_note(node, item, "from before"));
	OK(write_note(node, item, "edited before"));
	pair(library->archive, node);
	exchange(node, library->archive);
	save(library->archive, "https://example.org/c", NULL, item);
	assert_note(library->archive, item, "edited before|");
	assert_history(library->archive, item, "(old) from before|edited before|");
	assert_sound(node);
	node_free(node);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(three_devices_edit_at_once_and_the_reader_joins_them,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(an_edit_that_met_no_join_stands_beside_it, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    what_is_removed_in_one_place_and_edited_in_another_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    bad_texts_are_refused_and_the_same_text_writes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(any_number_of_versions_can_be_joined, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(a_note_says_on_which_device_it_was_written, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(what_makes_no_sense_counts_as_absent, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(words_of_the_note_are_found, setup, teardown),
		cmocka_unit_test_setup_teardown(aliases_show_the_notes_of_all, setup, teardown),
		cmocka_unit_test_setup_teardown(notes_go_along_into_another_library, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
