/*
 * Full-text search over titles and articles that are held here (FTS5).
 */
#ifndef PROTO_REPLICA_SEARCH_H
#define PROTO_REPLICA_SEARCH_H

#include "proto/replica/item.h"

enum {
	SEARCH_QUERY_MAX = 1000		/* bytes of a query */
};

/**
 * search(replica, query, limit, on_hit, context, detail):
 * Hand the items that hold every word of ${query} ("quoted words" as a phrase), best first, with an
 * excerpt in which hits stand between "\x01" and "\x02", to on_hit(context, item, excerpt) until
 * it returns false; at most ${limit}, 0 for all.  Where those are fewer, the items follow that
 * hold a longer word which begins like the last, if that is not quoted.  No character of
 * ${query} is an operator of SQL or FTS5.  RS_EINVAL for a query without a word, or too long.
 */
int search(struct replica *replica, const char *query, unsigned limit,
    bool (*on_hit)(void *context, const struct item *item, const char *excerpt), void *context,
    struct rs_err_detail *detail);

#endif
