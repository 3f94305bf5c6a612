/*
 * What of a title names the site, or a part of it, and not the article.
 *
 * Sites write their name in many ways: as they declare it, as their host spells it, by its first
 * letters, or with a word more ("The Quay Blog").  None is known here by name: what a part of a
 * title is, only the page's own statements and its address tell.
 */
#ifndef DAEMON_PAGE_MASTHEAD_H
#define DAEMON_PAGE_MASTHEAD_H

#include <stdbool.h>

/* What a page says of its site; any may be NULL but the url. */
struct masthead {
	const char *site_name;
	const char *section;
	const char *url;
};

/**
 * masthead_is(masthead, part):
 * Tell whether ${part} is the site's name: it and the declared one are the same, or one holds
 * the other and little else; the host spells it, or has each of its words; or it is the first
 * letters of the one, or its first letters are the other.
 */
bool masthead_is(const struct masthead *masthead, const char *part);

/**
 * masthead_is_exact(masthead, part):
 * Tell whether ${part} is the declared name, letter by letter.
 */
bool masthead_is_exact(const struct masthead *masthead, const char *part);

/**
 * masthead_is_section(masthead, part):
 * Tell whether ${part} is a section: declared, or a folder of the address.
 */
bool masthead_is_section(const struct masthead *masthead, const char *part);

/**
 * masthead_begins(masthead, part):
 * Tell whether ${part} begins with the name that the host's owner chose, as "The Quay Children's
 * Hospital" does at kids.thequay.example.  So may a headline.
 */
bool masthead_begins(const struct masthead *masthead, const char *part);

/**
 * masthead_is_publication(part):
 * Tell whether ${part} ends in a Chinese or Japanese word for a kind of publication, as the names
 * of most do there; a headline does not.
 */
bool masthead_is_publication(const char *part);

#endif
