#include <string.h>

#include "proto/replica/erase.h"
#include "proto/replica/internal.h"

/* What is named by an item, in rising order of the names; ?1 is the row of `item`. */
static const struct {
	enum record_kind kind;
	const char *next;
} parts[] = {
	{ RECORD_READING, "SELECT reading FROM reading WHERE item ="
	    " (SELECT coalesce(head, id) FROM item WHERE id = ?1) AND owner = ?1 AND reading > ?2"
	    " ORDER BY reading LIMIT 1" },
	{ RECORD_FETCH, "SELECT fetch FROM fetch WHERE item ="
	    " (SELECT coalesce(head, id) FROM item WHERE id = ?1) AND owner = ?1 AND fetch > ?2"
	    " ORDER BY fetch LIMIT 1" },
	{ RECORD_NOTE, "SELECT note FROM note WHERE item ="
	    " (SELECT coalesce(head, id) FROM item WHERE id = ?1) AND owner = ?1 AND note > ?2"
	    " ORDER BY note LIMIT 1" },
	{ RECORD_HIGHLIGHT, "SELECT highlight FROM highlight WHERE item ="
	    " (SELECT coalesce(head, id) FROM item WHERE id = ?1) AND owner = ?1"
	    " AND highlight > ?2 ORDER BY highlight LIMIT 1" },
};

/* Tell whether a field of an item stays. */
static bool
stays(enum record_kind kind, const char *field)
{
	return kind == RECORD_ITEM && (strcmp(field, "present") == 0 ||
	    strcmp(field, "alias") == 0 || strncmp(field, "apart/", strlen("apart/")) == 0);
}

/* Move ${field} on to the next field of the entity that says anything.  RS_ENOTFOUND. */
static int
next_field(struct replica *replica, enum record_kind kind, const uint8_t *entity,
    char field[RECORD_FIELD_MAX + 1])
{
	struct rows rows = database_query(&replica->database,
	    "SELECT field FROM register WHERE kind = ? AND entity = ? AND field > ?"
	    " AND value <> x'' ORDER BY field LIMIT 1",
	    VALUES(DB_INTEGER(kind), DB_BLOB(entity, HASH_NAME_LEN),
	    DB_BYTES(bytes_of_text(field))));
	bool found = database_next(&rows);
	struct bytes name;

	if (found) {
		name = database_blob(&rows, 0);
		memcpy(field, name.data, name.len);
		field[name.len] = '\0';
	}
	if (database_end(&rows) != RS_OK)
		return rows.err;
	return found ? RS_OK : RS_ENOTFOUND;
}

static int
erase_entity(struct replica *replica, enum record_kind kind, const uint8_t *entity)
{
	char field[RECORD_FIELD_MAX + 1] = "";
	int err;

	while ((err = next_field(replica, kind, entity, field)) == RS_OK) {
		if (stays(kind, field))
			continue;
		err = replica_write(replica, kind, entity, field, bytes_of(NULL, 0));
		if (err != RS_OK)
			return err;
	}
	return err == RS_ENOTFOUND ? RS_OK : err;
}

/* Move ${name} on to the next entity of a part.  RS_ENOTFOUND. */
static int
next_part(struct replica *replica, const char *next, int64_t row, uint8_t name[HASH_NAME_LEN])
{
	struct rows rows = database_query(&replica->database, next,
	    VALUES(DB_INTEGER(row), DB_BLOB(name, HASH_NAME_LEN)));
	bool found = database_next(&rows);

	if (found)
		memcpy(name, database_blob(&rows, 0).data, HASH_NAME_LEN);
	if (database_end(&rows) != RS_OK)
		return rows.err;
	return found ? RS_OK : RS_ENOTFOUND;
}

int
erase_each_part(struct replica *replica, int64_t row,
    int (*on_part)(void *context, enum record_kind kind, const uint8_t *entity), void *context)
{
	uint8_t name[HASH_NAME_LEN];
	int err = RS_OK;

	for (size_t i = 0; err == RS_OK && i < sizeof(parts) / sizeof(parts[0]); i++) {
		memset(name, 0, sizeof(name));
		while (err == RS_OK) {
			err = next_part(replica, parts[i].next, row, name);
			if (err == RS_OK)
				err = on_part(context, parts[i].kind, name);
			else if (err == RS_ENOTFOUND)
				break;
		}
		if (err == RS_ENOTFOUND)
			err = RS_OK;
	}
	return err;
}

static int
erase_part(void *context, enum record_kind kind, const uint8_t *entity)
{
	return erase_entity(context, kind, entity);
}

int
erase_item(struct replica *replica, const uint8_t *item)
{
	int64_t row;
	int err = database_lookup(&replica->database, "SELECT id FROM item WHERE item = ?",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN)), &row);

	if (err != RS_OK)
		return err == RS_ENOTFOUND ? RS_OK : err;
	/* First the address: nothing that follows is looked at for what it would show. */
	err = replica_write(replica, RECORD_ITEM, item, "url", bytes_of(NULL, 0));
	if (err == RS_OK)
		err = erase_each_part(replica, row, erase_part, replica);
	return err == RS_OK ? erase_entity(replica, RECORD_ITEM, item) : err;
}
