/*
 * The words that a page shows: what a change to its markup may not add to.
 */
#ifndef DAEMON_PAGE_SHOWN_H
#define DAEMON_PAGE_SHOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/page/dom.h"

/**
 * shown_within(document, text, added, added_count, ret_within):
 * Tell in ${ret_within} whether ${document} shows no word more often than it stands in ${text},
 * but for those of the ${added_count} texts ${added}, which may come any number of times.
 * RS_ENOMEM, RS_ELIMIT.
 */
int shown_within(const xmlDoc *document, const char *text, char *const *added,
    size_t added_count, bool *ret_within);

/**
 * shown_holds(document, text):
 * Tell whether ${text} stands as it is in one text that ${document} shows, its title among them, or
 * in one attribute.
 */
bool shown_holds(const xmlDoc *document, const char *text);

#endif
