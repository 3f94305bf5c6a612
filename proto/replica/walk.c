#include <string.h>

#include "proto/replica/internal.h"
#include "proto/replica/walk.h"

/* What the queries for records give, of the tables `register` or `quarantine`, and `origin`. */
#define RECORD_COLUMNS(table) \
	"SELECT kind, entity, field, value, " table ".clock, origin.origin, " table ".sequence"

/*
 * The records of what a row of ${table} tells of the item ?1, behind (?2, ?3).  The plus keeps
 * SQLite from taking that for the way to find them.
 */
#define OF_ITEM(table, kind_number) \
	RECORD_COLUMNS("register") " FROM " table \
	" CROSS JOIN register ON kind = " kind_number " AND entity = " table "." table \
	" JOIN origin ON origin.id = register.origin" \
	" WHERE " table ".item = (SELECT coalesce(head, id) FROM item WHERE item = ?1)" \
	" AND owner = (SELECT id FROM item WHERE item = ?1)" \
	" AND (+entity, +field) > (?2, ?3) ORDER BY entity, field"

/*
 * Of what has no such row.  Whatever is said of a row beside is handed over twice, since a row
 * may come into being behind the place where the walk is.
 */
#define NOT_OF_ITEM(table) \
	"field <> CAST('" table "' AS BLOB)" \
	" OR NOT EXISTS (SELECT 1 FROM " table " WHERE " table " = register.entity)"

/* A cursor: stage, kind and key, then three texts, each behind its length. */
enum { CURSOR_HEAD = 1 + 4 + 8, CURSOR_ENTRIES_MAX = 8 };

/* A walk under way, and whom its records go to. */
struct handing {
	struct walk *walk;
	struct replica *replica;
	bool (*on_record)(void *context, const struct record *record);
	void *context;
	bool full;			/* a record was not taken */
};

/* Let ${walk} stand before the first group of ${stage}; of those that fall, none is greater. */
static void
enter(struct walk *walk, enum walk_stage stage)
{
	walk->stage = stage;
	walk->kind = 0;
	walk->field_len = 0;
	walk->key = stage == WALK_SAVED ? INT64_MAX : 0;
	walk->group_len = stage == WALK_SAVED ? sizeof(walk->group) : 0;
	memset(walk->group, 0xff, sizeof(walk->group));
	memset(walk->entity, 0, sizeof(walk->entity));
}

void
walk_init(struct walk *walk)
{
	memset(walk, 0, sizeof(*walk));
	version_vector_init(&walk->begun);
	version_vector_init(&walk->looked_at);
	enter(walk, WALK_RETURNING);
}

void
walk_release(struct walk *walk)
{
	version_vector_release(&walk->begun);
	version_vector_release(&walk->looked_at);
}

int
walk_begun(struct walk *walk, const struct version_vector *vector)
{
	int err = RS_OK;

	for (size_t i = 0; i < vector->count && err == RS_OK; i++) {
		err = version_vector_raise_to(&walk->begun, &vector->entries[i]);
		if (err == RS_OK)
			err = version_vector_raise_to(&walk->looked_at, &vector->entries[i]);
	}
	return err;
}

/* ---------------------------------------------------------------------- cursors */

static int
append_text(struct buffer *out, const uint8_t *data, size_t len)
{
	uint8_t size = (uint8_t)len;
	int err = buffer_append(out, &size, 1);

	return err == RS_OK ? buffer_append(out, data, len) : err;
}

static void
put_number(uint8_t *out, uint64_t number, unsigned len)
{
	for (unsigned i = 0; i < len; i++)
		out[i] = (uint8_t)(number >> (8 * i));
}

static uint64_t
get_number(const uint8_t *data, unsigned len)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < len; i++)
		number |= (uint64_t)data[i] << (8 * i);
	return number;
}

/* Append which writes since the beginning were looked at, as many as there is room for. */
static int
append_looked_at(const struct walk *walk, struct buffer *out)
{
	const struct version_entry *entry;
	uint8_t sequence[8];
	size_t left = CURSOR_ENTRIES_MAX;
	int err = RS_OK;

	for (size_t i = 0; i < walk->looked_at.count && left > 0 && err == RS_OK; i++) {
		entry = &walk->looked_at.entries[i];
		if (entry->sequence <= version_vector_get(&walk->begun, entry->origin))
			continue;
		put_number(sequence, entry->sequence, sizeof(sequence));
		err = buffer_append(out, entry->origin, sizeof(entry->origin));
		if (err == RS_OK)
			err = buffer_append(out, sequence, sizeof(sequence));
		left--;
	}
	return err;
}

int
walk_cursor(const struct walk *walk, struct buffer *out)
{
	uint8_t head[CURSOR_HEAD] = { (uint8_t)walk->stage };
	int err;

	put_number(head + 1, walk->kind, 4);
	put_number(head + 5, (uint64_t)walk->key, 8);
	err = buffer_append(out, head, sizeof(head));
	if (err == RS_OK)
		err = append_text(out, walk->group, walk->group_len);
	if (err == RS_OK)
		err = append_text(out, walk->entity, sizeof(walk->entity));
	if (err == RS_OK)
		err = append_text(out, walk->field, walk->field_len);
	return err == RS_OK ? append_looked_at(walk, out) : err;
}

/* Take a text of at most ${max} bytes off ${cursor}; false when there is none. */
static bool
take_text(struct bytes *cursor, uint8_t *data, size_t max, size_t *ret_len)
{
	size_t len = cursor->len == 0 ? 0 : cursor->data[0];

	if (cursor->len < 1 + len || len > max)
		return false;
	memcpy(data, cursor->data + 1, len);
	*ret_len = len;
	*cursor = bytes_of(cursor->data + 1 + len, cursor->len - 1 - len);
	return true;
}

static int
take_looked_at(struct walk *walk, struct bytes cursor)
{
	const size_t size = VERSION_ORIGIN_LEN + 8;
	int err = cursor.len % size == 0 ? RS_OK : RS_EPROTOCOL;

	for (size_t at = 0; at < cursor.len && err == RS_OK; at += size)
		err = version_vector_raise(&walk->looked_at, cursor.data + at,
		    get_number(cursor.data + at + VERSION_ORIGIN_LEN, 8));
	return err;
}

int
walk_resume(struct walk *walk, struct bytes cursor)
{
	size_t len;

	if (cursor.len < CURSOR_HEAD || cursor.data[0] < WALK_RETURNING ||
	    cursor.data[0] > WALK_END)
		return RS_EPROTOCOL;
	enter(walk, (enum walk_stage)cursor.data[0]);
	walk->kind = (uint32_t)get_number(cursor.data + 1, 4);
	walk->key = (int64_t)get_number(cursor.data + 5, 8);
	cursor = bytes_of(cursor.data + CURSOR_HEAD, cursor.len - CURSOR_HEAD);
	if (!take_text(&cursor, walk->group, sizeof(walk->group), &walk->group_len) ||
	    !take_text(&cursor, walk->entity, sizeof(walk->entity), &len) ||
	    !take_text(&cursor, walk->field, sizeof(walk->field), &walk->field_len))
		return RS_EPROTOCOL;
	/* What is written after the end may move an item too: look at it before the next end. */
	if (walk->stage == WALK_END)
		enter(walk, WALK_MOVED);
	return take_looked_at(walk, cursor);
}

/* ---------------------------------------------------------------------- records */

/* Hand over the record in the current row of ${rows}; false when it was not taken. */
static bool
hand_over(struct handing *handing, const struct rows *rows)
{
	struct walk *walk = handing->walk;
	struct record record = {
		.kind = (uint32_t)database_integer(rows, 0),
		.field = database_blob(rows, 2),
		.value = database_blob(rows, 3),
		.clock = (uint64_t)database_integer(rows, 4),
		.sequence = (uint64_t)database_integer(rows, 6)
	};

	memcpy(record.entity, database_blob(rows, 1).data, sizeof(record.entity));
	memcpy(record.origin, database_blob(rows, 5).data, sizeof(record.origin));
	if (!handing->on_record(handing->context, &record)) {
		handing->full = true;
		return false;
	}
	walk->kind = record.kind;
	memcpy(walk->entity, record.entity, sizeof(walk->entity));
	memcpy(walk->field, record.field.data, record.field.len);
	walk->field_len = record.field.len;
	return true;
}

/* Where in the records of ${kind} the group in hand goes on: behind (entity, field). */
static struct bytes
entity_taken(const struct walk *walk, uint32_t kind)
{
	return bytes_of(walk->entity, walk->kind == kind ? sizeof(walk->entity) : 0);
}

static struct bytes
field_taken(const struct walk *walk, uint32_t kind)
{
	return bytes_of(walk->field, walk->kind == kind ? walk->field_len : 0);
}

/*
 * What is about an item, kind by kind.  ?1 is the item, (?2, ?3) what was taken.  All but
 * its own registers are sorted, but there are few of one item.
 */
static const struct {
	uint32_t kind;
	const char *sql;
} of_item[] = {
	{ RECORD_ITEM, RECORD_COLUMNS("register")
	    " FROM register JOIN origin ON origin.id = register.origin"
	    " WHERE kind = 1 AND entity = ?1 AND field > ?3 ORDER BY field" },
	{ RECORD_FETCH, OF_ITEM("fetch", "2") },
	{ RECORD_READING, OF_ITEM("reading", "3") },
	{ RECORD_NOTE, OF_ITEM("note", "5") },
	{ RECORD_HIGHLIGHT, OF_ITEM("highlight", "6") },
};

/* Hand over the rest of what is about the item that is in hand. */
static int
hand_over_item(struct handing *handing)
{
	const struct walk *walk = handing->walk;
	struct rows rows;
	int err = RS_OK;

	for (size_t i = 0; i < sizeof(of_item) / sizeof(of_item[0]); i++) {
		uint32_t kind = of_item[i].kind;

		if (walk->kind > kind)
			continue;
		rows = database_query(&handing->replica->database, of_item[i].sql,
		    VALUES(DB_BLOB(walk->group, HASH_NAME_LEN),
		    DB_BYTES(entity_taken(walk, kind)), DB_BYTES(field_taken(walk, kind))));
		while (!handing->full && database_next(&rows) && hand_over(handing, &rows))
			;
		err = database_end(&rows);
		if (err != RS_OK || handing->full)
			break;
	}
	return err;
}

/* From now on the group in hand is ${group}, of which nothing was taken. */
static void
take_up(struct walk *walk, int64_t key, struct bytes group)
{
	walk->key = key;
	memcpy(walk->group, group.data, HASH_NAME_LEN);
	walk->group_len = HASH_NAME_LEN;
	walk->kind = 0;
	walk->field_len = 0;
}

/* ----------------------------------------------------------------------- stages */

/* A stage whose groups are items, of which those behind the item ?2 (and the key ?1) are left. */
static int
walk_items(struct handing *handing, const char *sql)
{
	struct walk *walk = handing->walk;
	struct rows rows;
	int err = walk->group_len == HASH_NAME_LEN ? hand_over_item(handing) : RS_OK;

	if (err != RS_OK || handing->full)
		return err;
	rows = database_query(&handing->replica->database, sql, VALUES(DB_INTEGER(walk->key),
	    DB_BLOB(walk->group, walk->group_len)));
	while (!handing->full && database_next(&rows)) {
		take_up(walk, database_integer(&rows, 0), database_blob(&rows, 1));
		rows.err = hand_over_item(handing);
	}
	return database_end(&rows);
}

/* Here a group is a write: its key the sequence, its name the origin. */
static int
walk_quarantine(struct handing *handing)
{
	struct walk *walk = handing->walk;
	struct rows rows = database_query(&handing->replica->database,
	    RECORD_COLUMNS("quarantine")
	    " FROM origin CROSS JOIN quarantine ON quarantine.origin = origin.id"
	    " WHERE (origin.origin, quarantine.sequence) > (?2, ?1)"
	    " ORDER BY origin.origin, quarantine.sequence",
	    VALUES(DB_INTEGER(walk->key), DB_BLOB(walk->group, walk->group_len)));

	while (!handing->full && database_next(&rows))
		if (hand_over(handing, &rows))
			take_up(walk, database_integer(&rows, 6), database_blob(&rows, 5));
	return database_end(&rows);
}

/* No group: all in the order of their names. */
static int
walk_loose(struct handing *handing)
{
	const struct walk *walk = handing->walk;
	uint32_t kind = walk->kind < RECORD_FETCH ? RECORD_FETCH : walk->kind;
	struct rows rows = database_query(&handing->replica->database, RECORD_COLUMNS("register")
	    " FROM register JOIN origin ON origin.id = register.origin"
	    " WHERE (kind, entity, field) > (?1, ?2, ?3) AND CASE kind"
	    " WHEN 2 THEN " NOT_OF_ITEM("fetch") " WHEN 3 THEN " NOT_OF_ITEM("reading")
	    " WHEN 5 THEN " NOT_OF_ITEM("note") " WHEN 6 THEN " NOT_OF_ITEM("highlight")
	    " ELSE 1 END ORDER BY kind, entity, field",
	    VALUES(DB_INTEGER(kind), DB_BYTES(entity_taken(walk, kind)),
	    DB_BYTES(field_taken(walk, kind))));

	while (!handing->full && database_next(&rows) && hand_over(handing, &rows))
		;
	return database_end(&rows);
}

/* Looking for a write since the beginning by which an item has moved. */
struct looking {
	struct walk *walk;
	bool found;
	int err;
};

static bool
on_write(void *context, const struct record *record)
{
	struct looking *looking = context;
	bool moves = record->kind == RECORD_ITEM &&
	    bytes_equal(record->field, bytes_of_text("saved"));

	looking->err = version_vector_raise(&looking->walk->looked_at, record->origin,
	    record->sequence);
	looking->found = moves;
	if (moves)
		take_up(looking->walk, 0, bytes_of(record->entity, HASH_NAME_LEN));
	return looking->err == RS_OK && !looking->found;
}

static int
walk_moved(struct handing *handing)
{
	struct walk *walk = handing->walk;
	struct looking looking = { .walk = walk, .found = walk->group_len == HASH_NAME_LEN };
	bool complete = false;
	int err = RS_OK;

	while (!complete && err == RS_OK && !handing->full) {
		if (looking.found)
			err = hand_over_item(handing);
		if (err == RS_OK && !handing->full)
			err = replica_changes(handing->replica, &walk->looked_at, on_write,
			    &looking, &complete);
		if (err == RS_OK)
			err = looking.err;
	}
	return err;
}

static int
walk_stage(struct handing *handing)
{
	switch (handing->walk->stage) {
	case WALK_RETURNING:
		return walk_items(handing, "SELECT 0, entity FROM quarantine WHERE kind = 1"
		    " AND field = x'7361766564' AND entity > ?2 ORDER BY entity");
	case WALK_QUARANTINE:
		return walk_quarantine(handing);
	case WALK_SAVED:
		return walk_items(handing, "SELECT CAST(value AS INTEGER), entity FROM register"
		    " INDEXED BY register_saved WHERE kind = 1 AND field = x'7361766564'"
		    " AND CAST(value AS INTEGER) <= ?1"
		    " AND (CAST(value AS INTEGER), entity) < (?1, ?2)"
		    " ORDER BY CAST(value AS INTEGER) DESC, entity DESC");
	case WALK_BARE:
		return walk_items(handing, "SELECT 0, item FROM item WHERE item > ?2"
		    " AND NOT EXISTS (SELECT 1 FROM register WHERE kind = 1"
		    " AND entity = item.item AND field = x'7361766564') ORDER BY item");
	case WALK_LOOSE:
		return walk_loose(handing);
	case WALK_MOVED:
		return walk_moved(handing);
	case WALK_END:
		break;
	}
	return RS_OK;
}

int
walk_next(struct walk *walk, struct replica *replica,
    bool (*on_record)(void *context, const struct record *record), void *context)
{
	struct handing handing = { walk, replica, on_record, context, false };
	int err = RS_OK;

	while (err == RS_OK && !handing.full && walk->stage != WALK_END) {
		err = walk_stage(&handing);
		if (err == RS_OK && !handing.full)
			enter(walk, (enum walk_stage)(walk->stage + 1));
	}
	return err;
}
