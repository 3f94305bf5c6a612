/*
 * Texts that go on at a next page of the same address.
 *
 * The rule needs no language: a link leads to what is this page's own address with
 * a 2 added (".../story/2", ".../story-p2.html", "...?page=2"), or, on page 2, with a 3
 * in its place; that ".../story/2" is a page 2, only the first page's address tells.  A
 * link to another article, of comments, or back to page 1 is none, even where it says
 * rel=next.
 */
#ifndef DAEMON_PAGE_PAGINATION_H
#define DAEMON_PAGE_PAGINATION_H

#include "daemon/page/dom.h"

enum {
	PAGINATION_NAMES = 3	/* addresses that a first page is known by */
};

/**
 * pagination_next(document, url, names, ret_next):
 * Set ${ret_next} to the address of the page that ${document}, fetched from ${url},
 * goes on at, by its <link rel=next> or a visible link, which the caller frees; NULL
 * when there is none.  ${names} are the canonical address that the page gives itself and,
 * of a later one, the addresses of the first; each may be NULL.  RS_ENOMEM.
 */
int pagination_next(xmlDoc *document, const char *url,
    const char *const names[PAGINATION_NAMES], char **ret_next);

/**
 * pagination_is_next(own, canonical_url, other):
 * Tell whether the address ${other} is the page after ${own}, which is the first unless
 * its address says which, alone or beside ${canonical_url} (may be NULL).
 */
bool pagination_is_next(const char *own, const char *canonical_url, const char *other);

#endif
