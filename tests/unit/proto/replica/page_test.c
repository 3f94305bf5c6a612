#include "tests/unit/proto/replica/fixture.h"

#include "proto/replica/derive.h"
#include "proto/replica/page.h"

static bool
is_held(struct node *node, const uint8_t *fetch)
{
	Readsync__Fetch *got;
	bool held;

	OK(reading_get_fetch(node->replica, fetch, &got));
	OK(blob_held(node->replica, got->page.data, &held));
	readsync__fetch__free_unpacked(got, NULL);
	return held;
}

/* What the pipeline does in one commit. */
static void
read_page(struct node *node, const uint8_t *fetch, const char *text)
{
	uint8_t reading[HASH_NAME_LEN];

	add_reading(node, fetch, READSYNC__COPY__COPY_FULL, "t", text, reading);
	IN(node, page_was_read(node->replica, fetch));
}

static void
a_page_of_which_something_was_withheld_goes(void **state)
{
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	Readsync__Evidence evidence = READSYNC__EVIDENCE__INIT, *all = &evidence;
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], reading[HASH_NAME_LEN];

	save(node, "https://example.org/a", NULL, item);
	add_fetch(node, item, "<p>closed", fetch);
	verdict.copy = READSYNC__COPY__COPY_TEASER;
	verdict.evidence = &all;
	verdict.n_evidence = 1;
	evidence.id = "gated-part-withheld";
	IN(node, reading_add(node->replica, fetch, 1, NULL, &verdict, NULL, reading));
	IN(node, page_was_read(node->replica, fetch));
	assert_false(is_held(node, fetch));
	/* Nobody asks another archive for it. */
	assert_int_equal(blob_wanted(node->replica), 0);
	IN(node, derive_rebuild(node->replica));
	assert_int_equal(blob_wanted(node->replica), 0);
}

static void
pages_are_kept_unless_told_otherwise(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], old[HASH_NAME_LEN], new[HASH_NAME_LEN];

	save(node, "https://example.org/a", NULL, item);
	add_fetch(node, item, "<p>the first", old);
	read_page(node, old, "first");
	assert_true(is_held(node, old));

	OK(page_keep(node->replica, false));
	add_fetch(node, item, "<p>the second", new);
	assert_true(is_held(node, new));
	read_page(node, new, "second");
	assert_false(is_held(node, new));
	/* What is here stays, and nothing asks for what was given up. */
	assert_true(is_held(node, old));
	assert_int_equal(blob_wanted(node->replica), 0);

	/* It is remembered, and so is that pages are kept again. */
	node_close(node);
	node_open(node);
	add_fetch(node, item, "<p>the third", new);
	read_page(node, new, "third");
	assert_false(is_held(node, new));
	OK(page_keep(node->replica, true));
	add_fetch(node, item, "<p>the fourth", new);
	read_page(node, new, "fourth");
	assert_true(is_held(node, new));
	/* The two that were given up are wanted again, should another archive have them. */
	assert_int_equal(blob_wanted(node->replica), 2);
}

static void
a_page_that_another_item_needs_stays(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], one[HASH_NAME_LEN], other[HASH_NAME_LEN];

	OK(page_keep(node->replica, false));
	save(node, "https://example.org/a", NULL, item);
	add_fetch(node, item, "<p>the same page", one);
	save(node, "https://example.org/b", NULL, item);
	add_fetch(node, item, "<p>the same page", other);
	read_page(node, one, "text");
	assert_true(is_held(node, one));
	read_page(node, other, "text");
	assert_false(is_held(node, one));
}

/* Between two archives: a page that was read is not wanted, one that is to be read is. */
static void
what_others_have_read_is_not_wanted(void **state)
{
	struct node *keeps = *state, *drops = node_new(REPLICA_ARCHIVE, 2);
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], reading[HASH_NAME_LEN];
	struct buffer incremental, rebuilt;

	pair(keeps, drops);
	OK(page_keep(drops->replica, false));
	save(keeps, "https://example.org/a", NULL, item);
	add_fetch(keeps, item, "<p>read", fetch);
	add_reading(keeps, fetch, READSYNC__COPY__COPY_FULL, "t", "text", reading);
	add_fetch(keeps, item, "<p>to be read", fetch);
	exchange(keeps, drops);
	assert_int_equal(ask(drops, "SELECT count(*) FROM want JOIN fetch ON page = hash"), 1);
	send_blobs(keeps, drops);
	assert_true(is_held(drops, fetch));
	assert_int_equal(blob_wanted(drops->replica), 0);

	buffer_init(&incremental, 1 << 20);
	buffer_init(&rebuilt, 1 << 20);
	dump_derived(drops, &incremental);
	IN(drops, derive_rebuild(drops->replica));
	dump_derived(drops, &rebuilt);
	assert_string_equal(buffer_text(&incremental), buffer_text(&rebuilt));
	buffer_release(&incremental);
	buffer_release(&rebuilt);
	node_free(drops);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_page_of_which_something_was_withheld_goes,
		    archive_setup, node_teardown),
		cmocka_unit_test_setup_teardown(pages_are_kept_unless_told_otherwise,
		    archive_setup, node_teardown),
		cmocka_unit_test_setup_teardown(a_page_that_another_item_needs_stays,
		    archive_setup, node_teardown),
		cmocka_unit_test_setup_teardown(what_others_have_read_is_not_wanted,
		    archive_setup, node_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
