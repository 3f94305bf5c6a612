/*
 * Texts that go on at a next page of the same address.
 *
 * The rule needs no language: a visible link leads to what is this page's own
 * address with a 2 added (".../story/2", ".../story-p2.html", "...?page=2").  A link
 * to another article, of comments, or back to page 1 is none.
 */
#ifndef DAEMON_PAGE_PAGINATION_H
#define DAEMON_PAGE_PAGINATION_H

#include "daemon/page/dom.h"

/**
 * pagination_next(document, url, canonical_url):
 * Tell whether ${document}, fetched from ${url}, links to its own second page;
 * ${canonical_url} (may be NULL) is the other name that the page gives itself.
 */
bool pagination_next(xmlDoc *document, const char *url, const char *canonical_url);

/**
 * pagination_is_second(own, other):
 * Tell whether the address ${other} is the second page of ${own}.
 */
bool pagination_is_second(const char *own, const char *other);

#endif
