/*
 * The words that a page shows: what a change to its markup may not add to.
 */
#ifndef DAEMON_PAGE_SHOWN_H
#define DAEMON_PAGE_SHOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/page/dom.h"

/**
 * shown_append_marks(document, out):
 * Append what stands beside the text of ${document}: its <title>, and the values of all
 * attributes.  RS_ENOMEM, RS_ELIMIT.
 */
int shown_append_marks(const xmlDoc *document, struct buffer *out);

/**
 * shown_within(after, before, added, added_count, ret_within):
 * Tell in ${ret_within} whether no word stands more often in the text ${after} than in
 * ${before}, but for those of the ${added_count} texts ${added}, which may come any number of
 * times.  RS_ENOMEM.
 */
int shown_within(const char *after, const char *before, char *const *added,
    size_t added_count, bool *ret_within);

/**
 * shown_holds(document, text):
 * Tell whether ${text} stands as it is in one text that ${document} shows, its title among them, or
 * in one attribute.
 */
bool shown_holds(const xmlDoc *document, const char *text);

#endif
