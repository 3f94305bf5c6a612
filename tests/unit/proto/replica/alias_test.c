/*
 * Two devices save one article under two addresses, and end with one item; a page that lies
 * joins next to nothing; and what was joined wrongly is taken apart for good.
 */
#include "tests/unit/proto/replica/fixture.h"

#include "proto/base/encode.h"
#include "proto/replica/alias.h"
#include "proto/replica/work.h"

#define STORY "https://example.org/2024/story"
#define SHORT "https://example.org/s/17"

/* Two laptops, which never meet but through the archive. */
struct library {
	struct node *archive;
	struct node *laptops[2];
};

static int
setup(void **state)
{
	struct library *library = calloc(1, sizeof(*library));

	assert_non_null(library);
	library->archive = node_new(REPLICA_ARCHIVE, 1);
	for (unsigned i = 0; i < 2; i++) {
		library->laptops[i] = node_new(REPLICA_LAPTOP, 2 + i);
		pair(library->archive, library->laptops[i]);
	}
	*state = library;
	return 0;
}

static int
teardown(void **state)
{
	struct library *library = *state;

	node_free(library->archive);
	node_free(library->laptops[0]);
	node_free(library->laptops[1]);
	free(library);
	return 0;
}

static void
sync_all(struct library *library)
{
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 2; i++) {
			exchange(library->laptops[i], library->archive);
			exchange(library->archive, library->laptops[i]);
			send_blobs(library->archive, library->laptops[i]);
		}
}

static void
save_tagged(struct node *node, const char *url, const char *tag, uint8_t id[HASH_NAME_LEN])
{
	struct item_save what = { .tags = &tag, .tag_count = 1 };
	bool new;

	IN(node, item_save(node->replica, url, &what, id, &new, NULL));
}

/* The archive fetches ${item} at ${url}, lands at ${final}, and reads what calls itself ${named}. */
static void
archive_reads(struct library *library, const uint8_t *item, const char *url, const char *final,
    const char *named, const char *text)
{
	struct node *node = library->archive;
	Readsync__Fetch fetch = READSYNC__FETCH__INIT;
	Readsync__Article article = READSYNC__ARTICLE__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	Readsync__Block block = READSYNC__BLOCK__INIT, *blocks[] = { &block };
	uint8_t id[HASH_NAME_LEN];

	fetch.item = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)item };
	fetch.url = (char *)url;
	fetch.final_url = (char *)final;
	fetch.at_ms = node->now_ms;
	IN(node, reading_add_fetch(node->replica, &fetch, bytes_of_text(text), id));
	verdict.copy = READSYNC__COPY__COPY_FULL;
	block.kind = READSYNC__BLOCK__KIND__PARAGRAPH;
	block.text = (char *)text;
	article.canonical_url = (char *)named;
	article.blocks = blocks;
	article.n_blocks = 1;
	IN(node, reading_add(node->replica, id, 1, &article, &verdict, NULL, id));
}

static bool
append_tags(void *context, const struct item *item)
{
	OK(buffer_printf(context, "%s%s[", item->state == ITEM_ARCHIVED ? "x" : "",
	    strrchr(item->url, '/') + 1));
	for (const char *c = item->tags; *c != '\0'; c++)
		OK(buffer_append_byte(context, *c == '\n' ? ',' : (uint8_t)*c));
	OK(buffer_append_text(context, "] "));
	return true;
}

/* Every item of the list as "xURL[tags] ", by the ends of their URLs; x for archived. */
static void
assert_list(struct node *node, const char *expected)
{
	struct item_filter filter = { .archived = true };
	struct buffer out;

	buffer_init(&out, 10000);
	OK(item_list(node->replica, &filter, append_tags, &out));
	assert_string_equal(buffer_text(&out), expected);
	buffer_release(&out);
}

static void
assert_lists(struct library *library, const char *expected)
{
	assert_list(library->archive, expected);
	assert_list(library->laptops[0], expected);
	assert_list(library->laptops[1], expected);
}

static int64_t
shown(struct node *node)
{
	return ask(node, "SELECT count(*) FROM item WHERE shown");
}

/* An item under two addresses, the second of which the archive found out; set in state. */
static void
join_two(struct library *library, uint8_t a[HASH_NAME_LEN], uint8_t b[HASH_NAME_LEN])
{
	save_tagged(library->laptops[0], SHORT, "rail", a);
	library->laptops[1]->now_ms += 1000;
	save_tagged(library->laptops[1], STORY, "sea", b);
	sync_all(library);
	assert_int_equal(shown(library->laptops[0]), 2);
	archive_reads(library, a, SHORT, STORY, "", "One two.");
	sync_all(library);
}

/* ---------------------------------------------------------------------- tests */

static void
variants_saved_offline_end_as_one_item_with_both_tags(void **state)
{
	static const struct {
		const char *what;
		const char *first;	/* what the archive fetches */
		const char *second;
		const char *final;
		const char *named;
	} cases[] = {
		{ "host case", "https://EXAMPLE.org/a", "https://example.org/a", "", "" },
		{ "port", "https://example.org:443/b", "http://example.org/b", "", "" },
		{ "fragment", "https://example.org/c#part", "https://example.org/c", "", "" },
		{ "tracking", "https://example.org/d?utm_source=x", "https://example.org/d", "", "" },
		{ "AMP", "https://example.org/e/amp/", "https://example.org/e", "", "" },
		{ "AMP cache", "https://www.google.com/amp/s/example.org/f", "https://example.org/f",
		    "", "" },
		{ "AMP by its own rule", "https://example.org/g?view=amp", "https://example.org/g",
		    "https://example.org/g?view=amp", "https://example.org/g" },
		{ "mobile", "https://m.example.org/h", "https://example.org/h", "", "" },
		{ "mobile by its own name", "https://touch.example.org/i", "https://example.org/i",
		    "https://touch.example.org/i", "https://example.org/i" },
		{ "redirect", "https://example.org/s/1", "https://example.org/j?x=1",
		    "https://example.org/j?x=1", "" },
		{ "canonical", "https://example.org/k?ref=front", "https://example.org/k",
		    "https://example.org/k?ref=front", "https://example.org/k" },
		{ "both", "https://example.org/s/2", "https://example.org/l",
		    "https://example.org/l?ref=s", "https://example.org/l" },
		/* What the page says is nothing: the redirect stands. */
		{ "canonical front page", "https://example.org/s/3", "https://example.org/m",
		    "https://example.org/m", "https://example.org/" },
	};
	struct library *library = *state;
	uint8_t a[HASH_NAME_LEN], b[HASH_NAME_LEN], found[HASH_NAME_LEN];
	char hex[2 * HASH_NAME_LEN + 1];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		save_tagged(library->laptops[0], cases[i].first, "rail", a);
		save_tagged(library->laptops[1], cases[i].second, "sea", b);
		sync_all(library);
		archive_reads(library, a, cases[i].first, cases[i].final, cases[i].named, "One.");
		sync_all(library);
		if (shown(library->laptops[0]) != (int64_t)i + 1)
			fail_msg("%s: two items", cases[i].what);
		for (int j = 0; j < 2; j++) {
			assert_int_equal(shown(library->laptops[j]), i + 1);
			assert_int_equal(ask(library->laptops[j], "SELECT count(*) FROM item_tag"
			    " JOIN item ON item.id = item_tag.item WHERE shown"), 2 * (i + 1));
			encode_hex(bytes_of(j == 0 ? b : a, HASH_NAME_LEN), hex);
			OK(item_find(library->laptops[j]->replica, hex, found));
			assert_memory_equal(found, memcmp(a, b, sizeof(a)) < 0 ? a : b, sizeof(a));
		}
	}
	assert_int_equal(shown(library->archive), sizeof(cases) / sizeof(cases[0]));
}

static void
what_is_done_to_one_is_done_to_both(void **state)
{
	struct library *library = *state;
	struct node *laptop = library->laptops[1];
	uint8_t a[HASH_NAME_LEN], b[HASH_NAME_LEN];

	join_two(library, a, b);
	assert_lists(library, memcmp(a, b, sizeof(a)) < 0 ? "17[rail,sea] " : "story[rail,sea] ");
	/* By either name; and what is taken off was put on by the other. */
	IN(laptop, item_set_state(laptop->replica, a, ITEM_ARCHIVED));
	IN(laptop, item_tag(laptop->replica, b, "rail", false));
	IN(laptop, item_tag(laptop->replica, a, "sun", true));
	sync_all(library);
	assert_lists(library, memcmp(a, b, sizeof(a)) < 0 ? "x17[sea,sun] " : "xstory[sea,sun] ");
	IN(laptop, item_set_state(laptop->replica, b, ITEM_UNREAD));
	IN(laptop, item_remove(laptop->replica, b));
	sync_all(library);
	assert_lists(library, "");
	assert_int_equal(item_remove(laptop->replica, a), RS_ENOTFOUND);
}

static void
of_what_was_said_of_each_the_later_word_counts(void **state)
{
	static const char *const tags[] = { "tag/x", "tag/y" };
	struct library *library = *state;
	struct node *laptop = library->laptops[0];
	uint8_t ids[2][HASH_NAME_LEN];

	save(laptop, SHORT, NULL, ids[0]);
	save(laptop, STORY, NULL, ids[1]);
	for (int i = 0; i < 2; i++)
		IN(laptop, replica_write(laptop->replica, RECORD_ITEM, ids[i], tags[i],
		    bytes_of_text("1")));
	laptop->now_ms += 1000;
	for (int i = 0; i < 2; i++)
		IN(laptop, replica_write(laptop->replica, RECORD_ITEM, ids[1 - i], tags[i],
		    bytes_of_text("0")));
	sync_all(library);
	archive_reads(library, ids[0], SHORT, STORY, "", "One.");
	sync_all(library);
	assert_lists(library, memcmp(ids[0], ids[1], HASH_NAME_LEN) < 0 ? "17[] " : "story[] ");
}

static void
an_alias_of_what_is_there_is_no_new_item(void **state)
{
	struct library *library = *state;
	struct node *laptop = library->laptops[0];
	struct item_save what = { .only_new = true };
	uint8_t a[HASH_NAME_LEN], b[HASH_NAME_LEN];
	bool new = true;

	save_tagged(laptop, SHORT, "rail", a);
	sync_all(library);
	archive_reads(library, a, SHORT, STORY, "", "One two.");
	IN(library->archive, item_set_state(library->archive->replica, a, ITEM_ARCHIVED));
	sync_all(library);
	/* A queue that names it under the other address changes nothing. */
	IN(laptop, item_save(laptop->replica, STORY, &what, b, &new, NULL));
	assert_false(new);
	assert_list(laptop, "x17[rail] ");
	what.only_new = false;
	laptop->now_ms += 5000;
	IN(laptop, item_save(laptop->replica, STORY, &what, b, &new, NULL));
	assert_false(new);
	assert_int_equal(shown(laptop), 1);
	assert_int_equal(ask(laptop, "SELECT saved_ms FROM item WHERE shown"), FIXTURE_START_MS);
	assert_int_equal(ask(laptop, "SELECT state FROM item WHERE shown"), ITEM_ARCHIVED);
	/* Removed under one address, it stays away under the other; unless the reader saves it. */
	IN(laptop, item_remove(laptop->replica, a));
	what.only_new = true;
	IN(laptop, item_save(laptop->replica, STORY, &what, b, &new, NULL));
	assert_int_equal(shown(laptop), 0);
	what.only_new = false;
	IN(laptop, item_save(laptop->replica, STORY, &what, b, &new, NULL));
	assert_true(new);
	sync_all(library);
	assert_int_equal(shown(library->laptops[1]), 1);
}

static void
what_was_removed_before_takes_nothing_with_it(void **state)
{
	struct library *library = *state;
	uint8_t a[HASH_NAME_LEN], b[HASH_NAME_LEN];

	save_tagged(library->laptops[0], SHORT, "rail", a);
	save_tagged(library->laptops[0], STORY, "sea", b);
	IN(library->laptops[0], item_remove(library->laptops[0]->replica, b));
	sync_all(library);
	archive_reads(library, a, SHORT, STORY, "", "One two.");
	sync_all(library);
	assert_lists(library, "17[rail] ");
}

static void
the_best_reading_of_both_is_shown_and_nothing_is_fetched_twice(void **state)
{
	struct library *library = *state;
	struct work_counts counts;
	Readsync__Reading *reading;
	uint8_t a[HASH_NAME_LEN], b[HASH_NAME_LEN];

	join_two(library, a, b);
	OK(work_count(library->archive->replica, &counts));
	assert_int_equal(counts.queued + counts.fetched, 0);
	for (int i = 0; i < 2; i++) {
		OK(reading_best(library->laptops[1]->replica, i == 0 ? a : b, &reading));
		assert_int_equal(reading->words, 2);
		readsync__reading__free_unpacked(reading, NULL);
	}
	/* A longer one, of the other address, and the other way round. */
	library->archive->now_ms += 1000;
	archive_reads(library, b, STORY, STORY, STORY, "One two three.");
	sync_all(library);
	assert_int_equal(ask(library->laptops[0], "SELECT words FROM item WHERE shown"), 3);
	assert_int_equal(ask(library->laptops[0],
	    "SELECT count(*) FROM search WHERE search MATCH 'three'"), 1);
	IN(library->archive, work_queue(library->archive->replica, a, 7));
	IN(library->archive, work_queue(library->archive->replica, b, 7));
	OK(work_count(library->archive->replica, &counts));
	assert_int_equal(counts.queued, 1);
}

static void
a_site_whose_pages_all_name_one_joins_nothing(void **state)
{
	struct library *library = *state;
	uint8_t ids[10][HASH_NAME_LEN];
	char url[64], next[64];

	for (int i = 0; i < 10; i++) {
		snprintf(url, sizeof(url), "https://example.org/star/%d", i);
		save(library->laptops[0], url, NULL, ids[i]);
	}
	sync_all(library);
	for (int i = 1; i < 10; i++) {
		snprintf(url, sizeof(url), "https://example.org/star/%d", i);
		archive_reads(library, ids[i], url, url, "https://example.org/star/0", "One.");
	}
	sync_all(library);
	assert_int_equal(shown(library->archive), 10);
	assert_int_equal(shown(library->laptops[1]), 10);
	/* Nor does one whose pages name each the next: two of them at most. */
	for (int i = 0; i < 10; i++) {
		snprintf(url, sizeof(url), "https://example.org/chain/%d", i);
		save(library->laptops[0], url, NULL, ids[i]);
	}
	sync_all(library);
	for (int i = 0; i < 9; i++) {
		snprintf(url, sizeof(url), "https://example.org/chain/%d", i);
		snprintf(next, sizeof(next), "https://example.org/chain/%d", i + 1);
		archive_reads(library, ids[i], url, url, next, "One.");
	}
	sync_all(library);
	assert_int_equal(shown(library->archive), 19);
	assert_int_equal(shown(library->laptops[1]), 19);
}

static void
what_is_not_credible_is_not_noted(void **state)
{
	struct library *library = *state, laptop = { .archive = library->laptops[0] };
	uint8_t a[HASH_NAME_LEN];

	save(library->archive, SHORT, NULL, a);
	archive_reads(library, a, SHORT, SHORT, "https://example.com/story", "One.");
	archive_reads(library, a, SHORT, "https://example.org/login?to=17", "", "One.");
	archive_reads(library, a, SHORT, "https://example.org/", "https://example.org/", "One.");
	archive_reads(library, a, SHORT, STORY, SHORT, "One.");
	archive_reads(library, a, SHORT, "not an address", "", "One.");
	assert_int_equal(ask(library->archive, "SELECT count(*) FROM register"
	    " WHERE field = CAST('alias' AS BLOB)"), 0);
	/* What an import reads on a laptop claims nothing at all. */
	save(laptop.archive, SHORT, NULL, a);
	archive_reads(&laptop, a, SHORT, STORY, "", "One.");
	assert_int_equal(ask(laptop.archive, "SELECT count(*) FROM item WHERE alias IS NOT NULL"), 0);
	/* What the page no longer says is taken back. */
	archive_reads(library, a, SHORT, STORY, "", "One.");
	assert_int_equal(ask(library->archive, "SELECT count(*) FROM item WHERE alias IS NOT NULL"),
	    1);
	archive_reads(library, a, SHORT, SHORT, SHORT, "One.");
	assert_int_equal(ask(library->archive, "SELECT count(*) FROM item WHERE alias IS NOT NULL"),
	    0);
}

static void
what_was_split_stays_split(void **state)
{
	struct library *library = *state;
	struct node *laptop = library->laptops[1];
	struct rs_err_detail detail;
	uint8_t a[HASH_NAME_LEN], b[HASH_NAME_LEN];

	join_two(library, a, b);
	IN(laptop, item_tag(laptop->replica, a, "sun", true));
	assert_int_equal(item_split(laptop->replica, a, "https://example.org/other", &detail),
	    RS_ENOTFOUND);
	assert_int_equal(item_split(laptop->replica, a, "nothing", &detail), RS_EINVAL);
	IN(laptop, item_split(laptop->replica, b, "https://www.example.org/s/17", &detail));
	sync_all(library);
	assert_lists(library, "story[sea,sun] 17[rail,sun] ");
	assert_int_equal(item_split(laptop->replica, a, SHORT, &detail), RS_EINVAL);
	/* Whatever the pages go on to say. */
	library->archive->now_ms += 1000000;
	archive_reads(library, a, SHORT, STORY, "", "One two three.");
	archive_reads(library, b, STORY, STORY, SHORT, "One two three.");
	archive_reads(library, a, SHORT, SHORT, "", "One two three.");
	sync_all(library);
	assert_lists(library, "story[sea,sun] 17[rail,sun] ");
	assert_int_equal(ask(laptop, "SELECT count(*) FROM item WHERE shown AND best IS NOT NULL"),
	    2);
}

static bool
append_address(void *context, const char *url)
{
	OK(buffer_printf(context, "%s ", strrchr(url, '/') + 1));
	return true;
}

static void
the_other_addresses_are_told(void **state)
{
	struct library *library = *state;
	uint8_t a[HASH_NAME_LEN], b[HASH_NAME_LEN];
	struct buffer out;

	join_two(library, a, b);
	buffer_init(&out, 1000);
	OK(item_addresses(library->laptops[0]->replica, b, append_address, &out));
	assert_string_equal(buffer_text(&out), memcmp(a, b, sizeof(a)) < 0 ? "story " : "17 ");
	buffer_release(&out);
}

static bool
append_extra(void *context, const char *key, struct bytes value)
{
	OK(buffer_printf(context, "%s=%.*s ", key, (int)value.len, (const char *)value.data));
	return true;
}

static void
extras_of_both_are_one_items(void **state)
{
	struct library *library = *state;
	struct node *laptop = library->laptops[0];
	uint8_t a[HASH_NAME_LEN], b[HASH_NAME_LEN];
	struct buffer out;

	save(laptop, SHORT, NULL, a);
	save(laptop, STORY, NULL, b);
	IN(laptop, item_set_extra(laptop->replica, a, "n", bytes_of_text("1")));
	IN(laptop, item_set_extra(laptop->replica, a, "o", bytes_of_text("2")));
	IN(laptop, item_set_extra(laptop->replica, b, "n", bytes_of_text("3")));
	sync_all(library);
	archive_reads(library, a, SHORT, STORY, "", "One.");
	sync_all(library);
	buffer_init(&out, 1000);
	OK(item_extras(laptop->replica, a, append_extra, &out));
	assert_string_equal(buffer_text(&out), "n=3 o=2 ");
	buffer_release(&out);
}

static void
aliases_go_along_into_another_library(void **state)
{
	struct node *alone = node_new(REPLICA_ARCHIVE, 7), *other = node_new(REPLICA_ARCHIVE, 8);
	struct library library = { .archive = alone };
	uint8_t a[HASH_NAME_LEN], b[HASH_NAME_LEN], c[HASH_NAME_LEN];
	struct rs_err_detail detail;

	(void)state;
	save_tagged(alone, SHORT, "rail", a);
	save_tagged(alone, STORY, "sea", b);
	archive_reads(&library, a, SHORT, STORY, "", "One.");
	save(alone, "https://example.org/x", NULL, a);
	save(alone, "https://example.org/y", NULL, c);
	archive_reads(&library, a, "https://example.org/x", "https://example.org/y", "", "One.");
	IN(alone, item_split(alone->replica, a, "https://example.org/x", &detail));
	assert_int_equal(shown(alone), 3);
	pair(other, alone);
	assert_int_equal(shown(alone), 3);
	assert_int_equal(ask(alone, "SELECT count(*) FROM item WHERE head IS NOT NULL"), 1);
	node_free(alone);
	node_free(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(variants_saved_offline_end_as_one_item_with_both_tags),
		TEST(what_is_done_to_one_is_done_to_both),
		TEST(of_what_was_said_of_each_the_later_word_counts),
		TEST(an_alias_of_what_is_there_is_no_new_item),
		TEST(what_was_removed_before_takes_nothing_with_it),
		TEST(the_best_reading_of_both_is_shown_and_nothing_is_fetched_twice),
		TEST(a_site_whose_pages_all_name_one_joins_nothing),
		TEST(what_is_not_credible_is_not_noted),
		TEST(what_was_split_stays_split),
		TEST(the_other_addresses_are_told),
		TEST(extras_of_both_are_one_items),
		cmocka_unit_test(aliases_go_along_into_another_library),
	};

	return cmocka_run_group_tests_name("proto/replica/alias", tests, NULL, NULL);
}
