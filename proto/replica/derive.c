#include <string.h>

#include "proto/base/utf8.h"
#include "proto/record/canonical_url.h"
#include "proto/replica/alias.h"
#include "proto/replica/blob.h"
#include "proto/replica/derive.h"
#include "proto/replica/highlight.h"
#include "proto/replica/image.h"
#include "proto/replica/index.h"
#include "proto/replica/internal.h"
#include "proto/replica/item_field.h"
#include "proto/replica/item_row.h"
#include "proto/replica/note.h"
#include "proto/replica/reading.h"
#include "proto/replica/register.h"
#include "proto/replica/text.h"
#include "proto/replica/want.h"
#include "proto/replica/want_bound.h"
#include "proto/replica/work.h"

/* Raise this when the same registers come to mean other rows. */
#define DERIVE_VERSION 9

static bool
is_text(struct bytes value, const char *text)
{
	return bytes_equal(value, bytes_of_text(text));
}

/* ---------------------------------------------------------------------- items */

static int
derive_item_url(struct replica *replica, const struct record *record)
{
	bool good = record->value.len <= CANONICAL_URL_MAX && text_is_line(record->value);
	int64_t row;
	int err;

	err = item_row_make(replica, record->entity, &row);
	if (err == RS_OK)
		err = database_run(&replica->database, "UPDATE item SET url = ? WHERE id = ?",
		    VALUES(DB_TEXT(good ? record->value : bytes_of_text("")), DB_INTEGER(row)));
	return err == RS_OK ? alias_follow(replica, record->entity, NULL) : err;
}

static int
derive_item_present(struct replica *replica, const struct record *record)
{
	int64_t row;
	int err;

	err = item_row_make(replica, record->entity, &row);
	if (err == RS_OK)
		err = database_run(&replica->database, "UPDATE item SET present = ? WHERE id = ?",
		    VALUES(DB_INTEGER(!is_text(record->value, "0")), DB_INTEGER(row)));
	return err == RS_OK ? alias_follow(replica, record->entity, NULL) : err;
}

static int
derive_item_prefer(struct replica *replica, const struct record *record)
{
	int64_t row;
	int err = item_row_make(replica, record->entity, &row);

	if (err == RS_OK)
		err = alias_head(replica, row, &row, NULL);
	return err == RS_OK ? item_row_refresh(replica, row) : err;
}

/*
 * Bring in line a field that is merged when the item has aliases, and set ${ret_head} to the
 * row that shows it.
 */
static int
put_field(struct replica *replica, const struct record *record, int64_t *ret_head)
{
	struct rows rows;
	int64_t row, head = 0;
	bool merged = false;
	int err = item_row_make(replica, record->entity, &row);

	if (err == RS_OK)
		err = item_field_apply(replica, row, record->field, record->value);
	if (err != RS_OK)
		return err;
	rows = database_query(&replica->database,
	    "SELECT coalesce(head, id), head IS NOT NULL OR EXISTS"
	    " (SELECT 1 FROM item AS alias WHERE alias.head = item.id) FROM item WHERE id = ?",
	    VALUES(DB_INTEGER(row)));
	if (database_next(&rows)) {
		head = database_integer(&rows, 0);
		merged = database_integer(&rows, 1) != 0;
	}
	err = database_end(&rows);
	if (err == RS_OK && merged)
		err = item_field_replay(replica, head);
	if (err == RS_OK)
		*ret_head = head;
	return err;
}

/* Of what lists alone show, and an offline policy may ask for. */
static int
derive_item_mark(struct replica *replica, const struct record *record)
{
	int64_t head;
	int err = put_field(replica, record, &head);

	return err == RS_OK && replica->limited ? want_refresh_item(replica, head) : err;
}

/* Of what decides how much its blobs are wanted. */
static int
derive_item_rank(struct replica *replica, const struct record *record)
{
	int64_t head;
	int err = put_field(replica, record, &head);

	return err == RS_OK ? want_refresh_item(replica, head) : err;
}

static int
derive_item_saved(struct replica *replica, const struct record *record)
{
	int err = derive_item_rank(replica, record);

	return err == RS_OK && record->value.len > 0 ? work_saved(replica, record->entity) : err;
}

static int
derive_item_title(struct replica *replica, const struct record *record)
{
	int64_t row, head;
	int err = put_field(replica, record, &head);

	if (err == RS_OK)
		err = item_row_make(replica, record->entity, &row);
	if (err == RS_OK && row != head)
		err = item_row_refresh(replica, row);
	return err == RS_OK ? item_row_refresh(replica, head) : err;
}

/* What the item claims to be an alias of; what is no other item's id claims nothing. */
static int
derive_item_alias(struct replica *replica, const struct record *record)
{
	bool good = record->value.len == HASH_NAME_LEN &&
	    memcmp(record->value.data, record->entity, HASH_NAME_LEN) != 0;
	uint8_t former[HASH_NAME_LEN];
	struct rows rows;
	int64_t row;
	bool claimed;
	int err;

	err = item_row_make(replica, record->entity, &row);
	if (err != RS_OK)
		return err;
	rows = database_query(&replica->database,
	    "SELECT alias FROM item WHERE id = ? AND alias IS NOT NULL",
	    VALUES(DB_INTEGER(row)));
	claimed = database_next(&rows);
	if (claimed)
		memcpy(former, database_blob(&rows, 0).data, sizeof(former));
	err = database_end(&rows);
	if (err == RS_OK)
		err = database_run(&replica->database, "UPDATE item SET alias = ? WHERE id = ?",
		    VALUES(good ? DB_BYTES(record->value) : DB_NULL, DB_INTEGER(row)));
	return err == RS_OK ? alias_follow(replica, record->entity, claimed ? former : NULL) : err;
}

static int
derive_item_apart(struct replica *replica, const struct record *record)
{
	uint8_t other[HASH_NAME_LEN];
	int64_t row;
	int err = item_row_make(replica, record->entity, &row);

	if (err != RS_OK || !alias_read_apart(record->field, other))
		return err;
	return alias_follow(replica, record->entity, other);
}

/* -------------------------------------------------------- fetches and readings */

/*
 * Drop the row of a fetch whose register says something else by now, and its page's want, and
 * set ${ret_row} to that of its item; 0: there was none.
 */
static int
drop_fetch(struct replica *replica, const uint8_t *id, int64_t *ret_row)
{
	uint8_t page[HASH_CONTENT_LEN];
	struct rows rows = database_query(&replica->database,
	    "SELECT page, item FROM fetch WHERE fetch = ?", VALUES(DB_BLOB(id, HASH_NAME_LEN)));
	bool found = database_next(&rows), paged = found && !database_is_null(&rows, 0);
	int err;

	if (paged)
		memcpy(page, database_blob(&rows, 0).data, sizeof(page));
	*ret_row = found ? database_integer(&rows, 1) : 0;
	err = database_end(&rows);
	if (err == RS_OK && found)
		err = database_run(&replica->database, "DELETE FROM fetch WHERE fetch = ?",
		    VALUES(DB_BLOB(id, HASH_NAME_LEN)));
	if (err == RS_OK && paged)
		err = want_refresh(replica, page);
	return err == RS_OK && paged ? blob_unnamed(replica, page) : err;
}

static int
put_fetch(struct replica *replica, const uint8_t *id, const Readsync__Fetch *fetch)
{
	const uint8_t *page = fetch->page.len == 0 ? NULL : fetch->page.data;
	uint8_t item[HASH_NAME_LEN];
	bool here = false;
	int64_t owner, row;
	int err;

	err = item_row_make(replica, fetch->item.data, &owner);
	if (err == RS_OK)
		err = alias_head(replica, owner, &row, item);
	if (err == RS_OK)
		err = database_run(&replica->database,
		    "INSERT INTO fetch (fetch, item, owner, at_ms, page, fetched)"
		    " VALUES (?, ?, ?, ?, ?, ?)",
		    VALUES(DB_BLOB(id, HASH_NAME_LEN), DB_INTEGER(row), DB_INTEGER(owner),
		    DB_INTEGER(fetch->at_ms), DB_BLOB_OR_NULL(page, HASH_CONTENT_LEN),
		    DB_INTEGER(fetch->status != 0)));
	if (err != RS_OK || page == NULL)
		return err;
	err = want_refresh(replica, page);
	if (err == RS_OK)
		err = blob_held(replica, page, &here);
	return err == RS_OK ? work_page(replica, item, id, here) : err;
}

static int
derive_fetch(struct replica *replica, const struct record *record)
{
	Readsync__Fetch *fetch;
	int64_t former;
	int err, made;

	made = reading_unpack_fetch(record->value, &fetch);
	if (made == RS_ENOMEM)
		return made;
	err = drop_fetch(replica, record->entity, &former);
	if (made != RS_OK)
		return err == RS_OK && former != 0 ?
		    work_erased(replica, former, record->entity) : err;
	if (err == RS_OK)
		err = put_fetch(replica, record->entity, fetch);
	readsync__fetch__free_unpacked(fetch, NULL);
	return err;
}

/*
 * Drop the row of a reading whose register says something else by now.  Its item, to whose
 * row ${ret_row} is set (0: there was none), may be another than the new one's, so it is
 * refreshed without it.
 */
static int
drop_reading(struct replica *replica, const uint8_t *id, int64_t *ret_row)
{
	uint8_t article[HASH_CONTENT_LEN];
	struct rows rows = database_query(&replica->database,
	    "SELECT item, article FROM reading WHERE reading = ?",
	    VALUES(DB_BLOB(id, HASH_NAME_LEN)));
	bool found = database_next(&rows), named = false;
	int64_t row = 0;
	int err;

	if (found) {
		row = database_integer(&rows, 0);
		named = !database_is_null(&rows, 1);
		if (named)
			memcpy(article, database_blob(&rows, 1).data, sizeof(article));
	}
	err = database_end(&rows);
	*ret_row = row;
	if (err != RS_OK || !found)
		return err;
	err = database_run(&replica->database, "DELETE FROM reading WHERE reading = ?",
	    VALUES(DB_BLOB(id, HASH_NAME_LEN)));
	if (err == RS_OK && named)
		err = want_refresh(replica, article);
	if (err == RS_OK && named)
		err = blob_unnamed(replica, article);
	if (err == RS_OK)
		err = want_refresh_images(replica, id);
	return err == RS_OK ? item_row_refresh(replica, row) : err;
}

/* How whole the copy is: what the reader says, else what the verdict says. */
static int
judge(struct replica *replica, const uint8_t *id, const Readsync__Reading *reading,
    Readsync__Copy *ret_copy)
{
	Readsync__Copy marked;
	int err = reading_marked(replica, id, &marked);

	if (err == RS_OK)
		*ret_copy = marked != READSYNC__COPY__COPY_UNKNOWN ? marked :
		    reading->verdict->copy;
	return err;
}

/* Tell whether the page held what may not be kept of it: then its bytes may not either. */
static bool
withholds(const Readsync__Verdict *verdict)
{
	for (size_t i = 0; i < verdict->n_evidence; i++)
		if (strcmp(verdict->evidence[i]->id, "gated-part-withheld") == 0)
			return true;
	return false;
}

static int
put_reading(struct replica *replica, const uint8_t *id, const Readsync__Reading *reading)
{
	const uint8_t *article = reading->article.len == 0 ? NULL : reading->article.data;
	Readsync__Copy copy = READSYNC__COPY__COPY_UNKNOWN;
	uint8_t item[HASH_NAME_LEN];
	int64_t owner, row, others = 0;
	int err;

	err = judge(replica, id, reading, &copy);
	if (err == RS_OK)
		err = item_row_make(replica, reading->item.data, &owner);
	if (err == RS_OK)
		err = alias_head(replica, owner, &row, item);
	if (err == RS_OK)
		err = database_lookup(&replica->database,
		    "SELECT EXISTS (SELECT 1 FROM reading WHERE item = ?)",
		    VALUES(DB_INTEGER(row)), &others);
	if (err == RS_OK)
		err = database_run(&replica->database,
		    "INSERT INTO reading (reading, item, owner, fetch, at_ms, copy, words, article,"
		    " withheld) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		    VALUES(DB_BLOB(id, HASH_NAME_LEN), DB_INTEGER(row), DB_INTEGER(owner),
		    DB_BLOB(reading->fetch.data, HASH_NAME_LEN), DB_INTEGER(reading->at_ms),
		    DB_INTEGER(copy),
		    DB_INTEGER(reading->words), DB_BLOB_OR_NULL(article, HASH_CONTENT_LEN),
		    DB_INTEGER(withholds(reading->verdict))));
	if (err == RS_OK)
		err = item_row_refresh(replica, row);
	if (err == RS_OK)
		err = work_read(replica, item, reading->fetch.data, others == 0);
	return err;
}

static int
derive_reading(struct replica *replica, const struct record *record)
{
	Readsync__Reading *reading;
	int64_t former;
	int err, made;

	made = reading_unpack(record->value, &reading);
	if (made == RS_ENOMEM)
		return made;
	err = drop_reading(replica, record->entity, &former);
	if (made != RS_OK)
		return err == RS_OK && former != 0 ?
		    work_erased(replica, former, record->entity) : err;
	if (err == RS_OK)
		err = put_reading(replica, record->entity, reading);
	readsync__reading__free_unpacked(reading, NULL);
	return err;
}

static int
derive_reading_images(struct replica *replica, const struct record *record)
{
	return image_derive(replica, record->entity, record->value);
}

/* The reader's own verdict: it stands, whatever the page looks like. */
static int
derive_reading_verdict(struct replica *replica, const struct record *record)
{
	Readsync__Reading *reading = NULL;
	Readsync__Copy copy;
	struct buffer value;
	int64_t row;
	int err;

	buffer_init(&value, RECORD_VALUE_MAX);
	err = database_lookup(&replica->database, "SELECT item FROM reading WHERE reading = ?",
	    VALUES(DB_BLOB(record->entity, HASH_NAME_LEN)), &row);
	if (err == RS_OK)
		err = register_get(replica, RECORD_READING, record->entity,
		    bytes_of_text("reading"), &value, NULL);
	if (err == RS_OK)
		err = reading_unpack(buffer_bytes(&value), &reading);
	if (err == RS_OK)
		err = judge(replica, record->entity, reading, &copy);
	if (err == RS_OK)
		err = database_run(&replica->database,
		    "UPDATE reading SET copy = ? WHERE reading = ?",
		    VALUES(DB_INTEGER(copy), DB_BLOB(record->entity, HASH_NAME_LEN)));
	if (err == RS_OK)
		err = item_row_refresh(replica, row);
	if (reading != NULL)
		readsync__reading__free_unpacked(reading, NULL);
	buffer_release(&value);
	/* It may come before the reading, which then asks for it. */
	return err == RS_ENOTFOUND ? RS_OK : err;
}

/* -------------------------------------------------------------------- devices */

static int
make_device(struct replica *replica, const uint8_t *device)
{
	return database_run(&replica->database,
	    "INSERT OR IGNORE INTO device (device) VALUES (?)",
	    VALUES(DB_BLOB(device, HASH_NAME_LEN)));
}

/* Who uses them looks at each line; see peer.c. */
static int
derive_device_addresses(struct replica *replica, const struct record *record)
{
	struct bytes lines = utf8_valid(record->value) ? record->value : bytes_of_text("");
	int err = make_device(replica, record->entity);

	if (err != RS_OK)
		return err;
	return database_run(&replica->database, "UPDATE device SET addresses = ? WHERE device = ?",
	    VALUES(DB_TEXT(lines), DB_BLOB(record->entity, HASH_NAME_LEN)));
}

static int
derive_device_archive(struct replica *replica, const struct record *record)
{
	int err = make_device(replica, record->entity);

	if (err != RS_OK)
		return err;
	return database_run(&replica->database, "UPDATE device SET archive = ? WHERE device = ?",
	    VALUES(DB_INTEGER(is_text(record->value, "1")),
	    DB_BLOB(record->entity, HASH_NAME_LEN)));
}

static int
derive_device_key(struct replica *replica, const struct record *record)
{
	int err = make_device(replica, record->entity);

	if (err != RS_OK)
		return err;
	return database_run(&replica->database, "UPDATE device SET key = ? WHERE device = ?",
	    VALUES(DB_BYTES(record->value), DB_BLOB(record->entity, HASH_NAME_LEN)));
}

static int
derive_device_name(struct replica *replica, const struct record *record)
{
	struct bytes name = text_is_line(record->value) ? record->value : bytes_of_text("");
	int err = make_device(replica, record->entity);

	if (err != RS_OK)
		return err;
	return database_run(&replica->database, "UPDATE device SET name = ? WHERE device = ?",
	    VALUES(DB_TEXT(name), DB_BLOB(record->entity, HASH_NAME_LEN)));
}

/* Whatever the register says: nothing that is written to it later takes a revocation back. */
static int
derive_device_revoked(struct replica *replica, const struct record *record)
{
	int err = make_device(replica, record->entity);

	if (err != RS_OK)
		return err;
	return database_run(&replica->database, "UPDATE device SET revoked = 1 WHERE device = ?",
	    VALUES(DB_BLOB(record->entity, HASH_NAME_LEN)));
}

/* ------------------------------------------------------------------- dispatch */

/* A name that ends in '/' stands for all that begin with it. */
static const struct {
	enum record_kind kind;
	const char *field;
	int (*derive)(struct replica *replica, const struct record *record);
} fields[] = {
	{ RECORD_ITEM, "alias", derive_item_alias },
	{ RECORD_ITEM, "apart/", derive_item_apart },
	{ RECORD_ITEM, "prefer", derive_item_prefer },
	{ RECORD_ITEM, "present", derive_item_present },
	{ RECORD_ITEM, "saved", derive_item_saved },
	{ RECORD_ITEM, "starred", derive_item_mark },
	{ RECORD_ITEM, "state", derive_item_rank },
	{ RECORD_ITEM, "tag/", derive_item_mark },
	{ RECORD_ITEM, "title", derive_item_title },
	{ RECORD_ITEM, "url", derive_item_url },
	{ RECORD_ITEM, "waits", derive_item_mark },
	{ RECORD_FETCH, "fetch", derive_fetch },
	{ RECORD_READING, "images", derive_reading_images },
	{ RECORD_READING, "reading", derive_reading },
	{ RECORD_READING, "verdict", derive_reading_verdict },
	{ RECORD_DEVICE, "addresses", derive_device_addresses },
	{ RECORD_DEVICE, "archive", derive_device_archive },
	{ RECORD_DEVICE, "key", derive_device_key },
	{ RECORD_DEVICE, "name", derive_device_name },
	{ RECORD_DEVICE, "revoked", derive_device_revoked },
	{ RECORD_NOTE, "note", note_derive },
	{ RECORD_HIGHLIGHT, "comment", highlight_derive_field },
	{ RECORD_HIGHLIGHT, "highlight", highlight_derive },
	{ RECORD_HIGHLIGHT, "present", highlight_derive_field },
};

static bool
matches(struct bytes field, const char *name)
{
	size_t len = strlen(name);

	if (name[len - 1] != '/')
		return is_text(field, name);
	return field.len > len && memcmp(field.data, name, len) == 0;
}

int
derive_register(struct replica *replica, const struct record *record)
{
	int64_t row;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (record->kind == fields[i].kind && matches(record->field, fields[i].field))
			return fields[i].derive(replica, record);
	/* Whatever is said of an item, it has a row: walk.h goes by those. */
	return record->kind == RECORD_ITEM ? item_row_make(replica, record->entity, &row) : RS_OK;
}

int
derive_blob(struct replica *replica, const uint8_t *hash)
{
	struct rows rows;
	int err;

	err = want_refresh(replica, hash);
	if (err == RS_OK)
		err = item_row_gain_article(replica, hash);
	if (err != RS_OK)
		return err;
	rows = database_query(&replica->database,
	    "SELECT item.item, fetch.fetch FROM fetch JOIN item ON item.id = fetch.item"
	    " WHERE fetch.page = ? AND NOT EXISTS"
	    " (SELECT 1 FROM reading WHERE reading.fetch = fetch.fetch)",
	    VALUES(DB_BLOB(hash, HASH_CONTENT_LEN)));
	while (database_next(&rows))
		rows.err = work_page(replica, database_blob(&rows, 0).data,
		    database_blob(&rows, 1).data, true);
	return database_end(&rows);
}

/* -------------------------------------------------------------------- rebuild */

int
derive_current(struct replica *replica, bool *ret_current)
{
	int64_t agreeing;
	int err = database_lookup(&replica->database,
	    "SELECT count(*) FROM derived WHERE (name, value) IN"
	    " (VALUES ('tables', ?), ('index', ?), ('role', ?))",
	    VALUES(DB_INTEGER(DERIVE_VERSION), DB_INTEGER(INDEX_VERSION),
	    DB_INTEGER(replica->role)), &agreeing);

	if (err == RS_OK)
		*ret_current = agreeing == 3;
	return err;
}

static int
clear(struct replica *replica)
{
	int err;

	err = index_clear(replica);
	if (err != RS_OK)
		return err;
	err = database_script(&replica->database,
	    "DELETE FROM derived; DELETE FROM item; DELETE FROM item_tag; DELETE FROM fetch;"
	    " DELETE FROM reading; DELETE FROM image; DELETE FROM note; DELETE FROM note_replaced;"
	    " DELETE FROM highlight; DELETE FROM device;");
	return err == RS_OK ? want_bound_clear(replica) : err;
}

static int
derive_all(struct replica *replica)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT kind, entity, field, value FROM register ORDER BY id", NO_VALUES);
	struct record record = { 0 };

	while (database_next(&rows)) {
		record.kind = (uint32_t)database_integer(&rows, 0);
		memcpy(record.entity, database_blob(&rows, 1).data, sizeof(record.entity));
		record.field = database_blob(&rows, 2);
		record.value = database_blob(&rows, 3);
		rows.err = derive_register(replica, &record);
	}
	return database_end(&rows);
}

int
derive_rebuild(struct replica *replica)
{
	int err;

	replica->rebuilding = true;
	err = clear(replica);
	if (err == RS_OK)
		err = derive_all(replica);
	replica->rebuilding = false;
	/* What no register names is spare. */
	if (err == RS_OK && replica->limited)
		err = want_rebuild(replica);
	if (err == RS_OK)
		err = work_restore(replica);
	if (err != RS_OK)
		return err;
	return database_run(&replica->database,
	    "INSERT INTO derived (name, value) VALUES ('tables', ?), ('index', ?), ('role', ?)",
	    VALUES(DB_INTEGER(DERIVE_VERSION), DB_INTEGER(INDEX_VERSION),
	    DB_INTEGER(replica->role)));
}
