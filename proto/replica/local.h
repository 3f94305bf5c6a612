/*
 * Local settings: named values of this device, in the vault and never synced
 * (the identity key, the paired archive, a queue's cursor).
 */
#ifndef PROTO_REPLICA_LOCAL_H
#define PROTO_REPLICA_LOCAL_H

#include "proto/replica/replica.h"

/**
 * local_get(replica, name, out):
 * Append the value of ${name} to ${out}.  RS_ENOTFOUND.
 */
int local_get(struct replica *replica, const char *name, struct buffer *out);

/**
 * local_set(replica, name, value):
 * Set ${name}; an empty ${value} removes it.
 */
int local_set(struct replica *replica, const char *name, struct bytes value);

#endif
