/*
 * The words that a page shows: what a change to its markup may not add to.
 */
#ifndef DAEMON_PAGE_SHOWN_H
#define DAEMON_PAGE_SHOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/page/dom.h"

/**
 * shown_within(after, before, added, added_count, ret_within):
 * Tell in ${ret_within} whether no word stands more often in the text ${after} than in
 * ${before}, but for those of the ${added_count} texts ${added}, which may come any number of
 * times.  RS_ENOMEM.
 */
int shown_within(const char *after, const char *before, char *const *added,
    size_t added_count, bool *ret_within);

/**
 * shown_append(document, marks, out):
 * Append the text that ${document} shows to ${out}, and, with ${marks}, what stands beside it: its
 * <title>, and the values of all attributes.
 * RS_ENOMEM, RS_ELIMIT.
 */
int shown_append(const xmlDoc *document, bool marks, struct buffer *out);

/**
 * shown_holds(document, text, ret_holds):
 * Tell in ${ret_holds} whether ${text} stands in what shown_append gives with marks; or else each
 * of its words does, and as often.  RS_ENOMEM, RS_ELIMIT.
 */
int shown_holds(const xmlDoc *document, const char *text, bool *ret_holds);

#endif
