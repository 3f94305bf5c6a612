/*
 * The part of CSS selectors that publishers use to name a gated part of a page:
 * names, classes and ids, alone, joined, and one inside another.
 */
#ifndef DAEMON_PAGE_SELECTOR_H
#define DAEMON_PAGE_SELECTOR_H

#include <stdbool.h>

#include "daemon/page/dom.h"

enum {
	SELECTOR_REACH = 24
};

/**
 * selector_matches(selector, node):
 * Tell whether ${node} is what ${selector} names: "section", ".a", "#b",
 * "p.a.c", ".a .b", ".a > .b" (read as ".a .b").  Anything else in a selector
 * (attributes, pseudo-classes) matches nothing.  What must be outside is looked for
 * in the SELECTOR_REACH elements around ${node}.
 */
bool selector_matches(const char *selector, const xmlNode *node);

/**
 * selector_is_understood(selector):
 * Tell whether ${selector} has only what selector_matches knows.  What it does
 * not match is then not on the page.
 */
bool selector_is_understood(const char *selector);

#endif
