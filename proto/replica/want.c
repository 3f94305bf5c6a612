#include "proto/replica/blob.h"
#include "proto/replica/internal.h"
#include "proto/replica/want.h"

static int
drop(struct replica *replica, const uint8_t *hash)
{
	int err = database_run(&replica->database, "DELETE FROM want WHERE hash = ?",
	    VALUES(DB_BLOB(hash, HASH_CONTENT_LEN)));

	if (err == RS_OK && replica->wanted >= 0)
		replica->wanted -= database_changed(&replica->database);
	return err;
}

static int
put(struct replica *replica, const uint8_t *hash, int64_t rank, int64_t saved_ms)
{
	int err;

	err = database_run(&replica->database,
	    "UPDATE want SET rank = ?, saved_ms = ? WHERE hash = ?",
	    VALUES(DB_INTEGER(rank), DB_INTEGER(saved_ms), DB_BLOB(hash, HASH_CONTENT_LEN)));
	if (err != RS_OK || database_changed(&replica->database) > 0)
		return err;
	err = database_run(&replica->database,
	    "INSERT INTO want (hash, rank, saved_ms) VALUES (?, ?, ?)",
	    VALUES(DB_BLOB(hash, HASH_CONTENT_LEN), DB_INTEGER(rank), DB_INTEGER(saved_ms)));
	if (err == RS_OK && replica->wanted >= 0)
		replica->wanted++;
	return err;
}

int
want_refresh(struct replica *replica, const uint8_t *hash)
{
	bool archive = replica->role == REPLICA_ARCHIVE, held, named = false;
	int64_t rank = 0, saved_ms = 0;
	struct rows rows;
	int err;

	err = blob_held(replica, hash, &held);
	if (err != RS_OK || held)
		return err != RS_OK ? err : drop(replica, hash);
	/* Not ORDER BY: SQLite would make a table to sort the one row that there mostly is. */
	rows = database_query(&replica->database,
	    "SELECT item.state <> 0, item.saved_ms"
	    " FROM reading JOIN item ON item.id = reading.item"
	    " WHERE reading.article = ?1 AND item.shown AND (?2 OR item.best = reading.id)"
	    " UNION ALL SELECT 2, item.saved_ms"
	    " FROM fetch JOIN item ON item.id = fetch.item"
	    " WHERE ?2 AND fetch.page = ?1 AND item.shown"
	    " UNION ALL SELECT 3 + (item.state <> 0), item.saved_ms FROM image"
	    " JOIN reading ON reading.reading = image.reading JOIN item ON item.id = reading.item"
	    " WHERE image.blob = ?1 AND item.shown AND (?2 OR item.best = reading.id)",
	    VALUES(DB_BLOB(hash, HASH_CONTENT_LEN), DB_INTEGER(archive)));
	/* Items may share a blob: the one that wants it most decides. */
	for (; database_next(&rows); named = true) {
		int64_t other = database_integer(&rows, 0), when = database_integer(&rows, 1);

		if (named && (other > rank || (other == rank && when <= saved_ms)))
			continue;
		rank = other;
		saved_ms = when;
	}
	err = database_end(&rows);
	if (err != RS_OK)
		return err;
	return named ? put(replica, hash, rank, saved_ms) : drop(replica, hash);
}

int
want_refresh_item(struct replica *replica, int64_t item)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT article FROM reading WHERE item = ?1 AND article IS NOT NULL"
	    " UNION ALL SELECT page FROM fetch WHERE item = ?1 AND page IS NOT NULL"
	    " UNION ALL SELECT blob FROM reading JOIN image ON image.reading = reading.reading"
	    " WHERE item = ?1",
	    VALUES(DB_INTEGER(item)));

	while (database_next(&rows))
		rows.err = want_refresh(replica, database_blob(&rows, 0).data);
	return database_end(&rows);
}

int
want_refresh_images(struct replica *replica, const uint8_t *reading)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT blob FROM image WHERE reading = ?",
	    VALUES(DB_BLOB(reading, HASH_NAME_LEN)));

	while (database_next(&rows))
		rows.err = want_refresh(replica, database_blob(&rows, 0).data);
	return database_end(&rows);
}
