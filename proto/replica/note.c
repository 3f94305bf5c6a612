#include <string.h>

#include "proto/replica/alias.h"
#include "proto/replica/device.h"
#include "proto/replica/index.h"
#include "proto/replica/internal.h"
#include "proto/replica/item_row.h"
#include "proto/replica/note.h"
#include "proto/replica/register.h"
#include "proto/replica/text.h"
#include "proto/replica/value.h"

/* ---------------------------------------------------------------- the registers */

int
note_check(const Readsync__Note *note)
{
	if (note->item.len != HASH_NAME_LEN ||
	    (note->device.len != 0 && note->device.len != HASH_NAME_LEN))
		return RS_EINVAL;
	for (size_t i = 0; i < note->n_replaces; i++)
		if (note->replaces[i].len != HASH_NAME_LEN)
			return RS_EINVAL;
	if (!text_is_prose(bytes_of_text(note->text)))
		return RS_EINVAL;
	return strlen(note->text) <= NOTE_TEXT_MAX && note->n_replaces <= NOTE_REPLACES_MAX ?
	    RS_OK : RS_ELIMIT;
}

/* Freed with readsync__note__free_unpacked.  RS_EPROTOCOL for what is no revision. */
static int
unpack(struct bytes value, Readsync__Note **ret_note)
{
	ProtobufCMessage *message;
	Readsync__Note *note;
	int err = value_unpack(&readsync__note__descriptor, value, &message);

	if (err != RS_OK)
		return err;
	note = (Readsync__Note *)message;
	if (note_check(note) != RS_OK) {
		readsync__note__free_unpacked(note, NULL);
		return RS_EPROTOCOL;
	}
	*ret_note = note;
	return RS_OK;
}

static int
get(struct replica *replica, const uint8_t *id, Readsync__Note **ret_note)
{
	struct buffer value;
	int err;

	buffer_init(&value, RECORD_VALUE_MAX);
	err = register_get(replica, RECORD_NOTE, id, bytes_of_text("note"), &value, NULL);
	if (err == RS_OK)
		err = unpack(buffer_bytes(&value), ret_note);
	buffer_release(&value);
	return err;
}

/* ---------------------------------------------------------------------- writing */

int
note_put(struct replica *replica, const uint8_t id[HASH_NAME_LEN], const Readsync__Note *note)
{
	int err = note_check(note);

	return err != RS_OK ? err : value_write(replica, RECORD_NOTE, id, "note", &note->base);
}

/* Tell whether a revision with ${text} would say what those that it replaces say. */
static int
says_the_same(struct replica *replica, const char *text, const struct note_heads *replaces,
    bool *ret_same)
{
	Readsync__Note *note;
	int err = RS_OK;

	*ret_same = replaces->count == 0 && text[0] == '\0';
	if (replaces->count == 1) {
		err = get(replica, replaces->ids[0], &note);
		if (err == RS_OK) {
			*ret_same = strcmp(note->text, text) == 0;
			readsync__note__free_unpacked(note, NULL);
		}
	}
	return err;
}

static int
write_revision(struct replica *replica, const uint8_t *item, const char *text,
    const struct note_heads *replaces)
{
	ProtobufCBinaryData replaced[NOTE_REPLACES_MAX];
	uint8_t id[HASH_NAME_LEN], device[HASH_NAME_LEN];
	Readsync__Note note = READSYNC__NOTE__INIT;
	int err = device_self(replica, device);

	if (err != RS_OK)
		return err;
	for (size_t i = 0; i < replaces->count; i++)
		replaced[i] = (ProtobufCBinaryData){ HASH_NAME_LEN,
		    (uint8_t *)replaces->ids[i] };
	note.item = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)item };
	note.text = (char *)text;
	note.replaces = replaced;
	note.n_replaces = replaces->count;
	note.at_ms = clock_now_ms(replica->clock);
	note.device = (ProtobufCBinaryData){ sizeof(device), device };
	random_fill(replica->random, id, sizeof(id));
	return note_put(replica, id, &note);
}

int
note_write(struct replica *replica, const uint8_t *item, const char *text,
    const struct note_heads *replaces)
{
	struct alias_set set;
	bool same = false;
	int err = alias_members(replica, item, &set);

	if (err != RS_OK)
		return err;
	if (strlen(text) > NOTE_TEXT_MAX)
		return RS_ELIMIT;
	if (!text_is_prose(bytes_of_text(text)))
		return RS_EINVAL;
	err = says_the_same(replica, text, replaces, &same);
	return err != RS_OK || same ? err : write_revision(replica, item, text, replaces);
}

/* ---------------------------------------------------------------------- reading */

int
note_heads(struct replica *replica, const uint8_t *item, struct note_heads *ret_heads)
{
	struct note_heads heads = { .count = 0 };
	struct rows rows = database_query(&replica->database,
	    "SELECT note FROM note_head WHERE item ="
	    " (SELECT coalesce(head, id) FROM item WHERE item = ?) ORDER BY at_ms, note LIMIT ?",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN), DB_INTEGER(NOTE_REPLACES_MAX)));

	while (database_next(&rows))
		memcpy(heads.ids[heads.count++], database_blob(&rows, 0).data, HASH_NAME_LEN);
	if (database_end(&rows) == RS_OK)
		*ret_heads = heads;
	return rows.err;
}

/* Hand over the revisions that ${rows} names: note, the name of its device, head. */
static int
hand_over(struct replica *replica, struct rows *rows,
    bool (*on_note)(void *context, const struct note *note), void *context)
{
	Readsync__Note *revision;
	bool more = true;

	while (more && database_next(rows)) {
		struct note note = { .id = database_blob(rows, 0).data,
		    .device = database_text(rows, 1), .head = database_integer(rows, 2) != 0 };

		rows->err = get(replica, note.id, &revision);
		if (rows->err != RS_OK)
			break;
		note.revision = revision;
		more = on_note(context, &note);
		readsync__note__free_unpacked(revision, NULL);
	}
	return database_end(rows);
}

int
note_list(struct replica *replica, const uint8_t *item,
    bool (*on_note)(void *context, const struct note *note), void *context)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT note, device.name, 1 FROM note_head"
	    " LEFT JOIN device ON device.device = note_head.device WHERE text <> '' AND item ="
	    " (SELECT coalesce(head, id) FROM item WHERE item = ?) ORDER BY at_ms, note",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN)));

	return hand_over(replica, &rows, on_note, context);
}

int
note_history(struct replica *replica, const uint8_t *item,
    bool (*on_note)(void *context, const struct note *note), void *context)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT note, device.name, NOT EXISTS"
	    " (SELECT 1 FROM note_replaced WHERE note_replaced.note = note.note) FROM note"
	    " LEFT JOIN device ON device.device = note.device WHERE item ="
	    " (SELECT coalesce(head, id) FROM item WHERE item = ?) ORDER BY at_ms, note",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN)));

	return hand_over(replica, &rows, on_note, context);
}

/* ---------------------------------------------------------------------- derived */

/* The entry in the index of every item that shows ${note}, or what it replaces, changes. */
static int
touch(struct replica *replica, const uint8_t *note)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT item FROM note WHERE note = ?1 UNION SELECT item FROM note WHERE note IN"
	    " (SELECT note FROM note_replaced WHERE by = ?1)",
	    VALUES(DB_BLOB(note, HASH_NAME_LEN)));

	while (database_next(&rows))
		rows.err = index_change(replica, database_integer(&rows, 0));
	return database_end(&rows);
}

/* Drop what is derived of a revision whose register says something else by now. */
static int
drop(struct replica *replica, const uint8_t *id)
{
	int err = touch(replica, id);

	if (err == RS_OK)
		err = database_run(&replica->database, "DELETE FROM note WHERE note = ?",
		    VALUES(DB_BLOB(id, HASH_NAME_LEN)));
	if (err == RS_OK)
		err = database_run(&replica->database, "DELETE FROM note_replaced WHERE by = ?",
		    VALUES(DB_BLOB(id, HASH_NAME_LEN)));
	return err;
}

/* Note that ${id} replaces ${other}, which need not be here, and may be of an alias. */
static int
put_replaced(struct replica *replica, const uint8_t *id, const uint8_t *other)
{
	int err = touch(replica, other);

	if (err != RS_OK)
		return err;
	return database_run(&replica->database,
	    "INSERT OR IGNORE INTO note_replaced (note, by) VALUES (?, ?)",
	    VALUES(DB_BLOB(other, HASH_NAME_LEN), DB_BLOB(id, HASH_NAME_LEN)));
}

static int
put(struct replica *replica, const uint8_t *id, const Readsync__Note *note)
{
	int64_t owner, row;
	int err = item_row_make(replica, note->item.data, &owner);

	if (err == RS_OK)
		err = alias_head(replica, owner, &row, NULL);
	if (err == RS_OK)
		err = index_change(replica, row);
	if (err == RS_OK)
		err = database_run(&replica->database,
		    "INSERT INTO note (note, item, owner, at_ms, device, text)"
		    " VALUES (?, ?, ?, ?, ?, ?)",
		    VALUES(DB_BLOB(id, HASH_NAME_LEN), DB_INTEGER(row), DB_INTEGER(owner),
		    DB_INTEGER(note->at_ms), DB_BLOB(note->device.data, note->device.len),
		    DB_TEXT(bytes_of_text(note->text))));
	for (size_t i = 0; i < note->n_replaces && err == RS_OK; i++)
		err = put_replaced(replica, id, note->replaces[i].data);
	return err;
}

int
note_derive(struct replica *replica, const struct record *record)
{
	Readsync__Note *note;
	int made = unpack(record->value, &note), err;

	if (made == RS_ENOMEM)
		return made;
	err = drop(replica, record->entity);
	if (made != RS_OK)
		return err;
	if (err == RS_OK)
		err = put(replica, record->entity, note);
	readsync__note__free_unpacked(note, NULL);
	return err;
}
