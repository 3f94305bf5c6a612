/*
 * All readings of an item, in the order in which they were made, with the numbers that
 * people give for them: 1 is the first.
 */
#ifndef CLIENT_HISTORY_H
#define CLIENT_HISTORY_H

#include "client/command.h"
#include "readsync.pb-c.h"

struct history_entry {
	uint8_t id[HASH_NAME_LEN];
	Readsync__Reading *reading;
	bool best;
	bool preferred;			/* by the reader */
	Readsync__Copy marked;		/* by the reader; UNKNOWN: not */
};

struct history {
	struct replica *replica;
	struct history_entry *entries;	/* entry i has the number i + 1 */
	size_t count;
	struct buffer preferred;	/* the id of the one that the reader prefers, if any */
	int err;
};

/**
 * history_read(client, item, ret_history):
 * Read the readings of ${item}; freed with history_release.  Returns an error after telling
 * it.
 */
int history_read(struct client *client, const uint8_t *item, struct history *ret_history);

/**
 * history_release(history):
 * Free what it holds.
 */
void history_release(struct history *history);

/**
 * history_find(client, history, word, ret_entry):
 * Find the reading that ${word} numbers.  Returns the exit status, after telling.
 */
int history_find(const struct client *client, const struct history *history, const char *word,
    const struct history_entry **ret_entry);

/**
 * history_best(history):
 * Return the best one, or NULL.
 */
const struct history_entry *history_best(const struct history *history);

/**
 * history_is_imported(verdict):
 * Tell whether what it is on was imported as a text, and not read from a page.
 */
bool history_is_imported(const Readsync__Verdict *verdict);

#endif
