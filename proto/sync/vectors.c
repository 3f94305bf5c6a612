#include "proto/sync/draft.h"
#include "proto/sync/vectors.h"
#include "proto/wire/message.h"

enum {
	VECTOR_ENTRIES = 1300	/* in one message; at most 49 packed bytes each */
};

static void
asking_init(struct asking *asking)
{
	asking->need = SNAPSHOT_NONE;
	buffer_init(&asking->cursor, MESSAGE_CURSOR_MAX);
	version_vector_init(&asking->begun);
}

static void
asking_release(struct asking *asking)
{
	buffer_release(&asking->cursor);
	version_vector_release(&asking->begun);
}

void
vectors_init(struct vectors *vectors)
{
	vectors->due = false;
	vectors->next = 0;
	version_vector_init(&vectors->peer);
	asking_init(&vectors->ours);
	asking_init(&vectors->theirs);
}

void
vectors_release(struct vectors *vectors)
{
	version_vector_release(&vectors->peer);
	asking_release(&vectors->ours);
	asking_release(&vectors->theirs);
}

bool
vectors_is_given(const struct asking *asking, const struct asking *other, bool initiator)
{
	return asking->need > other->need ||
	    (asking->need == SNAPSHOT_FIRST && other->need == SNAPSHOT_FIRST && initiator);
}

bool
vectors_goes_on(const struct asking *asking, const struct version_vector *holds,
    const struct version_vector *giver, const struct version_vector *horizon)
{
	/* The giver may have been put back to an older state of its own since. */
	return asking->cursor.len > 0 && version_vector_covers(giver, &asking->begun) &&
	    snapshot_stands(holds, &asking->begun, horizon);
}

/* ------------------------------------------------------------------------ ours */

int
vectors_begin(struct vectors *vectors, struct replica *replica, const struct greeting *greeting)
{
	struct asking *asking = &vectors->ours;
	int err;

	vectors->due = true;
	if ((greeting->peer_features & GREETING_SNAPSHOT) == 0)
		return RS_OK;
	err = snapshot_need(replica, &asking->need);
	if (err != RS_OK || asking->need == SNAPSHOT_NONE)
		return err;
	err = snapshot_find(replica, greeting->peer_device, &asking->cursor, &asking->begun);
	return err == RS_ENOTFOUND ? RS_OK : err;
}

/*
 * Add the next entry of what is to be told: of what we hold, then of where the snapshot
 * began that we go on with.
 */
static int
add_next_entry(struct vectors *vectors, const struct version_vector *held,
    const struct standing *standing, struct incoming *incoming, Readsync__Vector *message)
{
	const struct version_entry *entry;
	size_t at = vectors->next;
	int err;

	if (at >= held->count)
		return draft_add_entry(&message->begun, &message->n_begun,
		    &vectors->ours.begun.entries[at - held->count]);
	entry = &held->entries[at];
	err = draft_add_entry(&message->entries, &message->n_entries, entry);
	if (err != RS_OK)
		return err;
	message->entries[message->n_entries - 1]->collected =
	    version_vector_get(&standing->ours, entry->origin);
	return incoming_told(incoming, entry->origin, entry->sequence);
}

static int
fill(struct vectors *vectors, const struct version_vector *held,
    const struct standing *standing, struct incoming *incoming, Readsync__Vector *message)
{
	const struct asking *asking = &vectors->ours;
	size_t all = held->count + asking->begun.count;
	size_t end_at = all - vectors->next <= VECTOR_ENTRIES ? all :
	    vectors->next + VECTOR_ENTRIES;
	int err = RS_OK;

	for (; err == RS_OK && vectors->next < end_at; vectors->next++)
		err = add_next_entry(vectors, held, standing, incoming, message);
	message->more = vectors->due = end_at < all;
	if (err != RS_OK || message->more)
		return err;
	message->snapshot = (Readsync__Vector__Need)asking->need;
	return draft_set_bytes(&message->cursor, asking->cursor.data, asking->cursor.len);
}

int
vectors_pack(struct vectors *vectors, const struct greeting *greeting,
    const struct standing *standing, struct incoming *incoming, struct buffer *out)
{
	Readsync__Message *draft = draft_new(READSYNC__MESSAGE__BODY_VECTOR);
	int err = draft == NULL ? RS_ENOMEM :
	    fill(vectors, &greeting->announced, standing, incoming, draft->vector);

	if (err == RS_OK)
		return draft_finish(draft, out);
	draft_free(draft);
	return err;
}

/* ------------------------------------------------------------------ the peer's */

static enum snapshot_need
need_of(const struct greeting *greeting, const Readsync__Vector *message)
{
	if ((greeting->peer_features & GREETING_SNAPSHOT) == 0)
		return SNAPSHOT_NONE;
	switch (message->snapshot) {
	case READSYNC__VECTOR__NEED__FIRST:
		return SNAPSHOT_FIRST;
	case READSYNC__VECTOR__NEED__UNDER_WAY:
		return SNAPSHOT_UNDER_WAY;
	case READSYNC__VECTOR__NEED__NONE:
	default: /* of a later version */
		return SNAPSHOT_NONE;
	}
}

int
vectors_receive(struct vectors *vectors, const Readsync__Vector *message,
    const struct greeting *greeting, struct standing *standing, struct incoming *incoming,
    struct replica *replica, struct rs_err_detail *detail)
{
	struct asking *asking = &vectors->theirs;
	int err;

	if (message->more && message->n_entries + message->n_begun == 0) {
		rs_err_detail_set(detail, "the peer sent a vector without an end");
		return RS_EPROTOCOL;
	}
	err = incoming_entries(incoming, replica, message->entries, message->n_entries,
	    &vectors->peer, detail);
	if (err == RS_OK)
		err = standing_hear(standing, message, detail);
	if (err == RS_OK)
		err = incoming_entries(incoming, replica, message->begun, message->n_begun,
		    &asking->begun, detail);
	if (err != RS_OK || message->more)
		return err;
	asking->need = need_of(greeting, message);
	return buffer_append(&asking->cursor, message->cursor.data, message->cursor.len);
}
