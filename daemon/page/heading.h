/*
 * What a heading says, on one line: without the date, the byline and the side remarks (small)
 * that some pages put into it, before or behind.
 */
#ifndef DAEMON_PAGE_HEADING_H
#define DAEMON_PAGE_HEADING_H

#include "daemon/page/dom.h"
#include "daemon/page/memo.h"

enum {
	HEADING_TEXT = 2000	/* bytes; a longer one is cut */
};

/**
 * heading_text(node, bylines):
 * Return what the heading ${node} says; ${bylines} remembers what byline_marks says of classes.
 * The caller frees it.  NULL when it says nothing, or memory is exhausted.
 */
char *heading_text(xmlNode *node, struct memo *bylines);

#endif
