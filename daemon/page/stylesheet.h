/*
 * What a page's own <style> elements hide: marked in the tree as if the elements had the
 * attribute `hidden`, so that nobody else needs to know of style sheets.
 *
 * No cascade is computed.  A class or an id is hidden where a rule says so of it alone ("div.rest",
 * "#rest"), whatever the size of the window, and no rule of the page shows it, ever.  What holds
 * the first headline stays: a script shows it, as the whole page would be empty without.
 */
#ifndef DAEMON_PAGE_STYLESHEET_H
#define DAEMON_PAGE_STYLESHEET_H

#include "daemon/page/dom.h"

/**
 * stylesheet_conceal(document, page):
 * Give `hidden` to each element of ${document}, which ${page} was parsed to, that its own styles
 * hide.  RS_ENOMEM.
 * CSS Syntax Level 3, as far as it takes to tell rules from one another.
 */
int stylesheet_conceal(xmlDoc *document, struct bytes page);

#endif
