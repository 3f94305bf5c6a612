/*
 * Schema upgrades: from every version of a history to its last, at once or not at all,
 * and never back.
 */
#include "fixture.h"

#include "proto/replica/schema.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_every_version_on),
		cmocka_unit_test(a_step_that_fails_changes_nothing),
		cmocka_unit_test(a_newer_one_is_refused),
	};

	return cmocka_run_group_tests_name("proto/replica/schema", tests, NULL, NULL);
}
