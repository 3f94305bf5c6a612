/*
 * Items as lines for a person: one line each, cut to the terminal's width.
 *
 * What a page or a peer wrote is shown without its control characters, so that
 * no title can move the cursor or forge a line.
 */
#ifndef CLIENT_VIEW_LISTING_H
#define CLIENT_VIEW_LISTING_H

#include "proto/replica/item.h"

/**
 * listing_print(replica, filter, colour):
 * Print the items that ${filter} lets through, in ${colour} if it is set.
 */
int listing_print(struct replica *replica, const struct item_filter *filter, bool colour);

/**
 * listing_print_one(replica, id, colour):
 * Print the line of one item.
 */
int listing_print_one(struct replica *replica, const uint8_t *id, bool colour);

/**
 * listing_print_hits(replica, query, limit, colour, detail):
 * Print what search() finds, each with its excerpt on a second line.
 */
int listing_print_hits(struct replica *replica, const char *query, unsigned limit, bool colour,
    struct rs_err_detail *detail);

#endif
