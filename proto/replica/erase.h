/*
 * Erasing: what a removal takes away.
 *
 * A register with the empty value says what one says that is absent.  So a removal writes
 * it over all that is known of an item: the address, the titles, the tags, its fetches,
 * readings, notes and highlights; and the blobs that these named are given up (blob.h).  The
 * words are gone from each device as it hears of it.  What is left are names and clocks, by
 * which no older write of another device brings them back, until they too are
 * collected (collect.h).
 */
#ifndef PROTO_REPLICA_ERASE_H
#define PROTO_REPLICA_ERASE_H

#include "proto/replica/replica.h"

/**
 * erase_item(replica, item):
 * Write the empty value to every register of ${item} and of its parts.  Three sorts stay,
 * which hold ids at most: whether it is there, and what it is an alias of or apart from, so
 * that a list that names its other address does not bring it back.
 */
int erase_item(struct replica *replica, const uint8_t *item);

/**
 * erase_each_part(replica, row, on_part, context):
 * Hand every fetch, reading, note and highlight of the item in ${row} of the table `item` to
 * on_part(context, kind, entity), which may write, and returns 0 or an error that ends this.
 */
int erase_each_part(struct replica *replica, int64_t row,
    int (*on_part)(void *context, enum record_kind kind, const uint8_t *entity), void *context);

#endif
