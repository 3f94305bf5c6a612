/*
 * A thin layer over SQLite: statements are prepared once and kept, values are
 * bound by type, and every failure is one of ours.
 *
 * SQL stands where it is used, as a string literal; a statement is found again
 * by the address of its text.  Reading looks like this:
 *
 *	rows = database_query(database, "SELECT …", VALUES(DB_BLOB(id, 16)));
 *	while (database_next(&rows))
 *		… database_integer(&rows, 0) …
 *	err = database_end(&rows);
 */
#ifndef PROTO_REPLICA_DATABASE_H
#define PROTO_REPLICA_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buffer.h"
#include "proto/base/err.h"

struct sqlite3;
struct sqlite3_stmt;

enum {
	DATABASE_STATEMENTS_MAX = 256	/* a power of two, more than we have */
};

struct database_statement {
	const char *sql;
	struct sqlite3_stmt *statement;
};

struct database {
	struct sqlite3 *handle;
	struct database_statement statements[DATABASE_STATEMENTS_MAX];
	int failure;			/* the last that the disk or its content caused, */
	struct rs_err_detail detail;	/* and the line that names file and page */
};

enum database_type {
	DATABASE_LAST = 0,	/* ends a list of values */
	DATABASE_NULL,
	DATABASE_INTEGER,
	DATABASE_BLOB,
	DATABASE_TEXT
};

/* A value to bind; what it points to must last until the statement has ended. */
struct database_value {
	enum database_type type;
	int64_t integer;
	const void *data;
	size_t len;
};

#define DB_INTEGER(value) \
	((struct database_value){ .type = DATABASE_INTEGER, .integer = (int64_t)(value) })
#define DB_BLOB(bytes, size) \
	((struct database_value){ .type = DATABASE_BLOB, .data = (bytes), .len = (size) })
#define DB_BYTES(view) DB_BLOB((view).data, (view).len)
#define DB_TEXT(view) \
	((struct database_value){ .type = DATABASE_TEXT, .data = (view).data, .len = (view).len })
#define DB_NULL ((struct database_value){ .type = DATABASE_NULL })
#define DB_BLOB_OR_NULL(bytes, size) ((bytes) == NULL ? DB_NULL : DB_BLOB(bytes, size))
#define VALUES(...) ((const struct database_value[]){ __VA_ARGS__, { .type = DATABASE_LAST } })
#define NO_VALUES ((const struct database_value[]){ { .type = DATABASE_LAST } })

/* A statement that is giving rows; remembers the first thing that failed. */
struct rows {
	struct database *database;
	struct sqlite3_stmt *statement;
	int err;
};

/**
 * database_init(database, handle), database_release(database):
 * Begin to use ${handle}; forget every statement.  The handle stays the
 * caller's.
 */
void database_init(struct database *database, struct sqlite3 *handle);
/** Free what it holds, but not itself. */
void database_release(struct database *database);

/**
 * database_script(database, sql):
 * Run several statements without values, in a transaction or not.
 */
int database_script(struct database *database, const char *sql);

/**
 * database_run(database, sql, values):
 * Run one statement that writes and gives no rows; ${sql} is a literal.
 * RS_EINTERNAL outside a transaction: no write may become durable alone, also when
 * SQLite has rolled the transaction back by itself (on a full disk, for
 * one).
 */
int database_run(struct database *database, const char *sql, const struct database_value *values);

/**
 * database_insert(database, sql, values, ret_id):
 * Like database_run for an INSERT of one row; ${ret_id} is its rowid.
 */
int database_insert(struct database *database, const char *sql,
    const struct database_value *values, int64_t *ret_id);

/**
 * database_changed(database):
 * Return how many rows the last database_run inserted, updated or deleted.
 */
int64_t database_changed(const struct database *database);

/**
 * database_query(database, sql, values):
 * Start a statement that gives rows; ${sql} is a literal.  A failure shows at
 * database_end.
 */
struct rows database_query(struct database *database, const char *sql,
    const struct database_value *values);

/**
 * database_next(rows):
 * Step to the next row; false at the end and on failure.
 */
bool database_next(struct rows *rows);

/**
 * database_end(rows):
 * Be done with ${rows}, at whichever row; return the first failure, or 0.
 */
int database_end(struct rows *rows);

/**
 * database_integer(rows, column), database_blob(rows, column), database_text(rows, column),
 * database_is_null(rows, column):
 * Return a value of the current row, borrowed until the next step.  The NULL of SQL is
 * 0, an empty view, "".
 */
int64_t database_integer(const struct rows *rows, int column);
/** Return the column as bytes, valid until the next row. */
struct bytes database_blob(const struct rows *rows, int column);
/** Return the column as a C string, valid until the next row. */
const char *database_text(const struct rows *rows, int column);
/** Tell whether the column is NULL. */
bool database_is_null(const struct rows *rows, int column);

/**
 * database_lookup(database, sql, values, ret_integer):
 * Set ${ret_integer} to the first column of the first row.  RS_ENOTFOUND when
 * there is no row.
 */
int database_lookup(struct database *database, const char *sql,
    const struct database_value *values, int64_t *ret_integer);

#endif
