#include <sqlite3.h>

#include "proto/record/article_text.h"
#include "proto/replica/index.h"
#include "proto/replica/internal.h"
#include "proto/replica/reading.h"
#include "proto/replica/tokenizer.h"

/* Bytes of an article that are indexed: the rest of a longer one is not found. */
#define TEXT_MAX (4 * 1024 * 1024)

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
	return tokenizer_register(handle);
}

int
index_add(struct replica *replica, int64_t item)
{
	return database_run(&replica->database,
	    "INSERT INTO search (rowid, title, body)"
	    " SELECT id, title, body FROM search_content WHERE id = ?",
	    VALUES(DB_INTEGER(item)));
}

int
index_remove(struct replica *replica, int64_t item)
{
	return database_run(&replica->database,
	    "INSERT INTO search (search, rowid, title, body)"
	    " SELECT 'delete', id, title, body FROM search_content WHERE id = ?",
	    VALUES(DB_INTEGER(item)));
}

int
index_clear(struct replica *replica)
{
	return database_run(&replica->database,
	    "INSERT INTO search (search) VALUES ('delete-all')", NO_VALUES);
}
