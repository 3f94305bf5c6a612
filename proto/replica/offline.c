#include <string.h>

#include "proto/replica/blob.h"
#include "proto/replica/device.h"
#include "proto/replica/index.h"
#include "proto/replica/internal.h"
#include "proto/replica/local.h"
#include "proto/replica/offline.h"
#include "proto/replica/want.h"

/* The names in `local` that are ours. */
#define LOCAL_POLICY "offline/policy"
#define LOCAL_DAY "offline/day"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

/* Of one transaction that gives up blobs. */
enum {
	BATCH_BLOBS = 64,
	BATCH_BYTES = 8 * 1024 * 1024
};
#define VACUUM_STEP "512"	/* pages */
/* What may have left much of itself in the index: as many blobs as a batch, or bytes. */
#define COMPACT_BYTES (1024 * 1024)
#define COMPACT_PART 4		/* of what is left */

/* ----------------------------------------------------------------- the policy */

const struct policy *
offline_policy(const struct replica *replica)
{
	return &replica->policy;
}

static void
reckon(struct replica *replica)
{
	replica->since_ms = (replica->day - (int64_t)replica->policy.newest_days) * DAY_MS;
}

int
offline_load(struct replica *replica)
{
	struct buffer text, day;
	int err;

	replica->policy = policy_everything();
	replica->limited = false;
	replica->day = 0;
	if (replica->role == REPLICA_ARCHIVE)
		return RS_OK;
	buffer_init(&text, POLICY_TEXT_MAX);
	buffer_init(&day, sizeof(replica->day));
	err = local_get(replica, LOCAL_POLICY, &text);
	if (err == RS_OK)
		err = local_get(replica, LOCAL_DAY, &day);
	if (err == RS_OK && day.len == sizeof(replica->day)) {
		memcpy(&replica->day, day.data, day.len);
		err = policy_parse(buffer_text(&text), &replica->policy, NULL);
		replica->limited = err == RS_OK && policy_bounds(&replica->policy);
	}
	reckon(replica);
	buffer_release(&text);
	buffer_release(&day);
	return err == RS_ENOTFOUND ? RS_OK : err == RS_EINVAL ? RS_EDAMAGED : err;
}

static int
set_day(struct replica *replica, int64_t day)
{
	replica->day = day;
	reckon(replica);
	return local_set(replica, LOCAL_DAY, bytes_of(&replica->day, sizeof(replica->day)));
}

static int64_t
today(const struct replica *replica)
{
	return clock_now_ms(replica->clock) / DAY_MS;
}

static int
store_policy(struct replica *replica)
{
	struct buffer text;
	int err;

	buffer_init(&text, POLICY_TEXT_MAX);
	err = replica->limited ? policy_write(&replica->policy, &text) : RS_OK;
	if (err == RS_OK)
		err = local_set(replica, LOCAL_POLICY, buffer_bytes(&text));
	buffer_release(&text);
	return err;
}

/* Refuse on an archive; also when a client has opened its home, as for an import. */
static int
check_role(struct replica *replica)
{
	uint8_t self[HASH_NAME_LEN];
	int64_t archive = 0;
	int err = device_self(replica, self);

	if (err == RS_OK)
		err = database_lookup(&replica->database,
		    "SELECT EXISTS (SELECT 1 FROM device WHERE device = ? AND archive)",
		    VALUES(DB_BLOB(self, sizeof(self))), &archive);
	if (err != RS_OK)
		return err;
	return replica->role == REPLICA_ARCHIVE || archive != 0 ? RS_EREFUSED : RS_OK;
}

int
offline_set_policy(struct replica *replica, const struct policy *policy)
{
	int err = check_role(replica);

	if (err != RS_OK)
		return err;
	replica->policy = *policy;
	replica->limited = policy_bounds(policy);
	replica->change.blobs = true;
	err = store_policy(replica);
	if (err == RS_OK)
		err = set_day(replica, today(replica));
	return err == RS_OK ? want_rebuild(replica) : err;
}

/* ------------------------------------------------------------------- the day */

/* Refresh each item that ${sql} finds between two times, or before the first. */
static int
refresh_between(struct replica *replica, int64_t from_ms, int64_t to_ms)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT id FROM item WHERE shown AND saved_ms >= ? AND saved_ms < ?",
	    VALUES(DB_INTEGER(from_ms), DB_INTEGER(to_ms)));

	while (database_next(&rows))
		rows.err = want_refresh_item(replica, database_integer(&rows, 0));
	return database_end(&rows);
}

/* Who asked for an article is taken to have read it by now. */
static int
forget_asked(struct replica *replica)
{
	int64_t before_ms = clock_now_ms(replica->clock) - OFFLINE_ASKED_DAYS * DAY_MS;
	struct rows rows = database_query(&replica->database,
	    "DELETE FROM asked WHERE at_ms < ?"
	    " RETURNING (SELECT id FROM item WHERE item.item = asked.item)",
	    VALUES(DB_INTEGER(before_ms)));

	/* SQLite has deleted all of them before it gives the first. */
	while (database_next(&rows))
		rows.err = want_refresh_item(replica, database_integer(&rows, 0));
	return database_end(&rows);
}

int
offline_turn(struct replica *replica)
{
	int64_t since_ms = replica->since_ms, day = today(replica);
	int err;

	if (!replica->limited || day == replica->day)
		return RS_OK;
	err = set_day(replica, day);
	if (err == RS_OK)
		err = forget_asked(replica);
	/* A clock that was wrong may go back. */
	if (err == RS_OK && since_ms < replica->since_ms)
		err = refresh_between(replica, since_ms, replica->since_ms);
	else if (err == RS_OK)
		err = refresh_between(replica, replica->since_ms, since_ms);
	return err;
}

int
offline_ask(struct replica *replica, const uint8_t *item)
{
	int64_t row;
	int err = database_lookup(&replica->database, "SELECT id FROM item WHERE item = ?",
	    VALUES(DB_BLOB(item, HASH_NAME_LEN)), &row);

	replica->change.blobs = true;
	if (err == RS_OK)
		err = database_run(&replica->database,
		    "INSERT INTO asked (item, at_ms) VALUES (?, ?)"
		    " ON CONFLICT (item) DO UPDATE SET at_ms = excluded.at_ms",
		    VALUES(DB_BLOB(item, HASH_NAME_LEN),
		    DB_INTEGER(clock_now_ms(replica->clock))));
	return err == RS_OK ? want_refresh_item(replica, row) : err;
}

/* ------------------------------------------------------------- what is spare */

int
offline_wants(struct replica *replica, const uint8_t *hash, bool *ret_wants)
{
	int64_t wants;
	int err = database_lookup(&replica->database,
	    "SELECT EXISTS (SELECT 1 FROM want WHERE hash = ? AND kept AND NOT held)",
	    VALUES(DB_BLOB(hash, HASH_CONTENT_LEN)), &wants);

	if (err == RS_OK)
		*ret_wants = wants != 0;
	return err;
}

bool
offline_any_spare(struct replica *replica)
{
	int64_t any = 0;

	return database_lookup(&replica->database,
	    "SELECT EXISTS (SELECT 1 FROM want WHERE held AND NOT kept)", NO_VALUES, &any) ==
	    RS_OK && any != 0;
}

int
offline_doubts(struct replica *replica, const uint8_t *archive,
    bool (*on_doubt)(void *context, const uint8_t *hash, uint64_t offset), void *context)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT want.hash, max(blob.size - 1, 0) FROM want JOIN blob USING (hash)"
	    " WHERE held AND NOT kept AND archive <> ?"
	    " ORDER BY want.rank DESC, want.saved_ms, want.hash",
	    VALUES(DB_INTEGER(blob_archive_mark(archive))));

	while (database_next(&rows))
		if (!on_doubt(context, database_blob(&rows, 0).data,
		    (uint64_t)database_integer(&rows, 1)))
			break;
	return database_end(&rows);
}

/* -------------------------------------------------------------------- giving up */

struct batch {
	uint8_t hashes[BATCH_BLOBS][HASH_CONTENT_LEN];
	size_t count;
	uint64_t bytes;
};

static int
gather(struct replica *replica, const uint8_t *archive, struct batch *batch)
{
	/* What has no bytes cannot be given up, and need not. */
	struct rows rows = database_query(&replica->database,
	    "SELECT want.hash, blob.size FROM want JOIN blob USING (hash)"
	    " WHERE held AND NOT kept AND archive = ? AND blob.size > 0"
	    " ORDER BY want.rank DESC, want.saved_ms, want.hash",
	    VALUES(DB_INTEGER(blob_archive_mark(archive))));

	batch->count = batch->bytes = 0;
	while (batch->count < BATCH_BLOBS && batch->bytes < BATCH_BYTES && database_next(&rows)) {
		memcpy(batch->hashes[batch->count++], database_blob(&rows, 0).data,
		    HASH_CONTENT_LEN);
		batch->bytes += (uint64_t)database_integer(&rows, 1);
	}
	return database_end(&rows);
}

/* What had begun to come and is not wanted any more: nobody here has the whole of it. */
static int
gather_begun(struct replica *replica, struct batch *batch)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT hash FROM blob WHERE received > 0 AND received < size AND NOT EXISTS"
	    " (SELECT 1 FROM want WHERE want.hash = blob.hash AND kept) LIMIT ?",
	    VALUES(DB_INTEGER(BATCH_BLOBS)));

	batch->count = 0;
	while (database_next(&rows))
		memcpy(batch->hashes[batch->count++], database_blob(&rows, 0).data,
		    HASH_CONTENT_LEN);
	return database_end(&rows);
}

static int
forget_begun(struct replica *replica, struct batch *batch)
{
	int err = gather_begun(replica, batch);

	for (size_t i = 0; i < batch->count && err == RS_OK; i++)
		err = blob_forget(replica, batch->hashes[i]);
	return err;
}

static int
release_some(struct replica *replica, const uint8_t *archive, struct batch *batch)
{
	int err = replica_begin(replica);

	if (err != RS_OK)
		return err;
	err = forget_begun(replica, batch);
	if (err == RS_OK)
		err = gather(replica, archive, batch);
	if (err == RS_OK)
		err = blob_give_up(replica, batch->hashes, batch->count);
	return replica_settle(replica, err);
}

/* Give free pages back, some in each transaction, until none is left. */
static int
shrink(struct replica *replica)
{
	int64_t before, left = INT64_MAX;
	int err;

	do {
		before = left;
		err = database_lookup(&replica->database, "PRAGMA freelist_count", NO_VALUES,
		    &left);
		if (err == RS_OK && left > 0 && left < before)
			err = database_script(&replica->database,
			    "PRAGMA incremental_vacuum(" VACUUM_STEP ")");
	} while (err == RS_OK && left > 0 && left < before);
	return err;
}

/*
 * Give the disk back what ${released} have left behind.  The index is made compact only when
 * it has become smaller by a good part, as this costs as much as it has.
 */
static int
tidy(struct replica *replica, const struct offline_released *released)
{
	int64_t left = INT64_MAX;
	int err = RS_OK;

	/* Counting them is for when it may come to that. */
	if (released->blobs >= BATCH_BLOBS || released->bytes >= COMPACT_BYTES)
		err = database_lookup(&replica->database,
		    "SELECT count(*) FROM blob WHERE received = size", NO_VALUES, &left);
	if (err == RS_OK && released->blobs > (uint64_t)left / COMPACT_PART)
		err = index_compact(replica);
	return err == RS_OK ? shrink(replica) : err;
}

int
offline_release(struct replica *replica, const uint8_t *archive,
    bool (*on_progress)(void *context), void *context, struct offline_released *released)
{
	struct batch batch = { .count = 0 };
	int err = RS_OK;

	released->more = replica->limited;
	while (released->more && err == RS_OK) {
		err = release_some(replica, archive, &batch);
		if (err != RS_OK)
			break;
		released->blobs += batch.count;
		released->bytes += batch.bytes;
		released->more = batch.count > 0;
		if (released->more && on_progress != NULL && !on_progress(context))
			return RS_OK;
	}
	return err == RS_OK && released->blobs > 0 ? tidy(replica, released) : err;
}

int
offline_count(struct replica *replica, struct offline_counts *ret_counts)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT count(*), count(*) FILTER (WHERE item.article IS NOT NULL),"
	    " (SELECT count(*) FROM want WHERE kept AND NOT held),"
	    " (SELECT count(*) FROM want WHERE held AND NOT kept),"
	    " (SELECT coalesce(sum(size), 0) FROM blob WHERE received = size)"
	    " FROM item JOIN reading ON reading.id = item.best"
	    " WHERE item.shown AND reading.article IS NOT NULL", NO_VALUES);

	if (database_next(&rows))
		*ret_counts = (struct offline_counts){
			.articles = (uint64_t)database_integer(&rows, 0),
			.articles_here = (uint64_t)database_integer(&rows, 1),
			.missing = (uint64_t)database_integer(&rows, 2),
			.spare = (uint64_t)database_integer(&rows, 3),
			.bytes = (uint64_t)database_integer(&rows, 4)
		};
	return database_end(&rows);
}
