#include <stdlib.h>
#include <string.h>

#include "proto/sync/draft.h"
#include "proto/sync/outgoing.h"

enum {
	BATCH_BYTES = 60000,	/* packed bytes of one message, at most */
	ORIGIN_BYTES = 60,	/* what an origin adds, in `origins` and `through` */
	RECORD_OVERHEAD = 4	/* tag and length of a record in its list */
};

/* One message in the making. */
struct batch {
	Readsync__Records *records;
	size_t bytes;
	bool full;		/* a record was left for the next message */
	uint8_t left[VERSION_ORIGIN_LEN];	/* its origin */
	int err;
};

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

static int
copy_record(const struct record *record, uint32_t origin, Readsync__Record **ret_copy)
{
	Readsync__Record *copy = malloc(sizeof(*copy));
	int err;

	if (copy == NULL)
		return RS_ENOMEM;
	readsync__record__init(copy);
	copy->kind = record->kind;
	copy->clock = record->clock;
	copy->origin = origin;
	copy->sequence = record->sequence;
	err = draft_set_bytes(&copy->entity, record->entity, sizeof(record->entity));
	if (err == RS_OK)
		err = draft_set_bytes(&copy->value, record->value.data, record->value.len);
	if (err == RS_OK) {
		copy->field = strndup((const char *)record->field.data, record->field.len);
		if (copy->field != NULL) {
			*ret_copy = copy;
			return RS_OK;
		}
		copy->field = (char *)protobuf_c_empty_string;
	}
	readsync__record__free_unpacked(copy, NULL);
	return RS_ENOMEM;
}

static bool
is_newest_origin(const Readsync__Records *records, const uint8_t *origin)
{
	return records->n_origins > 0 && memcmp(records->origins[records->n_origins - 1].data,
	    origin, VERSION_ORIGIN_LEN) == 0;
}

/* Takes one record of the replica into the message, while there is room. */
static bool
on_record(void *context, const struct record *record)
{
	struct batch *batch = context;
	Readsync__Records *records = batch->records;
	bool known = is_newest_origin(records, record->origin);
	Readsync__Record *copy, **grown;
	size_t size;

	batch->err = copy_record(record, (uint32_t)(records->n_origins - known), &copy);
	if (batch->err != RS_OK)
		return false;
	size = readsync__record__get_packed_size(copy) + RECORD_OVERHEAD +
	    (known ? 0 : ORIGIN_BYTES);
	if (batch->bytes + size > BATCH_BYTES) {
		batch->full = true;
		memcpy(batch->left, record->origin, VERSION_ORIGIN_LEN);
		readsync__record__free_unpacked(copy, NULL);
		return false;
	}
	grown = draft_grow(records->records, records->n_records, sizeof(*grown));
	if (grown != NULL) {
		records->records = grown;
		grown[records->n_records++] = copy;
	} else {
		readsync__record__free_unpacked(copy, NULL);
		batch->err = RS_ENOMEM;
	}
	if (batch->err == RS_OK && !known)
		batch->err = draft_add_bytes(&records->origins, &records->n_origins,
		    record->origin, VERSION_ORIGIN_LEN);
	batch->bytes += size;
	return batch->err == RS_OK;
}

/*
 * Say how far the peer is once it has this message: to the end of each origin, save
 * the one that goes on in the next message, which is left where it stopped.
 * Origins of which nothing is held any more, all their writes being
 * superseded, are named as far as there is room.
 */
static int
add_through(struct batch *batch, const struct outgoing *outgoing, const struct replica *replica)
{
	const struct version_vector *vector = replica_vector(replica);
	Readsync__Records *records = batch->records;
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
			if (batch->full || batch->bytes + ORIGIN_BYTES > BATCH_BYTES) {
				batch->full = true;
				continue;
			}
			batch->bytes += ORIGIN_BYTES;
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
	struct batch batch = { .records = draft == NULL ? NULL : draft->records };
	Readsync__VectorEntry *entry;
	bool complete;
	size_t i;
	int err;

	if (draft == NULL)
		return RS_ENOMEM;
	err = replica_changes(replica, &outgoing->sent, on_record, &batch, &complete);
	if (err == RS_OK)
		err = batch.err;
	if (err == RS_OK)
		err = add_through(&batch, outgoing, replica);
	for (i = 0; err == RS_OK && i < batch.records->n_through; i++) {
		entry = batch.records->through[i];
		err = version_vector_raise(&outgoing->sent, entry->origin.data, entry->sequence);
	}
	if (err != RS_OK) {
		draft_free(draft);
		return err;
	}
	batch.records->last = !batch.full;
	outgoing->records += batch.records->n_records;
	return draft_finish(draft, out);
}
