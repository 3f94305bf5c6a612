#include "proto/replica/blob.h"
#include "proto/replica/internal.h"
#include "proto/replica/want.h"
#include "proto/replica/want_bound.h"

/* Until a blob is known: what an article takes, and for each word of it. */
#define ARTICLE_BYTES "512"
#define WORD_BYTES "3"

/* A blob larger than this part of the bound would keep too many others out. */
#define BOUND_PARTS 8

/* What names a blob, and how. */
enum naming { AS_ARTICLE, AS_PAGE, AS_IMAGE };

static bool
same_place(const struct want_place *a, const struct want_place *b)
{
	return a->rank == b->rank && a->saved_ms == b->saved_ms && a->size == b->size &&
	    a->held == b->held && a->kept == b->kept;
}

static void
count_missing(struct replica *replica, const struct want_place *place, int count)
{
	if (replica->wanted >= 0 && place->kept && !place->held)
		replica->wanted += count;
}

/* Find the row of ${hash} as it stands; ${ret_found} tells whether there is one. */
static int
find(struct replica *replica, const uint8_t *hash, struct want_place *place, bool *ret_found)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT rank, saved_ms, size, held, kept FROM want WHERE hash = ?",
	    VALUES(DB_BLOB(hash, HASH_CONTENT_LEN)));

	*ret_found = database_next(&rows);
	if (*ret_found)
		*place = (struct want_place){
			.rank = database_integer(&rows, 0),
			.saved_ms = database_integer(&rows, 1),
			.size = database_integer(&rows, 2),
			.held = database_integer(&rows, 3) != 0,
			.kept = database_integer(&rows, 4) != 0
		};
	return database_end(&rows);
}

static int
take_out(struct replica *replica, const uint8_t *hash, const struct want_place *place)
{
	int err = database_run(&replica->database, "DELETE FROM want WHERE hash = ?",
	    VALUES(DB_BLOB(hash, HASH_CONTENT_LEN)));

	if (err != RS_OK)
		return err;
	count_missing(replica, place, -1);
	return place->kept ? want_bound_add(replica, -place->size) : RS_OK;
}

static int
put_in(struct replica *replica, const uint8_t *hash, const struct want_place *place)
{
	int err = database_run(&replica->database,
	    "INSERT INTO want (hash, rank, saved_ms, size, held, kept) VALUES (?, ?, ?, ?, ?, ?)",
	    VALUES(DB_BLOB(hash, HASH_CONTENT_LEN), DB_INTEGER(place->rank),
	    DB_INTEGER(place->saved_ms), DB_INTEGER(place->size), DB_INTEGER(place->held),
	    DB_INTEGER(place->kept)));

	if (err != RS_OK)
		return err;
	count_missing(replica, place, 1);
	return place->kept ? want_bound_add(replica, place->size) : RS_OK;
}

/* Let the row of ${hash} say ${place}, or go when that is NULL. */
static int
put(struct replica *replica, const uint8_t *hash, struct want_place *place)
{
	struct want_place old = { 0 };
	bool found;
	int err = find(replica, hash, &old, &found);

	if (err == RS_OK && place != NULL)
		err = want_bound_keeps(replica, hash, place);
	if (err != RS_OK || (place == NULL && !found) ||
	    (place != NULL && found && same_place(&old, place)))
		return err;
	if (found)
		err = take_out(replica, hash, &old);
	if (err == RS_OK && place != NULL)
		err = put_in(replica, hash, place);
	return err == RS_OK ? want_bound_settle(replica) : err;
}

/* ------------------------------------------------------------- what is asked for */

/* Tell whether the policy names a tag of the item in ${row}. */
static int
has_tag(struct replica *replica, int64_t row, bool *ret_has)
{
	const struct policy *policy = &replica->policy;
	int64_t found = 0;
	int err = RS_OK;

	for (size_t i = 0; i < policy->tag_count && err == RS_OK && found == 0; i++)
		err = database_lookup(&replica->database,
		    "SELECT EXISTS (SELECT 1 FROM item_tag WHERE item = ? AND tag = ?)",
		    VALUES(DB_INTEGER(row), DB_TEXT(bytes_of_text(policy->tags[i]))), &found);
	if (err == RS_OK)
		*ret_has = found != 0;
	return err;
}

/* Which rank the item of the current row gives to the blob that it names. */
static int
rank_of(struct replica *replica, const struct rows *rows, int64_t *ret_rank)
{
	const struct policy *policy = &replica->policy;
	enum naming naming = (enum naming)database_integer(rows, 0);
	bool archived = database_integer(rows, 1) != 0;
	bool asked = database_integer(rows, 6) != 0, wanted;
	int err = RS_OK;

	wanted = !replica->limited || policy->everything || asked ||
	    (policy->unread && !archived) ||
	    (policy->starred && database_integer(rows, 5) != 0) ||
	    (policy->newest_days > 0 && database_integer(rows, 2) >= replica->since_ms);
	if (!wanted)
		err = has_tag(replica, database_integer(rows, 4), &wanted);
	if (err != RS_OK)
		return err;
	if (!wanted || (naming == AS_IMAGE && replica->limited && !policy->images))
		*ret_rank = WANT_SPARE;
	else if (asked)
		*ret_rank = WANT_ASKED;
	else if (naming == AS_PAGE)
		*ret_rank = WANT_PAGE;
	else if (naming == AS_ARTICLE)
		*ret_rank = archived ? WANT_ARCHIVED : WANT_UNREAD;
	else
		*ret_rank = archived ? WANT_IMAGE_ARCHIVED : WANT_IMAGE_UNREAD;
	return RS_OK;
}

/* Find what ${hash} is to those that name it; its size is their guess. */
static int
weigh(struct replica *replica, const uint8_t *hash, struct want_place *place)
{
	/* Not ORDER BY: SQLite would make a table to sort the one row that there mostly is. */
	struct rows rows = database_query(&replica->database,
	    "SELECT 0, item.state <> 0, item.saved_ms,"
	    " " ARTICLE_BYTES " + " WORD_BYTES " * reading.words, item.id, item.starred,"
	    " ?3 AND EXISTS (SELECT 1 FROM asked WHERE asked.item = item.item)"
	    " FROM reading JOIN item ON item.id = reading.item"
	    " WHERE reading.article = ?1 AND item.shown AND (?2 OR item.best = reading.id)"
	    " UNION ALL SELECT 1, item.state <> 0, item.saved_ms, 0, item.id, item.starred, 0"
	    " FROM fetch JOIN item ON item.id = fetch.item"
	    " WHERE ?2 AND fetch.page = ?1 AND item.shown AND NOT EXISTS"
	    " (SELECT 1 FROM reading WHERE reading.fetch = fetch.fetch AND (?4 OR withheld))"
	    " UNION ALL SELECT 2, item.state <> 0, item.saved_ms, image.size, item.id,"
	    " item.starred, ?3 AND EXISTS (SELECT 1 FROM asked WHERE asked.item = item.item)"
	    " FROM image"
	    " JOIN reading ON reading.reading = image.reading JOIN item ON item.id = reading.item"
	    " WHERE image.blob = ?1 AND item.shown AND (?2 OR item.best = reading.id)",
	    VALUES(DB_BLOB(hash, HASH_CONTENT_LEN),
	    DB_INTEGER(replica->role == REPLICA_ARCHIVE), DB_INTEGER(replica->limited),
	    DB_INTEGER(replica->drops_pages)));
	int64_t rank;

	while (database_next(&rows)) {
		int64_t saved_ms = database_integer(&rows, 2), size = database_integer(&rows, 3);

		rows.err = rank_of(replica, &rows, &rank);
		if (rows.err != RS_OK)
			break;
		if (rank < place->rank || (rank == place->rank && saved_ms > place->saved_ms)) {
			place->rank = rank;
			place->saved_ms = saved_ms;
		}
		place->size = size > place->size ? size : place->size;
	}
	return database_end(&rows);
}

/* See ${place} in the light of the bound. */
static void
bound(const struct replica *replica, uint64_t known_size, struct want_place *place)
{
	uint64_t max = replica->limited ? replica->policy.bytes_max : 0;

	if (known_size > 0)
		place->size = (int64_t)known_size;
	if (max > 0 && (uint64_t)place->size > max / BOUND_PARTS)
		place->rank = WANT_SPARE;
	/* No part in the bound, or at least one byte: see want_bound.h. */
	if (max == 0 || place->rank == WANT_SPARE)
		place->size = 0;
	else if (place->size == 0)
		place->size = 1;
}

int
want_refresh(struct replica *replica, const uint8_t *hash)
{
	struct want_place place = { .rank = WANT_SPARE, .saved_ms = INT64_MIN };
	uint64_t size;
	int err = blob_known(replica, hash, &size, &place.held);

	if (err != RS_OK || (place.held && !replica->limited))
		return err != RS_OK ? err : put(replica, hash, NULL);
	err = weigh(replica, hash, &place);
	if (err != RS_OK)
		return err;
	bound(replica, size, &place);
	return put(replica, hash, place.rank == WANT_SPARE && !place.held ? NULL : &place);
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

int
want_rebuild(struct replica *replica)
{
	struct rows rows;
	int err = want_bound_clear(replica);

	if (err != RS_OK)
		return err;
	rows = database_query(&replica->database,
	    "SELECT article FROM reading WHERE article IS NOT NULL"
	    " UNION SELECT page FROM fetch WHERE page IS NOT NULL"
	    " UNION SELECT blob FROM image UNION SELECT hash FROM blob", NO_VALUES);
	while (database_next(&rows))
		rows.err = want_refresh(replica, database_blob(&rows, 0).data);
	return database_end(&rows);
}
