/*
 * Joining a library: the ids of items hang on the library's secret, so what was
 * saved before the first pairing gets new ones.
 */
#ifndef PROTO_REPLICA_JOIN_H
#define PROTO_REPLICA_JOIN_H

#include "proto/replica/replica.h"

/**
 * join_rewrite(replica):
 * Give every item the id that ${replica}'s (new) secret makes of its URL, in its own
 * registers and in those of its fetches and readings.  They keep clock and
 * sequence, since no other replica has seen them.  An item without a URL is
 * dropped.  The derived tables are out of date afterwards.
 */
int join_rewrite(struct replica *replica);

#endif
