/*
 * What differs between two texts: paragraphs that stay are left out, and of those that
 * changed each word that went or came is shown in its place.
 *
 * The algorithm is Myers' in linear space (E. W. Myers, "An O(ND) difference algorithm and
 * its variations", Algorithmica 1, 1986), over hashes of lines and then of words; texts
 * that have next to nothing in common are not compared to the end.
 */
#ifndef CLIENT_VIEW_CHANGES_H
#define CLIENT_VIEW_CHANGES_H

#include <stdbool.h>
#include <stdio.h>

#include "proto/base/buffer.h"

/**
 * changes_print(out, before, after, colour, ret_any):
 * Print how ${after} differs from ${before}, texts of one paragraph a line: words that went
 * as [-words-] and those that came as {+words+}, with ${colour} in red and green instead, an
 * empty line between paragraphs.  What has few words in common is shown as a whole, twice.
 * ${ret_any} tells whether there was anything to print.  RS_ENOMEM.
 */
int changes_print(FILE *out, struct bytes before, struct bytes after, bool colour,
    bool *ret_any);

#endif
