#include "proto/replica/internal.h"
#include "proto/replica/local.h"

int
local_get(struct replica *replica, const char *name, struct buffer *out)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT value FROM local WHERE name = ?", VALUES(DB_TEXT(bytes_of_text(name))));
	bool found = database_next(&rows);
	struct bytes value;

	if (found) {
		value = database_blob(&rows, 0);
		rows.err = buffer_append(out, value.data, value.len);
	}
	if (database_end(&rows) != RS_OK)
		return rows.err;
	return found ? RS_OK : RS_ENOTFOUND;
}

int
local_set(struct replica *replica, const char *name, struct bytes value)
{
	if (value.len == 0)
		return database_run(&replica->database, "DELETE FROM local WHERE name = ?",
		    VALUES(DB_TEXT(bytes_of_text(name))));
	return database_run(&replica->database,
	    "INSERT INTO local (name, value) VALUES (?, ?)"
	    " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
	    VALUES(DB_TEXT(bytes_of_text(name)), DB_BYTES(value)));
}
