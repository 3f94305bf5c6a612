/*
 * The walk: every record that a replica holds, in the order of a snapshot, from any
 * place in it.
 *
 * Items come newest first, by their `saved`, each with all that is about it: its own
 * registers, its fetches, readings, notes and highlights.  Then come items that were never
 * saved, and what is of no item.  Nothing is sorted and nothing is remembered: each stage
 * follows an index.
 *
 * The replica may change meanwhile, also between two sessions.  Every record that it held
 * when the walk began is handed over, or superseded, all the same: registers are named by
 * what never changes, so the one thing that can slip from the part to come into the part
 * that is done is an item that is saved again.  Where that was in quarantine, its item is
 * handed over first; where it was written since the walk began, last, once more.
 */
#ifndef PROTO_REPLICA_WALK_H
#define PROTO_REPLICA_WALK_H

#include "proto/replica/replica.h"

enum walk_stage {
	WALK_RETURNING = 1,	/* items whose `saved` is in quarantine */
	WALK_QUARANTINE,	/* all that is there */
	WALK_SAVED,		/* items, newest first */
	WALK_BARE,		/* items that have no `saved` */
	WALK_LOOSE,		/* what is of no item */
	WALK_MOVED,		/* what may have been passed by */
	WALK_END
};

struct walk {
	enum walk_stage stage;

	/* The last group that was begun, by what its stage goes by; see walk.c. */
	int64_t key;
	uint8_t group[HASH_NAME_LEN + 1];
	size_t group_len;

	/* The last register of it that was taken; kind 0: none yet. */
	uint32_t kind;
	uint8_t entity[HASH_NAME_LEN];
	uint8_t field[RECORD_FIELD_MAX];
	size_t field_len;

	struct version_vector begun;	/* what was held at the beginning */
	struct version_vector looked_at;	/* WALK_MOVED: writes up to these */
};

/**
 * walk_init(walk), walk_release(walk):
 * Begin before the first record; free what ${walk} holds.
 */
void walk_init(struct walk *walk);
/** Free what it holds, but not itself. */
void walk_release(struct walk *walk);

/**
 * walk_begun(walk, vector):
 * The walk began, perhaps in another session, when the replica's vector was ${vector}.
 */
int walk_begun(struct walk *walk, const struct version_vector *vector);

/**
 * walk_resume(walk, cursor):
 * Go on at ${cursor}, which comes from walk_cursor by way of a peer.  RS_EPROTOCOL when
 * it cannot come from there.
 */
int walk_resume(struct walk *walk, struct bytes cursor);

/**
 * walk_cursor(walk, out):
 * Append where ${walk} stands to ${out}: at most 512 bytes.  In WALK_MOVED it tells of
 * the writes of 8 origins how far they were looked at; those of others begin anew.
 */
int walk_cursor(const struct walk *walk, struct buffer *out);

/**
 * walk_next(walk, replica, on_record, context):
 * Hand over records until on_record(context, record), whose views are valid during the
 * call only, does not take one and returns false; or until the end, when the stage is
 * WALK_END.
 */
int walk_next(struct walk *walk, struct replica *replica,
    bool (*on_record)(void *context, const struct record *record), void *context);

#endif
