#include <string.h>

#include "proto/replica/item.h"
#include "proto/replica/snapshot.h"
#include "proto/sync/draft.h"
#include "proto/sync/incoming.h"

enum {
	ACKNOWLEDGE_ENTRIES = 1000	/* of at most 33 packed bytes each */
};

void
incoming_init(struct incoming *incoming)
{
	*incoming = (struct incoming){ .more = false };
	version_vector_init(&incoming->told);
	version_vector_init(&incoming->durable_next);
	version_vector_init(&incoming->begun);
}

void
incoming_release(struct incoming *incoming)
{
	version_vector_release(&incoming->told);
	version_vector_release(&incoming->durable_next);
	version_vector_release(&incoming->begun);
}

int
incoming_told(struct incoming *incoming, const uint8_t *origin, uint64_t sequence)
{
	return version_vector_raise(&incoming->told, origin, sequence);
}

/* Somebody holds writes of ours that are not here: this is not the only vault that makes them. */
static int
outrun(struct incoming *incoming, struct rs_err_detail *detail)
{
	incoming->outrun = true;
	rs_err_detail_set(detail, "a vault was restored from a backup or copied: it goes on as a"
	    " device of its own; sync again");
	return RS_EREFUSED;
}

/*
 * What the peer says about one origin: they must be numbers that a replica can
 * store, and nobody knows more of our own writes than we do, or others.
 */
static int
check_claim(struct incoming *incoming, struct replica *replica,
    const Readsync__VectorEntry *entry, struct rs_err_detail *detail)
{
	bool disowns = false;
	int err = RS_OK;

	if (entry->sequence == 0 || entry->sequence > INT64_MAX || entry->clock == 0 ||
	    entry->clock > INT64_MAX) {
		rs_err_detail_set(detail, "the peer sent an impossible sequence or clock");
		return RS_EPROTOCOL;
	}
	if (memcmp(entry->origin.data, replica_origin(replica), VERSION_ORIGIN_LEN) == 0)
		err = replica_disowns(replica, entry->sequence, entry->clock, &disowns);
	return err == RS_OK && disowns ? outrun(incoming, detail) : err;
}

static int
out_of_order(struct rs_err_detail *detail)
{
	rs_err_detail_set(detail, "the peer sent writes out of order or twice");
	return RS_EPROTOCOL;
}

static bool
rises(const uint8_t *before, const uint8_t *origin)
{
	return before == NULL || memcmp(before, origin, VERSION_ORIGIN_LEN) < 0;
}

static struct version_entry
entry_of(const Readsync__VectorEntry *message)
{
	struct version_entry entry = { .sequence = message->sequence, .clock = message->clock };

	memcpy(entry.origin, message->origin.data, sizeof(entry.origin));
	return entry;
}

int
incoming_entries(struct incoming *incoming, struct replica *replica,
    Readsync__VectorEntry *const *entries, size_t count, struct version_vector *vector,
    struct rs_err_detail *detail)
{
	struct version_entry entry;
	size_t i;
	int err;

	for (i = 0; i < count; i++) {
		if (!rises(vector->count == 0 ? NULL : vector->entries[vector->count - 1].origin,
		    entries[i]->origin.data))
			return out_of_order(detail);
		err = check_claim(incoming, replica, entries[i], detail);
		if (err != RS_OK)
			return err;
		entry = entry_of(entries[i]);
		err = version_vector_raise_to(vector, &entry);
		if (err != RS_OK)
			return err;
	}
	return RS_OK;
}

/* -------------------------------------------------------------- the records */

static bool
on_item(void *context, const struct item *item)
{
	(void)item;
	*(bool *)context = true;
	return false;
}

/* For the counts: an item is new with its address, a reading when it was not held. */
static int
count_record(struct incoming *incoming, struct replica *replica, const struct record *record)
{
	bool known = false;
	int err;

	incoming->records++;
	if (version_vector_get(replica_vector(replica), record->origin) >= record->sequence)
		return RS_OK;
	if (record->kind == RECORD_READING &&
	    bytes_equal(record->field, bytes_of_text("reading")))
		incoming->readings++;
	if (record->kind != RECORD_ITEM || !bytes_equal(record->field, bytes_of_text("url")))
		return RS_OK;
	err = item_get(replica, record->entity, on_item, &known);
	if (!known && (err == RS_OK || err == RS_ENOTFOUND))
		incoming->items++;
	return err == RS_ENOTFOUND ? RS_OK : err;
}

static int
apply(struct incoming *incoming, struct replica *replica, const uint8_t *origin,
    const Readsync__Record *message)
{
	struct record record = {
		.kind = message->kind,
		.field = bytes_of_text(message->field),
		.value = bytes_of(message->value.data, message->value.len),
		.clock = message->clock,
		.sequence = message->sequence
	};
	int err;

	if (incoming->refuse_devices && record.kind == RECORD_DEVICE)
		return RS_OK;
	memcpy(record.entity, message->entity.data, sizeof(record.entity));
	memcpy(record.origin, origin, sizeof(record.origin));
	err = count_record(incoming, replica, &record);
	return err == RS_OK ? replica_apply(replica, &record) : err;
}

/*
 * Check the records of the origin at ${index}, from ${at} on, which ${sequence}
 * is to cover: at least one, each above the last.
 */
static bool
run_is_sound(const struct incoming *incoming, const Readsync__Records *records, size_t index,
    size_t *at, uint64_t sequence)
{
	uint64_t newest = version_vector_get(&incoming->told, records->origins[index].data);
	size_t first = *at;

	for (; *at < records->n_records && records->records[*at]->origin == index; ++*at) {
		if (records->records[*at]->sequence <= newest)
			return false;
		newest = records->records[*at]->sequence;
	}
	return *at > first && newest <= sequence;
}

/*
 * Check the order of a whole message before anything of it is applied.  Since `through`
 * must rise above what was told, each message brings us further: a peer
 * cannot keep us busy with what we have.
 */
static int
check_order(struct incoming *incoming, struct replica *replica,
    const Readsync__Records *records, struct rs_err_detail *detail)
{
	const uint8_t *before = NULL;
	const Readsync__VectorEntry *entry;
	size_t i, named = 0, at = 0;
	int err;

	for (i = 0; i < records->n_through; i++) {
		entry = records->through[i];
		if (!rises(before, entry->origin.data) ||
		    entry->sequence <= version_vector_get(&incoming->told, entry->origin.data))
			return out_of_order(detail);
		before = entry->origin.data;
		err = check_claim(incoming, replica, entry, detail);
		if (err != RS_OK)
			return err;
		if (named == records->n_origins || memcmp(records->origins[named].data, before,
		    VERSION_ORIGIN_LEN) != 0)
			continue;
		if (!run_is_sound(incoming, records, named, &at, entry->sequence))
			return out_of_order(detail);
		named++;
	}
	if (records->n_through == 0 || named < records->n_origins || at < records->n_records)
		return out_of_order(detail);
	return RS_OK;
}

static int
adopt(struct incoming *incoming, struct replica *replica, const struct version_entry *entry,
    struct outgoing *outgoing)
{
	const uint8_t *origin = entry->origin;
	int err = replica_adopt(replica, entry);

	if (err == RS_OK)
		err = incoming_told(incoming, origin, entry->sequence);
	if (err == RS_OK)
		err = version_vector_raise(&incoming->durable_next, origin, entry->sequence);
	if (err == RS_OK)
		err = outgoing_peer_holds(outgoing, origin, entry->sequence);
	return err;
}

static int
apply_all(struct incoming *incoming, struct replica *replica, Readsync__Record *const *records,
    size_t count, const ProtobufCBinaryData *origins)
{
	int err = RS_OK;

	for (size_t i = 0; err == RS_OK && i < count; i++)
		err = apply(incoming, replica, origins[records[i]->origin].data, records[i]);
	return err;
}

int
incoming_records(struct incoming *incoming, struct replica *replica,
    const Readsync__Records *records, struct outgoing *outgoing, struct rs_err_detail *detail)
{
	struct version_entry entry;
	int err = incoming->snapshot ? out_of_order(detail) :
	    check_order(incoming, replica, records, detail);

	if (err == RS_OK)
		err = apply_all(incoming, replica, records->records, records->n_records,
		    records->origins);
	for (size_t i = 0; err == RS_OK && i < records->n_through; i++) {
		entry = entry_of(records->through[i]);
		err = adopt(incoming, replica, &entry, outgoing);
	}
	incoming->more = !records->last;
	return err;
}

/* ------------------------------------------------------------- the snapshot */

int
incoming_await(struct incoming *incoming, const uint8_t *source,
    const struct version_vector *begun, bool fresh)
{
	int err = RS_OK;

	for (size_t i = 0; i < begun->count && err == RS_OK; i++)
		err = version_vector_raise_to(&incoming->begun, &begun->entries[i]);
	memcpy(incoming->source, source, sizeof(incoming->source));
	incoming->fresh = fresh;
	incoming->snapshot = incoming->more = true;
	return err;
}

/* All that the peer held when the snapshot began is here or superseded. */
static int
end_snapshot(struct incoming *incoming, struct replica *replica, struct outgoing *outgoing)
{
	int err = snapshot_end(replica);

	for (size_t i = 0; err == RS_OK && i < incoming->begun.count; i++)
		err = adopt(incoming, replica, &incoming->begun.entries[i], outgoing);
	incoming->snapshot = incoming->more = false;
	return err;
}

int
incoming_snapshot(struct incoming *incoming, struct replica *replica,
    const Readsync__Snapshot *snapshot, struct outgoing *outgoing, struct rs_err_detail *detail)
{
	int err = RS_OK;

	if (!incoming->snapshot) {
		rs_err_detail_set(detail, "the peer sent a snapshot that it was not asked for");
		return RS_EPROTOCOL;
	}
	if (incoming->fresh)
		err = snapshot_begin(replica, incoming->source, &incoming->begun);
	incoming->fresh = false;
	if (err == RS_OK)
		err = apply_all(incoming, replica, snapshot->records, snapshot->n_records,
		    snapshot->origins);
	if (err == RS_OK && snapshot->last)
		return end_snapshot(incoming, replica, outgoing);
	return err == RS_OK ? snapshot_reach(replica, bytes_of(snapshot->cursor.data,
	    snapshot->cursor.len)) : err;
}

/* ------------------------------------------------------- what is durable here */

int
incoming_acknowledge(struct incoming *incoming, Readsync__Acknowledge *message)
{
	struct version_vector *vector = &incoming->durable_next;
	size_t first = vector->count <= ACKNOWLEDGE_ENTRIES ? 0 :
	    vector->count - ACKNOWLEDGE_ENTRIES, i;
	int err = RS_OK;

	for (i = first; i < vector->count && err == RS_OK; i++)
		err = draft_add_entry(&message->entries, &message->n_entries, &vector->entries[i]);
	/* From the end, which leaves the order of the others as it is. */
	vector->count = first;
	return err;
}
