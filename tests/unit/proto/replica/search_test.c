#include "tests/unit/proto/replica/fixture.h"

#include "proto/replica/derive.h"
#include "proto/replica/search.h"
#include "proto/replica/tokenizer.h"

/* ------------------------------------------------------------- the tokenizer */

static int
append_token(void *context, int flags, const char *token, int len, int start, int end)
{
	(void)start;
	(void)end;
	OK(buffer_printf(context, "%s%.*s ", flags & FTS5_TOKEN_COLOCATED ? "=" : "", len, token));
	return SQLITE_OK;
}

static void
text_is_cut_into_words_and_pairs(void **state)
{
	static const struct {
		const char *text;
		const char *document;
		const char *query;
	} cases[] = {
		{ "", "", "" },
		{ "Hello, WORLD", "hello world ", "hello world " },
		{ "café naïve Ångström", "cafe naive angstrom ", "cafe naive angstrom " },
		{ "東京都", "東京 京都 =都 ", "東京 京都 " },
		{ "水", "水 ", "水 " },
		{ "東京。大阪", "東京 =京 大阪 =阪 ", "東京 大阪 " },
		{ "AIと人 2024年", "ai と人 =人 2024 年 ", "ai と人 2024 年 " },
		{ "コーヒー", "コー ーヒ ヒー =ー ", "コー ーヒ ヒー " },
		{ "서울에서", "서울 울에 에서 =서 ", "서울 울에 에서 " },
		{ "𠮷野家", "𠮷野 野家 =家 ", "𠮷野 野家 " },
		{ "—!?", "", "" },
	};
	struct node *node = *state;
	sqlite3_stmt *statement;
	fts5_tokenizer tokenizer;
	Fts5Tokenizer *instance;
	fts5_api *api = NULL;
	struct buffer out;
	void *user;
	size_t count, expected;

	assert_int_equal(sqlite3_prepare_v2(node->replica->database.handle, "SELECT fts5(?1)", -1,
	    &statement, NULL), SQLITE_OK);
	sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", NULL);
	sqlite3_step(statement);
	sqlite3_finalize(statement);
	assert_int_equal(api->xFindTokenizer(api, "readsync", &user, &tokenizer), SQLITE_OK);
	assert_int_equal(tokenizer.xCreate(user, NULL, 0, &instance), SQLITE_OK);
	buffer_init(&out, 1000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = cases[i].text;

		buffer_clear(&out);
		tokenizer.xTokenize(instance, &out, FTS5_TOKENIZE_DOCUMENT, text, (int)strlen(text),
		    append_token);
		assert_string_equal(buffer_text(&out), cases[i].document);
		buffer_clear(&out);
		tokenizer.xTokenize(instance, &out, FTS5_TOKENIZE_QUERY, text, (int)strlen(text),
		    append_token);
		assert_string_equal(buffer_text(&out), cases[i].query);
		expected = 0;
		for (const char *c = cases[i].query; *c != '\0'; c++)
			expected += *c == ' ';
		OK(tokenizer_count(node->replica->database.handle, bytes_of_text(text), &count));
		assert_int_equal(count, expected);
	}
	tokenizer.xDelete(instance);
	buffer_release(&out);
}

/* --------------------------------------------------------------------- search */

static bool
append_hit(void *context, const struct item *item, const char *excerpt)
{
	(void)excerpt;
	OK(buffer_printf(context, "%s ", item->title));
	return true;
}

static int
compare(const void *a, const void *b)
{
	return *(const char *)a - *(const char *)b;
}

/* Search, and compare the titles of the hits (one letter each) in alphabetical order. */
static void
assert_hits(struct node *node, const char *query, const char *expected)
{
	struct rs_err_detail detail = { "" };
	struct buffer out;
	char letters[100] = "";
	int err;

	buffer_init(&out, 10000);
	err = search(node->replica, query, 0, append_hit, &out, &detail);
	if (err != RS_OK)
		fail_msg("\"%s\": %d", query, err);
	for (size_t i = 0; i < out.len; i += 2)
		letters[i / 2] = (char)out.data[i];
	qsort(letters, strlen(letters), 1, compare);
	if (strcmp(letters, expected) != 0)
		fail_msg("\"%s\" found \"%s\", not \"%s\"", query, letters, expected);
	buffer_release(&out);
}

static void
fill(struct node *node)
{
	static const char *const texts[][2] = {
		{ "A", "The quick brown fox jumps over the lazy dog." },
		{ "B", "A brown quick dog; quickly, foxes NEAR the near-by hill." },
		{ "C", "東京都の水道水は安全です。" },
		{ "D", "京都の夏は暑い。東京タワー" },
		{ "E", "他们在北京大学学习中文。AND OR NOT" },
		{ "F", "Ångström — café au lait, 100% c++ title: body" },
	};
	uint8_t item[HASH_NAME_LEN];
	char url[40];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(url, sizeof(url), "https://example.org/%zu", i);
		keep(node, url, texts[i][0], texts[i][1], item);
	}
}

static void
every_word_must_be_there(void **state)
{
	static const struct {
		const char *query;
		const char *hits;
	} cases[] = {
		{ "brown", "AB" }, { "brown fox", "AB" }, { "fox brown ", "A" },
		{ "brown cow", "" },
		{ "foxes", "B" }, { "fo", "AB" }, { "fo brown", "" }, { "QUICK", "AB" },
		{ "\"quick brown\"", "A" }, { "\"brown quick\"", "B" }, { "\"brown", "AB" },
		{ "\"quick bro\"", "" }, { "\"quick\"\"brown\"", "AB" },
		/* What would be operators is text. */
		{ "AND", "E" }, { "OR NOT", "E" }, { "brown AND dog", "" }, { "fox*", "AB" },
		{ "title:brown", "" }, { "title: body", "F" }, { "-fox", "AB" }, { "^the", "AB" },
		{ "NEAR(brown dog)", "" }, { "near hill", "B" }, { "(brown", "AB" },
		{ "{title}", "F" },
		{ "c++", "CF" }, { "100%", "F" }, { "angstrom cafe", "F" },
		{ "brown\tdog\n", "AB" },
		{ "'; DROP TABLE item; --", "" }, { "fox — dog", "A" },
		/* Words of one, two and more characters. */
		{ "水", "C" }, { "東京", "CD" }, { "京都", "CD" }, { "東京都", "C" }, { "都", "CD" },
		{ "です", "C" }, { "す", "C" }, { "タワー", "D" }, { "夏", "D" }, { "东京", "" },
		{ "北京", "E" }, { "北京 中文", "E" }, { "\"北京大学\"", "E" }, { "大学 学习", "E" },
		{ "東京 水", "C" }, { "水 東京", "C" }, { "京都の夏", "D" }, { "京夏", "" },
	};
	struct node *node = *state;

	fill(node);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_hits(node, cases[i].query, cases[i].hits);
	/* The same from an index that was made anew. */
	IN(node, derive_rebuild(node->replica));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_hits(node, cases[i].query, cases[i].hits);
}

static void
a_query_without_a_word_is_refused(void **state)
{
	static const char *const cases[] = { "", " ", "\"\"", "—", "*", "\" \"", "+-" };
	struct node *node = *state;
	struct rs_err_detail detail;
	struct buffer out;
	char query[2000];

	buffer_init(&out, 100);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		detail.text[0] = '\0';
		assert_int_equal(search(node->replica, cases[i], 0, append_hit, &out, &detail),
		    RS_EINVAL);
		assert_string_not_equal(detail.text, "");
	}
	memset(query, 'a', sizeof(query));
	query[sizeof(query) - 1] = '\0';
	assert_int_equal(search(node->replica, query, 0, append_hit, &out, &detail), RS_EINVAL);
	/* The most words that a query can have. */
	for (size_t i = 0; i < 1000; i++)
		query[i] = i % 2 == 0 ? 'a' : '"';
	query[1000] = '\0';
	OK(search(node->replica, query, 0, append_hit, &out, &detail));
}

/* Who holds the word comes before who holds one that begins like it, however often. */
static void
beginnings_follow_whole_words(void **state)
{
	static const struct {
		const char *query;
		unsigned limit;
		const char *hits;
	} cases[] = {
		{ "ferry", 0, "A B C " }, { "ferry", 1, "A " }, { "ferry", 2, "A B " }, { "ferrym", 0, "B C " },
		{ "\"ferry\"", 0, "A " }, { "ferry last", 0, "A " }, { "last ferry", 0, "A C " },
		{ "last ferry", 1, "A " },
	};
	struct node *node = *state;
	struct rs_err_detail detail;
	struct buffer out;
	uint8_t item[HASH_NAME_LEN];

	keep(node, "https://example.org/c", "C", "The last of the ferrymen has retired.", item);
	keep(node, "https://example.org/b", "B", "Ferryman, ferrymen, ferryman: ferries, ferryman.", item);
	keep(node, "https://example.org/a", "A",
	    "What the council has to say of it, in many more words: at last, the ferry.", item);
	buffer_init(&out, 1000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buffer_clear(&out);
		OK(search(node->replica, cases[i].query, cases[i].limit, append_hit, &out, &detail));
		if (strcmp(buffer_text(&out), cases[i].hits) != 0)
			fail_msg("%s, %u: %s", cases[i].query, cases[i].limit, buffer_text(&out));
	}
	buffer_release(&out);
}

struct excerpts {
	struct buffer text;
	int room;
};

static bool
append_excerpt(void *context, const struct item *item, const char *excerpt)
{
	struct excerpts *excerpts = context;

	OK(buffer_printf(&excerpts->text, "%s: %s\n", item->title, excerpt));
	return --excerpts->room > 0;
}

static void
an_excerpt_shows_the_hit(void **state)
{
	struct node *node = *state;
	struct excerpts excerpts = { .room = 9 };
	struct buffer *text = &excerpts.text;

	buffer_init(text, 10000);
	fill(node);
	OK(search(node->replica, "lazy", 0, append_excerpt, &excerpts, NULL));
	assert_non_null(strstr(buffer_text(text), "over the \x01lazy\x02 dog"));
	buffer_clear(text);
	OK(search(node->replica, "水道", 0, append_excerpt, &excerpts, NULL));
	assert_non_null(strstr(buffer_text(text), "都の\x01水道\x02水は"));
	/* A limit, and a caller who has enough. */
	buffer_clear(text);
	OK(search(node->replica, "brown", 1, append_excerpt, &excerpts, NULL));
	assert_null(strchr(strchr(buffer_text(text), '\n') + 1, '\n'));
	buffer_clear(text);
	excerpts.room = 1;
	OK(search(node->replica, "brown", 0, append_excerpt, &excerpts, NULL));
	assert_null(strchr(strchr(buffer_text(text), '\n') + 1, '\n'));
	buffer_release(text);
}

static void
a_word_in_the_title_comes_first(void **state)
{
	struct node *node = *state;
	struct excerpts excerpts = { .room = 9 };
	uint8_t item[HASH_NAME_LEN];

	buffer_init(&excerpts.text, 10000);
	keep(node, "https://example.org/a", "Other", "Much about ferries, ferries.", item);
	keep(node, "https://example.org/b", "Ferries", "Words that say something else.", item);
	OK(search(node->replica, "ferries", 0, append_excerpt, &excerpts, NULL));
	assert_memory_equal(buffer_text(&excerpts.text), "Ferries: ", 9);
	buffer_release(&excerpts.text);
}

static void
the_index_follows_what_is_shown(void **state)
{
	struct node *node = *state, *other = node_new(REPLICA_LAPTOP, 2);
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], reading[HASH_NAME_LEN];

	pair(node, other);
	keep(node, "https://example.org/a", "G", "some gulls", item);
	exchange(node, other);
	/* The title is known before the article is here. */
	assert_hits(other, "g", "G");
	assert_hits(other, "gulls", "");
	send_blobs(node, other);
	assert_hits(other, "gulls", "G");
	/* A better copy takes the place of the old one. */
	node->now_ms += 1000;
	add_fetch(node, item, "more", fetch);
	add_reading(node, fetch, READSYNC__COPY__COPY_FULL, "H", "only herons", reading);
	assert_hits(node, "gulls", "");
	assert_hits(node, "herons", "H");
	/* Until its article is here, an old one is not shown in its name. */
	exchange(node, other);
	assert_hits(other, "gulls", "");
	send_blobs(node, other);
	assert_hits(other, "herons", "H");
	OK(replica_begin(node->replica));
	OK(item_remove(node->replica, item));
	replica_rollback(node->replica);
	assert_hits(node, "herons", "H");
	IN(node, item_remove(node->replica, item));
	assert_hits(node, "herons", "");
	/* Saved again, it is a new item. */
	keep(node, "https://example.org/a", "T", "a tern", item);
	assert_hits(node, "herons", "");
	assert_hits(node, "tern", "T");
	assert_int_equal(sqlite3_exec(node->replica->database.handle,
	    "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)", NULL, NULL, NULL),
	    SQLITE_OK);
	node_free(other);
}

#define WITH_LAPTOP(test) cmocka_unit_test_setup_teardown(test, laptop_setup, node_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LAPTOP(text_is_cut_into_words_and_pairs),
		WITH_LAPTOP(every_word_must_be_there),
		WITH_LAPTOP(a_query_without_a_word_is_refused),
		WITH_LAPTOP(beginnings_follow_whole_words),
		WITH_LAPTOP(an_excerpt_shows_the_hit),
		WITH_LAPTOP(a_word_in_the_title_comes_first),
		WITH_LAPTOP(the_index_follows_what_is_shown),
	};

	return cmocka_run_group_tests_name("proto/replica/search", tests, NULL, NULL);
}
