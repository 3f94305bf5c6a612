#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/encode.h"
#include "proto/base/hash.h"
#include "proto/replica/blob.h"
#include "proto/replica/derive.h"
#include "proto/replica/internal.h"
#include "proto/replica/verify.h"
#include "proto/vault/pages.h"
#include "proto/vault/vault.h"

enum {
	LINE_MAX_LEN = 512,
	PATCHES_MAX = 20,		/* lines of SQLite's that are passed on */
	COLUMNS_MAX = 24
};

/* One check of a vault. */
struct verify {
	const struct verify_report *report;
	struct replica *replica;
	uint64_t findings;
	struct rs_err_detail *detail;
};

static void say(struct verify *verify, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
say(struct verify *verify, const char *format, ...)
{
	char line[LINE_MAX_LEN];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	verify->report->say(verify->report->context, line);
}

static void
progress(struct verify *verify, const char *what, uint64_t done, uint64_t total)
{
	if (verify->report->progress != NULL)
		verify->report->progress(what, done, total);
}

/* ----------------------------------------------------------------------- pages */

static void
on_damaged_page(void *context, uint64_t page)
{
	struct verify *verify = context;

	verify->findings++;
	say(verify, "page %" PRIu64 " was changed or damaged", page);
}

static void
on_page_progress(void *context, uint64_t done, uint64_t total)
{
	progress(context, "pages", done, total);
}

static int
check_pages(struct verify *verify, struct sqlite3 *database)
{
	const struct pages_watch watch = { on_damaged_page, on_page_progress, verify };
	uint64_t pages, damaged;
	int err = pages_check(database, &watch, &pages, &damaged, verify->detail);

	if (err == RS_OK && damaged == 0)
		say(verify, "pages: all %" PRIu64 " authenticate", pages);
	return err;
}

/* ------------------------------------------------------------------- structure */

static int
check_structure(struct verify *verify)
{
	struct rows rows = database_query(&verify->replica->database,
	    "PRAGMA integrity_check(20)", NO_VALUES);
	unsigned lines = 0;

	_Static_assert(PATCHES_MAX == 20, "the statement says so too");
	progress(verify, "structure", 0, 1);
	while (database_next(&rows)) {
		if (strcmp(database_text(&rows, 0), "ok") == 0)
			continue;
		say(verify, "SQLite: %s", database_text(&rows, 0));
		lines++;
	}
	verify->findings += lines;
	progress(verify, "structure", 1, 1);
	if (database_end(&rows) == RS_OK && lines == 0)
		say(verify, "structure: sound");
	return rows.err;
}

/* ----------------------------------------------------------------------- blobs */

/* Read one blob and see whether it is what it is called. */
static int
check_blob(struct verify *verify, const uint8_t *hash, struct buffer *content)
{
	uint8_t found[HASH_CONTENT_LEN];
	char name[2 * HASH_CONTENT_LEN + 1];
	int err;

	buffer_clear(content);
	err = blob_get(verify->replica, hash, content);
	if (err != RS_OK)
		return err;
	hash_content(buffer_bytes(content), found);
	if (memcmp(found, hash, sizeof(found)) == 0)
		return RS_OK;
	encode_hex(bytes_of(hash, HASH_CONTENT_LEN), name);
	say(verify, "the bytes of blob %s are not what its hash says", name);
	verify->findings++;
	return RS_OK;
}

static int
check_blobs(struct verify *verify)
{
	struct database *database = &verify->replica->database;
	uint64_t found_before = verify->findings;
	struct buffer content;
	struct rows rows;
	int64_t count, done = 0;
	int err = database_lookup(database, "SELECT count(*) FROM blob WHERE received = size",
	    NO_VALUES, &count);

	if (err != RS_OK)
		return err;
	buffer_init(&content, BLOB_MAX);
	rows = database_query(database, "SELECT hash FROM blob WHERE received = size ORDER BY id",
	    NO_VALUES);
	while (database_next(&rows)) {
		rows.err = check_blob(verify, database_blob(&rows, 0).data, &content);
		progress(verify, "blobs", (uint64_t)++done, (uint64_t)count);
	}
	buffer_release(&content);
	if (database_end(&rows) == RS_OK && verify->findings == found_before)
		say(verify, "blobs: all %" PRId64 " are what their hashes say", count);
	return rows.err;
}

/* ------------------------------------------------------------ what is derived */

/* Every derived table, with names in place of this database's own numbers. */
static const struct {
	const char *name;
	int columns;
	const char *rows;
} tables[] = {
	{ "item", 17, "SELECT item.item, url, own_title, title, site_name, state, starred, present,"
	    " shown, saved_ms, waits, item.copy, item.words, reading.reading, item.article,"
	    " alias, (SELECT item FROM item AS one WHERE one.id = item.head) FROM item"
	    " LEFT JOIN reading ON reading.id = best ORDER BY 1" },
	{ "item_tag", 2, "SELECT item.item, tag FROM item_tag JOIN item ON item.id = item_tag.item"
	    " ORDER BY 1, 2" },
	{ "fetch", 6, "SELECT fetch, item.item, one.item, at_ms, page, fetched FROM fetch"
	    " JOIN item ON item.id = fetch.item JOIN item AS one ON one.id = owner ORDER BY 1" },
	{ "reading", 9, "SELECT reading, item.item, one.item, fetch, at_ms, reading.copy,"
	    " reading.words, reading.article, withheld FROM reading"
	    " JOIN item ON item.id = reading.item JOIN item AS one ON one.id = owner ORDER BY 1" },
	{ "image", 3, "SELECT reading, blob, size FROM image ORDER BY 1, 2" },
	{ "note", 6, "SELECT note, item.item, one.item, at_ms, device, text FROM note"
	    " JOIN item ON item.id = note.item JOIN item AS one ON one.id = owner ORDER BY 1" },
	{ "note_replaced", 2, "SELECT note, by FROM note_replaced ORDER BY 1, 2" },
	{ "highlight", 8, "SELECT highlight, item.item, one.item, at_ms, device, quote, comment,"
	    " highlight.present FROM highlight JOIN item ON item.id = highlight.item"
	    " JOIN item AS one ON one.id = owner ORDER BY 1" },
	{ "want", 6, "SELECT hash, rank, saved_ms, size, held, kept FROM want ORDER BY 1" },
	{ "device", 6, "SELECT device, key, name, archive, addresses, revoked FROM device"
	    " ORDER BY 1" },
};

enum { TABLE_COUNT = sizeof(tables) / sizeof(tables[0]) };

/* Hash what table ${i} says, row by row. */
static int
digest_table(struct replica *replica, size_t i, uint8_t digest[HASH_NAME_LEN])
{
	struct rows rows = database_query(&replica->database, tables[i].rows, NO_VALUES);
	struct bytes parts[1 + COLUMNS_MAX];

	memset(digest, 0, HASH_NAME_LEN);
	while (database_next(&rows)) {
		parts[0] = bytes_of(digest, HASH_NAME_LEN);
		for (int column = 0; column < tables[i].columns; column++)
			parts[1 + column] = database_blob(&rows, column);
		hash_name(bytes_of(NULL, 0), parts, 1 + (size_t)tables[i].columns, digest);
	}
	return database_end(&rows);
}

static int
digest_all(struct replica *replica, uint8_t digests[TABLE_COUNT][HASH_NAME_LEN])
{
	int err = RS_OK;

	for (size_t i = 0; i < TABLE_COUNT && err == RS_OK; i++)
		err = digest_table(replica, i, digests[i]);
	return err;
}

/* The search index holds what the shown items say; FTS5 compares all of it. */
static int
check_search(struct verify *verify)
{
	int err = replica_begin(verify->replica);

	if (err != RS_OK)
		return err;
	err = database_run(&verify->replica->database,
	    "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)", NO_VALUES);
	replica_rollback(verify->replica);
	if (err != RS_EDAMAGED)
		return err;
	say(verify, "the search index does not say what the articles say");
	verify->findings++;
	return RS_OK;
}

/* Make the tables from the registers, compare, and take it all back. */
static int
compare_tables(struct verify *verify)
{
	struct replica *replica = verify->replica;
	uint8_t held[TABLE_COUNT][HASH_NAME_LEN], made[TABLE_COUNT][HASH_NAME_LEN];
	int err = replica_begin(replica);

	if (err != RS_OK)
		return err;
	err = digest_all(replica, held);
	if (err == RS_OK)
		err = derive_rebuild(replica);
	if (err == RS_OK)
		err = digest_all(replica, made);
	replica_rollback(replica);
	for (size_t i = 0; i < TABLE_COUNT && err == RS_OK; i++) {
		if (memcmp(held[i], made[i], HASH_NAME_LEN) == 0)
			continue;
		say(verify, "table %s does not say what the registers say", tables[i].name);
		verify->findings++;
	}
	return err;
}

static int
check_derived(struct verify *verify)
{
	struct replica *replica = verify->replica;
	int err;

	progress(verify, "tables", 0, 1);
	err = check_search(verify);
	if (err == RS_OK)
		err = compare_tables(verify);
	progress(verify, "tables", 1, 1);
	if (err != RS_OK)
		return err;
	if (verify->findings == 0) {
		say(verify, "tables: as the registers say");
		return RS_OK;
	}
	err = replica_begin(replica);
	if (err == RS_OK)
		err = derive_rebuild(replica);
	if (err == RS_OK)
		err = replica_commit(replica);
	else
		replica_rollback(replica);
	if (err == RS_OK)
		say(verify, "the tables and the index were made anew from the registers");
	return err;
}

/* ------------------------------------------------------------------------- all */

static int
check_replica(struct verify *verify)
{
	static int (*const checks[])(struct verify *verify) = {
		check_structure, check_blobs, check_derived
	};
	int err = RS_OK;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && err == RS_OK &&
	    verify->findings == 0; i++)
		err = checks[i](verify);
	if (err != RS_OK)
		rs_err_detail_set(verify->detail, "%s", replica_err_text(verify->replica, err));
	return err;
}

int
verify_vault(struct sqlite3 *database, const struct replica_settings *settings,
    const struct verify_report *report, struct rs_err_detail *detail)
{
	struct verify verify = { .report = report, .detail = detail };
	int err = check_pages(&verify, database);

	if (err == RS_OK && verify.findings == 0)
		err = replica_open(database, settings, &verify.replica, detail);
	if (verify.replica == NULL)
		vault_close(database);
	else if (err == RS_OK)
		err = check_replica(&verify);
	replica_close(verify.replica);
	if (err != RS_OK || verify.findings == 0)
		return err;
	rs_err_detail_set(detail, "the vault is damaged; findings: %" PRIu64, verify.findings);
	return RS_EDAMAGED;
}
