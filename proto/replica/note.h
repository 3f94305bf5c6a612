/*
 * The reader's note on an item: a set of revisions, each written once, under a name of
 * its own, and saying which others it takes the place of.
 *
 * The note is made of the heads: the revisions that no other replaces.  Mostly there is
 * one.  When two devices edit the note before they have heard of each other, there are two,
 * and both are shown until the reader joins them by a revision that replaces both: a clock
 * could only pick one and lose the other.  A revision without text is a note that was
 * removed.  Revisions that were replaced stay, as the note's past.
 */
#ifndef PROTO_REPLICA_NOTE_H
#define PROTO_REPLICA_NOTE_H

#include "proto/replica/replica.h"
#include "readsync.pb-c.h"

enum {
	NOTE_TEXT_MAX = 32000,		/* bytes */
	NOTE_REPLACES_MAX = 32		/* revisions that one replaces */
};

/* One revision; all is borrowed for the call. */
struct note {
	const uint8_t *id;
	const Readsync__Note *revision;
	const char *device;		/* the name of the device that wrote it, or "" */
	bool head;
};

/* What a revision that is written next replaces. */
struct note_heads {
	uint8_t ids[NOTE_REPLACES_MAX][HASH_NAME_LEN];
	size_t count;
};

/**
 * note_heads(replica, item, ret_heads):
 * Read the heads of the note of ${item}, oldest first, those without text among them; the
 * first NOTE_REPLACES_MAX when there are more.
 */
int note_heads(struct replica *replica, const uint8_t *item, struct note_heads *ret_heads);

/**
 * note_write(replica, item, text, replaces):
 * Write a revision of the note of ${item} that takes the place of those in ${replaces}:
 * what the reader has seen.  One that would replace a single one with the same text, or
 * nothing by nothing, is not written.  RS_ENOTFOUND when the item is not there;
 * RS_EINVAL when ${text} is not UTF-8 or has control characters other than line feed and
 * tab; RS_ELIMIT when it is longer than NOTE_TEXT_MAX.
 */
int note_write(struct replica *replica, const uint8_t *item, const char *text,
    const struct note_heads *replaces);

/**
 * note_put(replica, id, note):
 * Write a revision that was made elsewhere, as it is, under its name.  RS_EINVAL, RS_ELIMIT
 * when note_check refuses it.
 */
int note_put(struct replica *replica, const uint8_t id[HASH_NAME_LEN],
    const Readsync__Note *note);

/**
 * note_check(note):
 * Check that ids in ${note} have their length and its text can be shown (RS_EINVAL), and
 * that it keeps the bounds above (RS_ELIMIT).
 */
int note_check(const Readsync__Note *note);

/**
 * note_list(replica, item, on_note, context), note_history(replica, item, on_note, context):
 * Hand the heads that have a text, or every revision there ever was, oldest first, to
 * on_note(context, note) until it returns false.
 */
int note_list(struct replica *replica, const uint8_t *item,
    bool (*on_note)(void *context, const struct note *note), void *context);
/** Hand over every revision; see above. */
int note_history(struct replica *replica, const uint8_t *item,
    bool (*on_note)(void *context, const struct note *note), void *context);

/**
 * note_derive(replica, record):
 * ${record}, of a register `note`, has become its value: for derive.c.
 */
int note_derive(struct replica *replica, const struct record *record);

#endif
