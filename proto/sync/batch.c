#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/sync/batch.h"
#include "proto/sync/draft.h"

enum {
	RECORD_OVERHEAD = 4	/* tag and length of a record in its list */
};

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

/* Return the place of ${origin} in the message, the last ones first; the end when it is new. */
static size_t
find_origin(const struct batch *batch, const uint8_t *origin)
{
	size_t i = *batch->origin_count;

	while (i-- > 0)
		if (memcmp((*batch->origins)[i].data, origin, VERSION_ORIGIN_LEN) == 0)
			return i;
	return *batch->origin_count;
}

static int
append(struct batch *batch, Readsync__Record *record)
{
	Readsync__Record **grown = draft_grow(*batch->records, *batch->record_count,
	    sizeof(*grown));

	if (grown == NULL)
		return RS_ENOMEM;
	*batch->records = grown;
	grown[(*batch->record_count)++] = record;
	return RS_OK;
}

bool
batch_add(void *context, const struct record *record)
{
	struct batch *batch = context;
	size_t origin = find_origin(batch, record->origin), size;
	bool known = origin < *batch->origin_count;
	Readsync__Record *copy;

	batch->err = copy_record(record, (uint32_t)origin, &copy);
	if (batch->err != RS_OK)
		return false;
	size = readsync__record__get_packed_size(copy) + RECORD_OVERHEAD +
	    (known ? 0 : BATCH_ORIGIN_BYTES);
	if (batch->bytes + size > BATCH_BYTES) {
		batch->full = true;
		memcpy(batch->left, record->origin, VERSION_ORIGIN_LEN);
		readsync__record__free_unpacked(copy, NULL);
		return false;
	}
	batch->err = append(batch, copy);
	if (batch->err != RS_OK)
		readsync__record__free_unpacked(copy, NULL);
	if (batch->err == RS_OK && !known)
		batch->err = draft_add_bytes(batch->origins, batch->origin_count, record->origin,
		    VERSION_ORIGIN_LEN);
	batch->bytes += size;
	return batch->err == RS_OK;
}
