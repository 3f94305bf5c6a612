#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "proto/base/random.h"
#include "proto/replica/blob.h"
#include "proto/replica/highlight.h"
#include "proto/replica/internal.h"
#include "proto/replica/item.h"
#include "proto/replica/note.h"
#include "proto/replica/reading.h"
#include "proto/replica/schema.h"
#include "proto/replica/tokenizer.h"
#include "proto/replica/verify.h"
#include "proto/vault/pages.h"
#include "proto/vault/vault.h"
#include "proto/vault/vfs.h"
#include "tests/torture/disk.h"
#include "tests/torture/world.h"

#define START_MS INT64_C(1700000000000)

bool
torture_full(void)
{
	return getenv("TORTURE_FULL") != NULL;
}

/* ------------------------------------------------------------------ the vault */

void
vault_start(struct vault *vault)
{
	memset(vault, 0, sizeof(*vault));
	assert_int_equal(secret_start(), RS_OK);
	strcpy(vault->directory, "/tmp/vault-torture-XXXXXX");
	assert_non_null(mkdtemp(vault->directory));
	snprintf(vault->path, sizeof(vault->path), "%s/vault.db", vault->directory);
	random_fill(random_system(), vault->id, sizeof(vault->id));
	assert_int_equal(secret_new(VAULT_KEY_LEN, &vault->key), RS_OK);
	random_fill(random_system(), vault->key->data, vault->key->len);
	disk_start();
	if (vault_up(vault) != RS_OK)
		fail_msg("a new vault: %s", vault->detail.text);
}

void
vault_end(struct vault *vault)
{
	DIR *directory = opendir(vault->directory);
	struct dirent *entry;

	vault_down(vault);
	disk_stop();
	while ((entry = readdir(directory)) != NULL)
		unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
	rmdir(vault->directory);
	secret_free(vault->key);
}

int
vault_up(struct vault *vault)
{
	int err;

	if (vault->db != NULL)
		return RS_OK;
	memset(&vault->detail, 0, sizeof(vault->detail));
	err = vault_open(vault->path, vault->id, vault->key, VAULT_CREATE, 0, &vault->db,
	    &vault->detail);
	if (err == RS_OK)
		err = vault_run(vault, "PRAGMA cache_size=10; PRAGMA wal_autocheckpoint=50");
	return err;
}

void
vault_down(struct vault *vault)
{
	if (vault->replica != NULL)
		replica_close(vault->replica);
	else
		vault_close(vault->db);
	vault->replica = NULL;
	vault->db = NULL;
}

int
vault_run(struct vault *vault, const char *sql)
{
	int rc = sqlite3_exec(vault->db, sql, NULL, NULL, NULL);
	int err = vault_error(vault->db, rc, &vault->detail);

	if (err != RS_OK && sqlite3_get_autocommit(vault->db) == 0)
		sqlite3_exec(vault->db, "ROLLBACK", NULL, NULL, NULL);
	return err;
}

int
vault_ask(struct vault *vault, const char *sql, long *ret_number)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(vault->db, sql, -1, &statement, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		*ret_number = (long)sqlite3_column_int64(statement, 0);
	else if (rc == SQLITE_DONE)
		rc = SQLITE_NOTFOUND;
	rc = vault_error(vault->db, rc, &vault->detail);
	sqlite3_finalize(statement);
	return rc;
}

/* Append every row that ${sql} gives; an SQLite code. */
static int
write_rows(sqlite3 *db, const char *sql, struct buffer *out)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL), i;

	if (rc != SQLITE_OK)
		return rc;
	while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
		for (i = 0; i < sqlite3_column_count(statement); i++) {
			assert_int_equal(buffer_printf(out, "%d.%d:",
			    sqlite3_column_type(statement, i),
			    sqlite3_column_bytes(statement, i)), RS_OK);
			assert_int_equal(buffer_append(out, sqlite3_column_blob(statement, i),
			    (size_t)sqlite3_column_bytes(statement, i)), RS_OK);
		}
	}
	sqlite3_finalize(statement);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int
vault_state(struct vault *vault, struct state *ret_state)
{
	sqlite3_stmt *tables = NULL;
	struct buffer rows;
	char *sql;
	int rc;

	buffer_init(&rows, 64 << 20);
	rc = sqlite3_prepare_v2(vault->db, "SELECT name FROM sqlite_schema WHERE type = 'table' "
	    "AND rootpage > 0 ORDER BY name", -1, &tables, NULL);
	while (rc == SQLITE_OK && (rc = sqlite3_step(tables)) == SQLITE_ROW) {
		sql = sqlite3_mprintf("SELECT * FROM \"%w\"", sqlite3_column_text(tables, 0));
		rc = write_rows(vault->db, sql, &rows);
		sqlite3_free(sql);
	}
	rc = vault_error(vault->db, rc, &vault->detail);
	sqlite3_finalize(tables);
	if (rc == RS_OK)
		hash_content(buffer_bytes(&rows), ret_state->hash);
	buffer_release(&rows);
	return rc;
}

int
vault_check(struct vault *vault)
{
	struct buffer said;
	int err = vault_up(vault), rc;

	if (err != RS_OK)
		return err;
	/* Newer versions of SQLite look into the index of words too, if there is one. */
	if ((err = tokenizer_register(vault->db)) != RS_OK)
		return err;
	buffer_init(&said, 1 << 20);
	rc = write_rows(vault->db, "PRAGMA integrity_check", &said);
	err = vault_error(vault->db, rc, &vault->detail);
	if (err == RS_OK && strcmp(buffer_text(&said), "3.2:ok") != 0) {
		err = RS_EDAMAGED;
		/* It goes on past pages that it cannot read, and names them not. */
		if (vfs_take_failure(vfs_of(vault->db), &vault->detail) == RS_OK)
			rs_err_detail_set(&vault->detail, "%s", buffer_text(&said));
	}
	buffer_release(&said);
	return err;
}

static void
on_damaged(void *context, uint64_t page)
{
	struct vault *vault = context;

	rs_err_detail_set(&vault->detail, "page %llu of vault.db was changed or damaged",
	    (unsigned long long)page);
}

int
vault_verify(struct vault *vault)
{
	const struct pages_watch watch = { on_damaged, NULL, vault };
	uint64_t pages, damaged = 0;
	int err = pages_check(vault->db, &watch, &pages, &damaged, &vault->detail);

	return err == RS_OK && damaged > 0 ? RS_EDAMAGED : err;
}

struct state *
world_run(const struct world *world, struct vault *vault)
{
	struct state *states = calloc((size_t)world->steps + 1, sizeof(*states));
	long n;

	assert_non_null(states);
	world->begin(vault);
	for (n = 0; n <= world->steps; n++) {
		if (n == 0)
			disk_record();
		else {
			disk_mark(2 * n - 1);
			if (world->step(vault, n) != RS_OK)
				fail_msg("%s: step %ld: %s", world->name, n, vault->detail.text);
			disk_mark(2 * n);
		}
		assert_int_equal(vault_up(vault), RS_OK);
		assert_int_equal(vault_state(vault, &states[n]), RS_OK);
	}
	return states;
}

/* ------------------------------------------------------------------ plain work */

static void
plain_begin(struct vault *vault)
{
	assert_int_equal(vault_run(vault, "BEGIN; CREATE TABLE progress (n INTEGER); "
	    "INSERT INTO progress VALUES (0); "
	    "CREATE TABLE article (id INTEGER PRIMARY KEY, body TEXT NOT NULL, n INTEGER); "
	    "CREATE INDEX article_body ON article (substr(body, 1, 40)); "
	    "CREATE TABLE word (word TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID; COMMIT"), RS_OK);
}

/* A transaction too large for the cache leaves frames in the log, and is taken back. */
#define TAKEN_BACK "BEGIN IMMEDIATE; UPDATE article SET body = body || 'gone'; " \
	"WITH RECURSIVE i(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM i WHERE k < 30) " \
	"INSERT INTO article (body) SELECT hex(zeroblob(2000)) FROM i; ROLLBACK"

/*
 * Rows that need overflow pages come, change and go; the database grows and shrinks, so
 * that page 1 is in nearly every transaction, and many a checkpoint truncates the file.
 */
static int
plain_step(struct vault *vault, long n)
{
	char sql[1500];
	int err = vault_up(vault);

	if (err == RS_OK && n % 3 == 0)
		err = vault_run(vault, TAKEN_BACK);
	if (err != RS_OK)
		return err;
	snprintf(sql, sizeof(sql), "BEGIN IMMEDIATE; UPDATE progress SET n = %ld; "
	    "WITH RECURSIVE i(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM i WHERE k < %ld) "
	    "INSERT INTO article (id, body, n) SELECT %ld + k, "
	    "replace(hex(zeroblob(%ld)), '00', printf('%%x,', %ld * k)), %ld FROM i; "
	    "UPDATE article SET body = body || 'x' WHERE id %% 7 = %ld; "
	    "DELETE FROM article WHERE n = %ld; INSERT OR REPLACE INTO word VALUES ('word%ld', %ld); "
	    "%s; COMMIT; %s",
	    n, 1 + n % 5, n * 10, 300 + n * 97 % 1900, 1000 + n, n, n % 7, n - 6, n % 23, n,
	    n % 9 == 0 ? "DELETE FROM word WHERE n % 3 = 0" :
	    n % 10 == 4 ? "CREATE TABLE IF NOT EXISTS other (a, b UNIQUE)" :
	    n % 10 == 7 ? "DROP TABLE IF EXISTS other" : "",
	    n % 8 == 0 ? "PRAGMA incremental_vacuum" :
	    n % 11 == 0 ? "PRAGMA wal_checkpoint(TRUNCATE)" : "");
	err = vault_run(vault, sql);
	if (n % 13 == 0 && err == RS_OK)
		vault_down(vault);
	return err;
}

static int
verify_and_close(struct vault *vault)
{
	int err = vault_up(vault);

	if (err == RS_OK)
		err = vault_verify(vault);
	vault_down(vault);
	return err;
}

/* ------------------------------------------------------------------- a replica */

/* What a step draws and what time it is follow from its number. */
static uint64_t drawn;
static int64_t now_ms;

static int64_t
now(void *context)
{
	(void)context;
	return now_ms;
}

static void
fill(void *context, void *data, size_t len)
{
	(void)context;
	for (size_t i = 0; i < len; i++)
		((uint8_t *)data)[i] = (uint8_t)disk_draw(&drawn);
}

static const struct clock turned = { now, NULL };
static const struct random seeded = { fill, NULL };
static const struct replica_settings settings = { &turned, &seeded, REPLICA_LAPTOP };

/* Let step ${n} have its replica, which may have been left open. */
static int
replica_up(struct vault *vault, long n)
{
	int err = vault_up(vault);

	drawn = (uint64_t)n;
	now_ms = START_MS + n * 1000;
	if (err == RS_OK && vault->replica == NULL)
		err = replica_open(vault->db, &settings, &vault->replica, &vault->detail);
	/* As home_open does: what a replica was half made of is of no other use. */
	if (err != RS_OK)
		vault_down(vault);
	return err;
}

static void
replica_begin_world(struct vault *vault)
{
	assert_int_equal(replica_up(vault, 0), RS_OK);
}

/* Keep an article of the item, whose words differ from step to step. */
static int
keep(struct replica *replica, const uint8_t *item, long n)
{
	Readsync__Fetch fetch = READSYNC__FETCH__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	Readsync__Block block = READSYNC__BLOCK__INIT, *blocks[] = { &block };
	Readsync__Article article = READSYNC__ARTICLE__INIT;
	uint8_t fetch_id[HASH_NAME_LEN], reading_id[HASH_NAME_LEN];
	char text[4000];
	size_t len = 0;
	int err;

	while (len < 1000 + (size_t)n * 251 % 2500)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "word%x ",
		    (unsigned)disk_draw(&drawn) % 5000);
	fetch.item = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)item };
	fetch.at_ms = now_ms;
	verdict.copy = READSYNC__COPY__COPY_FULL;
	block.kind = READSYNC__BLOCK__KIND__PARAGRAPH;
	block.text = text;
	article.title = text + len - 20;
	article.blocks = blocks;
	article.n_blocks = 1;
	err = reading_add_fetch(replica, &fetch, bytes_of_text(text), fetch_id);
	if (err == RS_OK)
		err = reading_add(replica, fetch_id, 1, &article, &verdict, NULL, reading_id);
	return err;
}

/* Give up the oldest blobs, as for an offline policy, and the pages that they leave. */
static int
give_up(struct replica *replica)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT hash FROM blob WHERE received = size ORDER BY id LIMIT 5", NO_VALUES);
	uint8_t hashes[5][HASH_CONTENT_LEN];
	size_t count = 0;
	int err;

	while (database_next(&rows))
		memcpy(hashes[count++], database_blob(&rows, 0).data, HASH_CONTENT_LEN);
	err = database_end(&rows);
	if (err == RS_OK)
		err = blob_give_up(replica, (const uint8_t (*)[HASH_CONTENT_LEN])hashes, count);
	return err == RS_OK ? database_script(&replica->database,
	    "PRAGMA incremental_vacuum(8)") : err;
}

/* The reader's own words on the item. */
static int
annotate(struct replica *replica, const uint8_t *item, long n)
{
	static const struct note_heads nothing = { .count = 0 };
	Readsync__Highlight passage = READSYNC__HIGHLIGHT__INIT;
	uint8_t highlight[HASH_NAME_LEN];
	int err;

	if (n % 2 == 0)
		return note_write(replica, item, "to be read on the train", &nothing);
	passage.quote = "a passage that stands nowhere";
	err = highlight_add(replica, item, &passage, highlight);
	return err == RS_OK ? highlight_comment(replica, highlight, "says who?") : err;
}

static int
replica_work(struct replica *replica, long n)
{
	static const char *const tags[] = { "one", "two", "three" };
	struct item_save save = { .tags = tags, .tag_count = (size_t)n % 4 };
	uint8_t item[HASH_NAME_LEN];
	char url[100];
	bool new;
	int err;

	snprintf(url, sizeof(url), "https://example.org/%ld", n);
	err = item_save(replica, url, &save, item, &new, NULL);
	if (err == RS_OK && n % 3 != 0)
		err = keep(replica, item, n);
	if (err == RS_OK && n % 7 < 2)
		err = annotate(replica, item, n);
	if (err == RS_OK && n % 4 == 0)
		err = item_set_state(replica, item, ITEM_ARCHIVED);
	if (err == RS_OK && n % 5 == 0)
		err = item_remove(replica, item);
	if (err == RS_OK && n % 6 == 5)
		err = give_up(replica);
	return err;
}

/* Now a daemon, which keeps its replica open, now a command, which closes it. */
static int
replica_step(struct vault *vault, long n)
{
	struct replica *replica;
	int err = replica_up(vault, n);

	if (err != RS_OK)
		return err;
	replica = vault->replica;
	err = replica_begin(replica);
	if (err == RS_OK) {
		err = replica_work(replica, n);
		if (err == RS_OK)
			err = replica_commit(replica);
		else
			replica_rollback(replica);
	}
	if (err != RS_OK)
		rs_err_detail_set(&vault->detail, "%s", replica_err_text(replica, err));
	if (n % 8 > 4)
		vault_down(vault);
	return err;
}

static void
say(void *context, const char *line)
{
	(void)context;
	(void)line;
}

static int
replica_verify(struct vault *vault)
{
	const struct verify_report report = { .say = say };
	int err;

	vault_down(vault);
	err = vault_up(vault);
	if (err == RS_OK)
		err = verify_vault(vault->db, &settings, &report, &vault->detail);
	vault->db = NULL;
	return err;
}

/* -------------------------------------------------------- a home of schema version 1 */

/* What it holds: the work of as many steps of a replica, one item each, */
enum { OLD_STEPS = 14 };

/* and an archive's sites, whose tables the upgrade changes, as version 1 had them. */
static const char old_sites[] =
	"WITH RECURSIVE i(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM i WHERE k < 60) "
	"INSERT INTO site SELECT 'site' || k || '.example', k % 3, k, k, '', 0, 'reader', 'secret', "
	"0, '', '', k % 2, 0, 0, 24311, 3, '', '', '', 0, 0, 0, '', 0, 0 FROM i; "
	"WITH RECURSIVE i(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM i WHERE k < 240) "
	"INSERT INTO site_cookie SELECT 'site' || (1 + k % 70) || '.example', CAST(k AS BLOB), x'2f', "
	"x'6e', CAST(replace(hex(zeroblob(40 + k)), '00', k) AS BLOB) FROM i; "
	"WITH RECURSIVE i(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM i WHERE k < 80) "
	"INSERT INTO work (item, state, due_ms, site) SELECT randomblob(16), k % 4, k, "
	"'site' || (1 + k % 70) || '.example' FROM i; "
	"UPDATE derived SET value = 0 WHERE name = 'tables'";

/* A replica in memory that has gone ${steps} steps. */
static struct replica *
in_memory(long steps)
{
	struct rs_err_detail detail = { "" };
	struct replica *replica;
	struct sqlite3 *handle;
	long n;

	assert_int_equal(sqlite3_open(":memory:", &handle), SQLITE_OK);
	for (n = 1; n <= steps; n++) {
		drawn = (uint64_t)n;
		now_ms = START_MS + n * 1000;
		if (n == 1 &&
		    replica_open(handle, &settings, &replica, &detail) != RS_OK)
			fail_msg("a replica in memory: %s", detail.text);
		assert_int_equal(replica_begin(replica), RS_OK);
		assert_int_equal(replica_settle(replica, replica_work(replica, n)), RS_OK);
	}
	return replica;
}

/* Put all rows of ${from}'s table into that of ${to}, which may have fewer columns. */
static void
copy_table(sqlite3 *from, sqlite3 *to, const char *table)
{
	sqlite3_stmt *read = NULL, *write = NULL;
	char *names = NULL, *marks = NULL, *sql;
	int i;

	sql = sqlite3_mprintf("SELECT group_concat('\"' || name || '\"'), group_concat('?') "
	    "FROM pragma_table_info(%Q)", table);
	assert_int_equal(sqlite3_prepare_v2(to, sql, -1, &read, NULL), SQLITE_OK);
	sqlite3_free(sql);
	assert_int_equal(sqlite3_step(read), SQLITE_ROW);
	names = sqlite3_mprintf("%s", sqlite3_column_text(read, 0));
	marks = sqlite3_mprintf("%s", sqlite3_column_text(read, 1));
	sqlite3_finalize(read);
	sql = sqlite3_mprintf("SELECT %s FROM \"%w\"", names, table);
	assert_int_equal(sqlite3_prepare_v2(from, sql, -1, &read, NULL), SQLITE_OK);
	sqlite3_free(sql);
	sql = sqlite3_mprintf("INSERT OR REPLACE INTO \"%w\" (%s) VALUES (%s)", table, names, marks);
	assert_int_equal(sqlite3_prepare_v2(to, sql, -1, &write, NULL), SQLITE_OK);
	sqlite3_free(sql);
	while (sqlite3_step(read) == SQLITE_ROW) {
		for (i = 0; i < sqlite3_column_count(read); i++)
			sqlite3_bind_value(write, i + 1, sqlite3_column_value(read, i));
		assert_int_equal(sqlite3_step(write), SQLITE_DONE);
		sqlite3_reset(write);
	}
	sqlite3_finalize(read);
	sqlite3_finalize(write);
	sqlite3_free(names);
	sqlite3_free(marks);
}

/* Tables that both have, those of the index too. */
static void
copy_tables(sqlite3 *from, sqlite3 *to)
{
	sqlite3_stmt *tables = NULL, *there = NULL;

	assert_int_equal(sqlite3_prepare_v2(to, "SELECT name FROM sqlite_schema "
	    "WHERE type = 'table' AND rootpage > 0", -1, &tables, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(from, "SELECT 1 FROM sqlite_schema "
	    "WHERE type = 'table' AND name = ?", -1, &there, NULL), SQLITE_OK);
	while (sqlite3_step(tables) == SQLITE_ROW) {
		sqlite3_bind_value(there, 1, sqlite3_column_value(tables, 0));
		if (sqlite3_step(there) == SQLITE_ROW)
			copy_table(from, to, (const char *)sqlite3_column_text(tables, 0));
		sqlite3_reset(there);
	}
	sqlite3_finalize(tables);
	sqlite3_finalize(there);
}

/* A home as the first version of the schema left it, also of tables that are derived. */
static void
upgrade_begin(struct vault *vault)
{
	struct replica *replica = in_memory(OLD_STEPS);
	struct database database;
	size_t steps;

	assert_int_equal(tokenizer_register(vault->db), RS_OK);
	database_init(&database, vault->db);
	assert_int_equal(schema_upgrade_by(&database, schema_history(&steps), 1, &vault->detail),
	    RS_OK);
	database_release(&database);
	assert_int_equal(sqlite3_db_config(vault->db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL),
	    SQLITE_OK);
	assert_int_equal(vault_run(vault, "BEGIN"), RS_OK);
	copy_tables(replica->database.handle, vault->db);
	if (vault_run(vault, old_sites) != RS_OK)
		fail_msg("a home of version 1: %s", vault->detail.text);
	assert_int_equal(vault_run(vault, "COMMIT"), RS_OK);
	replica_close(replica);
	vault_down(vault);
}

/* The first thing that a program of now does with it, in a transaction of its own. */
static int
upgrade_schema(struct vault *vault)
{
	struct database database;
	int err = vault_up(vault);

	if (err != RS_OK)
		return err;
	database_init(&database, vault->db);
	err = tokenizer_register(vault->db);
	if (err == RS_OK)
		err = schema_upgrade(&database, &vault->detail);
	if (err != RS_OK && vault->detail.text[0] == '\0')
		vault->detail = database.detail;
	database_release(&database);
	vault_down(vault);
	return err;
}

/* The upgrade; what is derived, anew; and then the work goes on. */
static int
upgrade_step(struct vault *vault, long n)
{
	int err;

	if (n == 1)
		return upgrade_schema(vault);
	if (n > 2)
		return replica_step(vault, OLD_STEPS + n - 2);
	err = replica_up(vault, OLD_STEPS);
	vault_down(vault);
	return err;
}

const struct world worlds[WORLDS] = {
	{ "work", 45, plain_begin, plain_step, "SELECT n FROM progress", verify_and_close,
	    0 },
	{ "upgrade", 8, upgrade_begin, upgrade_step,
	    /* The items that OLD_STEPS left are no step. */
	    "SELECT (user_version > 1) + (SELECT value > 0 FROM derived WHERE name = 'tables') +"
	    " (SELECT count(*) FROM item) - 14 FROM pragma_user_version", replica_verify, 1 },
	{ "replica", 30, replica_begin_world, replica_step, "SELECT count(*) FROM item",
	    replica_verify, 0 },
};
