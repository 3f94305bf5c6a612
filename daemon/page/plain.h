/*
 * One-line texts out of foreign markup: what a title, a name or a summary looks like
 * before it is kept.
 */
#ifndef DAEMON_PAGE_PLAIN_H
#define DAEMON_PAGE_PLAIN_H

#include <stddef.h>

/**
 * plain_text(text, max):
 * Return a copy of ${text} with white space folded, the ends trimmed, character
 * references and tags that were escaped twice undone, and cut to at most ${max} bytes
 * at a character's edge.  The caller frees it.  NULL when nothing is left or
 * memory is exhausted.
 */
char *plain_text(const char *text, size_t max);

/**
 * plain_url(text, base):
 * Return ${text} as an absolute http or https address, resolved against ${base}; the
 * caller frees it.  NULL when it is none.
 */
char *plain_url(const char *text, const char *base);

#endif
