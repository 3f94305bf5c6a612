#include <string.h>

#include "proto/replica/collect.h"
#include "proto/replica/derive.h"
#include "proto/replica/erase.h"
#include "proto/replica/held.h"
#include "proto/replica/internal.h"
#include "proto/replica/item_row.h"
#include "proto/replica/local.h"
#include "proto/replica/register.h"

#define CLOCK_COUNTER_BITS 16	/* see hlc.h */

#define LOCAL_FOLLOWED "collect/followed"	/* digest of the horizon of the last whole pass */

/*
 * Whoever decided what lies below the horizon has a clock that may differ from ours by a
 * day, and so may ours have been then.
 */
#define CLOCKS_DIFFER_MS (2 * HELD_NOTE_MS)

/* ----------------------------------------------------------------- the horizon */

const struct version_vector *
collect_horizon(const struct replica *replica)
{
	return &replica->horizon;
}

int
collect_follow(struct replica *replica, const struct version_vector *horizon)
{
	const struct version_entry *entry;
	int err = RS_OK;

	for (size_t i = 0; i < horizon->count && err == RS_OK; i++) {
		entry = &horizon->entries[i];
		err = register_collected(replica, entry->origin, entry->sequence);
	}
	return err;
}

/* --------------------------------------------------------------- one register */

/* Read what the register in ${row} is, its field into ${field}.  RS_ENOTFOUND. */
static int
read_register(struct replica *replica, int64_t row, struct record *record,
    char field[RECORD_FIELD_MAX + 1], bool *ret_void)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT kind, entity, field, value = x'', register.sequence, origin.origin"
	    " FROM register JOIN origin ON origin.id = register.origin WHERE register.id = ?",
	    VALUES(DB_INTEGER(row)));
	bool found = database_next(&rows);
	struct bytes name;

	if (found) {
		record->kind = (uint32_t)database_integer(&rows, 0);
		memcpy(record->entity, database_blob(&rows, 1).data, HASH_NAME_LEN);
		name = database_blob(&rows, 2);
		memcpy(field, name.data, name.len);
		field[name.len] = '\0';
		record->field = bytes_of_text(field);
		*ret_void = database_integer(&rows, 3) != 0;
		record->sequence = (uint64_t)database_integer(&rows, 4);
		memcpy(record->origin, database_blob(&rows, 5).data, VERSION_ORIGIN_LEN);
	}
	if (database_end(&rows) != RS_OK)
		return rows.err;
	return found ? RS_OK : RS_ENOTFOUND;
}

/* Forget ${record}, which ${row} holds: what was derived is as of an absent register. */
static int
forget(struct replica *replica, int64_t row, const struct record *record, bool says_nothing)
{
	int err = database_run(&replica->database, "DELETE FROM register WHERE id = ?",
	    VALUES(DB_INTEGER(row)));

	return err == RS_OK && !says_nothing ? derive_register(replica, record) : err;
}

/* What names a row of `item`, which is not there, so that it is not dropped. */
#define NAMED "EXISTS (SELECT 1 FROM register WHERE kind = 1 AND entity = item.item)"	\
	" OR EXISTS (SELECT 1 FROM fetch WHERE fetch.item = item.id)"	\
	" OR EXISTS (SELECT 1 FROM reading WHERE reading.item = item.id)"	\
	" OR EXISTS (SELECT 1 FROM note WHERE note.item = item.id)"	\
	" OR EXISTS (SELECT 1 FROM highlight WHERE highlight.item = item.id)"

/* Drop the row of an item that nothing names any more. */
static int
tidy_item(struct replica *replica, const uint8_t *id)
{
	return database_run(&replica->database, "DELETE FROM item WHERE item = ? AND url = ''"
	    " AND NOT (" NAMED ")", VALUES(DB_BLOB(id, HASH_NAME_LEN)));
}

/* ------------------------------------------------------------- a removed item */

/*
 * Withdraw what an entity still says: another device said it while it did not know of the
 * removal.  ${context} counts how much that was.
 */
struct withdrawal {
	struct replica *replica;
	size_t count;
};

static int
withdraw(void *context, enum record_kind kind, const uint8_t *entity)
{
	struct withdrawal *withdrawal = context;
	struct replica *replica = withdrawal->replica;
	char field[RECORD_FIELD_MAX + 1];
	struct bytes name;
	struct rows rows;
	uint64_t clock;
	bool found;
	int err;

	do {
		rows = database_query(&replica->database,
		    "SELECT field, clock FROM register WHERE kind = ? AND entity = ?"
		    " AND value <> x'' LIMIT 1",
		    VALUES(DB_INTEGER(kind), DB_BLOB(entity, HASH_NAME_LEN)));
		found = database_next(&rows);
		if (found) {
			name = database_blob(&rows, 0);
			memcpy(field, name.data, name.len);
			field[name.len] = '\0';
			clock = (uint64_t)database_integer(&rows, 1);
		}
		err = database_end(&rows);
		if (err == RS_OK && found) {
			withdrawal->count++;
			err = replica_withdraw(replica, kind, entity, field, clock);
		}
	} while (err == RS_OK && found);
	return err;
}

/* An archive remembers the item, and whose alias it was: a list may name either. */
static int
remember(struct replica *replica, const uint8_t *id)
{
	if (replica->role != REPLICA_ARCHIVE)
		return RS_OK;
	return database_run(&replica->database, "INSERT OR IGNORE INTO gone (item)"
	    " SELECT item FROM item WHERE item = ?1 UNION"
	    " SELECT alias FROM item WHERE item = ?1 AND alias IS NOT NULL",
	    VALUES(DB_BLOB(id, HASH_NAME_LEN)));
}

/* All that a removed item says goes, though not at once: it is withdrawn first. */
static int
withdraw_item(struct replica *replica, const uint8_t *id, size_t *ret_count)
{
	struct withdrawal withdrawal = { replica, 0 };
	int64_t item;
	int err = database_lookup(&replica->database, "SELECT id FROM item WHERE item = ?",
	    VALUES(DB_BLOB(id, HASH_NAME_LEN)), &item);

	if (err == RS_OK)
		err = remember(replica, id);
	if (err == RS_OK)
		err = erase_each_part(replica, item, withdraw, &withdrawal);
	if (err == RS_OK)
		err = withdraw(&withdrawal, RECORD_ITEM, id);
	if (err == RS_OK)
		*ret_count = withdrawal.count;
	return err;
}

/* ------------------------------------------------------------------- the pass */

int
collect_begin(struct replica *replica, struct collect *collect)
{
	struct version_vector stable;
	int64_t at_ms = clock_now_ms(replica->clock) + CLOCKS_DIFFER_MS;
	int err = RS_ENOTFOUND;

	*collect = (struct collect){ .row = 0 };
	version_vector_init(&collect->bound);
	version_vector_init(&stable);
	if (replica->role == REPLICA_ARCHIVE)
		err = held_stable(replica, &stable, &at_ms);
	collect->decides = err == RS_OK;
	for (size_t i = 0; err == RS_OK && i < stable.count; i++)
		err = version_vector_raise(&collect->bound, stable.entries[i].origin,
		    stable.entries[i].sequence);
	if (err == RS_ENOTFOUND)
		err = RS_OK;
	for (size_t i = 0; err == RS_OK && i < replica->horizon.count; i++)
		err = version_vector_raise(&collect->bound, replica->horizon.entries[i].origin,
		    replica->horizon.entries[i].sequence);
	version_vector_release(&stable);
	if (at_ms > HELD_AWAY_MS)
		collect->before = (uint64_t)(at_ms - HELD_AWAY_MS) << CLOCK_COUNTER_BITS;
	if (err != RS_OK)
		collect_release(collect);
	return err;
}

void
collect_release(struct collect *collect)
{
	version_vector_release(&collect->bound);
}

/* Devices are for ever, and what a later version writes may mean something by being empty. */
static bool
may_be_collected(const struct record *record)
{
	return record->kind != RECORD_DEVICE && record->kind <= RECORD_HIGHLIGHT;
}

static bool
is_within(const struct collect *collect, const struct record *record)
{
	return record->sequence <= version_vector_get(&collect->bound, record->origin);
}

static int
collect_register(struct replica *replica, int64_t row, const struct record *record)
{
	int err = register_collected(replica, record->origin, record->sequence);

	return err == RS_OK ? forget(replica, row, record, true) : err;
}

/*
 * The empty address goes last: by it, what another device may yet say of the item is known
 * for what it is.
 */
static int
collect_address(struct replica *replica, const struct collect *collect, const uint8_t *id)
{
	struct record record = { .value = bytes_of(NULL, 0) };
	char field[RECORD_FIELD_MAX + 1];
	struct rows rows = database_query(&replica->database,
	    "SELECT max(id), max(clock) FROM register WHERE kind = 1 AND entity = ?"
	    " HAVING count(*) = 1", VALUES(DB_BLOB(id, HASH_NAME_LEN)));
	bool says_nothing = false, last = database_next(&rows);
	uint64_t clock = last ? (uint64_t)database_integer(&rows, 1) : 0;
	int64_t row = last ? database_integer(&rows, 0) : 0;
	int err = database_end(&rows);

	if (err != RS_OK || !last || clock >= collect->before)
		return err;
	err = read_register(replica, row, &record, field, &says_nothing);
	if (err != RS_OK || !says_nothing || strcmp(field, "url") != 0 ||
	    !is_within(collect, &record))
		return err;
	err = remember(replica, id);
	return err == RS_OK ? collect_register(replica, row, &record) : err;
}

/*
 * Tell whether ${field} is the one by which a part of an item names that: without it, nothing
 * else that is said of the part could be found by the item.
 */
static bool
names_item(uint32_t kind, const char *field)
{
	switch (kind) {
	case RECORD_FETCH:
		return strcmp(field, "fetch") == 0;
	case RECORD_READING:
		return strcmp(field, "reading") == 0;
	case RECORD_NOTE:
		return strcmp(field, "note") == 0;
	case RECORD_HIGHLIGHT:
		return strcmp(field, "highlight") == 0;
	default:
		return false;
	}
}

/* A part of an item is gone: what is still said of it goes first. */
static int
collect_part(struct replica *replica, const struct collect *collect, int64_t row,
    const struct record *record)
{
	struct withdrawal withdrawal = { replica, 0 };
	int err = collect->decides ?
	    withdraw(&withdrawal, (enum record_kind)record->kind, record->entity) : RS_OK;

	return err == RS_OK && withdrawal.count == 0 ?
	    collect_register(replica, row, record) : err;
}

/* Look at one register that says nothing; it may be gone by now. */
static int
look_at(struct replica *replica, const struct collect *collect, int64_t row)
{
	struct record record = { .value = bytes_of(NULL, 0) };
	char field[RECORD_FIELD_MAX + 1];
	bool says_nothing = false;
	size_t count = 0;
	int err = read_register(replica, row, &record, field, &says_nothing);

	if (err != RS_OK)
		return err == RS_ENOTFOUND ? RS_OK : err;
	if (!says_nothing || !may_be_collected(&record) || !is_within(collect, &record))
		return RS_OK;
	if (names_item(record.kind, field))
		return collect_part(replica, collect, row, &record);
	if (record.kind != RECORD_ITEM)
		return collect_register(replica, row, &record);
	if (strcmp(field, "url") != 0)
		err = collect_register(replica, row, &record);
	else if (collect->decides)
		err = withdraw_item(replica, record.entity, &count);
	if (err == RS_OK && count == 0)
		err = collect_address(replica, collect, record.entity);
	return err == RS_OK ? tidy_item(replica, record.entity) : err;
}

int
collect_step(struct replica *replica, struct collect *collect, bool *ret_more)
{
	int64_t found[COLLECT_STEP];
	size_t count = 0;
	struct rows rows = database_query(&replica->database,
	    "SELECT id, clock FROM register WHERE value = x'' AND (clock, id) > (?, ?)"
	    " AND clock < ? ORDER BY clock, id LIMIT ?",
	    VALUES(DB_INTEGER(collect->clock), DB_INTEGER(collect->row),
	    DB_INTEGER(collect->before), DB_INTEGER(COLLECT_STEP)));
	int err;

	while (count < COLLECT_STEP && database_next(&rows)) {
		found[count++] = database_integer(&rows, 0);
		collect->row = database_integer(&rows, 0);
		collect->clock = (uint64_t)database_integer(&rows, 1);
	}
	err = database_end(&rows);
	for (size_t i = 0; i < count && err == RS_OK; i++)
		err = look_at(replica, collect, found[i]);
	if (err == RS_OK)
		*ret_more = count == COLLECT_STEP;
	return err;
}

/* Tell whether a whole pass was made at this horizon; its digest goes into ${digest}. */
static int
was_followed(struct replica *replica, uint8_t digest[HASH_NAME_LEN], bool *ret_followed)
{
	struct buffer last;
	int err;

	version_vector_digest(&replica->horizon, digest);
	buffer_init(&last, HASH_NAME_LEN);
	err = local_get(replica, LOCAL_FOLLOWED, &last);
	if (err == RS_OK || err == RS_ENOTFOUND)
		*ret_followed = err == RS_OK ? bytes_equal(buffer_bytes(&last),
		    bytes_of(digest, HASH_NAME_LEN)) : replica->horizon.count == 0;
	buffer_release(&last);
	return err == RS_ENOTFOUND ? RS_OK : err;
}

int
collect_run(struct replica *replica)
{
	uint8_t digest[HASH_NAME_LEN];
	struct collect collect;
	bool followed = true, more = true;
	int err = was_followed(replica, digest, &followed);

	if (err != RS_OK || followed)
		return err;
	err = collect_begin(replica, &collect);
	while (err == RS_OK && more) {
		err = replica_begin(replica);
		if (err != RS_OK)
			break;
		err = collect_step(replica, &collect, &more);
		if (err == RS_OK && !more)
			err = local_set(replica, LOCAL_FOLLOWED,
			    bytes_of(digest, HASH_NAME_LEN));
		err = replica_settle(replica, err);
	}
	collect_release(&collect);
	return err;
}

/* ------------------------------------------------------- behind a peer's horizon */

int
collect_standing(struct replica *replica, const uint8_t *origin, uint64_t after,
    uint64_t through, bool (*on_sequence)(void *context, uint64_t sequence), void *context)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT sequence FROM register WHERE origin = (SELECT id FROM origin WHERE origin = ?1)"
	    " AND sequence > ?2 AND sequence <= ?3 UNION ALL"
	    " SELECT sequence FROM quarantine"
	    " WHERE origin = (SELECT id FROM origin WHERE origin = ?1)"
	    " AND sequence > ?2 AND sequence <= ?3 ORDER BY sequence",
	    VALUES(DB_BLOB(origin, VERSION_ORIGIN_LEN), DB_INTEGER(after), DB_INTEGER(through)));

	while (database_next(&rows))
		if (!on_sequence(context, (uint64_t)database_integer(&rows, 0)))
			break;
	return database_end(&rows);
}

/* What the peer was never told of an entity is to be forgotten. */
struct untold {
	struct replica *replica;
	const struct version_vector *peer;
};

static int
forget_untold(void *context, enum record_kind kind, const uint8_t *entity)
{
	const struct untold *untold = context;
	struct record record = { .value = bytes_of(NULL, 0) };
	char field[RECORD_FIELD_MAX + 1];
	bool says_nothing = false;
	int64_t row = 0;
	int err;

	for (;;) {
		err = database_lookup(&untold->replica->database, "SELECT id FROM register"
		    " WHERE kind = ? AND entity = ? AND id > ? ORDER BY id LIMIT 1",
		    VALUES(DB_INTEGER(kind), DB_BLOB(entity, HASH_NAME_LEN), DB_INTEGER(row)),
		    &row);
		if (err != RS_OK)
			return err == RS_ENOTFOUND ? RS_OK : err;
		err = read_register(untold->replica, row, &record, field, &says_nothing);
		if (err == RS_OK &&
		    record.sequence > version_vector_get(untold->peer, record.origin))
			err = forget(untold->replica, row, &record, says_nothing);
		if (err != RS_OK)
			return err;
	}
}

/* The address of an item is gone. */
static int
forget_item(struct replica *replica, const uint8_t *id, const struct version_vector *peer)
{
	struct untold untold = { replica, peer };
	int64_t item;
	int err = database_lookup(&replica->database, "SELECT id FROM item WHERE item = ?",
	    VALUES(DB_BLOB(id, HASH_NAME_LEN)), &item);

	if (err == RS_OK)
		err = erase_each_part(replica, item, forget_untold, &untold);
	return err == RS_OK ? forget_untold(&untold, RECORD_ITEM, id) : err;
}

int
collect_gap(struct replica *replica, const uint8_t *origin, uint64_t after, uint64_t through,
    const struct version_vector *peer)
{
	struct record record = { .value = bytes_of(NULL, 0), .sequence = after };
	struct untold untold = { replica, peer };
	char field[RECORD_FIELD_MAX + 1];
	bool says_nothing = false;
	int64_t row;
	int err;

	for (;;) {
		err = database_lookup(&replica->database, "SELECT id FROM register"
		    " WHERE origin = (SELECT id FROM origin WHERE origin = ?)"
		    " AND sequence > ? AND sequence <= ? ORDER BY sequence LIMIT 1",
		    VALUES(DB_BLOB(origin, VERSION_ORIGIN_LEN), DB_INTEGER(record.sequence),
		    DB_INTEGER(through)), &row);
		if (err != RS_OK)
			return err == RS_ENOTFOUND ? RS_OK : err;
		err = read_register(replica, row, &record, field, &says_nothing);
		if (err == RS_OK && record.kind != RECORD_DEVICE)
			err = forget(replica, row, &record, says_nothing);
		if (err == RS_OK && record.kind == RECORD_ITEM && strcmp(field, "url") == 0)
			err = forget_item(replica, record.entity, peer);
		if (err == RS_OK && names_item(record.kind, field))
			err = forget_untold(&untold, (enum record_kind)record.kind, record.entity);
		if (err != RS_OK)
			return err;
	}
}

int
collect_uncovered(struct replica *replica)
{
	struct record record = { .value = bytes_of(NULL, 0) };
	char field[RECORD_FIELD_MAX + 1];
	bool says_nothing = false;
	int64_t row = 0;
	int err;

	for (;;) {
		err = database_lookup(&replica->database, "SELECT register.id FROM origin"
		    " CROSS JOIN register ON register.origin = origin.id"
		    " AND register.sequence > origin.sequence WHERE kind <> ? LIMIT 1",
		    VALUES(DB_INTEGER(RECORD_DEVICE)), &row);
		if (err != RS_OK)
			return err == RS_ENOTFOUND ? collect_tidy(replica) : err;
		err = read_register(replica, row, &record, field, &says_nothing);
		if (err == RS_OK)
			err = forget(replica, row, &record, says_nothing);
		if (err != RS_OK)
			return err;
	}
}

int
collect_tidy(struct replica *replica)
{
	/* What a row says is in the index until it is brought in line. */
	int err = item_row_settle(replica);

	/* What is not there is seen as no other item: its parts have its own row. */
	return err != RS_OK ? err : database_run(&replica->database,
	    "DELETE FROM item WHERE url = '' AND NOT (" NAMED ")", NO_VALUES);
}
