/*
 * Schema upgrades: from every version of a history to its last, at once or not at all,
 * and never back.
 */
#include "fixture.h"

#include "proto/replica/schema.h"
#include "proto/replica/tokenizer.h"

static const struct schema_step history[] = {
	{ 1, "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); "
	    "INSERT INTO item VALUES (1, 'first')" },
	{ 2, "ALTER TABLE item ADD COLUMN state INTEGER NOT NULL DEFAULT 5" },
	{ 4, "CREATE INDEX item_name ON item (name); UPDATE item SET state = state + 1" },
};

enum { VERSIONS = sizeof(history) / sizeof(history[0]) };

/* An empty database in memory. */
static struct database
open_memory(void)
{
	struct database database;
	struct sqlite3 *handle;

	assert_int_equal(sqlite3_open(":memory:", &handle), SQLITE_OK);
	database_init(&database, handle);
	return database;
}

static void
close_memory(struct database *database)
{
	struct sqlite3 *handle = database->handle;

	database_release(database);
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

static int64_t
look(struct database *database, const char *sql)
{
	int64_t value = -1;

	OK(database_lookup(database, sql, NO_VALUES, &value));
	return value;
}

static void
from_every_version_on(void **state)
{
	struct rs_err_detail detail;
	struct database database;
	size_t from;

	(void)state;
	for (from = 0; from <= VERSIONS; from++) {
		database = open_memory();
		if (from > 0) {
			OK(schema_upgrade_by(&database, history, from, &detail));
			assert_int_equal(look(&database, "PRAGMA user_version"),
			    history[from - 1].version);
		}
		OK(schema_upgrade_by(&database, history, VERSIONS, &detail));
		OK(schema_upgrade_by(&database, history, VERSIONS, &detail));
		assert_int_equal(look(&database, "PRAGMA user_version"), 4);
		assert_int_equal(look(&database, "SELECT count(*) FROM sqlite_schema"), 2);
		assert_int_equal(look(&database, "SELECT state FROM item WHERE name = 'first'"), 6);
		close_memory(&database);
	}
}

static void
a_step_that_fails_changes_nothing(void **state)
{
	static const struct schema_step broken[] = {
		{ 1, "CREATE TABLE item (id INTEGER PRIMARY KEY)" },
		{ 2, "CREATE TABLE other (x)" },
		{ 3, "CREATE TABLE third (x); INSERT INTO nowhere VALUES (1)" },
	};
	struct rs_err_detail detail;
	struct database database = open_memory();

	(void)state;
	OK(schema_upgrade_by(&database, broken, 1, &detail));
	assert_int_not_equal(schema_upgrade_by(&database, broken, 3, &detail), RS_OK);
	assert_int_equal(look(&database, "PRAGMA user_version"), 1);
	assert_int_equal(look(&database, "SELECT count(*) FROM sqlite_schema"), 1);
	OK(schema_upgrade_by(&database, broken, 2, &detail));
	close_memory(&database);
}

static void
a_newer_one_is_refused(void **state)
{
	struct rs_err_detail detail;
	struct database database = open_memory();

	(void)state;
	OK(schema_upgrade_by(&database, history, VERSIONS, &detail));
	assert_int_equal(schema_upgrade_by(&database, history, 2, &detail), RS_EVERSION);
	assert_string_equal(detail.text, "a newer version of readsync wrote this vault (schema 4, "
	    "this one knows 2): install that one");
	assert_int_equal(look(&database, "PRAGMA user_version"), 4);
	assert_int_equal(look(&database, "SELECT state FROM item"), 6);
	close_memory(&database);
}

/* An empty database that went ${count} steps of our own history. */
static struct database
open_version(size_t count)
{
	struct database database = open_memory();
	struct rs_err_detail detail;
	size_t steps;

	OK(tokenizer_register(database.handle));
	OK(schema_upgrade_by(&database, schema_history(&steps), count, &detail));
	assert_true(count <= steps);
	return database;
}

static void
every_version_of_ours_becomes_the_last(void **state)
{
	struct database whole, database;
	struct rs_err_detail detail;
	int64_t objects;
	size_t steps, from;

	(void)state;
	(void)schema_history(&steps);
	whole = open_version(steps);
	objects = look(&whole, "SELECT count(*) FROM sqlite_schema");
	for (from = 1; from < steps; from++) {
		database = open_version(from);
		OK(schema_upgrade(&database, &detail));
		assert_int_equal(look(&database, "SELECT count(*) FROM sqlite_schema"), objects);
		assert_int_equal(look(&database, "PRAGMA user_version"),
		    look(&whole, "PRAGMA user_version"));
		close_memory(&database);
	}
	close_memory(&whole);
}

/* Version 1 had one jar for both. */
static void
version_2_parts_the_jars(void **state)
{
	struct database database = open_version(1);
	struct rs_err_detail detail;

	(void)state;
	OK(database_script(&database, "INSERT INTO site VALUES ('paid.example', 2, 5, 6, '', 0,"
	    " 'reader', 'secret', 0, '', '', 0, 0, 0, 0, 0, '', '', '', 0, 0, 0, '', 1, 7);"
	    "INSERT INTO site VALUES ('free.example', 0, 0, 0, '', 0,"
	    " '', '', 0, '', '', 1, 0, 0, 24311, 3, '', '', '', 0, 0, 0, '', 0, 0);"
	    "INSERT INTO site_cookie VALUES ('paid.example', x'61', x'62', x'63', x'01'),"
	    " ('free.example', x'61', x'62', x'63', x'02'),"
	    " ('unknown.example', x'61', x'62', x'63', x'03')"));
	OK(schema_upgrade(&database, &detail));
	assert_int_equal(look(&database, "SELECT sum(login_ms) FROM site"), 7);
	assert_int_equal(look(&database, "SELECT views FROM site WHERE meters"), 3);
	assert_int_equal(look(&database, "SELECT count(*) FROM site_jar"), 3);
	assert_int_equal(look(&database, "SELECT given FROM site_jar WHERE line = x'01'"), 1);
	assert_int_equal(look(&database, "SELECT given FROM site_jar WHERE line = x'02'"), 0);
	assert_int_equal(look(&database, "SELECT given FROM site_jar WHERE line = x'03'"), 0);
	close_memory(&database);
}

/* Vaults that are there already are merged by pieces too. */
static void
version_3_has_no_crisis(void **state)
{
	struct database database = open_version(2);
	struct rs_err_detail detail;

	(void)state;
	OK(schema_upgrade(&database, &detail));
	assert_true(look(&database, "SELECT v FROM search_config WHERE k = 'crisismerge'") >
	    10 * look(&database, "SELECT v FROM search_config WHERE k = 'automerge'"));
	assert_int_equal(look(&database, "SELECT v FROM search_config WHERE k = 'usermerge'"),
	    look(&database, "SELECT v FROM search_config WHERE k = 'automerge'"));
	close_memory(&database);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_every_version_on),
		cmocka_unit_test(a_step_that_fails_changes_nothing),
		cmocka_unit_test(a_newer_one_is_refused),
		cmocka_unit_test(every_version_of_ours_becomes_the_last),
		cmocka_unit_test(version_2_parts_the_jars),
		cmocka_unit_test(version_3_has_no_crisis),
	};

	return cmocka_run_group_tests_name("proto/replica/schema", tests, NULL, NULL);
}
