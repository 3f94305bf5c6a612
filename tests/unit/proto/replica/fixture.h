/*
 * Replicas for a test: each in a sealed vault of its own, with a clock that the
 * test turns and random bytes that repeat.
 */
#ifndef TESTS_REPLICA_FIXTURE_H
#define TESTS_REPLICA_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "proto/replica/blob.h"
#include "proto/replica/internal.h"
#include "proto/replica/item.h"
#include "proto/replica/reading.h"
#include "proto/vault/vault.h"

#define FIXTURE_START_MS INT64_C(1700000000000)
#define OK(call) assert_int_equal((call), RS_OK)

struct node {
	struct replica *replica;
	struct replica_settings settings;
	struct clock clock;
	struct random random;
	int64_t now_ms;
	uint64_t seed;
	uint8_t vault_id[VAULT_ID_LEN];
	struct secret *key;
	char directory[32];
	char path[48];
};

static inline int64_t
node_now(void *context)
{
	return ((struct node *)context)->now_ms;
}

/* SplitMix64 (Steele, Lea, Flood, 2014): good enough to tell ids apart. */
static inline uint64_t
node_draw(struct node *node)
{
	uint64_t z = node->seed += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline void
node_fill(void *context, void *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		((uint8_t *)data)[i] = (uint8_t)node_draw(context);
}

static inline void
node_open(struct node *node)
{
	struct rs_err_detail detail = { "" };
	struct sqlite3 *database;

	if (vault_open(node->path, node->vault_id, node->key, VAULT_CREATE, 0, &database,
	    &detail) != RS_OK ||
	    replica_open(database, &node->settings, &node->replica, &detail) != RS_OK)
		fail_msg("%s", detail.text);
}

static inline struct node *
node_new(enum replica_role role, uint64_t seed)
{
	struct node *node = calloc(1, sizeof(*node));

	assert_non_null(node);
	OK(secret_start());
	node->now_ms = FIXTURE_START_MS;
	node->seed = seed;
	node->clock = (struct clock){ node_now, node };
	node->random = (struct random){ node_fill, node };
	node->settings = (struct replica_settings){ &node->clock, &node->random, role };
	OK(secret_new(VAULT_KEY_LEN, &node->key));
	strcpy(node->directory, "/tmp/replica-test-XXXXXX");
	assert_non_null(mkdtemp(node->directory));
	snprintf(node->path, sizeof(node->path), "%s/vault.db", node->directory);
	node_open(node);
	return node;
}

static inline void
node_close(struct node *node)
{
	replica_close(node->replica);
	node->replica = NULL;
}

static inline void
node_free(struct node *node)
{
	char log[64];

	node_close(node);
	snprintf(log, sizeof(log), "%s-wal", node->path);
	unlink(log);
	unlink(node->path);
	rmdir(node->directory);
	secret_free(node->key);
	free(node);
}

/* A group of tests gets one laptop each. */
static inline int
laptop_setup(void **state)
{
	*state = node_new(REPLICA_LAPTOP, 1);
	return 0;
}

static inline int
archive_setup(void **state)
{
	*state = node_new(REPLICA_ARCHIVE, 1);
	return 0;
}

static inline int
node_teardown(void **state)
{
	node_free(*state);
	return 0;
}

/* ---------------------------------------------------------------- shorthands */

static inline void
save(struct node *node, const char *url, const char *title, uint8_t id[HASH_NAME_LEN])
{
	struct item_save what = { .title = title };
	bool new;

	OK(replica_begin(node->replica));
	OK(item_save(node->replica, url, &what, id, &new, NULL));
	OK(replica_commit(node->replica));
}

/* Run ${call} in a transaction of its own. */
#define IN(node, call) do { \
	OK(replica_begin((node)->replica)); \
	OK(call); \
	OK(replica_commit((node)->replica)); \
} while (0)

/* Return the integer that ${sql} gives. */
static inline int64_t
ask(struct node *node, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int64_t value;

	assert_int_equal(sqlite3_prepare_v2(node->replica->database.handle, sql, -1, &statement,
	    NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return value;
}

/* Append every row of ${sql} to ${out}, values in hexadecimal. */
static inline void
dump_sql(struct node *node, const char *sql, struct buffer *out)
{
	sqlite3_stmt *statement = NULL;
	const uint8_t *data;

	if (sqlite3_prepare_v2(node->replica->database.handle, sql, -1, &statement, NULL) !=
	    SQLITE_OK)
		fail_msg("%s: %s", sqlite3_errmsg(node->replica->database.handle), sql);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(statement); i++) {
			data = sqlite3_column_blob(statement, i);
			if (sqlite3_column_type(statement, i) == SQLITE_BLOB)
				for (int j = 0; j < sqlite3_column_bytes(statement, i); j++)
					OK(buffer_printf(out, "%02x", data[j]));
			else
				OK(buffer_printf(out, "%s", data == NULL ? "NULL" :
				    (const char *)sqlite3_column_text(statement, i)));
			OK(buffer_append_byte(out, '|'));
		}
		OK(buffer_append_byte(out, '\n'));
	}
	sqlite3_finalize(statement);
}

/*
 * Write down everything that must be the same on replicas that hold the same
 * registers and blobs: names, not the rows' own numbers.
 */
static inline void
dump_derived(struct node *node, struct buffer *out)
{
	static const char *const tables[] = {
		"SELECT item.item, url, own_title, title, site_name, state, starred, present, "
		"shown,"
		" saved_ms, item.copy, item.words, item.article, reading.reading, item.alias,"
		" (SELECT head.item FROM item AS head WHERE head.id = item.head) FROM item"
		" LEFT JOIN reading ON reading.id = item.best ORDER BY item.item",
		"SELECT item.item, tag FROM item_tag JOIN item ON item.id = item_tag.item"
		" ORDER BY 1, 2",
		"SELECT fetch, item.item, at_ms, page, owner.item, fetched FROM fetch"
		" JOIN item ON item.id = fetch.item JOIN item AS owner ON owner.id = fetch.owner"
		" ORDER BY fetch",
		"SELECT reading, item.item, fetch, at_ms, reading.copy, reading.words,"
		" reading.article FROM reading JOIN item ON item.id = reading.item ORDER BY "
		"reading",
		"SELECT reading, blob, size FROM image ORDER BY reading, blob",
		"SELECT note, item.item, owner.item, at_ms, device, text FROM note"
		" JOIN item ON item.id = note.item JOIN item AS owner ON owner.id = note.owner"
		" ORDER BY note",
		"SELECT note, by FROM note_replaced ORDER BY 1, 2",
		"SELECT highlight, item.item, owner.item, at_ms, device, quote, comment,"
		" highlight.present FROM highlight JOIN item ON item.id = highlight.item"
		" JOIN item AS owner ON owner.id = highlight.owner ORDER BY 1",
		"SELECT hash, rank, saved_ms, size, held, kept FROM want ORDER BY hash",
		"SELECT device, key, name, archive, addresses, revoked FROM device ORDER BY device",
		"SELECT name, value FROM derived ORDER BY name",
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		dump_sql(node, tables[i], out);
}

static inline void
dump_truth(struct node *node, struct buffer *out)
{
	dump_sql(node, "SELECT kind, entity, field, value, register.clock, origin.origin, register.sequence"
	    " FROM register JOIN origin ON origin.id = register.origin ORDER BY 1, 2, 3", out);
	dump_sql(node, "SELECT origin, sequence, clock FROM origin ORDER BY origin", out);
}

/* ------------------------------------------------------------- an exchange */

enum { PARCEL_MAX = 20000 };

/* Records with bytes of their own, as they lie between two replicas. */
struct parcel {
	struct record records[PARCEL_MAX];
	size_t count;
};

static inline bool
parcel_add(void *context, const struct record *record)
{
	struct parcel *parcel = context;
	struct record *copy = &parcel->records[parcel->count++];
	uint8_t *bytes = malloc(record->field.len + record->value.len + 1);

	assert_true(parcel->count < PARCEL_MAX);
	assert_non_null(bytes);
	*copy = *record;
	memcpy(bytes, record->field.data, record->field.len);
	if (record->value.len > 0)
		memcpy(bytes + record->field.len, record->value.data, record->value.len);
	copy->field.data = bytes;
	copy->value.data = bytes + record->field.len;
	return true;
}

static inline void
parcel_clear(struct parcel *parcel)
{
	for (size_t i = 0; i < parcel->count; i++)
		free((void *)parcel->records[i].field.data);
	parcel->count = 0;
}

static inline void
adopt_all(struct node *to, const struct version_vector *vector)
{
	for (size_t i = 0; i < vector->count; i++)
		OK(replica_adopt(to->replica, &vector->entries[i]));
}

/* Bring ${to} what ${from} has: each record, one in three twice, in an order of ${to}'s choice. */
static inline void
exchange(struct node *from, struct node *to)
{
	struct parcel *parcel = calloc(1, sizeof(*parcel));
	struct record swapped;
	bool complete;
	size_t j;

	assert_non_null(parcel);
	OK(replica_changes(from->replica, replica_vector(to->replica), parcel_add, parcel,
	    &complete));
	assert_true(complete);
	for (size_t i = parcel->count; i > 1; i--) {
		j = node_draw(to) % i;
		swapped = parcel->records[j];
		parcel->records[j] = parcel->records[i - 1];
		parcel->records[i - 1] = swapped;
	}
	OK(replica_begin(to->replica));
	for (size_t i = 0; i < parcel->count; i++) {
		OK(replica_apply(to->replica, &parcel->records[i]));
		if (i % 3 == 0)
			OK(replica_apply(to->replica, &parcel->records[i]));
	}
	adopt_all(to, replica_vector(from->replica));
	OK(replica_commit(to->replica));
	parcel_clear(parcel);
	free(parcel);
}

/* Make ${b} a member of ${a}'s library. */
static inline void
pair(struct node *a, struct node *b)
{
	IN(b, replica_join(b->replica, replica_library(a->replica),
	    replica_library_secret(a->replica)));
}

struct missing {
	uint8_t hashes[1000][HASH_CONTENT_LEN];
	size_t count;
};

static inline bool
missing_add(void *context, const uint8_t *hash, uint64_t offset)
{
	struct missing *missing = context;

	(void)offset;
	memcpy(missing->hashes[missing->count++], hash, HASH_CONTENT_LEN);
	return missing->count < 1000;
}

/* Bring ${to} the blobs that it wants and ${from} has. */
static inline void
send_blobs(struct node *from, struct node *to)
{
	struct missing missing = { .count = 0 };
	struct buffer data;
	bool complete;

	buffer_init(&data, BLOB_MAX);
	OK(blob_wants(to->replica, missing_add, &missing));
	OK(replica_begin(to->replica));
	for (size_t i = 0; i < missing.count; i++) {
		buffer_clear(&data);
		if (blob_get(from->replica, missing.hashes[i], &data) != RS_OK)
			continue;
		OK(blob_receive(to->replica, missing.hashes[i], 0, data.len, buffer_bytes(&data),
		    &complete));
		assert_true(complete);
	}
	OK(replica_commit(to->replica));
	buffer_release(&data);
}

/* ------------------------------------------------------------------ readings */

/* Record a fetch of ${item} with ${page}. */
static inline void
add_fetch(struct node *node, const uint8_t *item, const char *page, uint8_t id[HASH_NAME_LEN])
{
	Readsync__Fetch fetch = READSYNC__FETCH__INIT;

	fetch.item = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)item };
	fetch.at_ms = node->now_ms;
	IN(node, reading_add_fetch(node->replica, &fetch, bytes_of_text(page), id));
}

/* Record a reading of ${fetch}: an article of one paragraph, or none when ${text} is NULL. */
static inline void
add_reading(struct node *node, const uint8_t *fetch, Readsync__Copy copy, const char *title,
    const char *text, uint8_t id[HASH_NAME_LEN])
{
	Readsync__Article article = READSYNC__ARTICLE__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	Readsync__Block block = READSYNC__BLOCK__INIT, *blocks[] = { &block };

	verdict.copy = copy;
	block.kind = READSYNC__BLOCK__KIND__PARAGRAPH;
	block.text = (char *)text;
	article.title = (char *)title;
	article.blocks = blocks;
	article.n_blocks = 1;
	IN(node, reading_add(node->replica, fetch, 1, text == NULL ? NULL : &article, &verdict,
	    text == NULL ? "there is no article" : NULL, id));
}

/* Save a page, and fetch and read it. */
static inline void
keep(struct node *node, const char *url, const char *title, const char *text,
    uint8_t item[HASH_NAME_LEN])
{
	uint8_t fetch[HASH_NAME_LEN], reading[HASH_NAME_LEN];

	save(node, url, NULL, item);
	add_fetch(node, item, text, fetch);
	add_reading(node, fetch, READSYNC__COPY__COPY_FULL, title, text, reading);
}

#endif
