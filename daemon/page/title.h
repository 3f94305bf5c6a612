/*
 * The title of an article, without the name of the site.
 *
 * What a page declares is often written for a search engine or a social network, and
 * what the browser shows for neither; the headline that a reader sees is the h1, where
 * it is certain which one.
 */
#ifndef DAEMON_PAGE_TITLE_H
#define DAEMON_PAGE_TITLE_H

#include <stddef.h>

#include "daemon/page/masthead.h"

/**
 * title_clean(title, masthead, heading):
 * Return a copy of ${title} without the parts that name the site or the section: all behind a
 * separator ("|", " - ", "—", "·", "::" …) before which stands exactly ${heading}, the page's
 * main one, which may be NULL; else the part after the last or before the first separator that
 * names the site, as far as ${masthead} tells, or that is not ${heading}, when that is exactly the
 * rest; and so on with what is left.  The caller frees it; NULL when memory is exhausted.
 */
char *title_clean(const char *title, const struct masthead *masthead, const char *heading);

/* What a page says of its title; any may be NULL. */
struct title_evidence {
	const char *declared;		/* JSON-LD, OpenGraph and the like */
	const char *document;		/* <title> */
	char *const *headings;		/* every h1, in order */
	size_t heading_count;
	struct masthead masthead;
};

/**
 * title_choose(evidence):
 * Return the title: the first heading that has most of the words of what is declared
 * or of the document's title; else what is declared; else the document's title, else
 * the first heading.  All without the site's name, and without a few words behind a bar
 * that no heading has.  The caller frees it; NULL when
 * there is none, or memory is exhausted.
 */
char *title_choose(const struct title_evidence *evidence);

#endif
