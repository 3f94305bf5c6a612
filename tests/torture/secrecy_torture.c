/*
 * Secrecy: known words go through every table, the search index, sorters, temporary
 * tables and rollbacks of a replica, and after every single write all files are searched
 * for them.  The same work in a plain database shows that the search would find them,
 * table by table.  And what is plain in the log, SQLite's salts and numbers, is the same
 * whatever the text: two vaults with the same key and other words differ in nothing
 * but what is sealed, and so do two with the same words.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "proto/base/random.h"
#include "proto/replica/device.h"
#include "proto/replica/highlight.h"
#include "proto/replica/item.h"
#include "proto/replica/note.h"
#include "proto/replica/reading.h"
#include "proto/vault/first_page.h"
#include "proto/vault/vfs_log.h"
#include "tests/torture/disk.h"
#include "tests/torture/world.h"

#define WORD "quixzyw"		/* begins all that is known */
#define WORD_WIDE "q\0u\0i\0x\0z\0y\0w"
#define INDEXED "jworptalk"	/* only in an article, which is compressed but in the index */

enum {
	P = VAULT_PAGE_LEN,
	F = VFS_LOG_FRAME_LEN,
	TABLES_MAX = 60,
	AROUND = 64		/* bytes about a write that the short form looks at */
};

/* A table that words were put into. */
struct table {
	char name[64];
	bool found;		/* they were seen on the disk */
};

/* What the search of the disk has seen so far. */
static struct {
	bool sealed;		/* nothing may be found */
	long writes;
	bool indexed;
	struct table tables[TABLES_MAX];
	size_t table_count;
} seen;

/* Words were found that go on with ".TABLE." at ${at}. */
static void
note_table(const uint8_t *at, size_t len)
{
	struct table *table;
	size_t name_len;

	for (table = seen.tables; table < seen.tables + seen.table_count; table++) {
		name_len = strlen(table->name);
		if (name_len + 2 <= len && at[0] == '.' && at[name_len + 1] == '.' &&
		    memcmp(at + 1, table->name, name_len) == 0)
			table->found = true;
	}
}

static void
note_words(struct bytes bytes)
{
	const uint8_t *at = bytes.data, *end = bytes.data + bytes.len;
	size_t len = strlen(WORD);

	seen.indexed = seen.indexed || memmem(at, bytes.len, INDEXED, strlen(INDEXED)) != NULL;
	while ((at = memmem(at, (size_t)(end - at), WORD, len)) != NULL) {
		at += len;
		note_table(at, (size_t)(end - at));
	}
}

static void
assert_sealed(const char *name, struct bytes bytes)
{
	static const struct {
		const char *bytes;
		size_t len;
	} plain[] = {
		{ WORD, sizeof(WORD) - 1 }, { WORD_WIDE, sizeof(WORD_WIDE) - 1 },
		{ "SQLite format", 13 }, { "CREATE TABLE", 12 }, { "example.org", 11 },
		{ INDEXED, sizeof(INDEXED) - 1 }
	};

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (memmem(bytes.data, bytes.len, plain[i].bytes, plain[i].len) != NULL)
			fail_msg("write %ld: %s holds \"%s\"", seen.writes, name, plain[i].bytes);
}

/* Look at the bytes of ${file} from ${from} up to ${to}. */
static void
look_at(const struct disk_file *file, size_t from, size_t to)
{
	struct bytes bytes = bytes_of(file->data + from, to - from);

	if (seen.sealed)
		assert_sealed(file->name, bytes);
	else
		note_words(bytes);
}

/* Look at every file; but the short form at what was written alone, and what is around it. */
static void
on_write(const struct disk_file *written, size_t at, size_t len)
{
	size_t from = at > AROUND ? at - AROUND : 0, to = at + len + AROUND, i;
	const struct disk_file *file;

	seen.writes++;
	for (i = 0; i < DISK_FILES; i++) {
		file = disk_file(i);
		if (!file->there || file->len == 0)
			continue;
		if (seen.sealed && strcmp(file->name, "vault.db") != 0 &&
		    strcmp(file->name, "vault.db-wal") != 0)
			fail_msg("write %ld: there is a file %s", seen.writes, file->name);
		if (torture_full())
			look_at(file, 0, file->len);
		else if (file == written)
			look_at(file, from, to < file->len ? to : file->len);
	}
}

/* ------------------------------------------------------------------ the work */

static void
run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

/* What the reader does. */
static void
keep_words(struct replica *replica)
{
	static const char *const tags[] = { WORD "-tag" };
	static const uint8_t key[DEVICE_KEY_LEN] = WORD;
	struct item_save save = { .title = WORD " title", .tags = tags, .tag_count = 1 };
	Readsync__Fetch fetch = READSYNC__FETCH__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	Readsync__Block block = READSYNC__BLOCK__INIT, *blocks[] = { &block };
	Readsync__Article article = READSYNC__ARTICLE__INIT;
	Readsync__Highlight passage = READSYNC__HIGHLIGHT__INIT;
	struct note_heads heads = { .count = 0 };
	uint8_t item[HASH_NAME_LEN], fetch_id[HASH_NAME_LEN], reading_id[HASH_NAME_LEN];
	uint8_t highlight_id[HASH_NAME_LEN];
	bool new;

	assert_int_equal(replica_begin(replica), RS_OK);
	assert_int_equal(item_save(replica, "https://example.org/" WORD, &save, item, &new, NULL),
	    RS_OK);
	fetch.item = (ProtobufCBinaryData){ sizeof(item), item };
	fetch.final_url = "https://example.org/" WORD;
	verdict.copy = READSYNC__COPY__COPY_FULL;
	block.kind = READSYNC__BLOCK__KIND__PARAGRAPH;
	block.text = "An article about " INDEXED " things, and " INDEXED " ones.";
	article.title = WORD " headline";
	article.blocks = blocks;
	article.n_blocks = 1;
	assert_int_equal(reading_add_fetch(replica, &fetch, bytes_of_text("<p>" WORD), fetch_id),
	    RS_OK);
	assert_int_equal(reading_add(replica, fetch_id, 1, &article, &verdict, NULL, reading_id),
	    RS_OK);
	assert_int_equal(device_add(replica, key, WORD " laptop", false), RS_OK);
	assert_int_equal(note_write(replica, item, "A note of " WORD ".", &heads), RS_OK);
	passage.quote = "about " INDEXED " things";
	assert_int_equal(highlight_add(replica, item, &passage, highlight_id), RS_OK);
	assert_int_equal(highlight_comment(replica, highlight_id, WORD "?"), RS_OK);
	assert_int_equal(replica_commit(replica), RS_OK);
}

/*
 * The tables that words can be written to, but those of the index; the caller finalizes
 * it.
 */
static sqlite3_stmt *
tables_of(sqlite3 *db)
{
	sqlite3_stmt *tables;

	assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema AS t WHERE type = "
	    "'table' AND rootpage > 0 AND name NOT GLOB 'search_*' AND name NOT GLOB 'sqlite_*' "
	    "AND EXISTS (SELECT 1 FROM pragma_table_info(t.name) "
	    "WHERE type <> 'INTEGER') ORDER BY name", -1, &tables, NULL), SQLITE_OK);
	return tables;
}

/* Put a row of words into ${table}, whatever its columns are: "quixzyw.TABLE.COLUMN.0…". */
static void
fill_table(sqlite3 *db, const char *table)
{
	sqlite3_stmt *columns;
	struct buffer sql;
	const char *name, *type;
	int err = RS_OK;

	buffer_init(&sql, 1 << 16);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT name, type FROM pragma_table_info(?)", -1,
	    &columns, NULL), SQLITE_OK);
	sqlite3_bind_text(columns, 1, table, -1, SQLITE_STATIC);
	err = buffer_printf(&sql, "INSERT INTO \"%s\" VALUES ", table);
	while (err == RS_OK && sqlite3_step(columns) == SQLITE_ROW) {
		name = (const char *)sqlite3_column_text(columns, 0);
		type = (const char *)sqlite3_column_text(columns, 1);
		err = buffer_append_byte(&sql, sql.data[sql.len - 1] == ' ' ? '(' : ',');
		if (err == RS_OK && strcmp(type, "INTEGER") == 0)
			err = buffer_append_text(&sql, "700007");
		else if (err == RS_OK)
			err = buffer_printf(&sql, "CAST('" WORD ".%s.%s.%0200d' AS %s)", table,
			    name, 7, type);
	}
	assert_int_equal(err, RS_OK);
	assert_int_equal(buffer_append_text(&sql, ")"), RS_OK);
	sqlite3_finalize(columns);
	run(db, buffer_text(&sql));
	buffer_release(&sql);
}

static void
fill_tables(sqlite3 *db)
{
	sqlite3_stmt *tables = tables_of(db);

	while (sqlite3_step(tables) == SQLITE_ROW) {
		assert_true(seen.table_count < TABLES_MAX);
		snprintf(seen.tables[seen.table_count++].name, sizeof(seen.tables[0].name), "%s",
		    (const char *)sqlite3_column_text(tables, 0));
		fill_table(db, (const char *)sqlite3_column_text(tables, 0));
	}
	sqlite3_finalize(tables);
}

/* All that makes SQLite write things elsewhere: sorters, temporary tables, journals, spills. */
static void
spill(sqlite3 *db)
{
	run(db, "PRAGMA cache_size=10; PRAGMA wal_autocheckpoint=20");
	run(db, "CREATE TABLE many (word TEXT UNIQUE, n INTEGER); "
	    "WITH RECURSIVE i(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM i WHERE k < 400) "
	    "INSERT INTO many SELECT printf('" WORD ".many.%0300d', k * 7919 % 400), k FROM i");
	run(db, "CREATE TEMP TABLE sorted AS SELECT word FROM many ORDER BY substr(word, 20), n");
	run(db, "BEGIN; UPDATE many SET word = word || '" WORD "'; SAVEPOINT part; "
	    "DELETE FROM many WHERE n % 2 = 0; ROLLBACK TO part; ROLLBACK");
	assert_int_equal(sqlite3_exec(db, "UPDATE many SET word = CASE n WHEN 400 THEN "
	    "(SELECT word FROM many WHERE n = 1) ELSE word || 'x' END", NULL, NULL, NULL),
	    SQLITE_CONSTRAINT);
	run(db, "DELETE FROM many WHERE n > 100; PRAGMA incremental_vacuum; "
	    "PRAGMA wal_checkpoint(TRUNCATE)");
}

/* Do it all in ${db}, and close it. */
static void
work(sqlite3 *db)
{
	struct replica_settings settings = { clock_system(), random_system(), REPLICA_ARCHIVE };
	struct rs_err_detail detail;
	struct replica *replica;

	if (replica_open(db, &settings, &replica, &detail) != RS_OK)
		fail_msg("%s", detail.text);
	keep_words(replica);
	run(db, "PRAGMA foreign_keys=OFF");
	fill_tables(db);
	spill(db);
	replica_close(replica);
}

/* A plain database beside the vault, with the same settings. */
static sqlite3 *
open_plain(void)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open_v2("plain.db", &db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_CREATE, NULL), SQLITE_OK);
	run(db, "PRAGMA page_size=4096; PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; "
	    "PRAGMA temp_store=MEMORY");
	return db;
}

static void
no_word_of_any_table_is_on_the_disk(void **state)
{
	struct vault vault;
	size_t i;

	(void)state;
	vault_start(&vault);
	memset(&seen, 0, sizeof(seen));
	seen.sealed = true;
	disk_watch(on_write);
	work(vault.db);
	vault.db = NULL;
	printf("# %ld writes of a vault with %zu tables\n", seen.writes, seen.table_count);
	assert_true(seen.writes > 100 && seen.table_count > 10);

	/* What would have been found. */
	memset(&seen, 0, sizeof(seen));
	work(open_plain());
	disk_watch(NULL);
	assert_true(seen.indexed);
	for (i = 0; i < seen.table_count; i++)
		if (!seen.tables[i].found)
			fail_msg("words of %s are not found in plain", seen.tables[i].name);
	vault_end(&vault);
}

/* ------------------------------------------------- what is plain, and whose it is */

enum run_kind { WORDS, SAME_WORDS, OTHER_WORDS, RUNS };

/* What a run left. */
struct left {
	uint8_t *log, *database;
	size_t log_len, database_len;
};

static uint8_t *
take(const char *name, size_t *ret_len)
{
	const struct disk_file *file = disk_find(name);
	uint8_t *copy;

	assert_non_null(file);
	copy = malloc(file->len);
	assert_non_null(copy);
	memcpy(copy, file->data, file->len);
	*ret_len = file->len;
	return copy;
}

/* Write the same shapes in each run, and leave a log. */
static void
write_shapes(sqlite3 *db, enum run_kind kind)
{
	char sql[300];

	run(db, "CREATE TABLE article (id INTEGER PRIMARY KEY, body TEXT)");
	for (int i = 0; i < 8; i++) {
		if (i == 4)
			run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
		snprintf(sql, sizeof(sql), "INSERT INTO article (body) VALUES "
		    "(replace(hex(zeroblob(%d)), '00', '%s'))", 400 + 900 * i,
		    kind == OTHER_WORDS ? "other" : "known");
		run(db, sql);
	}
}

/* Each with SQLite's own random numbers, which make the salts, drawn anew from one seed. */
static void
leave(struct vault *vault, enum run_kind kind, bool sealed, struct left *ret_left)
{
	const char *name = sealed ? "vault.db" : "plain.db";
	const char *log = sealed ? "vault.db-wal" : "plain.db-wal";
	sqlite3 *db;

	vault_down(vault);
	disk_remove(name);
	disk_remove(log);
	unlink(vault->path);
	sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, 77, NULL);
	if (sealed)
		assert_int_equal(vault_up(vault), RS_OK);
	db = sealed ? vault->db : open_plain();
	write_shapes(db, kind);
	ret_left->log = take(log, &ret_left->log_len);
	ret_left->database = take(name, &ret_left->database_len);
	if (!sealed)
		sqlite3_close(db);
	sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, 0, NULL);
}

/* The ${len} bytes must have nothing in common but by chance. */
static void
assert_unlike(const uint8_t *a, const uint8_t *b, size_t len)
{
	for (size_t i = 0; i + 8 <= len; i++)
		if (memcmp(a + i, b + i, 8) == 0)
			fail_msg("8 bytes at %zu are the same", i);
}

static const uint8_t *
frame(const struct left *left, size_t number)
{
	return left->log + VFS_LOG_HEADER_LEN + number * F;
}

static void
what_is_plain_does_not_depend_on_words(void **state)
{
	struct left sealed[RUNS], plain[RUNS];
	struct vault vault;
	size_t i, at;
	int kind;

	(void)state;
	vault_start(&vault);
	for (kind = 0; kind < RUNS; kind++) {
		leave(&vault, (enum run_kind)kind, true, &sealed[kind]);
		leave(&vault, (enum run_kind)kind, false, &plain[kind]);
	}
	for (kind = 1; kind < RUNS; kind++) {
		assert_int_equal(sealed[kind].log_len, sealed[0].log_len);
		assert_int_equal(sealed[kind].database_len, sealed[0].database_len);
		assert_memory_equal(sealed[kind].log, sealed[0].log, VFS_LOG_HEADER_LEN);
		for (i = 0; i < (sealed[0].log_len - VFS_LOG_HEADER_LEN) / F; i++) {
			/* Page, commit size and salts; then the checksums and all else. */
			assert_memory_equal(frame(&sealed[kind], i), frame(&sealed[0], i), 16);
			assert_unlike(frame(&sealed[kind], i) + 16, frame(&sealed[0], i) + 16,
			    F - 16);
		}
		assert_memory_equal(sealed[kind].database, sealed[0].database, FIRST_PAGE_MARK_LEN);
		for (at = 0; at < sealed[0].database_len; at += P)
			assert_unlike(sealed[kind].database + at + FIRST_PAGE_MARK_LEN,
			    sealed[0].database + at + FIRST_PAGE_MARK_LEN, P - FIRST_PAGE_MARK_LEN);
	}
	/* SQLite's checksums, which go on from frame to frame, would tell words apart. */
	i = (plain[0].log_len - VFS_LOG_HEADER_LEN) / F - 1;
	assert_memory_equal(frame(&plain[SAME_WORDS], i) + 16, frame(&plain[WORDS], i) + 16, 8);
	assert_memory_not_equal(frame(&plain[OTHER_WORDS], i) + 16, frame(&plain[WORDS], i) + 16, 8);
	for (kind = 0; kind < RUNS; kind++) {
		free(sealed[kind].log);
		free(sealed[kind].database);
		free(plain[kind].log);
		free(plain[kind].database);
	}
	vault_end(&vault);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_word_of_any_table_is_on_the_disk),
		cmocka_unit_test(what_is_plain_does_not_depend_on_words),
	};

	return cmocka_run_group_tests_name("secrecy", tests, NULL, NULL);
}
