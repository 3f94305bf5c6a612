#include <stdlib.h>
#include <string.h>

#include "proto/replica/collect.h"
#include "proto/sync/draft.h"
#include "proto/sync/standing.h"

enum {
	RUNS_MAX = 6000		/* in one message; at most 10 packed bytes each, mostly 1 */
};

void
standing_init(struct standing *standing)
{
	*standing = (struct standing){ .due = false };
	version_vector_init(&standing->horizon);
	version_vector_init(&standing->ours);
	version_vector_init(&standing->theirs);
	version_vector_init(&standing->both);
	version_vector_init(&standing->peer);
}

void
standing_release(struct standing *standing)
{
	version_vector_release(&standing->horizon);
	version_vector_release(&standing->ours);
	version_vector_release(&standing->theirs);
	version_vector_release(&standing->both);
	version_vector_release(&standing->peer);
}

/* ---------------------------------------------------------------- the horizons */

int
standing_announce(struct standing *standing, const struct replica *replica,
    const struct version_vector *announced)
{
	const struct version_vector *horizon = collect_horizon(replica);
	uint64_t held;
	int err = RS_OK;

	/* Of what is still to come, something may have been collected elsewhere. */
	for (size_t i = 0; i < horizon->count && err == RS_OK; i++) {
		held = version_vector_get(announced, horizon->entries[i].origin);
		err = version_vector_raise(&standing->horizon, horizon->entries[i].origin,
		    horizon->entries[i].sequence);
		if (err == RS_OK)
			err = version_vector_raise(&standing->ours, horizon->entries[i].origin,
			    horizon->entries[i].sequence < held ?
			    horizon->entries[i].sequence : held);
	}
	return err;
}

bool
standing_is_overtaken(const struct standing *standing, const struct replica *replica,
    const struct version_vector *sent)
{
	return !version_vector_cover_together(&standing->horizon, sent, collect_horizon(replica));
}

int
standing_hear(struct standing *standing, const Readsync__Vector *vector,
    struct rs_err_detail *detail)
{
	const Readsync__VectorEntry *entry;
	int err = RS_OK;

	for (size_t i = 0; i < vector->n_entries && err == RS_OK; i++) {
		entry = vector->entries[i];
		if (entry->collected > entry->sequence) {
			rs_err_detail_set(detail, "the peer collected what it does not hold");
			return RS_EPROTOCOL;
		}
		err = version_vector_raise(&standing->theirs, entry->origin.data,
		    entry->collected);
	}
	return err;
}

int
standing_begin(struct standing *standing, const struct version_vector *announced,
    const struct version_vector *peer)
{
	uint64_t held;
	int err = RS_OK;

	for (size_t i = 0; i < peer->count && err == RS_OK; i++) {
		const struct version_entry *entry = &peer->entries[i];

		held = version_vector_get(announced, entry->origin);
		err = version_vector_raise(&standing->both, entry->origin,
		    held < entry->sequence ? held : entry->sequence);
		if (err == RS_OK)
			err = version_vector_raise(&standing->peer, entry->origin,
			    entry->sequence);
	}
	/* Who has nothing in common with the other has nothing to forget. */
	standing->due = standing->both.count > 0 && !version_vector_covers(peer, &standing->ours);
	standing->awaited = standing->both.count > 0 &&
	    !version_vector_covers(announced, &standing->theirs);
	return err;
}

bool
standing_news(const struct standing *standing, const struct replica *replica)
{
	return !version_vector_covers(collect_horizon(replica), &standing->theirs);
}

int
standing_follow(const struct standing *standing, struct replica *replica)
{
	return collect_follow(replica, &standing->theirs);
}

/* --------------------------------------------------------------------- sending */

/* A list in the making: the last run is one of those that are held, unless there is none. */
struct list {
	uint64_t *runs;
	size_t count;
	uint64_t through;	/* listed so far */
	bool full;
};

static bool
on_sequence(void *context, uint64_t sequence)
{
	struct list *list = context;
	uint64_t gap = sequence - list->through - 1;

	if (list->count == 0 || gap > 0) {
		if (list->count + 2 > RUNS_MAX) {
			list->full = true;
			return false;
		}
		list->runs[list->count++] = gap;
		list->runs[list->count++] = 0;
	}
	list->runs[list->count - 1]++;
	list->through = sequence;
	return true;
}

static int
fill(struct standing *standing, struct replica *replica, Readsync__Standing *message)
{
	const struct version_entry *entry = &standing->both.entries[standing->sent.next];
	struct list list = { .through = standing->sent.after };
	int err;

	list.runs = malloc(RUNS_MAX * sizeof(*list.runs));
	if (list.runs == NULL)
		return RS_ENOMEM;
	message->runs = list.runs;
	message->after = standing->sent.after;
	err = draft_set_bytes(&message->origin, entry->origin, VERSION_ORIGIN_LEN);
	if (err == RS_OK)
		err = collect_standing(replica, entry->origin, message->after, entry->sequence,
		    on_sequence, &list);
	message->n_runs = list.count;
	/* What no run speaks of, at the end, is not held. */
	message->through = list.full ? list.through : entry->sequence;
	return err;
}

/* The list is at ${place}, and goes on behind ${through}; false when that was all of it. */
static bool
advance(const struct standing *standing, struct standing_place *place, uint64_t through)
{
	place->after = through;
	if (through == standing->both.entries[place->next].sequence) {
		place->after = 0;
		place->next++;
	}
	return place->next < standing->both.count;
}

int
standing_pack(struct standing *standing, struct replica *replica, struct buffer *out)
{
	Readsync__Message *draft = draft_new(READSYNC__MESSAGE__BODY_STANDING);
	int err = draft == NULL ? RS_ENOMEM : fill(standing, replica, draft->standing);

	if (err != RS_OK) {
		draft_free(draft);
		return err;
	}
	standing->due = advance(standing, &standing->sent, draft->standing->through);
	return draft_finish(draft, out);
}

/* -------------------------------------------------------------------- receiving */

static bool
is_next(const struct standing *standing, const Readsync__Standing *message)
{
	const struct version_entry *entry;
	uint64_t left = message->through - message->after;

	if (!standing->awaited)
		return false;
	entry = &standing->both.entries[standing->heard.next];
	if (memcmp(message->origin.data, entry->origin, VERSION_ORIGIN_LEN) != 0 ||
	    message->after != standing->heard.after || message->through <= message->after ||
	    message->through > entry->sequence)
		return false;
	for (size_t i = 0; i < message->n_runs; left -= message->runs[i++])
		if (message->runs[i] > left)
			return false;
	return true;
}

static int
forget_gaps(struct standing *standing, struct replica *replica,
    const Readsync__Standing *message)
{
	uint64_t at = message->after;
	int err = RS_OK;

	for (size_t i = 0; i < message->n_runs && err == RS_OK; at += message->runs[i++])
		if (i % 2 == 0)
			err = collect_gap(replica, message->origin.data, at,
			    at + message->runs[i], &standing->peer);
	if (err == RS_OK)
		err = collect_gap(replica, message->origin.data, at, message->through,
		    &standing->peer);
	return err == RS_OK ? collect_tidy(replica) : err;
}

int
standing_receive(struct standing *standing, struct replica *replica,
    const Readsync__Standing *message, struct rs_err_detail *detail)
{
	int err;

	if (!is_next(standing, message)) {
		rs_err_detail_set(detail, "the peer listed what stands out of order, or unasked");
		return RS_EPROTOCOL;
	}
	err = forget_gaps(standing, replica, message);
	standing->awaited = advance(standing, &standing->heard, message->through);
	return err == RS_OK && !standing->awaited ? standing_follow(standing, replica) : err;
}
