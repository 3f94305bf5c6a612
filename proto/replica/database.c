#include <string.h>

#include <sqlite3.h>

#include "proto/replica/database.h"
#include "proto/vault/vault.h"

void
database_init(struct database *database, struct sqlite3 *handle)
{
	memset(database, 0, sizeof(*database));
	database->handle = handle;
}

void
database_release(struct database *database)
{
	for (size_t i = 0; i < DATABASE_STATEMENTS_MAX; i++)
		sqlite3_finalize(database->statements[i].statement);
	memset(database->statements, 0, sizeof(database->statements));
}

static int
error_of(struct database *database, int code)
{
	struct rs_err_detail detail;
	int err;

	if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE)
		return RS_OK;
	detail.text[0] = '\0';
	err = vault_error(database->handle, code, &detail);
	if (err == RS_EDAMAGED || err == RS_EIO || err == RS_EFULL) {
		database->failure = err;
		database->detail = detail;
	}
	return err;
}

int
database_script(struct database *database, const char *sql)
{
	return error_of(database, sqlite3_exec(database->handle, sql, NULL, NULL, NULL));
}

/*
 * Find the statement of the literal ${sql}, or prepare it in the next free slot of its chain.
 * One that is giving rows further up the stack is passed over, so that a
 * callback may run the query that called it.
 */
static int
prepared(struct database *database, const char *sql, struct sqlite3_stmt **ret_statement)
{
	size_t slot = ((uintptr_t)sql >> 3) * 0x9E3779B1u;
	struct database_statement *kept;
	int code;

	for (size_t i = 0; i < DATABASE_STATEMENTS_MAX; i++) {
		kept = &database->statements[(slot + i) % DATABASE_STATEMENTS_MAX];
		if (kept->sql == NULL) {
			code = sqlite3_prepare_v3(database->handle, sql, -1,
			    SQLITE_PREPARE_PERSISTENT, &kept->statement, NULL);
			if (code != SQLITE_OK)
				return error_of(database, code);
			kept->sql = sql;
		}
		if (kept->sql == sql && !sqlite3_stmt_busy(kept->statement)) {
			*ret_statement = kept->statement;
			return RS_OK;
		}
	}
	return RS_EINTERNAL;
}

static int
bind_one(struct sqlite3_stmt *statement, int column, const struct database_value *value)
{
	/* A NULL pointer would bind the NULL of SQL: empty is not NULL. */
	const void *data = value->data == NULL ? "" : value->data;

	switch (value->type) {
	case DATABASE_INTEGER:
		return sqlite3_bind_int64(statement, column, value->integer);
	case DATABASE_BLOB:
		return sqlite3_bind_blob64(statement, column, data, value->len, SQLITE_STATIC);
	case DATABASE_TEXT:
		return sqlite3_bind_text64(statement, column, data, value->len, SQLITE_STATIC,
		    SQLITE_UTF8);
	case DATABASE_NULL:
	case DATABASE_LAST:
		break;
	}
	return sqlite3_bind_null(statement, column);
}

struct rows
database_query(struct database *database, const char *sql, const struct database_value *values)
{
	struct rows rows = { .database = database };
	int code = SQLITE_OK;

	rows.err = prepared(database, sql, &rows.statement);
	if (rows.err != RS_OK)
		return rows;
	for (int i = 0; values[i].type != DATABASE_LAST && code == SQLITE_OK; i++)
		code = bind_one(rows.statement, i + 1, &values[i]);
	rows.err = error_of(database, code);
	return rows;
}

bool
database_next(struct rows *rows)
{
	int code;

	if (rows->err != RS_OK)
		return false;
	code = sqlite3_step(rows->statement);
	rows->err = error_of(rows->database, code);
	return code == SQLITE_ROW;
}

int
database_end(struct rows *rows)
{
	if (rows->statement != NULL) {
		sqlite3_reset(rows->statement);
		sqlite3_clear_bindings(rows->statement);
		rows->statement = NULL;
	}
	return rows->err;
}

int
database_run(struct database *database, const char *sql, const struct database_value *values)
{
	struct rows rows;

	if (sqlite3_get_autocommit(database->handle))
		return RS_EINTERNAL;
	rows = database_query(database, sql, values);
	while (database_next(&rows))
		;
	return database_end(&rows);
}

int
database_insert(struct database *database, const char *sql,
    const struct database_value *values, int64_t *ret_id)
{
	int err = database_run(database, sql, values);

	if (err == RS_OK)
		*ret_id = sqlite3_last_insert_rowid(database->handle);
	return err;
}

int64_t
database_changed(const struct database *database)
{
	return sqlite3_changes64(database->handle);
}

int64_t
database_integer(const struct rows *rows, int column)
{
	return sqlite3_column_int64(rows->statement, column);
}

struct bytes
database_blob(const struct rows *rows, int column)
{
	const void *data = sqlite3_column_blob(rows->statement, column);

	return bytes_of(data, (size_t)sqlite3_column_bytes(rows->statement, column));
}

const char *
database_text(const struct rows *rows, int column)
{
	const unsigned char *text = sqlite3_column_text(rows->statement, column);

	return text == NULL ? "" : (const char *)text;
}

bool
database_is_null(const struct rows *rows, int column)
{
	return sqlite3_column_type(rows->statement, column) == SQLITE_NULL;
}

int
database_lookup(struct database *database, const char *sql,
    const struct database_value *values, int64_t *ret_integer)
{
	struct rows rows = database_query(database, sql, values);
	bool found = database_next(&rows);
	int64_t integer = found ? database_integer(&rows, 0) : 0;
	int err = database_end(&rows);

	if (err != RS_OK)
		return err;
	if (!found)
		return RS_ENOTFOUND;
	*ret_integer = integer;
	return RS_OK;
}
