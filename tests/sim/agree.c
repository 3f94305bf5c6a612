#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "proto/replica/blob.h"
#include "proto/replica/derive.h"
#include "proto/replica/internal.h"
#include "tests/sim/agree.h"

/*
 * What the tables of every device must say, by names that all know.  What is
 * derived from the blobs that a device holds, and from its role, is not among it; nor are
 * registers that say nothing, which one may have collected and the other not yet.
 */
static const char *const common[] = {
	"SELECT kind, entity, field, value, register.clock, origin.origin, register.sequence"
	" FROM register JOIN origin ON origin.id = register.origin WHERE value <> x''"
	" ORDER BY 1, 2, 3",
	"SELECT origin.origin, quarantine.sequence, field FROM quarantine"
	" JOIN origin ON origin.id = quarantine.origin ORDER BY 1, 2",
	"SELECT item.item, url, own_title, site_name, state, starred, present, shown, saved_ms,"
	" item.copy, item.words, reading.reading, item.alias,"
	" (SELECT head.item FROM item AS head WHERE head.id = item.head) FROM item"
	" LEFT JOIN reading ON reading.id = item.best ORDER BY 1",
	"SELECT item.item, tag FROM item_tag JOIN item ON item.id = item_tag.item ORDER BY 1, 2",
	"SELECT fetch, item.item, owner.item, at_ms, page FROM fetch"
	" JOIN item ON item.id = fetch.item JOIN item AS owner ON owner.id = fetch.owner"
	" ORDER BY 1",
	"SELECT reading, item.item, owner.item, fetch, at_ms, reading.copy, reading.words,"
	" reading.article FROM reading JOIN item ON item.id = reading.item"
	" JOIN item AS owner ON owner.id = reading.owner ORDER BY 1",
	"SELECT note, item.item, owner.item, at_ms, device, text FROM note"
	" JOIN item ON item.id = note.item JOIN item AS owner ON owner.id = note.owner"
	" ORDER BY 1",
	"SELECT note, by FROM note_replaced ORDER BY 1, 2",
	"SELECT highlight, item.item, owner.item, at_ms, device, quote, comment,"
	" highlight.present FROM highlight JOIN item ON item.id = highlight.item"
	" JOIN item AS owner ON owner.id = highlight.owner ORDER BY 1",
	"SELECT reading, blob, size FROM image ORDER BY 1, 2",
	"SELECT device, key, name, archive, addresses, revoked FROM device ORDER BY 1",
};

/* And what a rebuild must make again on the same device, beside that. */
static const char *const own[] = {
	"SELECT item, title, article FROM item ORDER BY 1",
	"SELECT hash, rank, saved_ms, size, held, kept FROM want ORDER BY 1",
	/* How long a prefix has to be, it need not be any more. */
	"SELECT name, value FROM derived WHERE name <> 'prefix' ORDER BY 1",
};

enum {
	COMMON = sizeof(common) / sizeof(common[0]),
	OWN = sizeof(own) / sizeof(own[0]),
	TABLES = COMMON + OWN,
	VALUE_SHOWN = 16,	/* bytes */
	LISTING_MAX = 1 << 20	/* bytes of a table, where two differ */
};

/* A hash of each. */
struct picture {
	uint8_t tables[TABLES][HASH_NAME_LEN];
};

static const char *
table_text(size_t table)
{
	return table < COMMON ? common[table] : own[table - COMMON];
}

static struct sqlite3_stmt *
prepare(struct host *host, const char *text)
{
	struct sqlite3 *database = host->replica->database.handle;
	struct sqlite3_stmt *statement;

	WORLD_REQUIRE(host->world, sqlite3_prepare_v2(database, text, -1, &statement, NULL) ==
	    SQLITE_OK, "%s: %s", text, sqlite3_errmsg(database));
	return statement;
}

/* A chain over the values: their number in a row is fixed, the bytes stand alone. */
static void
hash_rows(struct host *host, const char *text, uint8_t hash[HASH_NAME_LEN])
{
	struct sqlite3_stmt *statement = prepare(host, text);
	struct bytes value;
	const void *data;
	int i;

	memset(hash, 0, HASH_NAME_LEN);
	while (sqlite3_step(statement) == SQLITE_ROW)
		for (i = 0; i < sqlite3_column_count(statement); i++) {
			data = sqlite3_column_blob(statement, i);
			value = bytes_of(data, (size_t)sqlite3_column_bytes(statement, i));
			hash_name(bytes_of(hash, HASH_NAME_LEN), &value, 1, hash);
		}
	sqlite3_finalize(statement);
}

static void
take_picture(struct host *host, struct picture *picture)
{
	size_t i;

	for (i = 0; i < TABLES; i++)
		hash_rows(host, table_text(i), picture->tables[i]);
}

/* ------------------------------------------- for whoever looks into a failure */

/* Append one value; what is binary in hexadecimal where it must be, and cut. */
static void
list_value(struct sqlite3_stmt *statement, int column, struct buffer *out)
{
	const uint8_t *data = sqlite3_column_blob(statement, column);
	int len = sqlite3_column_bytes(statement, column), i;

	if (sqlite3_column_type(statement, column) != SQLITE_BLOB) {
		(void)buffer_printf(out, " %s", data == NULL ? "NULL" : (const char *)data);
		return;
	}
	(void)buffer_printf(out, " ");
	for (i = 0; i < len && i < VALUE_SHOWN; i++)
		(void)buffer_printf(out, data[i] > ' ' && data[i] < 127 ? "%c" : "%02x", data[i]);
}

/* Append every row as a line. */
static void
list_rows(struct host *host, const char *text, struct buffer *out)
{
	struct sqlite3_stmt *statement = prepare(host, text);
	int i;

	while (sqlite3_step(statement) == SQLITE_ROW) {
		(void)buffer_printf(out, "#");
		for (i = 0; i < sqlite3_column_count(statement); i++)
			list_value(statement, i, out);
		(void)buffer_printf(out, "\n");
	}
	sqlite3_finalize(statement);
}

static void
print_missing(const char *who, struct buffer *rows, struct buffer *other)
{
	char *line, *rest = NULL;
	struct buffer copy;

	buffer_init(&copy, LISTING_MAX);
	(void)buffer_printf(&copy, "%s\n", buffer_text(rows));
	printf("# only %s:\n", who);
	for (line = strtok_r((char *)copy.data, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		if (strstr(buffer_text(other), line) == NULL)
			printf("%s\n", line);
	buffer_release(&copy);
}

static void
print_difference(struct host *a, struct host *b, const char *text)
{
	struct buffer of_a, of_b;

	buffer_init(&of_a, LISTING_MAX);
	buffer_init(&of_b, LISTING_MAX);
	list_rows(a, text, &of_a);
	list_rows(b, text, &of_b);
	if (a != b) {
		print_missing(a->name, &of_a, &of_b);
		print_missing(b->name, &of_b, &of_a);
	}
	buffer_release(&of_a);
	buffer_release(&of_b);
}

static void
compare(struct host *a, const struct picture *of_a, struct host *b, const struct picture *of_b,
    size_t tables)
{
	size_t i;

	for (i = 0; i < tables; i++) {
		if (memcmp(of_a->tables[i], of_b->tables[i], HASH_NAME_LEN) == 0)
			continue;
		print_difference(a, b, table_text(i));
		world_fail(a->world, "%s and %s differ: %.40s...", a->name,
		    a == b ? "what a rebuild makes" : b->name, table_text(i));
	}
}

void
agree_catch_up(struct world *world)
{
	int64_t newest_ms = ledger_newest_ms(&world->ledger);
	size_t i;

	if (world->now_ms < newest_ms)
		world->now_ms = newest_ms;
	for (i = 0; i < world->host_count; i++) {
		world->hosts[i]->skew_ms = 0;
		/* Whatever a transaction does, it first takes up what has come due. */
		host_begin(world->hosts[i]);
		host_commit(world->hosts[i]);
	}
}

/* A rebuild makes what is there, and the index holds what the tables say. */
static void
check_derived(struct host *host, const struct picture *picture)
{
	struct picture rebuilt;

	host_begin(host);
	WORLD_OK(host->world, database_run(&host->replica->database,
	    "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)", NO_VALUES));
	WORLD_OK(host->world, derive_rebuild(host->replica));
	host_commit(host);
	take_picture(host, &rebuilt);
	compare(host, picture, host, &rebuilt, TABLES);
}

struct wanted {
	struct host *host;
	size_t count;
};

static bool
on_want(void *context, const uint8_t *hash, uint64_t offset)
{
	struct wanted *wanted = context;
	struct world *world = wanted->host->world;
	bool held;
	size_t i;

	(void)offset;
	for (i = 0; i < world->host_count; i++) {
		WORLD_OK(world, blob_held(world->hosts[i]->replica, hash, &held));
		WORLD_REQUIRE(world, !held, "%s wants a blob that %s has", wanted->host->name,
		    world->hosts[i]->name);
	}
	wanted->count++;
	return true;
}

static void
check_wants(struct host *host)
{
	struct wanted wanted = { .host = host };

	WORLD_OK(host->world, blob_wants(host->replica, on_want, &wanted));
	WORLD_REQUIRE(host->world, blob_wanted(host->replica) == wanted.count,
	    "%s miscounts what it wants", host->name);
	WORLD_REQUIRE(host->world, wanted.count == 0 || host->world->restores > 0,
	    "%s wants a blob that nobody has", host->name);
}

/* What the reader wrote last is a head, and all that it was made of leads to it. */
static void
check_notes(struct host *host)
{
	int64_t lost;

	WORLD_OK(host->world, database_lookup(&host->replica->database,
	    "WITH RECURSIVE led (note) AS (SELECT note FROM note_head UNION"
	    " SELECT note_replaced.note FROM note_replaced JOIN led ON by = led.note)"
	    " SELECT count(*) FROM note WHERE note NOT IN (SELECT note FROM led)", NO_VALUES,
	    &lost));
	WORLD_REQUIRE(host->world, lost == 0, "%s shows nothing of %lld revisions", host->name,
	    (long long)lost);
}

/* Of a highlight that was removed nobody has a word, whatever was said of it elsewhere. */
static void
check_removed_highlights(struct host *host)
{
	int64_t left;

	WORLD_OK(host->world, database_lookup(&host->replica->database,
	    "SELECT count(*) FROM register WHERE kind = 6 AND field <> x'70726573656e74'"
	    " AND value <> x'' AND entity IN (SELECT entity FROM register WHERE kind = 6"
	    " AND field = x'70726573656e74' AND value = x'30')", NO_VALUES, &left));
	WORLD_REQUIRE(host->world, left == 0, "%s has words of removed highlights", host->name);
}

void
agree_check(struct world *world)
{
	struct picture first, other;
	size_t i;

	take_picture(world->hosts[0], &first);
	for (i = 1; i < world->host_count; i++) {
		take_picture(world->hosts[i], &other);
		compare(world->hosts[0], &first, world->hosts[i], &other, COMMON);
	}
	ledger_check(world, world->hosts[0]);
	check_notes(world->hosts[0]);
	check_removed_highlights(world->hosts[0]);
	for (i = 0; i < world->host_count; i++)
		check_wants(world->hosts[i]);
	i = world_draw(world, world->host_count);
	take_picture(world->hosts[i], &other);
	check_derived(world->hosts[i], &other);
}

void
agree_after_meeting(struct world *world)
{
	size_t round, i;

	for (round = 0; round < 2; round++)
		for (i = 1; i < world->host_count; i++)
			host_sync(world->hosts[i], world->hosts[0]);
	agree_check(world);
}
