/*
 * The derived tables: what the registers mean.
 *
 * Every row is a function of the registers, of the blobs that are held, and of the
 * replica's role, and of nothing else: records that arrive in another order
 * leave the same rows, and derive_rebuild makes them from nothing.
 */
#ifndef PROTO_REPLICA_DERIVE_H
#define PROTO_REPLICA_DERIVE_H

#include "proto/replica/replica.h"

/**
 * derive_register(replica, record):
 * ${record} has just become the value of its register: bring what hangs on it up to
 * date.  A kind, a field or a value that means nothing to this version
 * leaves things as if the register were absent.
 */
int derive_register(struct replica *replica, const struct record *record);

/**
 * derive_blob(replica, hash):
 * The blob has just become complete.
 */
int derive_blob(struct replica *replica, const uint8_t *hash);

/**
 * derive_current(replica, ret_current):
 * Tell whether the derived tables were made by these versions (of the index,
 * of the tables' meaning) and for this role.
 */
int derive_current(struct replica *replica, bool *ret_current);

/**
 * derive_rebuild(replica):
 * Empty the derived tables and make them from the registers.
 */
int derive_rebuild(struct replica *replica);

#endif
