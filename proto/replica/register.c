#include <string.h>

#include "proto/replica/internal.h"
#include "proto/replica/register.h"

int
register_load(struct replica *replica)
{
	struct version_vector vector, horizon;
	struct version_entry entry;
	struct rows rows;
	int64_t clock, formers = 0;
	int err;

	version_vector_init(&vector);
	version_vector_init(&horizon);
	rows = database_query(&replica->database,
	    "SELECT origin, sequence, clock, collected FROM origin ORDER BY origin", NO_VALUES);
	while (database_next(&rows)) {
		memcpy(entry.origin, database_blob(&rows, 0).data, VERSION_ORIGIN_LEN);
		entry.sequence = (uint64_t)database_integer(&rows, 1);
		entry.clock = (uint64_t)database_integer(&rows, 2);
		rows.err = version_vector_raise_to(&vector, &entry);
		if (rows.err == RS_OK)
			rows.err = version_vector_raise(&horizon, entry.origin,
			    (uint64_t)database_integer(&rows, 3));
	}
	err = database_end(&rows);
	if (err == RS_OK)
		err = database_lookup(&replica->database, "SELECT count(*) FROM former", NO_VALUES,
		    &formers);
	if (err == RS_OK)
		err = database_lookup(&replica->database,
		    "SELECT coalesce(min(clock), 0) FROM quarantine", NO_VALUES, &clock);
	if (err != RS_OK) {
		version_vector_release(&vector);
		version_vector_release(&horizon);
		return err;
	}
	version_vector_release(&replica->vector);
	version_vector_release(&replica->horizon);
	replica->vector = vector;
	replica->last_origin_row = 0;
	replica->horizon = horizon;
	replica->reborn = formers > 0;
	replica->quarantine_next = (uint64_t)clock;
	return RS_OK;
}

int
register_get(struct replica *replica, uint32_t kind, const uint8_t *entity,
    struct bytes field, struct buffer *out, uint64_t *ret_clock)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT value, clock FROM register WHERE kind = ? AND entity = ? AND field = ?",
	    VALUES(DB_INTEGER(kind), DB_BLOB(entity, HASH_NAME_LEN), DB_BYTES(field)));
	bool found = database_next(&rows);
	struct bytes value;

	if (found) {
		value = database_blob(&rows, 0);
		rows.err = buffer_append(out, value.data, value.len);
		if (ret_clock != NULL)
			*ret_clock = (uint64_t)database_integer(&rows, 1);
	}
	if (database_end(&rows) != RS_OK)
		return rows.err;
	return found ? RS_OK : RS_ENOTFOUND;
}

/* Set ${ret_id} to the small name of ${origin}, given to it at its first record. */
static int
origin_id(struct replica *replica, const uint8_t *origin, int64_t *ret_id)
{
	struct database *database = &replica->database;
	int err;

	if (replica->last_origin_row != 0 &&
	    memcmp(replica->last_origin, origin, VERSION_ORIGIN_LEN) == 0) {
		*ret_id = replica->last_origin_row;
		return RS_OK;
	}
	err = database_lookup(database, "SELECT id FROM origin WHERE origin = ?",
	    VALUES(DB_BLOB(origin, VERSION_ORIGIN_LEN)), ret_id);
	if (err == RS_OK) {
		memcpy(replica->last_origin, origin, VERSION_ORIGIN_LEN);
		replica->last_origin_row = *ret_id;
	}
	if (err != RS_ENOTFOUND)
		return err;
	/* As in the vector: no peer can fill our memory with origins. */
	if (replica->vector.count >= VERSION_VECTOR_MAX)
		return RS_ELIMIT;
	return database_insert(database,
	    "INSERT INTO origin (origin, sequence, clock) VALUES (?, 0, 0)",
	    VALUES(DB_BLOB(origin, VERSION_ORIGIN_LEN)), ret_id);
}

int
register_wins(struct replica *replica, const struct record *record, bool *ret_wins)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT register.clock, origin.origin FROM register"
	    " JOIN origin ON origin.id = register.origin"
	    " WHERE kind = ? AND entity = ? AND field = ?",
	    VALUES(DB_INTEGER(record->kind), DB_BLOB(record->entity, HASH_NAME_LEN),
	    DB_BYTES(record->field)));

	*ret_wins = true;
	if (database_next(&rows))
		*ret_wins = record_wins(record->clock, record->origin,
		    (uint64_t)database_integer(&rows, 0), database_blob(&rows, 1).data);
	return database_end(&rows);
}

int
register_is_there(struct replica *replica, uint32_t kind, const uint8_t *entity,
    const char *field, bool *ret_there)
{
	int64_t there;
	int err = database_lookup(&replica->database, "SELECT EXISTS (SELECT 1 FROM register"
	    " WHERE kind = ? AND entity = ? AND field = ? AND value <> x'')",
	    VALUES(DB_INTEGER(kind), DB_BLOB(entity, HASH_NAME_LEN),
	    DB_BYTES(bytes_of_text(field))), &there);

	if (err == RS_OK)
		*ret_there = there != 0;
	return err;
}

/* Store ${record} if nothing has its name, or its sequence. */
static int
insert(struct replica *replica, const struct record *record, bool *ret_fresh)
{
	int64_t origin;
	int err = origin_id(replica, record->origin, &origin);

	if (err == RS_OK)
		err = database_run(&replica->database,
		    "INSERT INTO register (kind, entity, field, value, clock, origin, sequence)"
		    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		    VALUES(DB_INTEGER(record->kind), DB_BLOB(record->entity, HASH_NAME_LEN),
		    DB_BYTES(record->field), DB_BYTES(record->value), DB_INTEGER(record->clock),
		    DB_INTEGER(origin), DB_INTEGER(record->sequence)));
	if (err == RS_OK)
		*ret_fresh = database_changed(&replica->database) > 0;
	return err;
}

/* Put ${record} in the place of what its register holds, if it wins over that. */
static int
replace(struct replica *replica, const struct record *record, bool *ret_won)
{
	int64_t origin;
	int err = register_wins(replica, record, ret_won);

	if (err != RS_OK || !*ret_won)
		return err;
	err = origin_id(replica, record->origin, &origin);
	if (err == RS_OK)
		err = database_run(&replica->database,
		    "UPDATE register SET value = ?, clock = ?, origin = ?, sequence = ?"
		    " WHERE kind = ? AND entity = ? AND field = ?",
		    VALUES(DB_BYTES(record->value), DB_INTEGER(record->clock),
		    DB_INTEGER(origin), DB_INTEGER(record->sequence),
		    DB_INTEGER(record->kind), DB_BLOB(record->entity, HASH_NAME_LEN),
		    DB_BYTES(record->field)));
	/* No such register, and yet no room for it: its origin gave the sequence to another. */
	if (err == RS_OK && database_changed(&replica->database) == 0)
		err = RS_EEXIST;
	return err == RS_EEXIST ? RS_EPROTOCOL : err;
}

int
register_put(struct replica *replica, const struct record *record, bool *ret_won)
{
	bool fresh;
	int err;

	err = insert(replica, record, &fresh);
	if (err == RS_OK && !fresh)
		return replace(replica, record, ret_won);
	if (err == RS_OK)
		*ret_won = true;
	return err;
}

int
register_raise(struct replica *replica, const struct version_entry *entry)
{
	int64_t id;
	int err;

	if (entry->sequence <= version_vector_get(&replica->vector, entry->origin))
		return RS_OK;
	err = origin_id(replica, entry->origin, &id);
	if (err == RS_OK)
		err = database_run(&replica->database,
		    "UPDATE origin SET sequence = ?, clock = ? WHERE id = ?",
		    VALUES(DB_INTEGER(entry->sequence), DB_INTEGER(entry->clock),
		    DB_INTEGER(id)));
	if (err == RS_OK)
		err = version_vector_raise_to(&replica->vector, entry);
	return err;
}

int
register_collected(struct replica *replica, const uint8_t *origin, uint64_t sequence)
{
	int64_t id;
	int err;

	if (sequence <= version_vector_get(&replica->horizon, origin))
		return RS_OK;
	err = origin_id(replica, origin, &id);
	if (err == RS_OK)
		err = database_run(&replica->database,
		    "UPDATE origin SET collected = ? WHERE id = ?",
		    VALUES(DB_INTEGER(sequence), DB_INTEGER(id)));
	return err == RS_OK ? version_vector_raise(&replica->horizon, origin, sequence) : err;
}

int
register_written(struct replica *replica, uint64_t sequence, uint64_t clock)
{
	return database_run(&replica->database,
	    "INSERT INTO written (sequence, clock) VALUES (?, ?)",
	    VALUES(DB_INTEGER(sequence), DB_INTEGER(clock)));
}

int
register_clock(struct replica *replica, uint64_t sequence, uint64_t *ret_clock)
{
	int64_t clock;
	int err = database_lookup(&replica->database,
	    "SELECT clock FROM written WHERE sequence = ?", VALUES(DB_INTEGER(sequence)), &clock);

	if (err == RS_OK)
		*ret_clock = (uint64_t)clock;
	return err;
}

int
register_former(struct replica *replica, const uint8_t *origin, uint64_t *ret_made)
{
	int64_t made;
	int err;

	if (!replica->reborn)
		return RS_ENOTFOUND;
	err = database_lookup(&replica->database, "SELECT sequence FROM former WHERE origin = ?",
	    VALUES(DB_BLOB(origin, VERSION_ORIGIN_LEN)), &made);
	if (err == RS_OK)
		*ret_made = (uint64_t)made;
	return err;
}

int
register_reissue(struct replica *replica, const uint8_t *old, const uint8_t *new)
{
	struct database *database = &replica->database;
	int64_t from, to;
	int err;

	err = origin_id(replica, old, &from);
	if (err == RS_OK)
		err = origin_id(replica, new, &to);
	if (err == RS_OK)
		err = database_run(database, "UPDATE register SET origin = ?2 WHERE origin = ?1",
		    VALUES(DB_INTEGER(from), DB_INTEGER(to)));
	/* Those that wait for their day come again with the others of ${old}. */
	if (err == RS_OK)
		err = database_run(database, "DELETE FROM quarantine WHERE origin = ?",
		    VALUES(DB_INTEGER(from)));
	if (err == RS_OK)
		err = database_run(database, "UPDATE origin SET (sequence, clock) ="
		    " (SELECT sequence, clock FROM origin WHERE id = ?1) WHERE id = ?2",
		    VALUES(DB_INTEGER(from), DB_INTEGER(to)));
	if (err == RS_OK)
		err = database_run(database,
		    "UPDATE origin SET sequence = 0, clock = 0 WHERE id = ?",
		    VALUES(DB_INTEGER(from)));
	if (err == RS_OK)
		err = database_run(database, "INSERT INTO former (origin, sequence) VALUES (?, ?)",
		    VALUES(DB_BLOB(old, VERSION_ORIGIN_LEN),
		    DB_INTEGER(version_vector_get(&replica->vector, old))));
	return err == RS_OK ? register_load(replica) : err;
}

/* The next write of ours is one that was made at ${clock}. */
static int
count_claimed(struct replica *replica, uint64_t clock, uint64_t *ret_sequence)
{
	struct version_entry entry = { .clock = clock };
	int err;

	memcpy(entry.origin, replica->origin, sizeof(entry.origin));
	entry.sequence = version_vector_get(&replica->vector, replica->origin) + 1;
	err = register_raise(replica, &entry);
	if (err == RS_OK)
		err = register_written(replica, entry.sequence, clock);
	if (err == RS_OK)
		*ret_sequence = entry.sequence;
	return err;
}

/*
 * Claim the first that is left in `register`.  RS_ENOTFOUND when none is.  Where ours is the
 * lesser origin, the next clock: what lost here against the write itself, by its
 * origin, must lose against ours too.
 */
static int
claim_one(struct replica *replica, int64_t own,
    int (*on_record)(void *context, const struct record *record), void *context)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT kind, entity, field, value, register.clock + (origin.origin > ?),"
	    " register.id FROM origin CROSS JOIN register ON register.origin = origin.id"
	    " AND register.sequence > origin.sequence LIMIT 1",
	    VALUES(DB_BLOB(replica->origin, VERSION_ORIGIN_LEN)));
	struct record record = { 0 };
	int err = RS_ENOTFOUND;

	if (database_next(&rows)) {
		record.kind = (uint32_t)database_integer(&rows, 0);
		memcpy(record.entity, database_blob(&rows, 1).data, sizeof(record.entity));
		record.field = database_blob(&rows, 2);
		record.value = database_blob(&rows, 3);
		record.clock = (uint64_t)database_integer(&rows, 4);
		memcpy(record.origin, replica->origin, sizeof(record.origin));
		err = count_claimed(replica, record.clock, &record.sequence);
		if (err == RS_OK)
			err = database_run(&replica->database,
			    "UPDATE register SET origin = ?, sequence = ?, clock = ?"
			    " WHERE id = ?", VALUES(DB_INTEGER(own),
			    DB_INTEGER(record.sequence), DB_INTEGER(record.clock),
			    DB_INTEGER(database_integer(&rows, 5))));
		if (err == RS_OK)
			err = on_record(context, &record);
	}
	return database_end(&rows) != RS_OK ? rows.err : err;
}

/* The same for the quarantine. */
static int
claim_one_waiting(struct replica *replica, int64_t own)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT quarantine.origin, quarantine.sequence, quarantine.clock FROM origin"
	    " CROSS JOIN quarantine ON quarantine.origin = origin.id"
	    " AND quarantine.sequence > origin.sequence LIMIT 1", NO_VALUES);
	uint64_t sequence;
	int err = RS_ENOTFOUND;

	if (database_next(&rows)) {
		err = count_claimed(replica, (uint64_t)database_integer(&rows, 2), &sequence);
		if (err == RS_OK)
			err = database_run(&replica->database, "UPDATE quarantine SET origin = ?,"
			    " sequence = ? WHERE origin = ? AND sequence = ?",
			    VALUES(DB_INTEGER(own), DB_INTEGER(sequence),
			    DB_INTEGER(database_integer(&rows, 0)),
			    DB_INTEGER(database_integer(&rows, 1))));
	}
	return database_end(&rows) != RS_OK ? rows.err : err;
}

int
register_claim(struct replica *replica,
    int (*on_record)(void *context, const struct record *record), void *context)
{
	int64_t own;
	int err = origin_id(replica, replica->origin, &own);

	while (err == RS_OK)
		err = claim_one(replica, own, on_record, context);
	if (err == RS_ENOTFOUND)
		err = RS_OK;
	while (err == RS_OK)
		err = claim_one_waiting(replica, own);
	return err == RS_ENOTFOUND ? RS_OK : err;
}

int
register_each(struct replica *replica, const struct version_entry *after, uint64_t through,
    bool (*on_record)(void *context, const struct record *record), void *context,
    bool *ret_complete)
{
	struct record record;
	struct rows rows;

	/* Two indexes in order, merged: no row is read that is not handed over. */
	rows = database_query(&replica->database,
	    "SELECT kind, entity, field, value, clock, sequence FROM register"
	    " WHERE origin = (SELECT id FROM origin WHERE origin = ?1)"
	    " AND sequence > ?2 AND sequence <= ?3 UNION ALL"
	    " SELECT kind, entity, field, value, clock, sequence FROM quarantine"
	    " WHERE origin = (SELECT id FROM origin WHERE origin = ?1)"
	    " AND sequence > ?2 AND sequence <= ?3 ORDER BY sequence",
	    VALUES(DB_BLOB(after->origin, VERSION_ORIGIN_LEN), DB_INTEGER(after->sequence),
	    DB_INTEGER(through)));
	while (*ret_complete && database_next(&rows)) {
		record.kind = (uint32_t)database_integer(&rows, 0);
		memcpy(record.entity, database_blob(&rows, 1).data, HASH_NAME_LEN);
		record.field = database_blob(&rows, 2);
		record.value = database_blob(&rows, 3);
		record.clock = (uint64_t)database_integer(&rows, 4);
		memcpy(record.origin, after->origin, VERSION_ORIGIN_LEN);
		record.sequence = (uint64_t)database_integer(&rows, 5);
		*ret_complete = on_record(context, &record);
	}
	return database_end(&rows);
}

int
register_set_aside(struct replica *replica, const struct record *record)
{
	int64_t origin;
	int err;

	err = origin_id(replica, record->origin, &origin);
	if (err == RS_OK)
		err = database_run(&replica->database,
		    "INSERT OR IGNORE INTO quarantine"
		    " (origin, sequence, kind, entity, field, value, clock)"
		    " SELECT ?1, ?2, ?, ?, ?, ?, ? WHERE NOT EXISTS"
		    " (SELECT 1 FROM register WHERE origin = ?1 AND sequence = ?2)",
		    VALUES(DB_INTEGER(origin), DB_INTEGER(record->sequence),
		    DB_INTEGER(record->kind), DB_BLOB(record->entity, HASH_NAME_LEN),
		    DB_BYTES(record->field), DB_BYTES(record->value), DB_INTEGER(record->clock)));
	if (err == RS_OK &&
	    (replica->quarantine_next == 0 || record->clock < replica->quarantine_next))
		replica->quarantine_next = record->clock;
	return err;
}

/*
 * Take the record with the least clock out of quarantine: ${record}, with its field
 * and value in ${text}.  RS_ENOTFOUND when there is none up to ${clock}.
 */
static int
take_first(struct replica *replica, uint64_t clock, struct record *record, struct buffer *text)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT kind, entity, field, value, quarantine.clock, quarantine.sequence,"
	    " origin.origin FROM quarantine"
	    " JOIN origin ON origin.id = quarantine.origin"
	    " WHERE quarantine.clock <= ? ORDER BY quarantine.clock, origin.origin LIMIT 1",
	    VALUES(DB_INTEGER(clock)));
	bool found = database_next(&rows);
	struct bytes field, value;

	buffer_clear(text);
	if (found) {
		record->kind = (uint32_t)database_integer(&rows, 0);
		memcpy(record->entity, database_blob(&rows, 1).data, HASH_NAME_LEN);
		field = database_blob(&rows, 2);
		value = database_blob(&rows, 3);
		record->clock = (uint64_t)database_integer(&rows, 4);
		record->sequence = (uint64_t)database_integer(&rows, 5);
		memcpy(record->origin, database_blob(&rows, 6).data, VERSION_ORIGIN_LEN);
		rows.err = buffer_append(text, field.data, field.len);
		if (rows.err == RS_OK)
			rows.err = buffer_append(text, value.data, value.len);
		record->field = bytes_of(text->data, field.len);
		record->value = bytes_of(text->data + field.len, value.len);
	}
	if (database_end(&rows) != RS_OK)
		return rows.err;
	if (!found)
		return RS_ENOTFOUND;
	return database_run(&replica->database, "DELETE FROM quarantine"
	    " WHERE origin = (SELECT id FROM origin WHERE origin = ?) AND sequence = ?",
	    VALUES(DB_BLOB(record->origin, VERSION_ORIGIN_LEN), DB_INTEGER(record->sequence)));
}

int
register_release(struct replica *replica, uint64_t clock,
    int (*on_record)(void *context, const struct record *record), void *context)
{
	struct record record;
	struct buffer text;
	int64_t next = 0;
	int err;

	buffer_init(&text, RECORD_FIELD_MAX + RECORD_VALUE_MAX);
	do {
		err = take_first(replica, clock, &record, &text);
		if (err == RS_OK)
			err = on_record(context, &record);
	} while (err == RS_OK);
	buffer_release(&text);
	if (err == RS_ENOTFOUND)
		err = database_lookup(&replica->database,
		    "SELECT coalesce(min(clock), 0) FROM quarantine", NO_VALUES, &next);
	if (err == RS_OK)
		replica->quarantine_next = (uint64_t)next;
	return err;
}
