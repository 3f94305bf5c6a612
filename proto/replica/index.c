#include <sqlite3.h>

#include "proto/record/article_text.h"
#include "proto/replica/index.h"
#include "proto/replica/internal.h"
#include "proto/replica/reading.h"
#include "proto/replica/tokenizer.h"

/* Bytes of an article that are indexed: the rest of a longer one is not found. */
#define TEXT_MAX (4 * 1024 * 1024)

/* Pages of the index that one transaction rewrites, about. */
#define COMPACT_PAGES 1000

/* The same for one that has changed the index, beyond as many for each level as it added. */
#define MERGE_PAGES 64

/* Append what is indexed of the article in the blob ${hash}. */
static int
append_article(struct replica *replica, const uint8_t *hash, struct buffer *text)
{
	Readsync__Article *article;
	int err;

	err = reading_article_of_blob(replica, hash, &article);
	/* Another device packed it: what is no article has no text. */
	if (err == RS_ENOTPAGE || err == RS_EINVAL || err == RS_ELIMIT)
		return RS_OK;
	if (err != RS_OK)
		return err;
	err = article_text(article, text);
	readsync__article__free_unpacked(article, NULL);
	return err == RS_ELIMIT ? RS_OK : err;
}

/* The SQL function of the view: the text of the article in a blob; "" for NULL. */
static void
article_text_function(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct replica *replica = sqlite3_user_data(context);
	struct buffer text;
	int err = RS_OK;

	(void)count;
	buffer_init(&text, TEXT_MAX);
	if (sqlite3_value_bytes(values[0]) == HASH_CONTENT_LEN)
		err = append_article(replica, sqlite3_value_blob(values[0]), &text);
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

/*
 * Put the entry in.  Not with INSERT ... SELECT: before a statement that may fail halfway
 * SQLite sets a savepoint, and FTS5 writes out what it holds then too.
 */
static int
add(struct replica *replica, int64_t item)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT body, title, notes FROM search_content WHERE id = ?",
	    VALUES(DB_INTEGER(item)));

	while (database_next(&rows))
		rows.err = database_run(&replica->database,
		    "INSERT INTO search (rowid, body, title, notes) VALUES (?, ?, ?, ?)",
		    VALUES(DB_INTEGER(item), DB_TEXT(bytes_of_text(database_text(&rows, 0))),
		    DB_TEXT(bytes_of_text(database_text(&rows, 1))),
		    DB_TEXT(bytes_of_text(database_text(&rows, 2)))));
	return database_end(&rows);
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
	struct rows rows = database_query(&replica->database,
	    "SELECT item, title, article, notes FROM temp.reindex ORDER BY item", NO_VALUES);
	bool any = false;

	while (database_next(&rows)) {
		any = true;
		if (!database_is_null(&rows, 1))
			rows.err = database_run(&replica->database,
			    "INSERT INTO search (search, rowid, body, title, notes)"
			    " VALUES ('delete', ?, readsync_article_text(?), ?, ?)",
			    VALUES(DB_INTEGER(database_integer(&rows, 0)),
			    DB_BYTES(database_blob(&rows, 2)),
			    DB_TEXT(bytes_of_text(database_text(&rows, 1))),
			    DB_TEXT(bytes_of_text(database_text(&rows, 3)))));
		if (rows.err == RS_OK)
			rows.err = add(replica, database_integer(&rows, 0));
	}
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
