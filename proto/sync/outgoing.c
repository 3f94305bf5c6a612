#include <string.h>

#include "proto/sync/batch.h"
#include "proto/sync/draft.h"
#include "proto/sync/outgoing.h"

void
outgoing_init(struct outgoing *outgoing)
{
	version_vector_init(&outgoing->sent);
	version_vector_init(&outgoing->acknowledged);
	outgoing->records = 0;
}

void
outgoing_release(struct outgoing *outgoing)
{
	version_vector_release(&outgoing->sent);
	version_vector_release(&outgoing->acknowledged);
}

int
outgoing_peer_holds(struct outgoing *outgoing, const uint8_t *origin, uint64_t sequence)
{
	int err = version_vector_raise(&outgoing->sent, origin, sequence);

	return err == RS_OK ?
	    version_vector_raise(&outgoing->acknowledged, origin, sequence) : err;
}

int
outgoing_sent(struct outgoing *outgoing, const struct version_vector *vector)
{
	int err = RS_OK;

	for (size_t i = 0; i < vector->count && err == RS_OK; i++)
		err = version_vector_raise(&outgoing->sent, vector->entries[i].origin,
		    vector->entries[i].sequence);
	return err;
}

int
outgoing_acknowledge(struct outgoing *outgoing, const uint8_t *origin, uint64_t sequence)
{
	if (sequence == 0 || sequence > version_vector_get(&outgoing->sent, origin))
		return RS_EPROTOCOL;
	return version_vector_raise(&outgoing->acknowledged, origin, sequence);
}

bool
outgoing_pending(const struct outgoing *outgoing, const struct replica *replica)
{
	return !version_vector_covers(&outgoing->sent, replica_vector(replica));
}

bool
outgoing_settled(const struct outgoing *outgoing)
{
	return version_vector_covers(&outgoing->acknowledged, &outgoing->sent);
}

/* ----------------------------------------------------- making one message */

/*
 * Say how far the peer is once it has this message: to the end of each origin, save
 * the one that goes on in the next message, which is left where it stopped.
 * Origins of which nothing is held any more, all their writes being
 * superseded, are named as far as there is room.
 */
static int
add_through(struct batch *batch, Readsync__Records *records, const struct outgoing *outgoing,
    const struct replica *replica)
{
	const struct version_vector *vector = replica_vector(replica);
	const Readsync__Record *last = records->n_records == 0 ? NULL :
	    records->records[records->n_records - 1];
	struct version_entry through;
	size_t i, named = 0;
	bool listed;
	int err;

	for (i = 0; i < vector->count; i++) {
		through = vector->entries[i];
		listed = named < records->n_origins && memcmp(records->origins[named].data,
		    through.origin, VERSION_ORIGIN_LEN) == 0;
		if (batch->full && memcmp(through.origin, batch->left, VERSION_ORIGIN_LEN) == 0) {
			/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): it has a record */
			through.sequence = listed ? last->sequence : 0;
			/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): as above */
			through.clock = listed ? last->clock : 0;
		}
		if (through.sequence <= version_vector_get(&outgoing->sent, through.origin))
			continue;
		if (!listed) {
			if (batch->full || batch->bytes + BATCH_ORIGIN_BYTES > BATCH_BYTES) {
				batch->full = true;
				continue;
			}
			batch->bytes += BATCH_ORIGIN_BYTES;
		}
		err = draft_add_entry(&records->through, &records->n_through, &through);
		if (err != RS_OK)
			return err;
		named += listed;
	}
	return RS_OK;
}

int
outgoing_pack(struct outgoing *outgoing, struct replica *replica, struct buffer *out)
{
	Readsync__Message *draft = draft_new(READSYNC__MESSAGE__BODY_RECORDS);
	Readsync__Records *records;
	Readsync__VectorEntry *entry;
	struct batch batch = { 0 };
	bool complete;
	size_t i;
	int err;

	if (draft == NULL)
		return RS_ENOMEM;
	records = draft->records;
	batch.origins = &records->origins;
	batch.origin_count = &records->n_origins;
	batch.records = &records->records;
	batch.record_count = &records->n_records;
	err = replica_changes(replica, &outgoing->sent, batch_add, &batch, &complete);
	if (err == RS_OK)
		err = batch.err;
	if (err == RS_OK)
		err = add_through(&batch, records, outgoing, replica);
	for (i = 0; err == RS_OK && i < records->n_through; i++) {
		entry = records->through[i];
		err = version_vector_raise(&outgoing->sent, entry->origin.data, entry->sequence);
	}
	if (err != RS_OK) {
		draft_free(draft);
		return err;
	}
	records->last = !batch.full;
	outgoing->records += records->n_records;
	return draft_finish(draft, out);
}
