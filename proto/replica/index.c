#include <sqlite3.h>

#include "proto/replica/index.h"
#include "proto/replica/index_text.h"
#include "proto/replica/internal.h"
#include "proto/replica/tokenizer.h"

/* Pages of the index that one transaction rewrites, about. */
#define COMPACT_PAGES 1000

/* The same for one that has changed the index, beyond as many for each level as it added. */
#define MERGE_PAGES 64

/* The SQL function of the view: the text of the article in a blob; "" for NULL. */
static void
article_text_function(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct replica *replica = sqlite3_user_data(context);
	struct buffer text;
	int err = RS_OK;

	(void)count;
	buffer_init(&text, INDEX_TEXT_MAX);
	if (sqlite3_value_bytes(values[0]) == HASH_CONTENT_LEN)
		err = index_text_make(replica, sqlite3_value_blob(values[0]), &text);
	if (err == RS_ENOMEM)
		sqlite3_result_error_nomem(context);
	else if (err != RS_OK)
		sqlite3_result_error_code(context, SQLITE_IOERR);
	else
		sqlite3_result_text64(context, buffer_text(&text), text.len, SQLITE_TRANSIENT,
		    SQLITE_UTF8);
	buffer_release(&text);
}

int
index_register(struct replica *replica)
{
	struct sqlite3 *handle = replica->database.handle;

	/* Innocuous, since a view calls it: the vault does not trust its schema. */
	if (sqlite3_create_function_v2(handle, "readsync_article_text", 1,
	    SQLITE_UTF8 | SQLITE_INNOCUOUS, replica, article_text_function, NULL, NULL,
	    NULL) != SQLITE_OK)
		return RS_ENOMEM;
	if (tokenizer_register(handle) != RS_OK)
		return RS_ENOMEM;
	/*
	 * In memory, and rolled back with everything else.  What the entry was made of; no
	 * title where there was none.
	 */
	return database_script(&replica->database, "CREATE TEMPORARY TABLE reindex"
	    " (item INTEGER PRIMARY KEY, title TEXT, article BLOB, notes TEXT)");
}

int
index_change(struct replica *replica, int64_t item)
{
	/* An earlier change in this transaction knows what the entry was made of. */
	return database_run(&replica->database,
	    "INSERT OR IGNORE INTO temp.reindex (item, title, article, notes)"
	    " SELECT id, iif(shown, title, NULL), article, notes FROM search_source WHERE id = ?",
	    VALUES(DB_INTEGER(item)));
}

/* Take the entry out, which was made of what the row says. */
static int
take_out(struct replica *replica, const struct rows *row)
{
	struct bytes article = database_blob(row, 2);
	struct buffer text;
	int err = RS_OK;

	if (database_is_null(row, 1))
		return RS_OK;
	buffer_init(&text, INDEX_TEXT_MAX);
	if (article.len == HASH_CONTENT_LEN)
		err = index_text_make(replica, article.data, &text);
	if (err == RS_OK)
		err = database_run(&replica->database,
		    "INSERT INTO search (search, rowid, body, title, notes)"
		    " VALUES ('delete', ?, ?, ?, ?)",
		    VALUES(DB_INTEGER(database_integer(row, 0)), DB_TEXT(buffer_bytes(&text)),
		    DB_TEXT(bytes_of_text(database_text(row, 1))),
		    DB_TEXT(bytes_of_text(database_text(row, 3)))));
	buffer_release(&text);
	return err;
}

/*
 * Put the entry in.  Not with INSERT ... SELECT: before a statement that may fail halfway
 * SQLite sets a savepoint, and FTS5 writes out what it holds then too.
 */
static int
put_in(struct replica *replica, struct index_text *texts, const struct rows *row)
{
	struct bytes article = database_blob(row, 6), text = bytes_of_text("");
	int err = RS_OK;

	if (database_is_null(row, 4))
		return RS_OK;
	if (article.len == HASH_CONTENT_LEN)
		err = index_text_next(texts, database_integer(row, 0), article.data, &text);
	if (err != RS_OK)
		return err;
	return database_run(&replica->database,
	    "INSERT INTO search (rowid, body, title, notes) VALUES (?, ?, ?, ?)",
	    VALUES(DB_INTEGER(database_integer(row, 0)), DB_TEXT(text),
	    DB_TEXT(bytes_of_text(database_text(row, 5))),
	    DB_TEXT(bytes_of_text(database_text(row, 7)))));
}

/*
 * Go on with a merge that is due.  FTS5 does so too, by as much as is added to the index: that
 * is little where one article comes at a time, and meanwhile each leaves a segment.
 */
static int
merge(struct replica *replica, int64_t pages)
{
	return database_run(&replica->database,
	    "INSERT INTO search (search, rank) VALUES ('merge', ?)", VALUES(DB_INTEGER(pages)));
}

int
index_settle(struct replica *replica)
{
	/* What each entry was made of, and what it is to be made of. */
	struct rows rows = database_query(&replica->database,
	    "SELECT reindex.item, reindex.title, reindex.article, reindex.notes,"
	    " now.id, now.title, now.article, now.notes FROM temp.reindex"
	    " LEFT JOIN search_source AS now ON now.id = reindex.item AND now.shown"
	    " ORDER BY reindex.item", NO_VALUES);
	struct index_text texts;
	bool any = false;

	index_text_begin(&texts, replica);
	while (database_next(&rows)) {
		any = true;
		rows.err = take_out(replica, &rows);
		if (rows.err == RS_OK)
			rows.err = put_in(replica, &texts, &rows);
	}
	index_text_end(&texts);
	if (database_end(&rows) != RS_OK || !any)
		return rows.err;
	rows.err = merge(replica, MERGE_PAGES);
	return rows.err == RS_OK ? database_run(&replica->database, "DELETE FROM temp.reindex",
	    NO_VALUES) : rows.err;
}

/* FTS5 hears of the end of every transaction that might have written to its table. */
void
index_forget(struct replica *replica)
{
	struct database *database = &replica->database;

	(void)database_script(database, "BEGIN");
	(void)database_script(database, "DELETE FROM search WHERE rowid = -1");
	if (!sqlite3_get_autocommit(database->handle))
		(void)database_script(database, "ROLLBACK");
}

int
index_compact(struct replica *replica)
{
	int64_t pages = -COMPACT_PAGES;		/* below 0: begin with all that there is */
	int before, err;

	do {
		before = sqlite3_total_changes(replica->database.handle);
		err = replica_begin(replica);
		if (err == RS_OK)
			err = replica_settle(replica, merge(replica, pages));
		pages = COMPACT_PAGES;
		/* FTS5: fewer than two changes mean that there was nothing to do. */
	} while (err == RS_OK && sqlite3_total_changes(replica->database.handle) - before >= 2);
	return err;
}

int
index_clear(struct replica *replica)
{
	int err = database_run(&replica->database, "DELETE FROM temp.reindex", NO_VALUES);

	if (err != RS_OK)
		return err;
	return database_run(&replica->database,
	    "INSERT INTO search (search) VALUES ('delete-all')", NO_VALUES);
}
