#include <stddef.h>
#include <string.h>

#include "proto/record/canonical_url.h"
#include "proto/replica/internal.h"
#include "proto/replica/join.h"
#include "proto/replica/value.h"
#include "readsync.pb-c.h"

/* Set ${ret_id} to the new id of the item whose URL register says ${url}. */
static int
new_id(struct replica *replica, struct bytes url, uint8_t ret_id[HASH_NAME_LEN])
{
	struct buffer text, canonical;
	int err;

	buffer_init(&text, RECORD_VALUE_MAX);
	buffer_init(&canonical, RECORD_VALUE_MAX);
	err = buffer_append(&text, url.data, url.len);
	if (err == RS_OK)
		err = canonical_url_make(buffer_text(&text), &canonical, NULL);
	if (err == RS_OK)
		canonical_url_item_id(buffer_bytes(&canonical), replica_library_secret(replica),
		    ret_id);
	buffer_release(&canonical);
	buffer_release(&text);
	return err;
}

/* Write into the temporary table `renamed` the old and the new id of every item. */
static int
rename_items(struct replica *replica)
{
	uint8_t id[HASH_NAME_LEN];
	struct rows rows = database_query(&replica->database,
	    "SELECT entity, value FROM register WHERE kind = 1 AND field = CAST('url' AS BLOB)",
	    NO_VALUES);

	while (database_next(&rows)) {
		rows.err = new_id(replica, database_blob(&rows, 1), id);
		if (rows.err == RS_EINVAL || rows.err == RS_ELIMIT)
			rows.err = RS_OK;	/* not an address: dropped with what has none */
		else if (rows.err == RS_OK)
			rows.err = database_run(&replica->database,
			    "INSERT INTO renamed (old, new) VALUES (?, ?)",
			    VALUES(DB_BYTES(database_blob(&rows, 0)), DB_BLOB(id, sizeof(id))));
	}
	return database_end(&rows);
}

/* Put ${message} in the place of the value of the register in ${row}. */
static int
store(struct replica *replica, int64_t row, const ProtobufCMessage *message)
{
	struct buffer value;
	int err;

	buffer_init(&value, RECORD_VALUE_MAX);
	err = value_pack(message, &value);
	if (err == RS_OK)
		err = database_run(&replica->database, "UPDATE register SET value = ? WHERE id = ?",
		    VALUES(DB_BYTES(buffer_bytes(&value)), DB_INTEGER(row)));
	buffer_release(&value);
	return err;
}

/* Replace the old id in ${item}, in place.  RS_ENOTFOUND when it has no new one. */
static int
replace(struct replica *replica, ProtobufCBinaryData *item)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT new FROM renamed WHERE old = ?", VALUES(DB_BLOB(item->data, item->len)));
	bool found = database_next(&rows);

	if (found)
		memcpy(item->data, database_blob(&rows, 0).data, HASH_NAME_LEN);
	if (database_end(&rows) != RS_OK)
		return rows.err;
	return found ? RS_OK : RS_ENOTFOUND;
}

/* What names its item inside its value. */
static const struct {
	enum record_kind kind;
	const char *field;
	const ProtobufCMessageDescriptor *descriptor;
	size_t item;			/* where in the message */
} messages[] = {
	{ RECORD_FETCH, "fetch", &readsync__fetch__descriptor, offsetof(Readsync__Fetch, item) },
	{ RECORD_READING, "reading", &readsync__reading__descriptor,
	    offsetof(Readsync__Reading, item) },
	{ RECORD_NOTE, "note", &readsync__note__descriptor, offsetof(Readsync__Note, item) },
	{ RECORD_HIGHLIGHT, "highlight", &readsync__highlight__descriptor,
	    offsetof(Readsync__Highlight, item) },
};

static int
rewrite(struct replica *replica, int64_t row, size_t i, struct bytes value)
{
	ProtobufCBinaryData *item;
	ProtobufCMessage *message;
	int err = value_unpack(messages[i].descriptor, value, &message);

	if (err != RS_OK)
		return err;
	item = (ProtobufCBinaryData *)((char *)message + messages[i].item);
	err = item->len == HASH_NAME_LEN ? replace(replica, item) : RS_EPROTOCOL;
	if (err == RS_OK)
		err = store(replica, row, message);
	protobuf_c_message_free_unpacked(message, NULL);
	return err;
}

static int
rewrite_kind(struct replica *replica, size_t i)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT id, value FROM register WHERE kind = ? AND field = ?",
	    VALUES(DB_INTEGER(messages[i].kind),
	    DB_BLOB(messages[i].field, strlen(messages[i].field))));
	int64_t row;

	while (database_next(&rows)) {
		row = database_integer(&rows, 0);
		rows.err = rewrite(replica, row, i, database_blob(&rows, 1));
		if (rows.err == RS_ENOTFOUND || rows.err == RS_EPROTOCOL)
			rows.err = database_run(&replica->database,
			    "DELETE FROM register WHERE id = ?", VALUES(DB_INTEGER(row)));
	}
	return database_end(&rows);
}

static int
rewrite_values(struct replica *replica)
{
	int err = RS_OK;

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]) && err == RS_OK; i++)
		err = rewrite_kind(replica, i);
	return err;
}

/* What an item is an alias of is in a value; what it is set apart from, in a field's name. */
static int
rewrite_aliases(struct replica *replica)
{
	int err;

	err = database_run(&replica->database, "UPDATE register SET value ="
	    " coalesce((SELECT new FROM renamed WHERE old = value), x'') WHERE kind = 1"
	    " AND field = CAST('alias' AS BLOB)", NO_VALUES);
	if (err != RS_OK)
		return err;
	/* '0' is the byte behind '/'; what has no new name keeps one that means nothing. */
	return database_run(&replica->database, "UPDATE register SET field ="
	    " CAST('apart/' || lower(hex(new)) AS BLOB) FROM renamed WHERE kind = 1"
	    " AND field > CAST('apart/' AS BLOB) AND field < CAST('apart0' AS BLOB)"
	    " AND field = CAST('apart/' || lower(hex(old)) AS BLOB)", NO_VALUES);
}

int
join_rewrite(struct replica *replica)
{
	struct database *database = &replica->database;
	int err;

	err = database_script(database,
	    "CREATE TEMPORARY TABLE renamed (old BLOB PRIMARY KEY, new BLOB) WITHOUT ROWID");
	if (err != RS_OK)
		return err;
	err = rename_items(replica);
	if (err == RS_OK)
		err = rewrite_values(replica);
	if (err == RS_OK)
		err = rewrite_aliases(replica);
	if (err == RS_OK)
		err = database_run(database, "DELETE FROM register WHERE kind = 1"
		    " AND entity NOT IN (SELECT old FROM renamed)", NO_VALUES);
	if (err == RS_OK)
		err = database_run(database, "UPDATE register SET entity ="
		    " (SELECT new FROM renamed WHERE old = entity) WHERE kind = 1", NO_VALUES);
	if (err == RS_OK)
		err = database_run(database, "UPDATE OR REPLACE work SET item ="
		    " coalesce((SELECT new FROM renamed WHERE old = item), item)", NO_VALUES);
	if (err == RS_OK)
		err = database_script(database, "DROP TABLE renamed");
	return err;
}
