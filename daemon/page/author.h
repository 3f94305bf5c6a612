/*
 * Names of authors out of bylines.
 */
#ifndef DAEMON_PAGE_AUTHOR_H
#define DAEMON_PAGE_AUTHOR_H

#include <stddef.h>

enum {
	AUTHOR_MAX = 16,	/* names of one article */
	AUTHOR_TEXT = 100	/* bytes of a byline; a longer one is prose */
};

struct author_list {
	char *names[AUTHOR_MAX];
	size_t count;
};

/**
 * author_add(list, byline):
 * Add to ${list} the names that ${byline} holds: without "By" and its like in
 * other languages, roles, dates and addresses, split at "and" and at commas where
 * both sides are names, and none twice.  What holds no name adds nothing; names
 * beyond AUTHOR_MAX are dropped.  RS_ENOMEM.
 */
int author_add(struct author_list *list, const char *byline);

/**
 * author_clear(list):
 * Free the names; the list is then empty.
 */
void author_clear(struct author_list *list);

#endif
