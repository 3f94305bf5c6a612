/*
 * Which address may stand for another: a site that redirects, or whose page names its
 * canonical address, says that two addresses are one article.  A page can lie, so this is
 * believed only within one site, and never of an address that many pages lead to
 * instead of an article.  PROTOCOL.md states the rule under "Aliases".
 */
#ifndef PROTO_RECORD_ALIAS_URL_H
#define PROTO_RECORD_ALIAS_URL_H

#include <stdbool.h>

/**
 * alias_url_credible(from, to):
 * Tell whether the page at ${from} may be an alias of the one at ${to}; both are canonical
 * forms (canonical_url.h).  They differ; their hosts, with ports, are the same or one is
 * below the other; and ${to} is neither a front page nor a login's.
 */
bool alias_url_credible(const char *from, const char *to);

#endif
