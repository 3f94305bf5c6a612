/*
 * Items as lines for a person: one line each, cut to the terminal's width.
 *
 * What a page or a peer wrote is shown without its control characters, so that
 * no title can move the cursor or forge a line.
 */
#ifndef CLIENT_VIEW_LISTING_H
#define CLIENT_VIEW_LISTING_H

#include "client/command.h"
#include "proto/replica/item.h"

/**
 * listing_print(client, filter):
 * Print the items that ${filter} lets through.
 */
int listing_print(struct client *client, const struct item_filter *filter);

/**
 * listing_print_one(client, id):
 * Print the line of one item.
 */
void listing_print_one(struct client *client, const uint8_t *id);

/**
 * listing_print_hits(client, query, limit, detail):
 * Print what search() finds, each with its excerpt on a second line.
 */
int listing_print_hits(struct client *client, const char *query, unsigned limit,
    struct rs_err_detail *detail);

#endif
