/*
 * The full-text index as it grows: what one commit writes follows what that commit brings,
 * and not how large the index is.
 */
#include "fixture.h"

#include "proto/replica/index.h"

enum {
	BATCH = 40,		/* articles of a large commit */
	LARGE = 60,		/* such commits */
	SMALL = 300,		/* commits of one article after them */
	WORDS = 400,		/* of an article, */
	VOCABULARY = 10000000,	/* and how many there are: a merge has few to share */
	SEGMENTS_MAX = 100
};

static void
keep_drawn(struct node *node)
{
	struct buffer text;
	char url[64];
	uint8_t item[HASH_NAME_LEN];

	buffer_init(&text, 100 * WORDS);
	for (int i = 0; i < WORDS; i++)
		OK(buffer_printf(&text, "word%llu ",
		    (unsigned long long)(node_draw(node) % VOCABULARY)));
	snprintf(url, sizeof(url), "https://example.org/%llx",
	    (unsigned long long)node_draw(node));
	keep(node, url, "Title", buffer_text(&text), item);
	buffer_release(&text);
}

/* How many pages has SQLite written since this was last asked? */
static int
pages_written(struct node *node)
{
	int pages, most;

	assert_int_equal(sqlite3_db_status(node->replica->database.handle,
	    SQLITE_DBSTATUS_CACHE_WRITE, &pages, &most, 1), SQLITE_OK);
	return pages;
}

/* Keep ${count} articles in one commit; return how many pages that writes. */
static int
commit_articles(struct node *node, int count)
{
	OK(replica_begin(node->replica));
	for (int i = 0; i < count; i++)
		keep_drawn(node);
	(void)pages_written(node);
	OK(replica_commit(node->replica));
	return pages_written(node);
}

/* Commit ${count} articles ${times} times; return the most pages that one wrote. */
static int
commit_often(struct node *node, int times, int count, int *ret_last)
{
	int most = 0;

	for (int i = 0; i < times; i++) {
		*ret_last = commit_articles(node, count);
		if (*ret_last > most)
			most = *ret_last;
		/* A search looks into each. */
		assert_in_range(ask(node, "SELECT count(DISTINCT segid) FROM search_idx"), 1,
		    SEGMENTS_MAX);
	}
	return most;
}

static void
no_commit_merges_all(void **state)
{
	struct node *node = *state;
	int last, most = commit_often(node, LARGE, BATCH, &last);

	/* The last one merges nothing, and adds to as large a vault. */
	assert_in_range(most, last, last * 5 / 2);
	/* Nor do those that add little, after what has left large pieces. */
	assert_in_range(commit_often(node, SMALL, 1, &last), 1, 2 * most);
	OK(database_script(&node->replica->database,
	    "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_commit_merges_all, archive_setup, node_teardown),
	};

	return cmocka_run_group_tests_name("proto/replica/index", tests, NULL, NULL);
}
