/*
 * A vault from above: SQL through it, what lies on disk, and what each kind of
 * damage, crash and full disk leaves.
 */
#include "fixture.h"
#include "lower.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "proto/vault/vfs.h"
#include "proto/vault/vfs_log.h"

enum { P = VAULT_PAGE_LEN, F = VFS_LOG_FRAME_LEN };

#define MARKER "xylophonequartz"

/* Insert ${rows} rows of ${len} bytes that differ, in one statement; an SQLite code. */
static int
try_insert(sqlite3 *db, int rows, int len)
{
	char sql[256];

	snprintf(sql, sizeof(sql), "WITH RECURSIVE n(i) AS "
	    "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
	    "INSERT INTO article (body) SELECT '" MARKER "' || i || hex(randomblob(%d)) FROM n",
	    rows, len / 2);
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static void
insert(sqlite3 *db, int rows, int len)
{
	if (try_insert(db, rows, len) != SQLITE_OK)
		fail_msg("insert: %s", sqlite3_errmsg(db));
}

static void
create_tables(sqlite3 *db)
{
	run(db, "CREATE TABLE article (id INTEGER PRIMARY KEY, body TEXT NOT NULL)");
	run(db, "CREATE INDEX article_body ON article (substr(body, 1, 40))");
}

/* Copy the files of a vault that is held, as a crash would leave them, to "crash.db". */
static void
crash(struct fixture *f)
{
	char path[128], log[136];

	snprintf(path, sizeof(path), "%s/crash.db", f->directory);
	snprintf(log, sizeof(log), "%s-wal", path);
	copy_file(f->path, path);
	copy_file(f->log, log);
}

/* Go on with the copy. */
static void
use_crash(struct fixture *f)
{
	snprintf(f->path, sizeof(f->path), "%s/crash.db", f->directory);
	snprintf(f->log, sizeof(f->log), "%s/crash.db-wal", f->directory);
}

static void
assert_only_our_files(struct fixture *f)
{
	DIR *directory = opendir(f->directory);
	struct dirent *entry;

	while ((entry = readdir(directory)) != NULL)
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, "vault.db") != 0 &&
		    strcmp(entry->d_name, "vault.db-wal") != 0)
			fail_msg("there is a file %s", entry->d_name);
	closedir(directory);
}

static void
assert_nowhere(const char *path, const char *marker)
{
	struct buffer file = contents(path);

	assert_null(memmem(file.data, file.len, marker, strlen(marker)));
	buffer_release(&file);
}

static void
is_set_as_it_says(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db = NULL;
	int reserve = -1;

	assert_int_equal(fixture_try(f, &db), RS_ENOTFOUND);
	db = fixture_open(f);
	assert_int_equal(ask(db, "PRAGMA page_size"), P);
	assert_int_equal(ask(db, "PRAGMA synchronous"), 2);
	assert_int_equal(ask(db, "PRAGMA secure_delete"), 1);
	assert_int_equal(ask(db, "PRAGMA auto_vacuum"), 2);
	assert_int_equal(ask(db, "PRAGMA foreign_keys"), 1);
	assert_int_equal(ask(db, "PRAGMA temp_store"), 2);
	assert_int_equal(ask(db, "PRAGMA trusted_schema"), 0);
	assert_int_equal(ask(db, "SELECT count(*) FROM pragma_journal_mode "
	    "WHERE journal_mode = 'wal'"), 1);
	assert_int_equal(ask(db, "SELECT count(*) FROM pragma_locking_mode "
	    "WHERE locking_mode = 'exclusive'"), 1);
	assert_int_equal(sqlite3_file_control(db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve),
	    SQLITE_OK);
	assert_int_equal(reserve, SEAL_RESERVE_LEN);
	assert_int_not_equal(sqlite3_exec(db, "ATTACH ':memory:' AS other", NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_not_equal(sqlite3_exec(db, "VACUUM", NULL, NULL, NULL), SQLITE_OK);
	assert_whole(db);
	vault_close(db);
	vault_close(NULL);
}

/* Everything that SQLite can be made to spill, and not a byte of it in plain. */
static void
nothing_is_readable_on_disk(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db = fixture_open(f);

	run(db, "PRAGMA cache_size=20");
	create_tables(db);
	run(db, "CREATE VIRTUAL TABLE search USING fts5(body, tokenize='unicode61')");
	run(db, "CREATE TABLE secretcolumn (zanzibarname TEXT)");
	insert(db, 2000, 900);
	assert_only_our_files(f);
	run(db, "INSERT INTO search (body) SELECT body || ' pelican giraffe' FROM article");
	assert_int_equal(ask(db, "SELECT count(*) FROM search WHERE search MATCH 'giraffe'"), 2000);
	/* A sorter, a temporary table and a statement's rollback, larger than the cache. */
	run(db, "CREATE TEMP TABLE sorted AS SELECT body FROM article ORDER BY substr(body, 90)");
	assert_int_equal(sqlite3_exec(db, "UPDATE article SET body = body || '!', "
	    "id = CASE id WHEN 2000 THEN 10001 ELSE id + 10000 END", NULL, NULL, NULL),
	    SQLITE_CONSTRAINT);
	assert_only_our_files(f);
	assert_nowhere(f->path, "SQLite format");
	assert_nowhere(f->log, MARKER);
	crash(f);
	vault_close(db);
	assert_int_not_equal(access(f->log, F_OK), 0);
	assert_nowhere(f->path, MARKER);
	assert_nowhere(f->path, "giraffe");
	assert_nowhere(f->path, "zanzibarname");
	assert_nowhere(f->path, "CREATE");
	use_crash(f);
	assert_nowhere(f->path, MARKER);
	assert_nowhere(f->log, "zanzibarname");
	db = fixture_open(f);
	assert_int_equal(ask(db, "SELECT count(*) FROM article"), 2000);
	assert_whole(db);
	vault_close(db);
}

/* Pages go to the log, are read from there, change again, before the commit. */
static void
a_transaction_larger_than_the_cache(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db = fixture_open(f);
	int round;

	create_tables(db);
	run(db, "PRAGMA cache_size=10");
	for (round = 0; round < 3; round++) {
		run(db, "BEGIN");
		insert(db, 1500, 3000);
		run(db, "UPDATE article SET body = body || 'x' WHERE id % 7 = 0");
		run(db, "SAVEPOINT part");
		run(db, "UPDATE article SET body = 'gone' WHERE id % 3 = 0");
		run(db, "ROLLBACK TO part");
		run(db, "DELETE FROM article WHERE id % 5 = 0");
		run(db, round == 1 ? "ROLLBACK" : "COMMIT");
		assert_whole(db);
		crash(f);
	}
	assert_int_equal(ask(db, "SELECT count(*) FROM article WHERE body = 'gone'"), 0);
	assert_int_equal(ask(db, "SELECT count(*) FROM article"), 2400);
	run(db, "PRAGMA incremental_vacuum");
	vault_close(db);
	use_crash(f);
	db = fixture_open(f);
	assert_int_equal(ask(db, "SELECT count(*) FROM article"), 2400);
	assert_whole(db);
	vault_close(db);
}

/* A vault of a few dozen pages, closed. */
static void
fill(struct fixture *f)
{
	sqlite3 *db = fixture_open(f);

	create_tables(db);
	insert(db, 60, 3000);
	vault_close(db);
}

/* Read everything: what does it meet? */
static int
read_all(struct fixture *f)
{
	sqlite3 *db = NULL;
	int err = fixture_try(f, &db), rc;

	if (err != RS_OK)
		return err;
	rc = sqlite3_exec(db, "SELECT sum(length(body)) FROM article NOT INDEXED; "
	    "SELECT count(*) FROM article INDEXED BY article_body "
	    "WHERE substr(body, 1, 40) > ''", NULL, NULL, NULL);
	err = vault_error(db, rc, &f->detail);
	vault_close(db);
	return err;
}

static void
a_changed_page_is_named(void **state)
{
	struct fixture *f = *state;
	char expected[64];
	size_t pages, page;

	fill(f);
	pages = file_len(f->path) / P;
	assert_true(pages > 30);
	/* Page 2 is the pointer map of auto_vacuum: reading never asks it. */
	for (page = 1; page <= pages; page += page == 1 ? 2 : 1) {
		flip(f->path, (page - 1) * P + 1234);
		assert_int_equal(read_all(f), RS_EDAMAGED);
		snprintf(expected, sizeof(expected), "page %zu of vault.db ", page);
		assert_non_null(strstr(f->detail.text, expected));
		flip(f->path, (page - 1) * P + 1234);
	}
	assert_int_equal(read_all(f), RS_OK);
}

static void
swapped_foreign_and_missing_pages(void **state)
{
	struct fixture *f = *state;
	struct buffer whole, foreign;
	char path[sizeof(f->path)];

	fill(f);
	whole = contents(f->path);
	memcpy(path, f->path, sizeof(path));
	snprintf(f->path, sizeof(f->path), "%s/other.db", f->directory);
	f->id[3] ^= 1;
	fill(f);
	foreign = contents(f->path);
	f->id[3] ^= 1;
	memcpy(f->path, path, sizeof(path));
	assert_true(foreign.len >= 9 * P);

	memcpy(whole.data + 7 * P, foreign.data + 7 * P, P);
	put_contents(f->path, whole.data, whole.len);
	assert_int_equal(read_all(f), RS_EDAMAGED);
	assert_non_null(strstr(f->detail.text, "page 8 of"));
	memcpy(whole.data + 7 * P, whole.data + 8 * P, P);
	put_contents(f->path, whole.data, whole.len);
	assert_int_equal(read_all(f), RS_EDAMAGED);
	assert_non_null(strstr(f->detail.text, "page 8 of"));
	put_contents(f->path, whole.data, whole.len - 3 * P);
	assert_int_equal(read_all(f), RS_EDAMAGED);
	put_contents(f->path, whole.data, whole.len - 100);
	assert_int_equal(read_all(f), RS_EDAMAGED);
	put_contents(f->path, whole.data, P);
	assert_int_equal(read_all(f), RS_EDAMAGED);
	put_contents(f->path, whole.data, P / 2);
	assert_int_not_equal(read_all(f), RS_OK);
	put_contents(f->path, whole.data, 0);
	assert_int_equal(read_all(f), RS_ENOTVAULT);
	put_contents(f->path, "some other file, long enough to have pages", 42);
	assert_int_equal(read_all(f), RS_ENOTVAULT);
	put_contents(f->path, foreign.data, foreign.len);
	assert_int_equal(read_all(f), RS_EKEY);
	buffer_release(&whole);
	buffer_release(&foreign);
}

/* A wrong key harms nothing, above all not a log that waits to be recovered. */
static void
a_wrong_key_leaves_the_log_alone(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db = fixture_open(f);
	size_t log_len;

	create_tables(db);
	insert(db, 60, 3000);
	crash(f);
	vault_close(db);
	use_crash(f);
	log_len = file_len(f->log);
	assert_true(log_len > 60 * P);
	f->key->data[0] ^= 1;
	assert_int_equal(read_all(f), RS_EKEY);
	assert_non_null(strstr(f->detail.text, "crash.db"));
	f->key->data[0] ^= 1;
	f->id[0] ^= 1;
	assert_int_equal(read_all(f), RS_EKEY);
	f->id[0] ^= 1;
	assert_int_equal(file_len(f->log), log_len);
	db = fixture_open(f);
	assert_int_equal(ask(db, "SELECT count(*) FROM article"), 60);
	vault_close(db);
}

/* A log whose database is gone is not taken for one of a new vault. */
static void
a_log_without_its_database(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db = fixture_open(f), *other = NULL;

	create_tables(db);
	crash(f);
	vault_close(db);
	use_crash(f);
	unlink(f->path);
	assert_int_equal(vault_open(f->path, f->id, f->key, VAULT_CREATE, 0, &other, &f->detail),
	    RS_EDAMAGED);
	assert_int_not_equal(access(f->path, F_OK), 0);
	assert_true(file_len(f->log) > P);
}

/* The first page half written by a checkpoint; the log has it whole. */
static void
a_torn_first_page_comes_from_the_log(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db = fixture_open(f);

	create_tables(db);
	insert(db, 60, 3000);
	crash(f);
	vault_close(db);
	use_crash(f);
	flip(f->path, 600);
	db = fixture_open(f);
	assert_int_equal(ask(db, "SELECT count(*) FROM article"), 60);
	assert_whole(db);
	/* Without the log that is damage. */
	run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
	vault_close(db);
	flip(f->path, 600);
	assert_int_equal(read_all(f), RS_EDAMAGED);
	assert_non_null(strstr(f->detail.text, "page 1 of"));
}

/* Ten transactions in the log; returns the frame that the last begins with. */
static size_t
ten_transactions(struct fixture *f)
{
	sqlite3 *db = fixture_open(f);
	size_t last = 0;
	int i;

	create_tables(db);
	for (i = 0; i < 10; i++) {
		last = (file_len(f->log) - VFS_LOG_HEADER_LEN) / F + 1;
		insert(db, 3, 3000);
	}
	crash(f);
	vault_close(db);
	use_crash(f);
	return last;
}

static void
a_torn_tail_loses_the_last_transaction_alone(void **state)
{
	struct fixture *f = *state;
	size_t last = ten_transactions(f), frames, frame;
	struct buffer whole = contents(f->log), database = contents(f->path);
	sqlite3 *db;

	frames = (whole.len - VFS_LOG_HEADER_LEN) / F;
	assert_true(frames > last);
	for (frame = last; frame <= frames; frame++) {
		put_contents(f->path, database.data, database.len);
		put_contents(f->log, whole.data, whole.len);
		flip(f->log, VFS_LOG_HEADER_LEN + (frame - 1) * F + 2000);
		db = fixture_open(f);
		assert_int_equal(ask(db, "SELECT count(*) FROM article"), 27);
		assert_whole(db);
		insert(db, 1, 3000);
		vault_close(db);
		put_contents(f->path, database.data, database.len);
		put_contents(f->log, whole.data, VFS_LOG_HEADER_LEN + frame * F - 1);
		db = fixture_open(f);
		assert_int_equal(ask(db, "SELECT count(*) FROM article"), 27);
		vault_close(db);
	}
	buffer_release(&whole);
	buffer_release(&database);
}

static void
damage_before_the_last_transaction_is_an_error(void **state)
{
	struct fixture *f = *state;
	size_t last = ten_transactions(f), frame;
	struct buffer log = contents(f->log), after;
	char expected[32];

	for (frame = 0; frame < last; frame++) {
		put_contents(f->log, log.data, log.len);
		flip(f->log, frame == 0 ? 20 : VFS_LOG_HEADER_LEN + (frame - 1) * F + 30);
		assert_int_equal(read_all(f), RS_EDAMAGED);
		snprintf(expected, sizeof(expected), "frame %zu of", frame);
		assert_non_null(strstr(f->detail.text, frame == 0 ? "header" : expected));
		/* What is left is left alone. */
		after = contents(f->log);
		assert_int_equal(after.len, log.len);
		buffer_release(&after);
	}
	put_contents(f->log, log.data, log.len);
	assert_int_equal(read_all(f), RS_OK);
	buffer_release(&log);
}

static void
one_holder_at_a_time(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db = fixture_open(f), *other = NULL;
	struct timespec before, after;
	int status, ends[2];
	pid_t child;
	char byte;

	assert_int_equal(fixture_try(f, &other), RS_ELOCKED);
	assert_string_equal(f->detail.text,
	    "vault.db is in use by another program: close that, or try again");
	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(vault_open(f->path, f->id, f->key, 0, 300, &other, &f->detail),
	    RS_ELOCKED);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true((after.tv_sec - before.tv_sec) * 1000 +
	    (after.tv_nsec - before.tv_nsec) / 1000000 >= 290);
	vault_close(db);

	/* One who waits gets it when it is let go. */
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (vault_open(f->path, f->id, f->key, 0, 0, &db, NULL) != RS_OK)
			_exit(1);
		if (write(ends[1], "x", 1) != 1)
			_exit(2);
		/* Not before the other has been refused; then while it waits. */
		if (read(ends[1], &byte, 1) != 1)
			_exit(3);
		usleep(100000);
		vault_close(db);
		_exit(0);
	}
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(fixture_try(f, &other), RS_ELOCKED);
	assert_int_equal(write(ends[0], "x", 1), 1);
	assert_int_equal(vault_open(f->path, f->id, f->key, 0, 20000, &other, &f->detail), RS_OK);
	vault_close(other);
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	close(ends[0]);
	close(ends[1]);
}

/* A child commits, says so, and is killed in the middle of the next. */
static void
what_was_committed_survives_a_kill(void **state)
{
	struct fixture *f = *state;
	int round, ends[2], status;
	long long committed = 0, count;
	sqlite3 *db = fixture_open(f);
	pid_t child;

	create_tables(db);
	vault_close(db);
	for (round = 0; round < 8; round++) {
		assert_int_equal(pipe(ends), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			if (vault_open(f->path, f->id, f->key, 0, 0, &db, NULL) != RS_OK)
				_exit(1);
			sqlite3_exec(db, "PRAGMA cache_size=10; PRAGMA wal_autocheckpoint=30", NULL,
			    NULL, NULL);
			for (;;) {
				insert(db, 20, 3000);
				if (write(ends[1], "c", 1) != 1)
					_exit(2);
			}
		}
		close(ends[1]);
		for (count = 0; count < 3 + round; count++) {
			char byte;

			assert_int_equal(read(ends[0], &byte, 1), 1);
		}
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		while (read(ends[0], &(char){ 0 }, 1) == 1)
			count++;
		close(ends[0]);
		committed += 20 * count;
		db = fixture_open(f);
		/* The one whose commit was not yet said may be there or not. */
		count = ask(db, "SELECT count(*) FROM article");
		assert_true(count == committed || count == committed + 20);
		committed = count;
		assert_whole(db);
		vault_close(db);
	}
}

/* The disk fills up at any moment: the transaction fails, and nothing else. */
static void
a_full_disk_costs_one_transaction(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db = fixture_open(f);
	long long rows, refusals = 0;
	long room;
	int rc;

	create_tables(db);
	insert(db, 50, 3000);
	vault_close(db);
	lower_start();
	for (room = 0; room < 400000; room += 9777) {
		lower.room = -1;
		db = fixture_open(f);
		run(db, "PRAGMA cache_size=10; PRAGMA wal_autocheckpoint=20");
		rows = ask(db, "SELECT count(*) FROM article");
		lower.room = room;
		lower.refused = false;
		run(db, "BEGIN");
		rc = try_insert(db, 40, 3000);
		if (rc == SQLITE_OK)
			rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
		if (rc != SQLITE_OK) {
			assert_int_equal(vault_error(db, rc, &f->detail), RS_EFULL);
			assert_true(lower.refused);
			refusals++;
			if (sqlite3_get_autocommit(db) == 0)
				run(db, "ROLLBACK");
		} else {
			rows += 40;
		}
		/* Reading goes on, and writing once there is room. */
		assert_int_equal(ask(db, "SELECT count(*) FROM article"), rows);
		assert_whole(db);
		crash(f);
		lower.room = -1;
		insert(db, 1, 3000);
		rows++;
		assert_int_equal(ask(db, "SELECT count(*) FROM article"), rows);
		vault_close(db);
	}
	lower_stop();
	assert_true(refusals > 5);
	db = fixture_open(f);
	assert_int_equal(ask(db, "SELECT count(*) FROM article"), rows);
	assert_whole(db);
	vault_close(db);
	use_crash(f);
	db = fixture_open(f);
	assert_int_equal(ask(db, "SELECT count(*) FROM article"), rows - 1);
	assert_whole(db);
	vault_close(db);
}

/* Resident memory, in pages: what a rest gives back, and work does not need. */
static long
resident_pages(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long size, resident;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%ld %ld", &size, &resident), 2);
	fclose(file);
	return resident;
}

static void
at_rest_it_forgets_pages_and_not_rows(void **state)
{
	enum { ROWS = 400, LEN = 6000 };
	struct fixture *f = *state;
	sqlite3 *db = fixture_open(f);
	static const char total[] = "SELECT sum(length(body)) FROM article";
	long before, bytes;

	create_tables(db);
	insert(db, ROWS, LEN);
	bytes = (long)ask(db, total);
	before = resident_pages();
	vault_rest(db);
	/* The end of the log alone held a page for each of its frames. */
	assert_true(resident_pages() < before - ROWS);
	assert_int_equal(ask(db, "SELECT count(*) FROM article"), ROWS);
	assert_int_equal(ask(db, total), bytes);
	assert_whole(db);
	vault_rest(db);
	insert(db, ROWS, LEN);
	vault_rest(db);
	assert_int_equal(ask(db, total), 2 * bytes);
	assert_whole(db);
	vault_close(db);
	db = fixture_open(f);
	vault_rest(db);
	assert_whole(db);
	vault_close(db);
}

/* While a backup copies the database, who holds the vault goes on, and may close it. */
static void
a_close_beside_a_backup_keeps_the_log(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db = fixture_open(f);
	int directory = open(f->directory, O_RDONLY | O_DIRECTORY);

	create_tables(db);
	vault_close(db);
	assert_int_equal(flock(directory, LOCK_SH), 0);
	db = fixture_open(f);
	insert(db, 100, 100);
	/* More than makes a checkpoint. */
	insert(db, 2000, 4000);
	vault_close(db);
	close(directory);
	db = fixture_open(f);
	assert_int_equal(ask(db, "SELECT count(*) FROM article"), 2100);
	assert_whole(db);
	vault_close(db);
	assert_only_our_files(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		TEST(is_set_as_it_says),
		TEST(nothing_is_readable_on_disk),
		TEST(a_transaction_larger_than_the_cache),
		TEST(a_changed_page_is_named),
		TEST(swapped_foreign_and_missing_pages),
		TEST(a_wrong_key_leaves_the_log_alone),
		TEST(a_log_without_its_database),
		TEST(a_torn_first_page_comes_from_the_log),
		TEST(a_torn_tail_loses_the_last_transaction_alone),
		TEST(damage_before_the_last_transaction_is_an_error),
		TEST(a_close_beside_a_backup_keeps_the_log),
		TEST(one_holder_at_a_time),
		TEST(what_was_committed_survives_a_kill),
		TEST(a_full_disk_costs_one_transaction),
		TEST(at_rest_it_forgets_pages_and_not_rows),
	};

	return cmocka_run_group_tests_name("proto/vault", tests, NULL, NULL);
}
