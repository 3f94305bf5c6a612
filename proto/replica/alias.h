/*
 * Aliases: items that are one article under several addresses, and are seen as one item.
 *
 * An archive that keeps an article notes, in the register `alias` of its item, the id of
 * the address that the site redirected to or that the page calls its canonical one (see
 * alias_url.h for what is believed).  The reader's word, `apart/ID`, wins over it for ever.
 * A claim counts when its target claims to be an alias of nothing else, and at most
 * ALIAS_CLAIMS_MAX items claim to be aliases of that target: a page that lies joins a few
 * items of its own site, never a library, and no chain of claims joins more.
 *
 * So a set has a target and at most ALIAS_CLAIMS_MAX others.  It follows from registers
 * alone, in whatever order they come.  Of its items that are there, the one with the
 * least id, the head, is shown for all: the fields of the others are merged
 * into its row (item_field.h), and their fetches, readings, notes and highlights are moved
 * to it.
 * Registers stay with the items they name, so that a set can be split again; a
 * change is written to each of them, so that a split leaves it with both.
 */
#ifndef PROTO_REPLICA_ALIAS_H
#define PROTO_REPLICA_ALIAS_H

#include "proto/replica/replica.h"

enum {
	ALIAS_CLAIMS_MAX = 2,			/* to one target, for any of them to count */
	ALIAS_SET_MAX = ALIAS_CLAIMS_MAX + 1
};

struct alias_set {
	uint8_t ids[ALIAS_SET_MAX][HASH_NAME_LEN];
	size_t count;
};

/**
 * alias_find(replica, item, ret_set):
 * Read the set that ${item} is in, itself at least, whether or not its items are there.
 */
int alias_find(struct replica *replica, const uint8_t *item, struct alias_set *ret_set);

/**
 * alias_members(replica, item, ret_set):
 * Read which items are seen as one with ${item}, itself among them: those that a change
 * is written to.  RS_ENOTFOUND when ${item} is not there.
 */
int alias_members(struct replica *replica, const uint8_t *item, struct alias_set *ret_set);

/**
 * alias_head(replica, row, ret_row, ret_item):
 * Tell which row of `item`, and item, ${row} is seen as.  ${ret_item} may be NULL.
 */
int alias_head(struct replica *replica, int64_t row, int64_t *ret_row,
    uint8_t ret_item[HASH_NAME_LEN]);

/**
 * alias_claim(replica, item, asked_url, final_url, canonical_url):
 * Write what a page that was kept of ${item} claims: it was asked for at ${asked_url}, came
 * from ${final_url} ("" where that is not known) and calls itself ${canonical_url} (or
 * ""). What is not credible is passed over; a claim that the page makes no longer is
 * taken back.
 */
int alias_claim(struct replica *replica, const uint8_t *item, const char *asked_url,
    const char *final_url, const char *canonical_url);

/**
 * alias_part(replica, item):
 * Write the reader's word that ${item} is no alias of any other item of its set.
 */
int alias_part(struct replica *replica, const uint8_t *item);

/* For derive.c. */

/**
 * alias_read_apart(field, ret_item):
 * Read whom the register with the name ${field} sets its item apart from; false when
 * it is no such register.
 */
bool alias_read_apart(struct bytes field, uint8_t ret_item[HASH_NAME_LEN]);

/**
 * alias_follow(replica, item, other):
 * The register url, present, alias or apart/… of ${item} has changed: bring in line
 * every set that hangs on it, and item_row_refresh what that touches, the row of ${item}
 * at least.  ${other} is what it claimed before, or was set apart from; NULL for none.
 */
int alias_follow(struct replica *replica, const uint8_t *item, const uint8_t *other);

#endif
