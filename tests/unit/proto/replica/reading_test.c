#include "tests/unit/proto/replica/fixture.h"

#include "proto/replica/derive.h"

static void
a_better_copy_displaces_and_a_shorter_one_does_not(void **state)
{
	static const struct {
		Readsync__Copy copy;
		uint32_t words;
		Readsync__Copy best_copy;
		uint32_t best_words;
		bool better;
	} cases[] = {
		{ READSYNC__COPY__COPY_FULL, 10, READSYNC__COPY__COPY_PARTIAL, 9000, true },
		{ READSYNC__COPY__COPY_PARTIAL, 9000, READSYNC__COPY__COPY_FULL, 10, false },
		{ READSYNC__COPY__COPY_BLOCKED, 0, READSYNC__COPY__COPY_UNKNOWN, 0, true },
		{ READSYNC__COPY__COPY_FULL, 80, READSYNC__COPY__COPY_FULL, 100, true },
		{ READSYNC__COPY__COPY_FULL, 79, READSYNC__COPY__COPY_FULL, 100, false },
		{ READSYNC__COPY__COPY_FULL, 0, READSYNC__COPY__COPY_FULL, 0, true },
		{ READSYNC__COPY__COPY_FULL, 4000000000u, READSYNC__COPY__COPY_FULL, 4000000000u,
		true },
		{ READSYNC__COPY__COPY_FULL, 3000000000u, READSYNC__COPY__COPY_FULL, 4000000000u,
		false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (reading_better(cases[i].copy, cases[i].words, cases[i].best_copy,
		    cases[i].best_words) != cases[i].better)
			fail_msg("case %zu", i);
}

static bool
keep_item(void *context, const struct item *item)
{
	*(struct item *)context = *item;
	return true;
}

static bool
append_title(void *context, const struct item *item)
{
	OK(buffer_append_text(context, item->title));
	return true;
}

static void
assert_title(struct node *node, const uint8_t *item, const char *expected)
{
	struct buffer title;

	buffer_init(&title, ITEM_TITLE_MAX);
	OK(item_get(node->replica, item, append_title, &title));
	assert_string_equal(buffer_text(&title), expected);
	buffer_release(&title);
}

static bool
append_reading(void *context, const Readsync__Reading *reading, bool best)
{
	OK(buffer_printf(context, "%s%s%s ", reading->title, reading->refusal, best ? "*" : ""));
	return true;
}

static void
a_fetch_and_its_reading_come_back(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], fetch_id[HASH_NAME_LEN], reading_id[HASH_NAME_LEN];
	Readsync__Fetch *fetch;
	Readsync__Reading *reading;
	Readsync__Article *article;
	struct buffer page;
	struct item shown;

	save(node, "https://example.org/a", NULL, item);
	assert_int_equal(reading_best(node->replica, item, &reading), RS_ENOTFOUND);
	add_fetch(node, item, "<p>the page", fetch_id);
	OK(reading_get_fetch(node->replica, fetch_id, &fetch));
	assert_int_equal(fetch->page_size, strlen("<p>the page"));
	buffer_init(&page, 100);
	OK(blob_get_packed(node->replica, fetch->page.data, &page));
	assert_string_equal(buffer_text(&page), "<p>the page");
	buffer_release(&page);
	readsync__fetch__free_unpacked(fetch, NULL);

	add_reading(node, fetch_id, READSYNC__COPY__COPY_FULL, "Its title", "Three words long.",
	    reading_id);
	OK(item_get(node->replica, item, keep_item, &shown));
	assert_int_equal(shown.copy, READSYNC__COPY__COPY_FULL);
	assert_int_equal(shown.words, 3);
	assert_true(shown.held);
	OK(reading_best(node->replica, item, &reading));
	assert_string_equal(reading->title, "Its title");
	OK(reading_article(node->replica, reading, &article));
	assert_string_equal(article->blocks[0]->text, "Three words long.");
	readsync__article__free_unpacked(article, NULL);
	readsync__reading__free_unpacked(reading, NULL);
}

static void
what_has_no_item_or_fetch_is_refused(void **state)
{
	struct node *node = *state;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	Readsync__Fetch fetch = READSYNC__FETCH__INIT;
	uint8_t id[HASH_NAME_LEN] = { 1 }, item[HASH_NAME_LEN];

	OK(replica_begin(node->replica));
	assert_int_equal(reading_add_fetch(node->replica, &fetch, bytes_of_text("p"), id),
	    RS_EINVAL);
	fetch.item = (ProtobufCBinaryData){ HASH_NAME_LEN, id };
	assert_int_equal(reading_add_fetch(node->replica, &fetch, bytes_of_text("p"), id),
	    RS_ENOTFOUND);
	assert_int_equal(reading_add(node->replica, id, 1, NULL, &verdict, NULL, id),
	    RS_ENOTFOUND);
	/* An item that was removed while its page was under way. */
	save(node, "https://example.org/a", NULL, item);
	OK(item_remove(node->replica, item));
	fetch.item.data = item;
	assert_int_equal(reading_add_fetch(node->replica, &fetch, bytes_of_text("p"), id),
	    RS_ENOTFOUND);
	/* What a server says of itself, and could not be read back. */
	save(node, "https://example.org/b", NULL, item);
	fetch.content_type = (char *)"text/html; charset=\xff";
	assert_int_equal(reading_add_fetch(node->replica, &fetch, bytes_of_text("p"), id),
	    RS_EINVAL);
	OK(replica_commit(node->replica));
	assert_int_equal(ask(node, "SELECT count(*) FROM blob"), 0);
}

/* A peer may leave out what ours never does. */
static void
a_reading_without_a_verdict_has_an_unknown_one(void **state)
{
	struct node *node = *state;
	Readsync__Reading sent = READSYNC__READING__INIT, *reading;
	uint8_t item[HASH_NAME_LEN], packed[200];

	save(node, "https://example.org/a", NULL, item);
	sent.item = (ProtobufCBinaryData){ HASH_NAME_LEN, item };
	sent.fetch = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)"some fetch------" };
	IN(node, replica_write(node->replica, RECORD_READING, (const uint8_t *)"some reading----",
	    "reading", bytes_of(packed, readsync__reading__pack(&sent, packed))));
	OK(reading_best(node->replica, item, &reading));
	assert_non_null(reading->verdict);
	assert_int_equal(reading->verdict->copy, READSYNC__COPY__COPY_UNKNOWN);
	readsync__reading__free_unpacked(reading, NULL);
}

static void
a_text_does_not_dwindle_step_by_step(void **state)
{
	static const char *const titles[] = { "hundred", "eighty-five", "seventy-two" };
	static const size_t words[] = { 100, 85, 72 };
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], id[HASH_NAME_LEN];
	char text[300];

	save(node, "https://example.org/a", NULL, item);
	for (size_t i = 0; i < 3; i++) {
		text[0] = '\0';
		for (size_t j = 0; j < words[i]; j++)
			strcat(text, "w ");
		add_fetch(node, item, titles[i], fetch);
		add_reading(node, fetch, READSYNC__COPY__COPY_FULL, titles[i], text, id);
		node->now_ms += 1000;
	}
	assert_title(node, item, "eighty-five");
}

static void
a_worse_or_refused_reading_leaves_the_best(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], id[HASH_NAME_LEN];
	struct buffer out;

	keep(node, "https://example.org/a", "Whole", "One two three four five.", item);
	node->now_ms += 1000;
	add_fetch(node, item, "wall", fetch);
	add_reading(node, fetch, READSYNC__COPY__COPY_TEASER, "Teaser", "One two.", id);
	node->now_ms += 1000;
	add_fetch(node, item, "", fetch);
	add_reading(node, fetch, READSYNC__COPY__COPY_BLOCKED, "", NULL, id);
	assert_title(node, item, "Whole");
	buffer_init(&out, 1000);
	OK(reading_list(node->replica, item, append_reading, &out));
	assert_string_equal(buffer_text(&out), "there is no article Teaser Whole* ");
	buffer_release(&out);
	assert_int_equal(ask(node, "SELECT count(*) FROM search WHERE search MATCH 'five'"), 1);
	assert_int_equal(ask(node, "SELECT count(*) FROM search WHERE search MATCH 'teaser'"), 0);
}

static void
assert_best(struct node *node, const uint8_t *item, const char *title, Readsync__Copy copy)
{
	struct item shown;

	assert_title(node, item, title);
	OK(item_get(node->replica, item, keep_item, &shown));
	assert_int_equal(shown.copy, copy);
}

/* What the reader says of a copy, and which one the reader wants, stand before all. */
static void
the_reader_knows_better(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], ids[2][HASH_NAME_LEN];
	static const char *const titles[] = { "Old", "New" };

	save(node, "https://example.org/a", NULL, item);
	for (int i = 0; i < 2; i++) {
		node->now_ms += 1000;
		add_fetch(node, item, titles[i], fetch);
		add_reading(node, fetch, READSYNC__COPY__COPY_FULL, titles[i], "One two three.",
		    ids[i]);
	}
	assert_best(node, item, "New", READSYNC__COPY__COPY_FULL);
	IN(node, replica_write(node->replica, RECORD_READING, ids[1], "verdict",
	    bytes_of_text("teaser")));
	assert_best(node, item, "Old", READSYNC__COPY__COPY_FULL);
	IN(node, replica_write(node->replica, RECORD_ITEM, item, "prefer",
	    bytes_of(ids[1], HASH_NAME_LEN)));
	assert_best(node, item, "New", READSYNC__COPY__COPY_TEASER);
	IN(node, derive_rebuild(node->replica));
	assert_best(node, item, "New", READSYNC__COPY__COPY_TEASER);
	/* What makes no sense is as if it were not there. */
	IN(node, replica_write(node->replica, RECORD_ITEM, item, "prefer", bytes_of_text("x")));
	assert_best(node, item, "Old", READSYNC__COPY__COPY_FULL);
	IN(node, replica_write(node->replica, RECORD_READING, ids[1], "verdict",
	    bytes_of_text("fulll")));
	assert_best(node, item, "New", READSYNC__COPY__COPY_FULL);
}

/* Both may come before the reading that they speak of. */
static void
the_readers_word_may_come_first(void **state)
{
	struct node *node = *state, *other = node_new(REPLICA_ARCHIVE, 2);
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], late[HASH_NAME_LEN];

	keep(other, "https://example.org/a", "Early", "One two three.", item);
	add_fetch(other, item, "", fetch);
	add_reading(other, fetch, READSYNC__COPY__COPY_TEASER, "Late", "One.", late);
	IN(node, replica_write(node->replica, RECORD_READING, late, "verdict",
	    bytes_of_text("full")));
	IN(node, replica_write(node->replica, RECORD_ITEM, item, "prefer",
	    bytes_of(late, HASH_NAME_LEN)));
	exchange(other, node);
	assert_best(node, item, "Late", READSYNC__COPY__COPY_FULL);
	node_free(other);
}

static void
the_readers_title_stands_before_the_pages(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN];

	save(node, "https://example.org/a", "Mine", item);
	keep(node, "https://example.org/a", "Theirs", "Some text.", item);
	assert_title(node, item, "Mine");
	IN(node, replica_write(node->replica, RECORD_ITEM, item, "title", bytes_of_text("")));
	assert_title(node, item, "Theirs");
	assert_int_equal(ask(node, "SELECT count(*) FROM search WHERE search MATCH 'mine'"), 0);
	assert_int_equal(ask(node, "SELECT count(*) FROM search WHERE search MATCH 'theirs'"), 1);
}

static void
the_same_fetch_and_extractor_make_one_reading(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], id[2][HASH_NAME_LEN];

	save(node, "https://example.org/a", NULL, item);
	add_fetch(node, item, "page", fetch);
	add_reading(node, fetch, READSYNC__COPY__COPY_FULL, "First", "One two three.", id[0]);
	/* Shorter by far: as a reading of its own it would not win. */
	add_reading(node, fetch, READSYNC__COPY__COPY_FULL, "Second", "One.", id[1]);
	assert_memory_equal(id[0], id[1], HASH_NAME_LEN);
	assert_int_equal(ask(node, "SELECT count(*) FROM reading"), 1);
	assert_int_equal(ask(node, "SELECT count(*) FROM search WHERE search MATCH 'second'"), 1);
	assert_int_equal(ask(node, "SELECT count(*) FROM search WHERE search MATCH 'three'"), 0);
}

static void
texts_of_a_page_are_cut_to_what_a_register_holds(void **state)
{
	struct node *node = *state;
	Readsync__Article article = READSYNC__ARTICLE__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	Readsync__Evidence evidence = READSYNC__EVIDENCE__INIT, *many[100];
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], id[HASH_NAME_LEN];
	char text[60001], *authors[100];
	Readsync__Reading *reading;

	/* A two-byte character at every cut. */
	for (size_t i = 0; i + 1 < sizeof(text); i += 2)
		memcpy(text + i, "é", 2);
	memcpy(text, "a\x1b", 2);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 100; i++) {
		authors[i] = text;
		many[i] = &evidence;
	}
	article.title = article.site_name = article.excerpt = article.language = text;
	article.canonical_url = text;
	article.authors = authors;
	article.n_authors = 100;
	verdict.evidence = many;
	verdict.n_evidence = 100;
	save(node, "https://example.org/a", NULL, item);
	add_fetch(node, item, "page", fetch);
	IN(node, reading_add(node->replica, fetch, 1, &article, &verdict, text, id));
	OK(reading_best(node->replica, item, &reading));
	assert_int_equal(strlen(reading->title), 1000);
	assert_memory_equal(reading->title, "a é", 4);
	assert_string_equal(reading->canonical_url, "");
	assert_int_equal(reading->n_authors, 16);
	assert_int_equal(reading->verdict->n_evidence, 32);
	readsync__reading__free_unpacked(reading, NULL);
}

static void
a_malformed_register_is_as_if_absent(void **state)
{
	struct node *node = *state;
	Readsync__Reading reading = READSYNC__READING__INIT;
	uint8_t item[HASH_NAME_LEN], packed[500], id[HASH_NAME_LEN] = { 1 };
	uint8_t fetch[HASH_NAME_LEN], good[HASH_NAME_LEN];
	struct item shown;

	save(node, "https://example.org/a", NULL, item);
	add_fetch(node, item, "page", fetch);
	add_reading(node, fetch, READSYNC__COPY__COPY_FULL, "Title", "Some text.", good);
	OK(replica_begin(node->replica));
	OK(replica_write(node->replica, RECORD_READING, id, "reading", bytes_of_text("\xff\xff")));
	reading.item = (ProtobufCBinaryData){ 3, item };
	OK(replica_write(node->replica, RECORD_READING, id, "reading",
	    bytes_of(packed, readsync__reading__pack(&reading, packed))));
	OK(replica_write(node->replica, RECORD_FETCH, id, "fetch", bytes_of_text("\xff")));
	OK(replica_commit(node->replica));
	assert_int_equal(ask(node, "SELECT count(*) FROM reading"), 1);
	/* Also where it takes the place of a good one. */
	IN(node, replica_write(node->replica, RECORD_READING, good, "reading",
	    bytes_of_text("\xff\xff")));
	OK(item_get(node->replica, item, keep_item, &shown));
	assert_int_equal(shown.copy, READSYNC__COPY__COPY_UNKNOWN);
	assert_false(shown.held);
	assert_int_equal(ask(node, "SELECT count(*) FROM search WHERE search MATCH 'text'"), 0);
}

static void
stale_are_pages_that_only_older_versions_have_read(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], read[HASH_NAME_LEN], unread[HASH_NAME_LEN];
	uint8_t id[HASH_NAME_LEN], found[HASH_NAME_LEN] = { 0 };

	save(node, "https://example.org/a", NULL, item);
	add_fetch(node, item, "<p>one", read);
	add_fetch(node, item, "<p>two", unread);
	add_reading(node, read, READSYNC__COPY__COPY_FULL, "t", "Three words long.", id);
	/* The fixture reads with version 1.  What nobody has read is the pipeline's. */
	assert_int_equal(reading_stale(node->replica, 1, found, found), RS_ENOTFOUND);
	assert_int_equal(reading_stale(node->replica, 0, found, found), RS_ENOTFOUND);
	OK(reading_stale(node->replica, 2, found, found));
	assert_memory_equal(found, read, sizeof(read));
	assert_int_equal(reading_stale(node->replica, 2, found, found), RS_ENOTFOUND);
	IN(node, item_remove(node->replica, item));
	memset(found, 0, sizeof(found));
	assert_int_equal(reading_stale(node->replica, 2, found, found), RS_ENOTFOUND);
}

#define WITH_LAPTOP(test) cmocka_unit_test_setup_teardown(test, laptop_setup, node_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_better_copy_displaces_and_a_shorter_one_does_not),
		WITH_LAPTOP(a_fetch_and_its_reading_come_back),
		WITH_LAPTOP(what_has_no_item_or_fetch_is_refused),
		WITH_LAPTOP(a_reading_without_a_verdict_has_an_unknown_one),
		WITH_LAPTOP(a_text_does_not_dwindle_step_by_step),
		WITH_LAPTOP(a_worse_or_refused_reading_leaves_the_best),
		WITH_LAPTOP(the_reader_knows_better),
		WITH_LAPTOP(the_readers_word_may_come_first),
		WITH_LAPTOP(the_readers_title_stands_before_the_pages),
		WITH_LAPTOP(the_same_fetch_and_extractor_make_one_reading),
		WITH_LAPTOP(texts_of_a_page_are_cut_to_what_a_register_holds),
		WITH_LAPTOP(a_malformed_register_is_as_if_absent),
		WITH_LAPTOP(stale_are_pages_that_only_older_versions_have_read),
	};

	return cmocka_run_group_tests_name("proto/replica/reading", tests, NULL, NULL);
}
