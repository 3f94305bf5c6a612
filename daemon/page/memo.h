/*
 * What was found out of a text, kept for when the same text comes again: most elements of a
 * page have the classes of one before them.
 */
#ifndef DAEMON_PAGE_MEMO_H
#define DAEMON_PAGE_MEMO_H

#include <stdint.h>

enum {
	MEMO_SLOTS = 2048	/* texts that are kept; another of the same hash takes the place */
};

/* All zero: nothing is kept. */
struct memo {
	struct { const char *text; uint32_t value; } slots[MEMO_SLOTS];
};

/**
 * memo_value(memo, text, find):
 * Return what ${find}, which depends on nothing else, makes of ${text}; it is called only
 * when ${memo} does not know.  The text is borrowed, and stays as it is, for as long as
 * ${memo} is in use.
 */
uint32_t memo_value(struct memo *memo, const char *text, uint32_t (*find)(const char *text));

#endif
