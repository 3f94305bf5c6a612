/*
 * The fields of an item that are a matter of one register each: title, state, saved,
 * starred, tag/NAME.  Of aliases (alias.h) they are seen as one item's: of two registers of
 * one field the later write counts, as if both were the same register.
 */
#ifndef PROTO_REPLICA_ITEM_FIELD_H
#define PROTO_REPLICA_ITEM_FIELD_H

#include "proto/replica/replica.h"

/**
 * item_field_apply(replica, row, field, value):
 * Bring the ${row} of `item` in line with one such register; any other is ignored.
 * item_row_refresh is left to the caller.
 */
int item_field_apply(struct replica *replica, int64_t row, struct bytes field,
    struct bytes value);

/**
 * item_field_replay(replica, row):
 * Make all these fields of ${row} anew from the registers of the item and of all that
 * are seen as it.
 */
int item_field_replay(struct replica *replica, int64_t row);

#endif
