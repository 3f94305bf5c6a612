#include <string.h>

#include "proto/replica/collect.h"
#include "proto/replica/derive.h"
#include "proto/replica/erase.h"
#include "proto/replica/held.h"
#include "proto/replica/internal.h"

#define CLOCK_COUNTER_BITS 16	/* see hlc.h */

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

static int
raise_horizon(struct replica *replica, const uint8_t *origin, uint64_t sequence)
{
	int err;

	if (sequence <= version_vector_get(&replica->horizon, origin))
		return RS_OK;
	err = database_run(&replica->database, "UPDATE origin SET collected = ? WHERE origin = ?",
	    VALUES(DB_INTEGER(sequence), DB_BLOB(origin, VERSION_ORIGIN_LEN)));
	return err == RS_OK ? version_vector_raise(&replica->horizon, origin, sequence) : err;
}

int
collect_follow(struct replica *replica, const struct version_vector *horizon, bool *ret_any)
{
	const struct version_entry *entry;
	uint64_t held, sequence;
	bool any = false;
	int err = RS_OK;

	for (size_t i = 0; i < horizon->count && err == RS_OK; i++) {
		entry = &horizon->entries[i];
		held = version_vector_get(&replica->vector, entry->origin);
		sequence = entry->sequence < held ? entry->sequence : held;
		if (sequence <= version_vector_get(&replica->horizon, entry->origin))
			continue;
		any = true;
		err = raise_horizon(replica, entry->origin, sequence);
	}
	if (err == RS_OK)
		*ret_any = any;
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

int
collect_register(struct replica *replica, int64_t row)
{
	struct record record = { .value = bytes_of(NULL, 0) };
	char field[RECORD_FIELD_MAX + 1];
	bool says_nothing;
	int err = read_register(replica, row, &record, field, &says_nothing);

	return err == RS_OK ? forget(replica, row, &record, says_nothing) : err;
}

/* ------------------------------------------------------------- a removed item */

/* What a visit to all registers of an item and its parts is for. */
struct visit {
	struct replica *replica;
	const struct collect *collect;
	bool within;		/* all so far */
};

static int
check_part(void *context, enum record_kind kind, const uint8_t *entity)
{
	struct visit *visit = context;
	struct rows rows = database_query(&visit->replica->database,
	    "SELECT origin.origin, register.sequence FROM register"
	    " JOIN origin ON origin.id = register.origin WHERE kind = ? AND entity = ?",
	    VALUES(DB_INTEGER(kind), DB_BLOB(entity, HASH_NAME_LEN)));

	while (visit->within && database_next(&rows))
		visit->within = (uint64_t)database_integer(&rows, 1) <=
		    version_vector_get(&visit->collect->bound, database_blob(&rows, 0).data);
	return database_end(&rows);
}

static int
collect_part(void *context, enum record_kind kind, const uint8_t *entity)
{
	struct visit *visit = context;
	struct replica *replica = visit->replica;
	struct record record = { .value = bytes_of(NULL, 0) };
	char field[RECORD_FIELD_MAX + 1];
	bool says_nothing;
	int64_t row;
	int err;

	for (;;) {
		err = database_lookup(&replica->database,
		    "SELECT id FROM register WHERE kind = ? AND entity = ? LIMIT 1",
		    VALUES(DB_INTEGER(kind), DB_BLOB(entity, HASH_NAME_LEN)), &row);
		if (err != RS_OK)
			return err == RS_ENOTFOUND ? RS_OK : err;
		err = read_register(replica, row, &record, field, &says_nothing);
		if (err == RS_OK)
			err = raise_horizon(replica, record.origin, record.sequence);
		if (err == RS_OK)
			err = forget(replica, row, &record, says_nothing);
		if (err != RS_OK)
			return err;
	}
}

/* An archive remembers the item, and whose alias it was: a list may name either. */
static int
remember(struct replica *replica, int64_t item)
{
	if (replica->role != REPLICA_ARCHIVE)
		return RS_OK;
	return database_run(&replica->database, "INSERT OR IGNORE INTO gone (item)"
	    " SELECT item FROM item WHERE id = ?1 UNION"
	    " SELECT alias FROM item WHERE id = ?1 AND alias IS NOT NULL",
	    VALUES(DB_INTEGER(item)));
}

static int
collect_item(struct replica *replica, const struct collect *collect, const uint8_t *id)
{
	struct visit visit = { replica, collect, true };
	int64_t item;
	int err = database_lookup(&replica->database, "SELECT id FROM item WHERE item = ?",
	    VALUES(DB_BLOB(id, HASH_NAME_LEN)), &item);

	if (err == RS_OK)
		err = check_part(&visit, RECORD_ITEM, id);
	if (err == RS_OK && visit.within)
		err = erase_each_part(replica, item, check_part, &visit);
	if (err != RS_OK || !visit.within)
		return err;
	err = remember(replica, item);
	if (err == RS_OK)
		err = erase_each_part(replica, item, collect_part, &visit);
	if (err == RS_OK)
		err = collect_part(&visit, RECORD_ITEM, id);
	if (err == RS_OK)
		err = database_run(&replica->database, "DELETE FROM item WHERE id = ?",
		    VALUES(DB_INTEGER(item)));
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

/* Look at one register that says nothing; it may be gone by now, with its item. */
static int
look_at(struct replica *replica, const struct collect *collect, int64_t row)
{
	struct record record = { .value = bytes_of(NULL, 0) };
	char field[RECORD_FIELD_MAX + 1];
	bool says_nothing;
	int err = read_register(replica, row, &record, field, &says_nothing);

	if (err != RS_OK)
		return err == RS_ENOTFOUND ? RS_OK : err;
	if (!may_be_collected(&record) ||
	    record.sequence > version_vector_get(&collect->bound, record.origin))
		return RS_OK;
	if (record.kind == RECORD_ITEM && strcmp(field, "url") == 0)
		return collect_item(replica, collect, record.entity);
	err = raise_horizon(replica, record.origin, record.sequence);
	return err == RS_OK ? forget(replica, row, &record, true) : err;
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
