/*
 * Titles without the name of the site that stands before or after them.
 */
#ifndef DAEMON_PAGE_TITLE_H
#define DAEMON_PAGE_TITLE_H

/**
 * title_clean(title, site_name, heading, url):
 * Return a copy of ${title} without the part that names the site: the part after
 * the last or before the first separator ("|", " - ", "—", "·", "::" …) that equals or
 * contains ${site_name}, or that the host of ${url} spells; or that is not
 * ${heading}, when the page's main heading is exactly the rest.  ${site_name} and
 * ${heading} may be NULL.  The caller frees it; NULL when memory is exhausted.
 */
char *title_clean(const char *title, const char *site_name, const char *heading,
    const char *url);

#endif
