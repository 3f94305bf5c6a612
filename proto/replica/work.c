#include <stdio.h>
#include <string.h>

#include "proto/replica/alias.h"
#include "proto/replica/internal.h"
#include "proto/replica/item.h"
#include "proto/replica/site.h"
#include "proto/replica/work.h"

/* ------------------------------------------------------- made by other changes */

/* Rows of `work` are made on an archive only, and not while registers are read again. */
static bool
concerns(const struct replica *replica)
{
	return replica->role == REPLICA_ARCHIVE && !replica->rebuilding;
}

/* Run a statement on `work` after which the pipeline may have something new to do. */
static int
run(struct replica *replica, const char *sql, const struct database_value *values)
{
	int err = database_run(&replica->database, sql, values);

	if (err == RS_OK && database_changed(&replica->database) > 0)
		replica->change.work = true;
	return err;
}

/*
 * Make the row FETCHED with the first page after ${after} (a fetch, or NULL: any) that is
 * here and was not read.  Without one, nothing changes.
 */
static int
next_page(struct replica *replica, const uint8_t *item, const uint8_t *after)
{
	return run(replica,
	    "UPDATE work SET state = 1, attempts = 0, due_ms = ?3 + ?4 * page.fetched,"
	    " problem = '', fetch = page.fetch FROM (SELECT fetch.fetch, fetched FROM item"
	    " JOIN fetch ON fetch.item = item.id"
	    " JOIN blob ON blob.hash = fetch.page AND blob.received = blob.size"
	    " WHERE item.item = ?1 AND (fetch.at_ms, fetch.fetch) >"
	    " (coalesce((SELECT at_ms FROM fetch WHERE fetch = ?2), -1), coalesce(?2, x''))"
	    " AND NOT EXISTS (SELECT 1 FROM reading WHERE reading.fetch = fetch.fetch)"
	    " ORDER BY fetch.at_ms, fetch.fetch LIMIT 1) AS page"
	    " WHERE work.item = ?1 AND work.state <> 1",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN), DB_BLOB_OR_NULL(after, HASH_NAME_LEN),
	    DB_INTEGER(clock_now_ms(replica->clock)), DB_INTEGER(replica->work_wait_ms)));
}

/* A page of ${item} is on its way from another device: leave it the time to come. */
static int
await_page(struct replica *replica, const uint8_t *item)
{
	return database_run(&replica->database,
	    "UPDATE work SET due_ms = max(due_ms, ?2) WHERE item = ?1 AND state = 0"
	    " AND attempts = 0 AND EXISTS (SELECT 1 FROM item JOIN fetch ON fetch.item = item.id"
	    " JOIN want ON want.hash = fetch.page WHERE item.item = ?1 AND NOT EXISTS"
	    " (SELECT 1 FROM reading WHERE reading.fetch = fetch.fetch))",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN),
	    DB_INTEGER(clock_now_ms(replica->clock) + WORK_PAGE_WAIT_MS)));
}

int
work_follow(struct replica *replica, const uint8_t *item, bool shown, bool read)
{
	int err;

	if (!concerns(replica) || (shown && read))
		return RS_OK;
	if (!shown)
		return database_run(&replica->database, "DELETE FROM work WHERE item = ?",
		    VALUES(DB_BLOB(item, HASH_NAME_LEN)));
	err = run(replica, "INSERT OR IGNORE INTO work (item, state, due_ms) VALUES (?, 0, ?)",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN),
	    DB_INTEGER(clock_now_ms(replica->clock) + replica->work_wait_ms)));
	if (err != RS_OK || database_changed(&replica->database) == 0)
		return err;
	/* A fetch, or its page, may have come before the URL that it was got from. */
	err = await_page(replica, item);
	return err == RS_OK ? next_page(replica, item, NULL) : err;
}

int
work_page(struct replica *replica, const uint8_t *item, const uint8_t *fetch, bool here)
{
	int64_t now_ms = clock_now_ms(replica->clock);

	if (!concerns(replica))
		return RS_OK;
	if (!here)
		return await_page(replica, item);
	/* A page that is waiting to be read goes first: see work_done. */
	return run(replica,
	    "INSERT INTO work (item, state, due_ms, fetch)"
	    " SELECT item, 1, ?1 + ?4 * (SELECT fetched FROM fetch WHERE fetch = ?2), ?2"
	    " FROM item WHERE item = ?3 AND shown"
	    " ON CONFLICT (item) DO UPDATE SET state = 1, attempts = 0,"
	    " due_ms = excluded.due_ms, fetch = ?2, problem = '' WHERE work.state <> 1",
	    VALUES(DB_INTEGER(now_ms), DB_BLOB(fetch, HASH_NAME_LEN),
	    DB_BLOB(item, HASH_NAME_LEN), DB_INTEGER(replica->work_wait_ms)));
}

int
work_read(struct replica *replica, const uint8_t *item, const uint8_t *fetch, bool first)
{
	int err;

	if (!concerns(replica))
		return RS_OK;
	err = database_run(&replica->database,
	    "UPDATE work SET state = 2, attempts = 0, problem = ''"
	    " WHERE item = ?1 AND ((state IN (0, 3) AND ?3) OR (state = 1 AND fetch = ?2))",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN), DB_BLOB(fetch, HASH_NAME_LEN),
	    DB_INTEGER(first)));
	if (err != RS_OK || database_changed(&replica->database) == 0)
		return err;
	/* The order in which pages come is not that in which they were saved. */
	return next_page(replica, item, NULL);
}

/* The row of ${item} went: it gets a new one, if it is shown. */
static int
remake(struct replica *replica, const uint8_t *item)
{
	int64_t shown;
	int err = database_lookup(&replica->database, "SELECT shown FROM item WHERE item = ?",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN)), &shown);

	return err == RS_OK && shown ? work_follow(replica, item, true, false) : err;
}

int
work_erased(struct replica *replica, int64_t row, const uint8_t *part)
{
	struct rows rows;
	int err;

	if (!concerns(replica))
		return RS_OK;
	err = database_run(&replica->database,
	    "DELETE FROM work WHERE item = (SELECT item FROM item WHERE id = ?1)"
	    " AND iif(state = 1, fetch = ?2,"
	    " NOT EXISTS (SELECT 1 FROM reading WHERE reading.item = ?1))",
	    VALUES(DB_INTEGER(row), DB_BLOB(part, HASH_NAME_LEN)));
	if (err != RS_OK || database_changed(&replica->database) == 0)
		return err;
	rows = database_query(&replica->database, "SELECT item FROM item WHERE id = ?",
	    VALUES(DB_INTEGER(row)));
	if (database_next(&rows))
		rows.err = remake(replica, database_blob(&rows, 0).data);
	return database_end(&rows);
}

int
work_saved(struct replica *replica, const uint8_t *item)
{
	int err;

	if (!concerns(replica))
		return RS_OK;
	/* One that was never tried waits for no more than is due to a new one. */
	err = database_run(&replica->database,
	    "DELETE FROM work WHERE item = ?1 AND ((state = 0 AND attempts > 0) OR state = 3)"
	    " AND NOT EXISTS (SELECT 1 FROM item JOIN reading ON reading.item = item.id"
	    " WHERE item.item = ?1)", VALUES(DB_BLOB(item, HASH_NAME_LEN)));
	return err == RS_OK && database_changed(&replica->database) > 0 ?
	    remake(replica, item) : err;
}

int
work_join(struct replica *replica, int64_t row)
{
	uint8_t item[HASH_NAME_LEN];
	int err;

	if (!concerns(replica))
		return RS_OK;
	err = alias_head(replica, row, &row, item);
	/* It was queued to be read for the first time, and has been, under another address. */
	if (err == RS_OK)
		err = database_run(&replica->database,
		    "UPDATE work SET state = 2, attempts = 0, problem = '' WHERE item = ?1"
		    " AND state IN (0, 3) AND EXISTS (SELECT 1 FROM reading WHERE item = ?2)"
		    " AND NOT EXISTS (SELECT 1 FROM reading WHERE item = ?2 AND owner = ?2)",
		    VALUES(DB_BLOB(item, sizeof(item)), DB_INTEGER(row)));
	return err == RS_OK ? next_page(replica, item, NULL) : err;
}

int
work_restore(struct replica *replica)
{
	struct rows rows;
	int err;

	if (!concerns(replica))
		return RS_OK;
	err = database_run(&replica->database,
	    "DELETE FROM work WHERE item NOT IN (SELECT item FROM item WHERE shown)", NO_VALUES);
	if (err != RS_OK)
		return err;
	rows = database_query(&replica->database,
	    "SELECT item FROM item WHERE shown AND best IS NULL", NO_VALUES);
	while (database_next(&rows))
		rows.err = work_follow(replica, database_blob(&rows, 0).data, true, false);
	return database_end(&rows);
}

/* ------------------------------------------------------------- for the pipeline */

int
work_wait(struct replica *replica, int64_t wait_ms)
{
	int64_t now_ms = clock_now_ms(replica->clock), joined = 0, latest_ms;
	int err = wait_ms >= 0 ? RS_OK : database_lookup(&replica->database,
	    "SELECT EXISTS (SELECT 1 FROM peer WHERE joined)", NO_VALUES, &joined);

	if (err != RS_OK)
		return err;
	replica->work_wait_ms = wait_ms >= 0 ? wait_ms : joined ? WORK_STAND_BY_MS : 0;
	/* What waits for a page that is on its way is not meant. */
	latest_ms = now_ms + (replica->work_wait_ms > WORK_PAGE_WAIT_MS ?
	    replica->work_wait_ms : WORK_PAGE_WAIT_MS);
	return run(replica, "UPDATE work SET due_ms = ?1 WHERE state < 2 AND attempts = 0"
	    " AND problem = '' AND site = '' AND due_ms > ?2",
	    VALUES(DB_INTEGER(now_ms + replica->work_wait_ms), DB_INTEGER(latest_ms)));
}

int
work_due(struct replica *replica, enum work_state state, int64_t now_ms, unsigned skip,
    unsigned limit, bool (*on_work)(void *context, const struct work *work), void *context)
{
	struct rows rows;
	struct work work;
	struct bytes fetch;
	bool more = true;

	/* Two texts, since the partial index serves only a constant state. */
	rows = database_query(&replica->database, state == WORK_QUEUED ?
	    "SELECT work.item, state, attempts, due_ms, fetch, etag, last_modified, problem,"
	    " (SELECT url FROM item WHERE item.item = work.item) FROM work"
	    " WHERE state = 0 AND due_ms <= ? ORDER BY due_ms LIMIT ? OFFSET ?" :
	    "SELECT work.item, state, attempts, due_ms, fetch, etag, last_modified, problem,"
	    " (SELECT url FROM item WHERE item.item = work.item) FROM work"
	    " WHERE state = 1 AND due_ms <= ? ORDER BY due_ms LIMIT ? OFFSET ?",
	    VALUES(DB_INTEGER(now_ms), DB_INTEGER(limit), DB_INTEGER(skip)));
	while (more && database_next(&rows)) {
		memset(&work, 0, sizeof(work));
		memcpy(work.item, database_blob(&rows, 0).data, sizeof(work.item));
		work.state = (enum work_state)database_integer(&rows, 1);
		work.attempts = (uint32_t)database_integer(&rows, 2);
		work.due_ms = database_integer(&rows, 3);
		fetch = database_blob(&rows, 4);
		if (fetch.len == sizeof(work.fetch))
			memcpy(work.fetch, fetch.data, sizeof(work.fetch));
		work.etag = database_text(&rows, 5);
		work.last_modified = database_text(&rows, 6);
		work.problem = database_text(&rows, 7);
		work.url = database_text(&rows, 8);
		more = on_work(context, &work);
	}
	return database_end(&rows);
}

int
work_next_due(struct replica *replica, int64_t after_ms, int64_t *ret_ms)
{
	/* One descent in the index for each state. */
	return database_lookup(&replica->database,
	    "SELECT due_ms FROM"
	    " (SELECT min(due_ms) AS due_ms FROM work WHERE state = 0 AND due_ms > ?1 UNION ALL"
	    " SELECT min(due_ms) FROM work WHERE state = 1 AND due_ms > ?1)"
	    " WHERE due_ms IS NOT NULL ORDER BY due_ms LIMIT 1",
	    VALUES(DB_INTEGER(after_ms)), ret_ms);
}

int
work_hasten(struct replica *replica, int64_t now_ms)
{
	return run(replica, "UPDATE work SET due_ms = ?1 WHERE state < 2 AND due_ms > ?2",
	    VALUES(DB_INTEGER(now_ms), DB_INTEGER(now_ms + WORK_WAIT_MAX_MS)));
}

int
work_queue(struct replica *replica, const uint8_t *item, int64_t due_ms)
{
	int err = run(replica,
	    "INSERT INTO work (item, state, due_ms) SELECT item, 0, ?2 FROM item"
	    " WHERE id = (SELECT coalesce(head, id) FROM item WHERE item = ?1) AND shown"
	    " ON CONFLICT (item) DO UPDATE SET state = 0, attempts = 0,"
	    " due_ms = ?2, fetch = NULL, problem = ''",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN), DB_INTEGER(due_ms)));

	if (err == RS_OK && database_changed(&replica->database) == 0)
		return RS_ENOTFOUND;
	return err;
}

/* Run an UPDATE of the one row of an item.  RS_ENOTFOUND when it has none. */
static int
update(struct replica *replica, const char *sql, const struct database_value *values)
{
	int err = database_run(&replica->database, sql, values);

	if (err == RS_OK && database_changed(&replica->database) == 0)
		return RS_ENOTFOUND;
	return err;
}

int
work_fetched(struct replica *replica, const uint8_t *item, const uint8_t *fetch,
    const char *site, const char *sender, const char *etag, const char *last_modified)
{
	replica->change.work = true;
	return update(replica,
	    "UPDATE work SET state = 1, attempts = 0, due_ms = ?, fetch = ?, site = ?, sender = ?,"
	    " etag = ?, last_modified = ?, problem = '' WHERE item = ?",
	    VALUES(DB_INTEGER(clock_now_ms(replica->clock)), DB_BLOB(fetch, HASH_NAME_LEN),
	    DB_TEXT(bytes_of_text(site)), DB_TEXT(bytes_of_text(sender)),
	    DB_TEXT(bytes_of_text(etag)), DB_TEXT(bytes_of_text(last_modified)),
	    DB_BLOB(item, HASH_NAME_LEN)));
}

int
work_sender(struct replica *replica, const uint8_t *item, char *ret_name)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT sender FROM work WHERE item = ?", VALUES(DB_BLOB(item, HASH_NAME_LEN)));

	ret_name[0] = '\0';
	if (database_next(&rows))
		snprintf(ret_name, SITE_NAME_MAX + 1, "%s", database_text(&rows, 0));
	return database_end(&rows);
}

int
work_forget_sender(struct replica *replica, const uint8_t *item)
{
	return database_run(&replica->database,
	    "UPDATE work SET sender = '' WHERE item = ? AND sender <> ''",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN)));
}

int
work_failed(struct replica *replica, const uint8_t *item, uint32_t attempts,
    const char *problem, int64_t due_ms)
{
	/* An exchange may be waiting for it, and is to go on without. */
	replica->change.work = true;
	return update(replica,
	    "UPDATE work SET attempts = attempts + (attempts = ?2),"
	    " problem = iif(attempts = ?2, ?3, problem), due_ms = iif(attempts = ?2, ?4, due_ms)"
	    " WHERE item = ?1",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN), DB_INTEGER(attempts),
	    DB_TEXT(bytes_of_text(problem)), DB_INTEGER(due_ms)));
}

int
work_postponed(struct replica *replica, const uint8_t *item, const char *problem, int64_t due_ms)
{
	return update(replica, "UPDATE work SET problem = ?, due_ms = ? WHERE item = ?",
	    VALUES(DB_TEXT(bytes_of_text(problem)), DB_INTEGER(due_ms),
	    DB_BLOB(item, HASH_NAME_LEN)));
}

int
work_hold(struct replica *replica, const uint8_t *item, const char *site, const char *why)
{
	int err = update(replica,
	    "UPDATE work SET state = 3, site = ?, problem = ? WHERE item = ? AND state = 0",
	    VALUES(DB_TEXT(bytes_of_text(site)), DB_TEXT(bytes_of_text(why)),
	    DB_BLOB(item, HASH_NAME_LEN)));

	return err == RS_OK ? item_set_waits(replica, item, why) : err;
}

/* Tell all devices that what is due now waits no more: all of ${site}, or what is ${held}. */
static int
stop_waiting(struct replica *replica, const char *site, bool held)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT work.item FROM work JOIN item ON item.item = work.item"
	    " WHERE " WORK_OF_SITE " AND waits <> '' AND (work.state = 3 OR NOT ?2)",
	    VALUES(DB_TEXT(bytes_of_text(site)), DB_INTEGER(held)));

	while (rows.err == RS_OK && database_next(&rows))
		rows.err = item_set_waits(replica, database_blob(&rows, 0).data, "");
	return database_end(&rows);
}

int
work_release(struct replica *replica, const char *site)
{
	int err = stop_waiting(replica, site, true);

	if (err != RS_OK)
		return err;
	return run(replica,
	    "UPDATE work SET state = 0, attempts = 0, problem = '', due_ms = ?2"
	    " WHERE " WORK_OF_SITE " AND state = 3",
	    VALUES(DB_TEXT(bytes_of_text(site)), DB_INTEGER(clock_now_ms(replica->clock))));
}

int
work_renew(struct replica *replica, const char *site, int64_t spacing_ms)
{
	int err = stop_waiting(replica, site, false);

	if (err != RS_OK)
		return err;
	return run(replica,
	    "UPDATE work SET state = 0, attempts = 0, problem = '', etag = '', last_modified = '',"
	    " fetch = NULL, due_ms = ?2 + ?3 * place FROM"
	    " (SELECT work.item AS name, row_number() OVER (ORDER BY saved_ms DESC) - 1 AS place"
	    " FROM work JOIN item ON item.item = work.item"
	    " WHERE " WORK_OF_SITE " AND (work.state IN (0, 3)"
	    " OR (work.state = 2 AND item.copy < ?4)))"
	    " WHERE work.item = name",
	    VALUES(DB_TEXT(bytes_of_text(site)), DB_INTEGER(clock_now_ms(replica->clock)),
	    DB_INTEGER(spacing_ms), DB_INTEGER(READSYNC__COPY__COPY_FULL)));
}

int
work_of_site(struct replica *replica, const char *site, uint64_t *ret_held,
    uint64_t *ret_incomplete)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT coalesce(sum(work.state = 3), 0),"
	    " coalesce(sum(work.state = 2 AND item.copy < ?2), 0)"
	    " FROM work JOIN item ON item.item = work.item WHERE " WORK_OF_SITE,
	    VALUES(DB_TEXT(bytes_of_text(site)), DB_INTEGER(READSYNC__COPY__COPY_FULL)));

	if (database_next(&rows)) {
		*ret_held = (uint64_t)database_integer(&rows, 0);
		*ret_incomplete = (uint64_t)database_integer(&rows, 1);
	}
	return database_end(&rows);
}

int
work_knows_site(struct replica *replica, const char *site, bool *ret_known)
{
	int64_t known;
	int err = database_lookup(&replica->database,
	    "SELECT EXISTS (SELECT 1 FROM work WHERE site = ? AND site <> '' AND state = 2)",
	    VALUES(DB_TEXT(bytes_of_text(site))), &known);

	if (err == RS_OK)
		*ret_known = known != 0;
	return err;
}

/* RS_ENOTFOUND unless ${item} is seen as another. */
static int
is_alias(struct replica *replica, const uint8_t *item)
{
	int64_t head;

	return database_lookup(&replica->database,
	    "SELECT head FROM item WHERE item = ? AND head IS NOT NULL",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN)), &head);
}

int
work_done(struct replica *replica, const uint8_t *item, const uint8_t *fetch)
{
	int err;

	/* As the reading was kept, a page that had come meanwhile may have taken the row. */
	err = update(replica,
	    "UPDATE work SET state = iif(state = 1 AND fetch <> ?2, 1, 2), attempts = 0,"
	    " problem = '' WHERE item = ?1",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN), DB_BLOB(fetch, HASH_NAME_LEN)));
	/* What was read may have shown that it is an alias: then another item has the work. */
	if (err == RS_ENOTFOUND)
		return is_alias(replica, item);
	if (err == RS_OK)
		err = item_set_waits(replica, item, "");
	return err == RS_OK ? next_page(replica, item, fetch) : err;
}

int
work_again(struct replica *replica, const uint8_t *item, const uint8_t *fetch,
    uint32_t attempts, const char *why, int64_t due_ms)
{
	int err = run(replica,
	    "UPDATE work SET state = 0, attempts = ?3, problem = ?4, due_ms = ?5, fetch = NULL,"
	    " etag = '', last_modified = '' WHERE item = ?1 AND (state <> 1 OR fetch = ?2)",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN), DB_BLOB(fetch, HASH_NAME_LEN),
	    DB_INTEGER(attempts), DB_TEXT(bytes_of_text(why)), DB_INTEGER(due_ms)));

	if (err != RS_OK)
		return err;
	return database_changed(&replica->database) == 0 ? work_done(replica, item, fetch) :
	    item_set_waits(replica, item, why);
}

int
work_count(struct replica *replica, struct work_counts *ret_counts)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT (SELECT count(*) FROM work WHERE state = 0),"
	    " (SELECT count(*) FROM work WHERE state = 1),"
	    " (SELECT count(*) FROM work WHERE state < 2 AND attempts > 0),"
	    " (SELECT count(*) FROM work WHERE site <> '' AND state = 3),"
	    " (SELECT count(*) FROM image_work)", NO_VALUES);

	if (database_next(&rows)) {
		ret_counts->queued = (uint64_t)database_integer(&rows, 0);
		ret_counts->fetched = (uint64_t)database_integer(&rows, 1);
		ret_counts->failing = (uint64_t)database_integer(&rows, 2);
		ret_counts->held = (uint64_t)database_integer(&rows, 3);
		ret_counts->images = (uint64_t)database_integer(&rows, 4);
	}
	return database_end(&rows);
}
