#include <string.h>

#include "proto/sync/batch.h"
#include "proto/sync/draft.h"
#include "proto/sync/supply.h"
#include "proto/wire/message.h"

void
supply_init(struct supply *supply)
{
	*supply = (struct supply){ .active = false };
	walk_init(&supply->walk);
	version_vector_init(&supply->begun);
}

void
supply_release(struct supply *supply)
{
	walk_release(&supply->walk);
	version_vector_release(&supply->begun);
}

int
supply_begin(struct supply *supply, const uint8_t *peer, const struct version_vector *begun,
    struct bytes cursor)
{
	int err = cursor.len > 0 ? walk_resume(&supply->walk, cursor) : RS_OK;

	for (size_t i = 0; i < begun->count && err == RS_OK; i++)
		err = version_vector_raise_to(&supply->begun, &begun->entries[i]);
	if (err == RS_OK)
		err = walk_begun(&supply->walk, &supply->begun);
	memcpy(supply->peer, peer, sizeof(supply->peer));
	supply->active = err == RS_OK;
	return err;
}

/* What goes into a message: all but what the peer has written. */
struct filling {
	struct batch batch;
	const uint8_t *peer;
};

static bool
on_record(void *context, const struct record *record)
{
	struct filling *filling = context;

	return memcmp(record->origin, filling->peer, VERSION_ORIGIN_LEN) == 0 ||
	    batch_add(&filling->batch, record);
}

/* Fill ${snapshot} with the next records, and say where it goes on. */
static int
fill(struct supply *supply, struct replica *replica, Readsync__Snapshot *snapshot)
{
	struct filling filling = {
		.batch = {
			.origins = &snapshot->origins, .origin_count = &snapshot->n_origins,
			.records = &snapshot->records, .record_count = &snapshot->n_records
		},
		.peer = supply->peer
	};
	struct buffer cursor;
	int err = walk_next(&supply->walk, replica, on_record, &filling);

	if (err == RS_OK)
		err = filling.batch.err;
	buffer_init(&cursor, MESSAGE_CURSOR_MAX);
	if (err == RS_OK)
		err = walk_cursor(&supply->walk, &cursor);
	if (err == RS_OK)
		err = draft_set_bytes(&snapshot->cursor, cursor.data, cursor.len);
	buffer_release(&cursor);
	snapshot->last = supply->walk.stage == WALK_END;
	return err;
}

int
supply_pack(struct supply *supply, struct replica *replica, struct buffer *out)
{
	Readsync__Message *draft = draft_new(READSYNC__MESSAGE__BODY_SNAPSHOT);
	int err = draft == NULL ? RS_ENOMEM : fill(supply, replica, draft->snapshot);

	if (err != RS_OK) {
		draft_free(draft);
		return err;
	}
	supply->active = !draft->snapshot->last;
	supply->records += draft->snapshot->n_records;
	return draft_finish(draft, out);
}
