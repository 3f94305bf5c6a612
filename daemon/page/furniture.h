/*
 * The furniture of a site: lines that stand round every text of it, in the words
 * that sites of many languages share.
 *
 * Such a line has no markup that tells it apart.  It is known by what it says and
 * by where it stands: what this module tells is the first, and trim.h looks for the
 * second.  No entry names a site.
 */
#ifndef DAEMON_PAGE_FURNITURE_H
#define DAEMON_PAGE_FURNITURE_H

#include <stdbool.h>

enum furniture {
	FURNITURE_NONE = 0,
	FURNITURE_LABEL,	/* "Advertisement", "Photo: A. Lens": no text, wherever it stands */
	FURNITURE_STAMP,	/* "5 min read", "By A. Writer", a date: round the text */
	FURNITURE_OTHERS,	/* opens a list of other articles, or what is no article */
	FURNITURE_CLOSING	/* "Follow us", "All rights reserved": after the text */
};

enum {
	FURNITURE_MAX = 400	/* bytes of a line; a longer one is prose */
};

/**
 * furniture_of(line):
 * Tell what ${line}, the text of one block, is by what it says.  FURNITURE_NONE when
 * memory is exhausted, too.
 */
enum furniture furniture_of(const char *line);

/**
 * furniture_is_date(line):
 * Tell whether ${line} is a date that is certain, and hardly a word besides.
 */
bool furniture_is_date(const char *line);

#endif
