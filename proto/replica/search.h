/*
 * Full-text search over titles and articles that are held here (FTS5).
 */
#ifndef PROTO_REPLICA_SEARCH_H
#define PROTO_REPLICA_SEARCH_H

#include "proto/replica/item.h"

/**
 * search(replica, query, limit, on_hit, context, detail):
 * Hand the items that hold every word of ${query} (the last one as a prefix; "quoted words" as
 * a phrase), best first, with an excerpt in which hits stand between "\x01" and
 * "\x02", to on_hit(context, item, excerpt) until it returns false.  No
 * character of ${query} is an operator of SQL or FTS5.  RS_EINVAL for a query
 * without a word.
 */
int search(struct replica *replica, const char *query, unsigned limit,
    bool (*on_hit)(void *context, const struct item *item, const char *excerpt), void *context,
    struct rs_err_detail *detail);

#endif
