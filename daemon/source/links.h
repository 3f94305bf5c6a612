/*
 * Files of links: what people put into the drop folder.
 *
 * Either a plain list, one link a line, each perhaps followed by white space and
 * a title; blank lines and lines that start with '#' are skipped.  Or one of the
 * two files that desktops make of a link: [InternetShortcut] (.url) and
 * [Desktop Entry] (.desktop), of which URL= and Name= are read.  Which it is, its
 * first line says.  Any charset and any line ends will do.
 */
#ifndef DAEMON_SOURCE_LINKS_H
#define DAEMON_SOURCE_LINKS_H

#include <stddef.h>

#include "proto/base/buffer.h"
#include "proto/base/err.h"

enum {
	LINKS_SIZE_MAX = 4 * 1024 * 1024,	/* bytes of a file */
	LINKS_MAX = 20 * 1000,			/* links in one file */
	LINKS_PROBLEMS_MAX = 100,		/* problems that are kept */
	LINKS_TITLE_MAX = 1000			/* bytes; a longer title is cut */
};

struct links_entry {
	unsigned line;		/* from 1 */
	char *url;		/* absolute, http or https */
	char *title;		/* "" when the file gives none */
};

struct links_problem {
	unsigned line;
	const char *text;	/* a constant phrase, such as "not an http link" */
};

struct links {
	struct links_entry *entries;	/* in the order of the file */
	size_t count;
	struct links_problem problems[LINKS_PROBLEMS_MAX];
	size_t problem_count;	/* of those in problems[] */
	size_t skipped;		/* lines that gave no link because of a problem */
};

/**
 * links_parse(text, ret_links, detail):
 * Read a file of links.  A line that cannot be read becomes a problem and costs only
 * itself; so do the lines after LINKS_MAX links.  The caller frees the result
 * with links_free.  RS_ENOTPAGE with ${detail} for what is no text, RS_ELIMIT past
 * LINKS_SIZE_MAX, RS_ENOMEM.
 */
int links_parse(struct bytes text, struct links **ret_links, struct rs_err_detail *detail);

/**
 * links_free(links):
 * Free it; NULL is ignored.
 */
void links_free(struct links *links);

#endif
