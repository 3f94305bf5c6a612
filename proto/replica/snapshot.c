#include <string.h>

#include "proto/replica/collect.h"
#include "proto/replica/derive.h"
#include "proto/replica/internal.h"
#include "proto/replica/local.h"
#include "proto/replica/register.h"
#include "proto/replica/snapshot.h"

#define LOCAL_SOURCE "snapshot/source"
#define LOCAL_CURSOR "snapshot/cursor"
#define LOCAL_DEMANDED "snapshot/demanded"
#define LOCAL_LEFT "snapshot/left"	/* something came of one, and is not known to be held */

/* Tell whether anything of another replica counts as held. */
static int
holds_others(struct replica *replica, bool *ret_holds)
{
	const struct version_entry *entry;
	bool holds = false;
	uint64_t made;
	int err = RS_OK;

	for (size_t i = 0; i < replica->vector.count && err == RS_OK && !holds; i++) {
		entry = &replica->vector.entries[i];
		if (entry->sequence == 0 ||
		    memcmp(entry->origin, replica->origin, sizeof(entry->origin)) == 0)
			continue;
		err = register_former(replica, entry->origin, &made);
		holds = err == RS_ENOTFOUND;
		if (holds)
			err = RS_OK;
	}
	*ret_holds = holds;
	return err;
}

int
snapshot_need(struct replica *replica, enum snapshot_need *ret_need)
{
	bool holds;
	int64_t noted;
	int err = database_lookup(&replica->database, "SELECT count(*) FROM local WHERE name IN"
	    " ('" LOCAL_SOURCE "', '" LOCAL_DEMANDED "')", NO_VALUES, &noted);

	if (err == RS_OK)
		err = holds_others(replica, &holds);
	if (err == RS_OK)
		*ret_need = noted > 0 ? SNAPSHOT_UNDER_WAY : holds ? SNAPSHOT_NONE :
		    SNAPSHOT_FIRST;
	return err;
}

static int
forget(struct replica *replica)
{
	int err = local_set(replica, LOCAL_SOURCE, bytes_of(NULL, 0));

	if (err == RS_OK)
		err = local_set(replica, LOCAL_CURSOR, bytes_of(NULL, 0));
	if (err == RS_OK)
		err = database_run(&replica->database, "DELETE FROM begun", NO_VALUES);
	return err;
}

int
snapshot_demand(struct replica *replica)
{
	int err = forget(replica);

	return err == RS_OK ? local_set(replica, LOCAL_DEMANDED, bytes_of("1", 1)) : err;
}

static int
read_begun(struct replica *replica, struct version_vector *begun)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT origin, sequence, clock FROM begun ORDER BY origin", NO_VALUES);
	struct version_entry entry;

	while (database_next(&rows)) {
		memcpy(entry.origin, database_blob(&rows, 0).data, sizeof(entry.origin));
		entry.sequence = (uint64_t)database_integer(&rows, 1);
		entry.clock = (uint64_t)database_integer(&rows, 2);
		rows.err = version_vector_raise_to(begun, &entry);
	}
	return database_end(&rows);
}

int
snapshot_find(struct replica *replica, const uint8_t *source, struct buffer *cursor,
    struct version_vector *begun)
{
	struct bytes wanted = bytes_of(source, VERSION_ORIGIN_LEN);
	struct buffer known;
	int err;

	buffer_init(&known, VERSION_ORIGIN_LEN);
	err = local_get(replica, LOCAL_SOURCE, &known);
	if (err == RS_OK && !bytes_equal(buffer_bytes(&known), wanted))
		err = RS_ENOTFOUND;
	buffer_release(&known);
	if (err == RS_OK)
		err = local_get(replica, LOCAL_CURSOR, cursor);
	return err == RS_OK ? read_begun(replica, begun) : err;
}

int
snapshot_begin(struct replica *replica, const uint8_t *source,
    const struct version_vector *begun)
{
	const struct version_entry *entry;
	int err = forget(replica);

	if (err == RS_OK)
		err = local_set(replica, LOCAL_LEFT, bytes_of("1", 1));
	if (err == RS_OK)
		err = local_set(replica, LOCAL_SOURCE, bytes_of(source, VERSION_ORIGIN_LEN));
	for (size_t i = 0; i < begun->count && err == RS_OK; i++) {
		entry = &begun->entries[i];
		err = database_run(&replica->database,
		    "INSERT INTO begun (origin, sequence, clock) VALUES (?, ?, ?)",
		    VALUES(DB_BLOB(entry->origin, VERSION_ORIGIN_LEN),
		    DB_INTEGER(entry->sequence), DB_INTEGER(entry->clock)));
	}
	return err;
}

int
snapshot_reach(struct replica *replica, struct bytes cursor)
{
	return local_set(replica, LOCAL_CURSOR, cursor);
}

int
snapshot_end(struct replica *replica)
{
	int err = forget(replica);

	return err == RS_OK ? local_set(replica, LOCAL_DEMANDED, bytes_of(NULL, 0)) : err;
}

bool
snapshot_stands(const struct version_vector *holds, const struct version_vector *begun,
    const struct version_vector *horizon)
{
	return version_vector_cover_together(holds, begun, horizon);
}

int
snapshot_drop(struct replica *replica, const struct version_vector *horizon)
{
	struct version_vector begun;
	int err;

	version_vector_init(&begun);
	err = read_begun(replica, &begun);
	if (err == RS_OK && !snapshot_stands(&replica->vector, &begun, horizon)) {
		err = collect_uncovered(replica);
		if (err == RS_OK)
			err = forget(replica);
	}
	version_vector_release(&begun);
	return err;
}

int
snapshot_is_left(struct replica *replica, bool *ret_left)
{
	int64_t noted;
	int err = database_lookup(&replica->database,
	    "SELECT count(*) FROM local WHERE name = '" LOCAL_LEFT "'", NO_VALUES, &noted);

	if (err == RS_OK)
		*ret_left = noted > 0;
	return err;
}

/* It counts by its origin where clocks are the same. */
static int
on_claimed(void *context, const struct record *record)
{
	struct replica *replica = context;

	replica->change.registers = true;
	return derive_register(replica, record);
}

int
snapshot_give_up(struct replica *replica)
{
	int err = register_claim(replica, on_claimed, replica);

	if (err == RS_OK)
		err = forget(replica);
	return err == RS_OK ? local_set(replica, LOCAL_LEFT, bytes_of(NULL, 0)) : err;
}
