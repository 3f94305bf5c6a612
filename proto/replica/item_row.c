#include <string.h>

#include "proto/replica/blob.h"
#include "proto/replica/index.h"
#include "proto/replica/internal.h"
#include "proto/replica/item_row.h"
#include "proto/replica/reading.h"
#include "proto/replica/register.h"
#include "proto/replica/text.h"
#include "proto/replica/want.h"
#include "proto/replica/work.h"

/* What a row says, or is to say, as far as it follows from more than one register. */
struct facts {
	uint8_t item[HASH_NAME_LEN];
	bool shown;
	bool merged;			/* others are seen as it */
	struct buffer title;
	struct buffer site_name;
	int64_t best;			/* row of `reading`; 0 for none */
	int64_t copy;
	int64_t words;
	int64_t longest;		/* words of the longest that was the best, of this copy */
	bool held;			/* then this is the best reading's article */
	uint8_t article[HASH_CONTENT_LEN];
};

void
item_row_read(const struct rows *rows, struct item *item)
{
	memcpy(item->id, database_blob(rows, 0).data, sizeof(item->id));
	item->url = database_text(rows, 1);
	item->title = database_text(rows, 2);
	item->site_name = database_text(rows, 3);
	item->state = (enum item_state)database_integer(rows, 4);
	item->starred = database_integer(rows, 5) != 0;
	item->saved_ms = database_integer(rows, 6);
	item->waits = database_text(rows, 7);
	item->copy = (Readsync__Copy)database_integer(rows, 8);
	item->words = (uint32_t)database_integer(rows, 9);
	item->held = database_integer(rows, 10) != 0;
	item->away = database_integer(rows, 11) != 0;
	item->tags = database_text(rows, 12);
	item->annotated = database_integer(rows, 13) != 0;
}

/* ------------------------------------------------------------------ new rows */

/* Return how many leading hexadecimal digits two ids have in common. */
static unsigned
common_digits(const uint8_t *a, const uint8_t *b)
{
	unsigned i = 0;

	while (i < HASH_NAME_LEN && a[i] == b[i])
		i++;
	return i == HASH_NAME_LEN ? 2 * i : 2 * i + (a[i] >> 4 == b[i] >> 4);
}

/*
 * Keep in `derived` how long a prefix must be to name every item: the ids that are
 * most alike are neighbours, and were so when the later of the two came.
 */
static int
widen_prefix(struct replica *replica, const uint8_t *item)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT max(item) FROM item WHERE item < ?1"
	    " UNION ALL SELECT min(item) FROM item WHERE item > ?1",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN)));
	unsigned digits = 0, common;
	int err;

	while (database_next(&rows)) {
		if (database_is_null(&rows, 0))
			continue;
		common = common_digits(item, database_blob(&rows, 0).data);
		digits = common + 1 > digits ? common + 1 : digits;
	}
	err = database_end(&rows);
	if (err != RS_OK || digits <= ITEM_ROW_PREFIX_MIN)
		return err;
	return database_run(&replica->database,
	    "INSERT INTO derived (name, value) VALUES ('prefix', ?)"
	    " ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
	    VALUES(DB_INTEGER(digits)));
}

int
item_row_make(struct replica *replica, const uint8_t *item, int64_t *ret_row)
{
	int err = database_lookup(&replica->database, "SELECT id FROM item WHERE item = ?",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN)), ret_row);

	if (err != RS_ENOTFOUND)
		return err;
	err = widen_prefix(replica, item);
	if (err != RS_OK)
		return err;
	return database_insert(&replica->database, "INSERT INTO item (item) VALUES (?)",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN)), ret_row);
}

/* ------------------------------------------------------------------- refresh */

static void
facts_init(struct facts *facts)
{
	memset(facts, 0, sizeof(*facts));
	buffer_init(&facts->title, RECORD_VALUE_MAX);
	buffer_init(&facts->site_name, RECORD_VALUE_MAX);
}

static void
facts_release(struct facts *facts)
{
	buffer_release(&facts->title);
	buffer_release(&facts->site_name);
}

/* Read what ${row} says in ${old}, and begin ${new} with what single registers give. */
static int
read_facts(struct replica *replica, int64_t row, struct facts *old, struct facts *new)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT item, shown, title, article,"
	    " present AND url <> '' AND head IS NULL, own_title,"
	    " EXISTS (SELECT 1 FROM item AS alias WHERE alias.head = item.id)"
	    " FROM item WHERE id = ?", VALUES(DB_INTEGER(row)));
	struct bytes article;

	if (database_next(&rows)) {
		memcpy(new->item, database_blob(&rows, 0).data, HASH_NAME_LEN);
		old->shown = database_integer(&rows, 1) != 0;
		rows.err = buffer_append_text(&old->title, database_text(&rows, 2));
		article = database_blob(&rows, 3);
		old->held = article.len == HASH_CONTENT_LEN;
		if (old->held)
			memcpy(old->article, article.data, HASH_CONTENT_LEN);
		new->shown = database_integer(&rows, 4) != 0;
		if (rows.err == RS_OK)
			rows.err = buffer_append_text(&new->title, database_text(&rows, 5));
		new->merged = database_integer(&rows, 6) != 0;
	}
	return database_end(&rows);
}

/* Take the title (unless the reader gave one) and the site's name from the best reading. */
static int
take_names(struct replica *replica, const uint8_t *reading_id, struct facts *facts)
{
	Readsync__Reading *reading = NULL;
	struct buffer value;
	int err;

	buffer_init(&value, RECORD_VALUE_MAX);
	err = register_get(replica, RECORD_READING, reading_id, bytes_of_text("reading"), &value,
	    NULL);
	if (err == RS_OK)
		err = reading_unpack(buffer_bytes(&value), &reading);
	if (err == RS_OK && facts->title.len == 0 && text_is_line(bytes_of_text(reading->title)))
		err = buffer_append_text(&facts->title, reading->title);
	if (err == RS_OK && text_is_line(bytes_of_text(reading->site_name)))
		err = buffer_append_text(&facts->site_name, reading->site_name);
	buffer_release(&value);
	if (reading != NULL)
		readsync__reading__free_unpacked(reading, NULL);
	return err;
}

/*
 * Append to ${out} the id of the reading that the reader prefers, nothing for none; of
 * aliases the later word counts.
 */
static int
find_preferred(struct replica *replica, const struct facts *facts, struct buffer *out)
{
	int err = facts->merged ? reading_preferred(replica, facts->item, out) :
	    register_get(replica, RECORD_ITEM, facts->item, bytes_of_text("prefer"), out, NULL);

	return err == RS_ENOTFOUND ? RS_OK : err;
}

/*
 * Fold reading_better over the readings in the order of (time, id): the result
 * hangs on the set of readings, not on the order in which they came here.  One
 * that the reader prefers ends it.
 */
static int
fold_readings(struct replica *replica, int64_t row, struct bytes preferred, struct facts *facts)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT id, reading, copy, words, article FROM reading WHERE item = ?"
	    " ORDER BY at_ms, reading", VALUES(DB_INTEGER(row)));
	uint8_t reading[HASH_NAME_LEN];
	bool named = false, ended = false;
	struct bytes article;
	int err;

	while (!ended && database_next(&rows)) {
		int64_t words = database_integer(&rows, 3);

		ended = bytes_equal(database_blob(&rows, 1), preferred);
		if (!ended && facts->best != 0 &&
		    !reading_better((Readsync__Copy)database_integer(&rows, 2),
		    (uint32_t)words, (Readsync__Copy)facts->copy, (uint32_t)facts->longest))
			continue;
		if (facts->longest < words || facts->copy != database_integer(&rows, 2))
			facts->longest = words;
		facts->best = database_integer(&rows, 0);
		memcpy(reading, database_blob(&rows, 1).data, sizeof(reading));
		facts->copy = database_integer(&rows, 2);
		facts->words = words;
		article = database_blob(&rows, 4);
		named = article.len == HASH_CONTENT_LEN;
		if (named)
			memcpy(facts->article, article.data, HASH_CONTENT_LEN);
	}
	err = database_end(&rows);
	if (err == RS_OK && named)
		err = blob_held(replica, facts->article, &facts->held);
	if (err == RS_OK && facts->best != 0)
		err = take_names(replica, reading, facts);
	return err;
}

static int
find_best(struct replica *replica, int64_t row, struct facts *facts)
{
	struct buffer preferred;
	int err;

	buffer_init(&preferred, RECORD_VALUE_MAX);
	err = find_preferred(replica, facts, &preferred);
	if (err == RS_OK)
		err = fold_readings(replica, row, buffer_bytes(&preferred), facts);
	buffer_release(&preferred);
	return err;
}

static int
store(struct replica *replica, int64_t row, const struct facts *facts)
{
	return database_run(&replica->database,
	    "UPDATE item SET shown = ?, title = ?, site_name = ?, best = ?, copy = ?, words = ?,"
	    " article = ? WHERE id = ?",
	    VALUES(DB_INTEGER(facts->shown), DB_TEXT(buffer_bytes(&facts->title)),
	    DB_TEXT(buffer_bytes(&facts->site_name)),
	    facts->best == 0 ? DB_NULL : DB_INTEGER(facts->best), DB_INTEGER(facts->copy),
	    DB_INTEGER(facts->words),
	    facts->held ? DB_BLOB(facts->article, HASH_CONTENT_LEN) : DB_NULL, DB_INTEGER(row)));
}

/* Tell whether the entry in the index stays what it is. */
static bool
same_entry(const struct facts *a, const struct facts *b)
{
	return a->shown == b->shown && a->held == b->held &&
	    bytes_equal(buffer_bytes(&a->title), buffer_bytes(&b->title)) &&
	    (!a->held || memcmp(a->article, b->article, HASH_CONTENT_LEN) == 0);
}

/* Bring ${row} in line here and now. */
static int
refresh(struct replica *replica, int64_t row)
{
	struct facts old, new;
	int err;

	facts_init(&old);
	facts_init(&new);
	err = read_facts(replica, row, &old, &new);
	if (err == RS_OK)
		err = find_best(replica, row, &new);
	if (err == RS_OK && !same_entry(&old, &new))
		err = index_change(replica, row);
	if (err == RS_OK)
		err = store(replica, row, &new);
	if (err == RS_OK)
		err = want_refresh_item(replica, row);
	if (err == RS_OK)
		err = work_follow(replica, new.item, new.shown, new.best != 0);
	facts_release(&old);
	facts_release(&new);
	return err;
}

/*
 * Give each row that ${sql} finds by ${hash} the article ${hash}, or, with NULL, none.  Nothing
 * else of a row hangs on whether a blob is here.
 */
static int
set_article(struct replica *replica, const char *sql, const uint8_t *hash, const uint8_t *article)
{
	struct rows rows = database_query(&replica->database, sql,
	    VALUES(DB_BLOB(hash, HASH_CONTENT_LEN)));
	int64_t row;

	while (database_next(&rows)) {
		row = database_integer(&rows, 0);
		rows.err = index_change(replica, row);
		if (rows.err == RS_OK)
			rows.err = database_run(&replica->database,
			    "UPDATE item SET article = ? WHERE id = ?",
			    VALUES(DB_BLOB_OR_NULL(article, HASH_CONTENT_LEN), DB_INTEGER(row)));
	}
	return database_end(&rows);
}

int
item_row_gain_article(struct replica *replica, const uint8_t *hash)
{
	return set_article(replica,
	    "SELECT item.id FROM reading JOIN item ON item.best = reading.id"
	    " AND item.id = reading.item WHERE reading.article = ?", hash, hash);
}

int
item_row_lose_article(struct replica *replica, const uint8_t *hash)
{
	return set_article(replica,
	    "SELECT DISTINCT item.id FROM reading JOIN item ON item.id = reading.item"
	    " WHERE reading.article = ?1 AND item.article = ?1", hash, NULL);
}

int
item_row_register(struct replica *replica)
{
	/* In memory, and rolled back with everything else. */
	return database_script(&replica->database,
	    "CREATE TEMPORARY TABLE gathered (item INTEGER PRIMARY KEY)");
}

int
item_row_refresh(struct replica *replica, int64_t row)
{
	int err;

	if (!replica->gathering)
		return refresh(replica, row);
	/* What is said of one item mostly comes together. */
	if (row == replica->gathered)
		return RS_OK;
	err = database_run(&replica->database,
	    "INSERT OR IGNORE INTO temp.gathered (item) VALUES (?)", VALUES(DB_INTEGER(row)));
	if (err == RS_OK)
		replica->gathered = row;
	return err;
}

int
item_row_settle(struct replica *replica)
{
	struct rows rows;
	int err;

	if (!replica->gathering)
		return RS_OK;
	replica->gathered = 0;
	rows = database_query(&replica->database, "SELECT item FROM temp.gathered", NO_VALUES);
	while (database_next(&rows))
		rows.err = refresh(replica, database_integer(&rows, 0));
	err = database_end(&rows);
	return err == RS_OK ? database_run(&replica->database, "DELETE FROM temp.gathered",
	    NO_VALUES) : err;
}
