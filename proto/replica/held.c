#include <stdlib.h>
#include <string.h>

#include "proto/replica/device.h"
#include "proto/replica/held.h"
#include "proto/replica/internal.h"
#include "proto/replica/value.h"

enum {
	CLOCK_COUNTER_BITS = 16,	/* see hlc.h */
	ENTRIES_MAX = 1200		/* that a register can hold; what is left out counts as 0 */
};

/* ------------------------------------------------------------------ writing it */

/* Set ${ret_ms} to when it was last written what ${device} holds.  RS_ENOTFOUND. */
static int
last_noted(struct replica *replica, const uint8_t *device, int64_t *ret_ms)
{
	int64_t clock;
	int err = database_lookup(&replica->database, "SELECT clock FROM register WHERE kind = 4"
	    " AND entity = ? AND field = CAST('held' AS BLOB)",
	    VALUES(DB_BLOB(device, HASH_NAME_LEN)), &clock);

	if (err == RS_OK)
		*ret_ms = clock >> CLOCK_COUNTER_BITS;
	return err;
}

static int
write_held(struct replica *replica, const uint8_t *device)
{
	const struct version_vector *vector = replica_vector(replica);
	size_t count = vector->count < ENTRIES_MAX ? vector->count : ENTRIES_MAX, i;
	Readsync__VectorEntry *entries = calloc(count + 1, sizeof(*entries));
	Readsync__VectorEntry **list = calloc(count + 1, sizeof(*list));
	Readsync__Held held = READSYNC__HELD__INIT;
	int err = entries == NULL || list == NULL ? RS_ENOMEM : RS_OK;

	for (i = 0; err == RS_OK && i < count; i++) {
		readsync__vector_entry__init(&entries[i]);
		entries[i].origin.data = vector->entries[i].origin;
		entries[i].origin.len = VERSION_ORIGIN_LEN;
		entries[i].sequence = vector->entries[i].sequence;
		list[i] = &entries[i];
	}
	held.entries = list;
	held.n_entries = count;
	if (err == RS_OK)
		err = value_write(replica, RECORD_DEVICE, device, "held", &held.base);
	free(list);
	free(entries);
	return err;
}

int
held_note(struct replica *replica, const uint8_t key[DEVICE_KEY_LEN])
{
	uint8_t device[HASH_NAME_LEN];
	int64_t noted_ms;
	int err;

	if (replica->role != REPLICA_ARCHIVE || !device_allowed(replica, key))
		return RS_OK;
	device_entity(key, device);
	err = last_noted(replica, device, &noted_ms);
	if (err == RS_OK && clock_now_ms(replica->clock) < noted_ms + HELD_NOTE_MS)
		return RS_OK;
	return err == RS_OK || err == RS_ENOTFOUND ? write_held(replica, device) : err;
}

/* ------------------------------------------------------------- what all of them hold */

/* One device of the list, other than this one. */
struct holder {
	bool archive;
	int64_t seen_ms;	/* or paired, when nothing is known of what it holds */
	bool known;
	struct bytes held;	/* borrowed for the call */
};

static int
each_holder(struct replica *replica, int (*on_holder)(void *context, const struct holder *holder),
    void *context)
{
	uint8_t self[HASH_NAME_LEN];
	struct holder holder;
	struct rows rows;
	int err = device_self(replica, self);

	if (err != RS_OK)
		return err;
	rows = database_query(&replica->database,
	    "SELECT device.archive, coalesce(held.clock, paired.clock), held.value FROM device"
	    " JOIN register AS paired ON paired.kind = 4 AND paired.entity = device.device"
	    " AND paired.field = CAST('key' AS BLOB)"
	    " LEFT JOIN register AS held ON held.kind = 4 AND held.entity = device.device"
	    " AND held.field = CAST('held' AS BLOB)"
	    " WHERE NOT device.revoked AND device.device <> ?",
	    VALUES(DB_BLOB(self, sizeof(self))));
	while (database_next(&rows)) {
		holder.archive = database_integer(&rows, 0) != 0;
		holder.seen_ms = database_integer(&rows, 1) >> CLOCK_COUNTER_BITS;
		holder.known = !database_is_null(&rows, 2);
		holder.held = database_blob(&rows, 2);
		rows.err = on_holder(context, &holder);
	}
	return database_end(&rows);
}

struct stable {
	struct replica *replica;
	int64_t at_ms;			/* 0: nobody was seen */
	int64_t archives_ms;		/* when the archive was seen that was not for longest */
	struct version_vector *vector;
};

static int
find_newest(void *context, const struct holder *holder)
{
	struct stable *stable = context;

	if (holder->known && holder->seen_ms > stable->at_ms)
		stable->at_ms = holder->seen_ms;
	return RS_OK;
}

/*
 * Whom another archive has seen since it and this one met is not known here: all that is
 * said here is said of that time.
 */
static int
find_archives(void *context, const struct holder *holder)
{
	struct stable *stable = context;

	if (holder->archive && holder->seen_ms >= stable->at_ms - HELD_AWAY_MS &&
	    holder->seen_ms < stable->archives_ms)
		stable->archives_ms = holder->seen_ms;
	return RS_OK;
}

/* Lower each entry to what ${held} says. */
static int
lower(struct version_vector *vector, const struct version_vector *held)
{
	struct version_vector lowered;
	uint64_t sequence;
	int err = RS_OK;

	version_vector_init(&lowered);
	for (size_t i = 0; i < vector->count && err == RS_OK; i++) {
		const struct version_entry *entry = &vector->entries[i];

		sequence = version_vector_get(held, entry->origin);
		err = version_vector_raise(&lowered, entry->origin,
		    sequence < entry->sequence ? sequence : entry->sequence);
	}
	if (err != RS_OK) {
		version_vector_release(&lowered);
		return err;
	}
	version_vector_release(vector);
	*vector = lowered;
	return RS_OK;
}

static int
read_held(struct bytes value, struct version_vector *held)
{
	ProtobufCMessage *message;
	Readsync__Held *unpacked;
	int err = value_unpack(&readsync__held__descriptor, value, &message);

	if (err != RS_OK)
		return err == RS_EPROTOCOL ? RS_ENOTFOUND : err;
	unpacked = (Readsync__Held *)message;
	for (size_t i = 0; i < unpacked->n_entries && err == RS_OK; i++)
		if (unpacked->entries[i]->origin.len == VERSION_ORIGIN_LEN)
			err = version_vector_raise(held, unpacked->entries[i]->origin.data,
			    unpacked->entries[i]->sequence);
	protobuf_c_message_free_unpacked(message, NULL);
	return err;
}

/*
 * Whoever wrote that a device holds something held it then, and all that the device had
 * written until then.  Where that is not all here, there may be a write that says otherwise.
 */
static int
take_holder(void *context, const struct holder *holder)
{
	struct stable *stable = context;
	struct version_vector held;
	int err;

	if (holder->seen_ms < stable->at_ms - HELD_AWAY_MS)
		return RS_OK;
	if (!holder->known)
		return RS_ENOTFOUND;
	version_vector_init(&held);
	err = read_held(holder->held, &held);
	if (err == RS_OK && !version_vector_covers(&stable->replica->vector, &held))
		err = RS_ENOTFOUND;
	if (err == RS_OK)
		err = lower(stable->vector, &held);
	version_vector_release(&held);
	return err;
}

int
held_stable(struct replica *replica, struct version_vector *ret_vector, int64_t *ret_at_ms)
{
	struct stable stable = { .replica = replica, .vector = ret_vector };
	int64_t now_ms = clock_now_ms(replica->clock);
	int err = each_holder(replica, find_newest, &stable);

	if (err == RS_OK && stable.at_ms == 0)
		err = RS_ENOTFOUND;
	if (stable.at_ms > now_ms)
		stable.at_ms = now_ms;
	stable.archives_ms = stable.at_ms;
	if (err == RS_OK)
		err = each_holder(replica, find_archives, &stable);
	stable.at_ms = stable.archives_ms;
	for (size_t i = 0; err == RS_OK && i < replica->vector.count; i++)
		err = version_vector_raise_to(ret_vector, &replica->vector.entries[i]);
	if (err == RS_OK)
		err = each_holder(replica, take_holder, &stable);
	if (err == RS_OK)
		*ret_at_ms = stable.at_ms;
	return err;
}
