/*
 * Items as lines for a person: one line each, cut to the terminal's width; where
 * there is no terminal, nothing is cut.
 *
 * What a page or a peer wrote is shown without its control characters, so that
 * no title can move the cursor or forge a line.
 */
#ifndef CLIENT_VIEW_LISTING_H
#define CLIENT_VIEW_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "proto/replica/item.h"

struct listing {
	FILE *out;
	bool colour;
	size_t columns;			/* 0: do not cut */
	unsigned prefix_len;		/* digits of an id */
};

/**
 * listing_init(listing, replica, colour):
 * Make a listing on standard output, in ${colour} if it is set, with ids as long as
 * ${replica} needs to tell its items apart.
 */
void listing_init(struct listing *listing, struct replica *replica, bool colour);

/**
 * listing_item(listing, item):
 * Print one item: id, how complete the copy is, "x" for archived or "*" for
 * starred, title (or address), site, tags.  Returns true: an item_list callback.
 */
bool listing_item(void *listing, const struct item *item);

/**
 * listing_hit(listing, item, excerpt):
 * Print what search() found: the item, and its excerpt on a second line, the hits in
 * bold.  Returns true.
 */
bool listing_hit(void *listing, const struct item *item, const char *excerpt);

#endif
