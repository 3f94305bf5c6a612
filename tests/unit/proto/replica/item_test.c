#include "tests/unit/proto/replica/fixture.h"

#include "proto/replica/item_row.h"

/* ----------------------------------------------------------------- shorthands */

/* A list as text: "title[tags] " for each. */
static bool
append_title(void *context, const struct item *item)
{
	struct buffer *out = context;

	OK(buffer_printf(out, "%s", item->title));
	for (const char *c = item->tags; *c != '\0'; c++)
		OK(buffer_append_byte(out, *c == '\n' ? ',' : (uint8_t)*c));
	OK(buffer_append_byte(out, ' '));
	return true;
}

static void
assert_list(struct node *node, struct item_filter filter, const char *expected)
{
	struct buffer out;

	buffer_init(&out, 10000);
	OK(item_list(node->replica, &filter, append_title, &out));
	assert_string_equal(buffer_text(&out), expected);
	buffer_release(&out);
}

static bool
keep_item(void *context, const struct item *item)
{
	*(struct item *)context = *item;
	return true;
}

/* ---------------------------------------------------------------------- tests */

static void
variants_of_a_url_are_one_item(void **state)
{
	static const char *const variants[] = {
		"https://www.example.org/story?utm_source=x", "http://example.org/story",
		"https://EXAMPLE.org:443/story#part",
	};
	struct node *node = *state;
	struct item_save what = { 0 };
	uint8_t first[HASH_NAME_LEN], id[HASH_NAME_LEN];
	bool new;

	OK(replica_begin(node->replica));
	for (size_t i = 0; i < 3; i++) {
		OK(item_save(node->replica, variants[i], &what, id, &new, NULL));
		assert_int_equal(new, i == 0);
		if (i == 0)
			memcpy(first, id, sizeof(id));
		assert_memory_equal(first, id, sizeof(id));
	}
	OK(replica_commit(node->replica));
}

static void
what_cannot_be_saved_is_refused_whole(void **state)
{
	static const char *const long_tag =
	    "a tag of more than one hundred bytes, which is more than anybody would ever want to "
	    "type"
	    " into a shell";
	const struct {
		const char *url;
		const char *tag;
	} cases[] = {
		{ "", NULL }, { "ftp://example.org/", NULL }, { "no address", NULL },
		{ "https://example.org/a", "" }, { "https://example.org/a", "a\nb" },
		{ "https://example.org/a", "\xff" }, { "https://example.org/a", long_tag },
		{ "https://example.org/a", "\x1b[2J" },
	};
	struct node *node = *state;
	struct rs_err_detail detail;
	struct item_save what = { .tag_count = 0 };
	uint8_t id[HASH_NAME_LEN];
	bool new;

	assert_true(strlen(long_tag) > ITEM_TAG_MAX);
	OK(replica_begin(node->replica));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		what.tags = &cases[i].tag;
		what.tag_count = cases[i].tag != NULL;
		detail.text[0] = '\0';
		assert_int_equal(item_save(node->replica, cases[i].url, &what, id, &new, &detail),
		    RS_EINVAL);
		assert_string_not_equal(detail.text, "");
	}
	OK(replica_commit(node->replica));
	assert_int_equal(ask(node, "SELECT count(*) FROM register"), 0);
}

static void
a_save_of_what_is_there_adds_its_tags_only(void **state)
{
	static const char *const tags[] = { "b", "a", "b" };
	struct node *node = *state;
	struct item_save what = { .title = "Other", .tags = tags, .tag_count = 3,
	    .saved_ms = 5 };
	uint8_t id[HASH_NAME_LEN];
	struct item item;
	bool new;

	save(node, "https://example.org/a", "Title", id);
	IN(node, item_set_state(node->replica, id, ITEM_ARCHIVED));
	IN(node, item_save(node->replica, "https://example.org/a", &what, id, &new, NULL));
	assert_false(new);
	OK(item_get(node->replica, id, keep_item, &item));
	assert_int_equal(item.state, ITEM_ARCHIVED);
	assert_int_equal(item.saved_ms, FIXTURE_START_MS);
	assert_list(node, (struct item_filter){ .archived = true }, "Titlea,b ");
}

/* What a queue does at every look with the same links. */
static void
a_list_that_names_a_link_again_changes_nothing(void **state)
{
	static const char *const tags[] = { "listed" };
	struct node *node = *state;
	struct item_save what = { .tags = tags, .tag_count = 1, .only_new = true };
	uint8_t id[HASH_NAME_LEN], again[HASH_NAME_LEN];
	bool new = false;

	IN(node, item_save(node->replica, "https://example.org/a", &what, id, &new, NULL));
	assert_true(new);
	assert_list(node, (struct item_filter){ 0 }, "listed ");
	IN(node, item_tag(node->replica, id, "listed", false));
	IN(node, item_save(node->replica, "https://example.org/a#x", &what, again, &new, NULL));
	assert_false(new);
	assert_memory_equal(again, id, sizeof(id));
	assert_list(node, (struct item_filter){ 0 }, " ");
	IN(node, item_remove(node->replica, id));
	IN(node, item_save(node->replica, "https://example.org/a", &what, again, &new, NULL));
	assert_false(new);
	assert_list(node, (struct item_filter){ 0 }, "");
}

static void
titles_that_are_no_line_are_left_out(void **state)
{
	struct node *node = *state;
	uint8_t id[HASH_NAME_LEN];
	char title[ITEM_TITLE_MAX + 2];

	memset(title, 'x', sizeof(title));
	title[ITEM_TITLE_MAX + 1] = '\0';
	save(node, "https://example.org/a", "two\nlines", id);
	save(node, "https://example.org/b", title, id);
	save(node, "https://example.org/c", "\xc3", id);
	node->now_ms += 1000;
	save(node, "  https://example.org/d\n", "fine", id);
	assert_list(node, (struct item_filter){ .limit = 4 }, "fine    ");
	assert_int_equal(ask(node, "SELECT count(*) FROM item WHERE url ="
	    " 'https://example.org/d'"), 1);
}

static void
lists_are_filtered_and_newest_first(void **state)
{
	struct node *node = *state;
	uint8_t id[3][HASH_NAME_LEN];

	for (int i = 0; i < 3; i++) {
		char url[40], title[2] = { (char)('A' + i), '\0' };

		snprintf(url, sizeof(url), "https://example.org/%d", i);
		node->now_ms += 1000;
		save(node, url, title, id[i]);
	}
	IN(node, item_tag(node->replica, id[0], "x", true));
	IN(node, item_tag(node->replica, id[2], "x", true));
	IN(node, item_set_state(node->replica, id[0], ITEM_ARCHIVED));
	assert_list(node, (struct item_filter){ 0 }, "Cx B ");
	assert_list(node, (struct item_filter){ .archived = true }, "Cx B Ax ");
	assert_list(node, (struct item_filter){ .archived = true, .limit = 1, .offset = 1 }, "B ");
	assert_list(node, (struct item_filter){ .tag = "x" }, "Cx ");
	assert_list(node, (struct item_filter){ .tag = "x", .archived = true }, "Cx Ax ");
	assert_list(node, (struct item_filter){ .tag = "' OR 1 --" }, "");
	IN(node, item_tag(node->replica, id[2], "x", false));
	assert_list(node, (struct item_filter){ .tag = "x", .archived = true }, "Ax ");
}

static void
a_removed_item_is_gone_and_a_new_one_when_it_is_saved_again(void **state)
{
	struct node *node = *state;
	uint8_t id[HASH_NAME_LEN], again[HASH_NAME_LEN];
	struct item item;

	save(node, "https://example.org/a", "Title", id);
	IN(node, item_tag(node->replica, id, "x", true));
	IN(node, item_set_state(node->replica, id, ITEM_ARCHIVED));
	IN(node, item_remove(node->replica, id));
	assert_list(node, (struct item_filter){ .archived = true }, "");
	OK(replica_begin(node->replica));
	assert_int_equal(item_remove(node->replica, id), RS_ENOTFOUND);
	assert_int_equal(item_tag(node->replica, id, "y", true), RS_ENOTFOUND);
	assert_int_equal(item_set_state(node->replica, id, ITEM_UNREAD), RS_ENOTFOUND);
	OK(replica_commit(node->replica));
	assert_int_equal(item_get(node->replica, id, keep_item, &item), RS_ENOTFOUND);
	assert_int_equal(ask(node, "SELECT count(*) FROM search WHERE search MATCH 'title'"), 0);
	node->now_ms += 1000;
	save(node, "https://example.org/a", NULL, again);
	assert_memory_equal(id, again, sizeof(id));
	assert_list(node, (struct item_filter){ 0 }, " ");
	OK(item_get(node->replica, id, keep_item, &item));
	assert_int_equal(item.saved_ms, node->now_ms);
	assert_int_equal(ask(node, "SELECT count(*) FROM search WHERE search MATCH 'title'"), 0);
}

static void
a_later_save_elsewhere_wins_over_a_removal(void **state)
{
	struct node *here = *state, *there = node_new(REPLICA_LAPTOP, 2);
	uint8_t id[HASH_NAME_LEN];

	pair(here, there);
	save(here, "https://example.org/a", "Title", id);
	IN(here, item_remove(here->replica, id));
	there->now_ms += 1000;
	save(there, "https://example.org/a", "Theirs", id);
	exchange(here, there);
	exchange(there, here);
	assert_list(here, (struct item_filter){ 0 }, "Theirs ");
	assert_list(there, (struct item_filter){ 0 }, "Theirs ");
	node_free(there);
}

/* Make an item with this id, as another replica could send it. */
static void
make_item(struct node *node, const char *id)
{
	IN(node, replica_write(node->replica, RECORD_ITEM, (const uint8_t *)id, "url",
	    bytes_of_text("https://example.org/")));
}

static void
prefixes_find_one_item(void **state)
{
	static const struct {
		const char *prefix;
		int err;
	} cases[] = {
		{ "", RS_EINVAL }, { "6x", RS_EINVAL }, { " 61", RS_EINVAL }, { "g", RS_EINVAL },
		{ "6", RS_EAMBIGUOUS }, { "61", RS_EAMBIGUOUS }, { "616", RS_EAMBIGUOUS },
		{ "6161", RS_EAMBIGUOUS }, { "61614", RS_OK }, { "61614A", RS_OK },
		{ "61614a", RS_OK }, { "5", RS_OK }, { "7", RS_ENOTFOUND }, { "5b", RS_ENOTFOUND },
		{ "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a", RS_OK },
		{ "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5", RS_EINVAL },
	};
	struct node *node = *state;
	uint8_t id[HASH_NAME_LEN];

	assert_int_equal(item_prefix_length(node->replica), 4);
	make_item(node, "aaJJJJJJJJJJJJJJ");
	make_item(node, "ZZZZZZZZZZZZZZZZ");
	assert_int_equal(item_prefix_length(node->replica), 4);
	make_item(node, "aaZZZZZZZZZZZZZZ");
	assert_int_equal(item_prefix_length(node->replica), 5);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (item_find(node->replica, cases[i].prefix, id) != cases[i].err)
			fail_msg("prefix \"%s\"", cases[i].prefix);
	make_item(node, "aaJJJJJJJJJJJJJI");
	assert_int_equal(item_prefix_length(node->replica), 32);
}

static void
a_hostile_register_shows_nothing_that_breaks_a_line(void **state)
{
	struct node *node = *state;
	uint8_t id[HASH_NAME_LEN];

	save(node, "https://example.org/a", NULL, id);
	OK(replica_begin(node->replica));
	OK(replica_write(node->replica, RECORD_ITEM, id, "title", bytes_of_text("\x1b[31mred")));
	OK(replica_write(node->replica, RECORD_ITEM, id, "tag/\x1b[31m", bytes_of_text("1")));
	OK(replica_write(node->replica, RECORD_ITEM, id, "tag/", bytes_of_text("1")));
	OK(replica_write(node->replica, RECORD_ITEM, id, "saved", bytes_of_text("12x")));
	OK(replica_write(node->replica, RECORD_ITEM, id, "state", bytes_of_text("other")));
	OK(replica_commit(node->replica));
	assert_list(node, (struct item_filter){ .archived = true }, " ");
	IN(node, replica_write(node->replica, RECORD_ITEM, id, "url", bytes_of_text("a\nb")));
	assert_list(node, (struct item_filter){ .archived = true }, "");
}

#define WITH_LAPTOP(test) cmocka_unit_test_setup_teardown(test, laptop_setup, node_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LAPTOP(variants_of_a_url_are_one_item),
		WITH_LAPTOP(what_cannot_be_saved_is_refused_whole),
		WITH_LAPTOP(a_save_of_what_is_there_adds_its_tags_only),
		WITH_LAPTOP(a_list_that_names_a_link_again_changes_nothing),
		WITH_LAPTOP(titles_that_are_no_line_are_left_out),
		WITH_LAPTOP(lists_are_filtered_and_newest_first),
		WITH_LAPTOP(a_removed_item_is_gone_and_a_new_one_when_it_is_saved_again),
		WITH_LAPTOP(a_later_save_elsewhere_wins_over_a_removal),
		WITH_LAPTOP(prefixes_find_one_item),
		WITH_LAPTOP(a_hostile_register_shows_nothing_that_breaks_a_line),
	};

	return cmocka_run_group_tests_name("proto/replica/item", tests, NULL, NULL);
}
