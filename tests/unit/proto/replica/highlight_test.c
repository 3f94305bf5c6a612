/*
 * Highlights made, commented on and removed by devices that meet later are the same on all
 * of them, in whatever order their registers come.
 */
#include "tests/unit/proto/replica/fixture.h"

#include "proto/replica/derive.h"
#include "proto/replica/highlight.h"
#include "proto/replica/search.h"

static void
add(struct node *node, const uint8_t *item, const char *quote, uint8_t id[HASH_NAME_LEN])
{
	Readsync__Highlight passage = READSYNC__HIGHLIGHT__INIT;

	node->now_ms += 1000;
	passage.quote = (char *)quote;
	passage.prefix = (char *)"before ";
	passage.suffix = (char *)" behind";
	passage.start = 7;
	IN(node, highlight_add(node->replica, item, &passage, id));
}

static bool
append_highlight(void *context, const struct highlight *highlight)
{
	assert_string_equal(highlight->passage->prefix, "before ");
	assert_string_equal(highlight->passage->suffix, " behind");
	assert_int_equal(highlight->passage->start, 7);
	OK(buffer_printf(context, "%s(%s)|", highlight->passage->quote, highlight->comment));
	return true;
}

/* Every highlight as "QUOTE(COMMENT)|". */
static void
assert_highlights(struct node *node, const uint8_t *item, const char *expected)
{
	struct buffer out;

	buffer_init(&out, 10000);
	OK(highlight_list(node->replica, item, append_highlight, &out));
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
	buffer_release(&before);
	buffer_release(&after);
}

static void
highlights_are_the_same_on_every_device(void **state)
{
	struct node *a = *state, *b = node_new(REPLICA_LAPTOP, 2);
	uint8_t item[HASH_NAME_LEN], first[HASH_NAME_LEN], second[HASH_NAME_LEN];

	pair(a, b);
	save(a, "https://example.org/a", "An article", item);
	add(a, item, "the sea", first);
	exchange(a, b);
	assert_highlights(b, item, "the sea()|");
	b->now_ms += 5000;
	add(b, item, "the tide", second);
	IN(b, highlight_comment(b->replica, first, "why?\nfor the salt"));
	exchange(b, a);
	assert_highlights(a, item, "the sea(why?\nfor the salt)|the tide()|");
	assert_int_equal(hits(a, "salt"), 1);
	assert_int_equal(hits(a, "tide"), 1);
	IN(a, highlight_remove(a->replica, first));
	exchange(a, b);
	assert_highlights(a, item, "the tide()|");
	assert_highlights(b, item, "the tide()|");
	assert_int_equal(hits(b, "salt"), 0);
	/* Its words are gone, here and there. */
	for (struct node *node = a; node != NULL; node = node == a ? b : NULL) {
		assert_int_equal(ask(node, "SELECT count(*) FROM register WHERE kind = 6 AND"
		    " instr(value, CAST('the tide' AS BLOB)) > 0"), 1);
		assert_int_equal(ask(node, "SELECT count(*) FROM register WHERE kind = 6 AND"
		    " (instr(value, CAST('the sea' AS BLOB)) > 0 OR"
		    " instr(value, CAST('salt' AS BLOB)) > 0)"), 0);
	}
	IN(b, highlight_comment(b->replica, second, "high"));
	IN(b, highlight_comment(b->replica, second, ""));
	assert_highlights(b, item, "the tide()|");
	assert_sound(a);
	assert_sound(b);
	node_free(b);
}

/* Registers of highlights that say ${word}. */
static int64_t
words(struct node *node, const char *word)
{
	char sql[200];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM register WHERE kind = 6 AND"
	    " instr(value, CAST('%s' AS BLOB)) > 0", word);
	return ask(node, sql);
}

/* Whichever of two hears of the other first. */
static void
what_is_said_of_a_removed_one_leaves_no_words(void **state)
{
	struct node *a = *state, *b = node_new(REPLICA_LAPTOP, 2);
	Readsync__Highlight passage = READSYNC__HIGHLIGHT__INIT;
	uint8_t item[HASH_NAME_LEN], id[HASH_NAME_LEN];
	int64_t writes;

	pair(a, b);
	save(a, "https://example.org/a", "An article", item);
	for (int i = 0; i < 2; i++) {
		add(a, item, "the sea", id);
		exchange(a, b);
		IN(a, highlight_remove(a->replica, id));
		b->now_ms += 5000;
		IN(b, highlight_comment(b->replica, id, "salt"));
		assert_highlights(b, item, "the sea(salt)|");
		exchange(i == 0 ? a : b, i == 0 ? b : a);
		exchange(i == 0 ? b : a, i == 0 ? a : b);
		exchange(a, b);
		exchange(b, a);
		assert_highlights(b, item, "");
		assert_int_equal(words(a, "salt") + words(b, "salt"), 0);
		assert_int_equal(words(a, "the sea") + words(b, "the sea"), 0);
	}
	/* Nor does one that comes again, as by an import, or is spoken of here. */
	passage = (Readsync__Highlight)READSYNC__HIGHLIGHT__INIT;
	passage.item = (ProtobufCBinaryData){ sizeof(item), item };
	passage.quote = (char *)"the sea";
	writes = ask(b, "SELECT sum(sequence) FROM origin");
	IN(b, highlight_put(b->replica, id, &passage));
	IN(b, highlight_comment(b->replica, id, "salt"));
	assert_int_equal(words(b, "salt") + words(b, "the sea"), 0);
	assert_int_equal(ask(b, "SELECT sum(sequence) FROM origin"), writes);
	exchange(b, a);
	exchange(a, b);
	writes = ask(a, "SELECT sum(sequence) FROM origin");
	exchange(b, a);
	exchange(a, b);
	assert_int_equal(ask(a, "SELECT sum(sequence) FROM origin"), writes);
	assert_int_equal(ask(b, "SELECT sum(sequence) FROM origin"), writes);
	assert_sound(a);
	assert_sound(b);
	node_free(b);
}

static void
bad_passages_are_refused(void **state)
{
	struct node *node = *state;
	Readsync__Highlight passage = READSYNC__HIGHLIGHT__INIT;
	uint8_t item[HASH_NAME_LEN], id[HASH_NAME_LEN], nobody[HASH_NAME_LEN] = { 1 };
	char *long_text = calloc(1, HIGHLIGHT_COMMENT_MAX + 2);

	save(node, "https://example.org/a", NULL, item);
	memset(long_text, 'x', HIGHLIGHT_COMMENT_MAX + 1);
	OK(replica_begin(node->replica));
	passage.quote = (char *)"sea";
	assert_int_equal(highlight_add(node->replica, nobody, &passage, id), RS_ENOTFOUND);
	passage.quote = (char *)"";
	assert_int_equal(highlight_add(node->replica, item, &passage, id), RS_EINVAL);
	passage.quote = (char *)"se\x1b";
	assert_int_equal(highlight_add(node->replica, item, &passage, id), RS_EINVAL);
	passage.quote = long_text;
	assert_int_equal(highlight_add(node->replica, item, &passage, id), RS_ELIMIT);
	passage.quote = (char *)"sea";
	passage.prefix = long_text;
	assert_int_equal(highlight_add(node->replica, item, &passage, id), RS_ELIMIT);
	passage.prefix = (char *)"";
	OK(highlight_add(node->replica, item, &passage, id));
	assert_int_equal(highlight_comment(node->replica, id, long_text), RS_ELIMIT);
	assert_int_equal(highlight_comment(node->replica, id, "a\x07"), RS_EINVAL);
	OK(replica_commit(node->replica));
	free(long_text);
}

static void
what_makes_no_sense_counts_as_absent(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], id[HASH_NAME_LEN], other[HASH_NAME_LEN] = { 9 };
	char long_text[HIGHLIGHT_COMMENT_MAX + 1];

	save(node, "https://example.org/a", NULL, item);
	add(node, item, "the sea", id);
	/* Fields of what is not there, then what is no passage. */
	IN(node, highlight_comment(node->replica, other, "of nothing"));
	IN(node, replica_write(node->replica, RECORD_HIGHLIGHT, other, "highlight",
	    bytes_of_text("\xff")));
	IN(node, replica_write(node->replica, RECORD_HIGHLIGHT, id, "comment",
	    bytes_of_text("bell\x07")));
	assert_highlights(node, item, "the sea()|");
	IN(node, replica_write(node->replica, RECORD_HIGHLIGHT, id, "comment",
	    bytes_of(memset(long_text, 'x', sizeof(long_text)), sizeof(long_text))));
	IN(node, replica_write(node->replica, RECORD_HIGHLIGHT, id, "present",
	    bytes_of_text("perhaps")));
	assert_highlights(node, item, "the sea()|");
	IN(node, replica_write(node->replica, RECORD_HIGHLIGHT, id, "highlight",
	    bytes_of_text("\xff")));
	assert_highlights(node, item, "");
	assert_int_equal(hits(node, "sea"), 0);
	assert_sound(node);
}

static void
aliases_show_the_highlights_of_all(void **state)
{
	struct node *node = *state;
	uint8_t a[HASH_NAME_LEN], b[HASH_NAME_LEN], id[HASH_NAME_LEN];

	save(node, "https://example.org/a", NULL, a);
	save(node, "https://example.org/b", NULL, b);
	add(node, a, "the sea", id);
	add(node, b, "the tide", id);
	IN(node, item_add_address(node->replica, a, "https://example.org/b", NULL));
	assert_highlights(node, a, "the sea()|the tide()|");
	assert_highlights(node, b, "the sea()|the tide()|");
	assert_int_equal(hits(node, "tide"), 1);
	assert_sound(node);
	IN(node, item_split(node->replica, a, "https://example.org/b", NULL));
	assert_highlights(node, a, "the sea()|");
	assert_highlights(node, b, "the tide()|");
	assert_sound(node);
}

static void
highlights_go_along_into_another_library(void **state)
{
	struct node *archive = *state, *node = node_new(REPLICA_LAPTOP, 77);
	uint8_t item[HASH_NAME_LEN], id[HASH_NAME_LEN];

	save(node, "https://example.org/c", NULL, item);
	add(node, item, "the sea", id);
	IN(node, highlight_comment(node->replica, id, "blue"));
	pair(archive, node);
	exchange(node, archive);
	save(archive, "https://example.org/c", NULL, item);
	assert_highlights(archive, item, "the sea(blue)|");
	assert_highlights(node, item, "the sea(blue)|");
	node_free(node);
}

#define WITH_LAPTOP(test) cmocka_unit_test_setup_teardown(test, laptop_setup, node_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LAPTOP(highlights_are_the_same_on_every_device),
		WITH_LAPTOP(what_is_said_of_a_removed_one_leaves_no_words),
		WITH_LAPTOP(bad_passages_are_refused),
		WITH_LAPTOP(what_makes_no_sense_counts_as_absent),
		WITH_LAPTOP(aliases_show_the_highlights_of_all),
		cmocka_unit_test_setup_teardown(highlights_go_along_into_another_library,
		    archive_setup, node_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
