#include <string.h>

#include "proto/replica/alias.h"
#include "proto/replica/device.h"
#include "proto/replica/highlight.h"
#include "proto/replica/index.h"
#include "proto/replica/internal.h"
#include "proto/replica/item_row.h"
#include "proto/replica/register.h"
#include "proto/replica/text.h"
#include "proto/replica/value.h"

/* ---------------------------------------------------------------- the registers */

int
highlight_check(const Readsync__Highlight *passage)
{
	struct bytes quote = bytes_of_text(passage->quote);
	struct bytes prefix = bytes_of_text(passage->prefix);
	struct bytes suffix = bytes_of_text(passage->suffix);

	if (passage->item.len != HASH_NAME_LEN || quote.len == 0 ||
	    (passage->device.len != 0 && passage->device.len != HASH_NAME_LEN) ||
	    !text_is_prose(quote) || !text_is_prose(prefix) || !text_is_prose(suffix))
		return RS_EINVAL;
	return quote.len <= HIGHLIGHT_QUOTE_MAX && prefix.len <= HIGHLIGHT_AROUND_MAX &&
	    suffix.len <= HIGHLIGHT_AROUND_MAX ? RS_OK : RS_ELIMIT;
}

/* Freed with readsync__highlight__free_unpacked.  RS_EPROTOCOL for what is no passage. */
static int
unpack(struct bytes value, Readsync__Highlight **ret_passage)
{
	ProtobufCMessage *message;
	Readsync__Highlight *passage;
	int err = value_unpack(&readsync__highlight__descriptor, value, &message);

	if (err != RS_OK)
		return err;
	passage = (Readsync__Highlight *)message;
	if (highlight_check(passage) != RS_OK) {
		readsync__highlight__free_unpacked(passage, NULL);
		return RS_EPROTOCOL;
	}
	*ret_passage = passage;
	return RS_OK;
}

static int
get(struct replica *replica, const uint8_t *id, Readsync__Highlight **ret_passage)
{
	struct buffer value;
	int err;

	buffer_init(&value, RECORD_VALUE_MAX);
	err = register_get(replica, RECORD_HIGHLIGHT, id, bytes_of_text("highlight"), &value,
	    NULL);
	if (err == RS_OK)
		err = unpack(buffer_bytes(&value), ret_passage);
	buffer_release(&value);
	return err;
}

/* Read the register ${field} of ${id} into ${out}, which stays empty when there is none. */
static int
read_field(struct replica *replica, const uint8_t *id, const char *field, struct buffer *out)
{
	int err = register_get(replica, RECORD_HIGHLIGHT, id, bytes_of_text(field), out, NULL);

	return err == RS_ENOTFOUND ? RS_OK : err;
}

static int
is_removed(struct replica *replica, const uint8_t *id, bool *ret_removed)
{
	struct buffer present;
	int err;

	buffer_init(&present, RECORD_VALUE_MAX);
	err = read_field(replica, id, "present", &present);
	if (err == RS_OK)
		*ret_removed = bytes_equal(buffer_bytes(&present), bytes_of_text("0"));
	buffer_release(&present);
	return err;
}

/* ---------------------------------------------------------------------- writing */

int
highlight_put(struct replica *replica, const uint8_t id[HASH_NAME_LEN],
    const Readsync__Highlight *passage)
{
	bool removed = false;
	int err = highlight_check(passage);

	if (err == RS_OK)
		err = is_removed(replica, id, &removed);
	return err != RS_OK || removed ? err :
	    value_write(replica, RECORD_HIGHLIGHT, id, "highlight", &passage->base);
}

int
highlight_add(struct replica *replica, const uint8_t *item, const Readsync__Highlight *passage,
    uint8_t ret_id[HASH_NAME_LEN])
{
	uint8_t id[HASH_NAME_LEN], device[HASH_NAME_LEN];
	Readsync__Highlight stored = *passage;
	struct alias_set set;
	int err = alias_members(replica, item, &set);

	if (err == RS_OK)
		err = device_self(replica, device);
	if (err != RS_OK)
		return err;
	stored.item = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)item };
	stored.at_ms = clock_now_ms(replica->clock);
	stored.device = (ProtobufCBinaryData){ sizeof(device), device };
	random_fill(replica->random, id, sizeof(id));
	err = highlight_put(replica, id, &stored);
	if (err == RS_OK)
		memcpy(ret_id, id, sizeof(id));
	return err;
}

int
highlight_check_comment(const char *comment)
{
	struct bytes text = bytes_of_text(comment);

	if (!text_is_prose(text))
		return RS_EINVAL;
	return text.len <= HIGHLIGHT_COMMENT_MAX ? RS_OK : RS_ELIMIT;
}

int
highlight_comment(struct replica *replica, const uint8_t *id, const char *comment)
{
	bool removed = false;
	int err = highlight_check_comment(comment);

	if (err == RS_OK)
		err = is_removed(replica, id, &removed);
	return err != RS_OK || removed ? err :
	    replica_write(replica, RECORD_HIGHLIGHT, id, "comment", bytes_of_text(comment));
}

int
highlight_remove(struct replica *replica, const uint8_t *id)
{
	/* Its words follow: see withdraw_words. */
	return replica_write(replica, RECORD_HIGHLIGHT, id, "present", bytes_of_text("0"));
}

/* ---------------------------------------------------------------------- reading */

int
highlight_list(struct replica *replica, const uint8_t *item,
    bool (*on_highlight)(void *context, const struct highlight *highlight), void *context)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT highlight, comment, device.name FROM highlight"
	    " LEFT JOIN device ON device.device = highlight.device WHERE present AND item ="
	    " (SELECT coalesce(head, id) FROM item WHERE item = ?) ORDER BY at_ms, highlight",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN)));
	Readsync__Highlight *passage;
	bool more = true;

	while (more && database_next(&rows)) {
		struct highlight highlight = { .id = database_blob(&rows, 0).data,
		    .comment = database_text(&rows, 1), .device = database_text(&rows, 2) };

		rows.err = get(replica, highlight.id, &passage);
		if (rows.err != RS_OK)
			break;
		highlight.passage = passage;
		more = on_highlight(context, &highlight);
		readsync__highlight__free_unpacked(passage, NULL);
	}
	return database_end(&rows);
}

/* ---------------------------------------------------------------------- derived */

/* The entry in the index of the item that shows it changes. */
static int
touch(struct replica *replica, const uint8_t *id)
{
	int64_t row;
	int err = database_lookup(&replica->database,
	    "SELECT item FROM highlight WHERE highlight = ?",
	    VALUES(DB_BLOB(id, HASH_NAME_LEN)), &row);

	return err == RS_OK ? index_change(replica, row) : err == RS_ENOTFOUND ? RS_OK : err;
}

/* Bring the row of ${id}, if there is one, in line with the registers that change. */
static int
put_fields(struct replica *replica, const uint8_t *id)
{
	struct buffer comment, present;
	int err;

	buffer_init(&comment, RECORD_VALUE_MAX);
	buffer_init(&present, RECORD_VALUE_MAX);
	err = read_field(replica, id, "comment", &comment);
	if (err == RS_OK && (!text_is_prose(buffer_bytes(&comment)) ||
	    comment.len > HIGHLIGHT_COMMENT_MAX))
		buffer_clear(&comment);
	if (err == RS_OK)
		err = read_field(replica, id, "present", &present);
	if (err == RS_OK)
		err = database_run(&replica->database,
		    "UPDATE highlight SET comment = ?, present = ? WHERE highlight = ?",
		    VALUES(DB_TEXT(buffer_bytes(&comment)),
		    DB_INTEGER(!bytes_equal(buffer_bytes(&present), bytes_of_text("0"))),
		    DB_BLOB(id, HASH_NAME_LEN)));
	buffer_release(&present);
	buffer_release(&comment);
	return err;
}

static int
put(struct replica *replica, const uint8_t *id, const Readsync__Highlight *passage)
{
	int64_t owner, row;
	int err = item_row_make(replica, passage->item.data, &owner);

	if (err == RS_OK)
		err = alias_head(replica, owner, &row, NULL);
	if (err == RS_OK)
		err = index_change(replica, row);
	if (err == RS_OK)
		err = database_run(&replica->database,
		    "INSERT INTO highlight (highlight, item, owner, at_ms, device, quote)"
		    " VALUES (?, ?, ?, ?, ?, ?)",
		    VALUES(DB_BLOB(id, HASH_NAME_LEN), DB_INTEGER(row), DB_INTEGER(owner),
		    DB_INTEGER(passage->at_ms),
		    DB_BLOB(passage->device.data, passage->device.len),
		    DB_TEXT(bytes_of_text(passage->quote))));
	return err == RS_OK ? put_fields(replica, id) : err;
}

/* Take back what the register ${field} says, with a clock that nothing written later loses to. */
static int
withdraw(struct replica *replica, const uint8_t *id, const char *field)
{
	struct buffer value;
	uint64_t clock;
	int err;

	buffer_init(&value, RECORD_VALUE_MAX);
	err = register_get(replica, RECORD_HIGHLIGHT, id, bytes_of_text(field), &value, &clock);
	if (err == RS_OK && value.len > 0)
		err = replica_withdraw(replica, RECORD_HIGHLIGHT, id, field, clock);
	buffer_release(&value);
	return err == RS_ENOTFOUND ? RS_OK : err;
}

/*
 * A highlight that was removed keeps none of its words, also those that come later from
 * somebody who had not heard of it.  Whoever has both says so; what several say is the same.
 */
static int
withdraw_words(struct replica *replica, const uint8_t *id)
{
	bool removed = false;
	int err;

	/* What the registers mean is told, and nothing more is said. */
	if (replica->rebuilding)
		return RS_OK;
	err = is_removed(replica, id, &removed);
	if (err == RS_OK && removed)
		err = withdraw(replica, id, "highlight");
	if (err == RS_OK && removed)
		err = withdraw(replica, id, "comment");
	return err;
}

static int
derive_passage(struct replica *replica, const struct record *record)
{
	Readsync__Highlight *passage;
	int made = unpack(record->value, &passage), err;

	if (made == RS_ENOMEM)
		return made;
	err = touch(replica, record->entity);
	if (err == RS_OK)
		err = database_run(&replica->database, "DELETE FROM highlight WHERE highlight = ?",
		    VALUES(DB_BLOB(record->entity, HASH_NAME_LEN)));
	if (made != RS_OK)
		return err;
	if (err == RS_OK)
		err = put(replica, record->entity, passage);
	readsync__highlight__free_unpacked(passage, NULL);
	return err;
}

int
highlight_derive(struct replica *replica, const struct record *record)
{
	int err = derive_passage(replica, record);

	return err == RS_OK ? withdraw_words(replica, record->entity) : err;
}

int
highlight_derive_field(struct replica *replica, const struct record *record)
{
	int err = touch(replica, record->entity);

	/* It may come before the highlight itself, which then asks for it. */
	if (err == RS_OK)
		err = put_fields(replica, record->entity);
	return err == RS_OK ? withdraw_words(replica, record->entity) : err;
}
