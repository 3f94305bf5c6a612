#include <stdlib.h>
#include <string.h>

#include "proto/replica/internal.h"
#include "proto/replica/item.h"
#include "proto/replica/item_field.h"
#include "proto/replica/text.h"

#define TAG "tag/"

/* Return ${value} as a decimal number; what is none is 0. */
static int64_t
number_of(struct bytes value)
{
	char text[24] = "", *end;
	long long number;

	if (value.len == 0 || value.len >= sizeof(text))
		return 0;
	memcpy(text, value.data, value.len);
	number = strtoll(text, &end, 10);
	return *end == '\0' ? number : 0;
}

static bool
is_text(struct bytes value, const char *text)
{
	return bytes_equal(value, bytes_of_text(text));
}

static int
apply_title(struct replica *replica, int64_t row, struct bytes value)
{
	bool good = value.len <= ITEM_TITLE_MAX && text_is_line(value);

	return database_run(&replica->database, "UPDATE item SET own_title = ? WHERE id = ?",
	    VALUES(DB_TEXT(good ? value : bytes_of_text("")), DB_INTEGER(row)));
}

static int
apply_state(struct replica *replica, int64_t row, struct bytes value)
{
	return database_run(&replica->database, "UPDATE item SET state = ? WHERE id = ?",
	    VALUES(DB_INTEGER(is_text(value, "archived") ? ITEM_ARCHIVED : ITEM_UNREAD),
	    DB_INTEGER(row)));
}

static int
apply_saved(struct replica *replica, int64_t row, struct bytes value)
{
	return database_run(&replica->database, "UPDATE item SET saved_ms = ? WHERE id = ?",
	    VALUES(DB_INTEGER(number_of(value)), DB_INTEGER(row)));
}

static int
apply_starred(struct replica *replica, int64_t row, struct bytes value)
{
	return database_run(&replica->database, "UPDATE item SET starred = ? WHERE id = ?",
	    VALUES(DB_INTEGER(is_text(value, "1")), DB_INTEGER(row)));
}

static int
apply_tag(struct replica *replica, int64_t row, struct bytes tag, struct bytes value)
{
	if (is_text(value, "1") && text_is_line(tag))
		return database_run(&replica->database,
		    "INSERT OR IGNORE INTO item_tag (item, tag) VALUES (?, ?)",
		    VALUES(DB_INTEGER(row), DB_TEXT(tag)));
	return database_run(&replica->database, "DELETE FROM item_tag WHERE item = ? AND tag = ?",
	    VALUES(DB_INTEGER(row), DB_TEXT(tag)));
}

static int
apply_waits(struct replica *replica, int64_t row, struct bytes value)
{
	bool good = value.len <= ITEM_WAITS_MAX && text_is_line(value);

	return database_run(&replica->database, "UPDATE item SET waits = ? WHERE id = ?",
	    VALUES(DB_TEXT(good ? value : bytes_of_text("")), DB_INTEGER(row)));
}

int
item_field_apply(struct replica *replica, int64_t row, struct bytes field, struct bytes value)
{
	static const struct {
		const char *field;
		int (*apply)(struct replica *replica, int64_t row, struct bytes value);
	} fields[] = {
		{ "saved", apply_saved },
		{ "starred", apply_starred },
		{ "state", apply_state },
		{ "title", apply_title },
		{ "waits", apply_waits },
	};
	size_t prefix = strlen(TAG);

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (is_text(field, fields[i].field))
			return fields[i].apply(replica, row, value);
	if (field.len > prefix && memcmp(field.data, TAG, prefix) == 0)
		return apply_tag(replica, row, bytes_of(field.data + prefix, field.len - prefix),
		    value);
	return RS_OK;
}

int
item_field_replay(struct replica *replica, int64_t row)
{
	struct rows rows;
	int err;

	err = database_run(&replica->database, "DELETE FROM item_tag WHERE item = ?",
	    VALUES(DB_INTEGER(row)));
	if (err == RS_OK)
		err = database_run(&replica->database, "UPDATE item SET own_title = '', state = 0,"
		    " starred = 0, saved_ms = 0, waits = '' WHERE id = ?", VALUES(DB_INTEGER(row)));
	if (err != RS_OK)
		return err;
	rows = database_query(&replica->database,
	    "SELECT field, value FROM register JOIN origin ON origin.id = register.origin"
	    " WHERE kind = 1 AND entity IN (SELECT item FROM item WHERE id = ?1"
	    " UNION ALL SELECT item FROM item WHERE head = ?1) AND value <> x''"
	    " ORDER BY register.clock, origin.origin",
	    VALUES(DB_INTEGER(row)));
	while (database_next(&rows))
		rows.err = item_field_apply(replica, row, database_blob(&rows, 0),
		    database_blob(&rows, 1));
	return database_end(&rows);
}
