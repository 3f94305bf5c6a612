/*
 * The trail that leads to a page: schema.org's BreadcrumbList, in JSON-LD or as microdata.
 *
 * Its last item but the page itself is the section that the article stands in, unless that is
 * the site as a whole.
 */
#ifndef DAEMON_PAGE_BREADCRUMB_H
#define DAEMON_PAGE_BREADCRUMB_H

#include "daemon/page/dom.h"
#include "daemon/page/jsonld.h"

enum {
	BREADCRUMB_ITEMS = 8,		/* of a trail; more are no trail */
	BREADCRUMB_NAME = 200,		/* bytes of a name */
	BREADCRUMB_TITLES = 10		/* that a page may have */
};

/* All zero to begin with. */
struct breadcrumb {
	struct {
		char *name;
		char *url;		/* as written; NULL where it leads nowhere */
	} items[BREADCRUMB_ITEMS];
	size_t count;
	const xmlNode *list;		/* what holds them; NULL for JSON-LD */
};

/* What a page calls itself, to be told from its section; any may be NULL. */
struct breadcrumb_page {
	const char *urls[2];
	const char *titles[BREADCRUMB_TITLES];
	const char *site_name;
};

/**
 * breadcrumb_read_jsonld(breadcrumb, jsonld):
 * Take the first trail of ${jsonld}, if there is one.  RS_ENOMEM.
 */
int breadcrumb_read_jsonld(struct breadcrumb *breadcrumb, const struct jsonld *jsonld);

/**
 * breadcrumb_read_item(breadcrumb, node):
 * Take ${node}, which is called an itemListElement, where it belongs to the first list of the
 * page that is a trail.  RS_ENOMEM.
 */
int breadcrumb_read_item(struct breadcrumb *breadcrumb, xmlNode *node);

/**
 * breadcrumb_section(breadcrumb, page):
 * Return the name of the section, which is borrowed; NULL where there is none.
 */
const char *breadcrumb_section(const struct breadcrumb *breadcrumb,
    const struct breadcrumb_page *page);

/**
 * breadcrumb_release(breadcrumb):
 * Free what it holds.
 */
void breadcrumb_release(struct breadcrumb *breadcrumb);

#endif
