/*
 * Bylines as pages set them: by a name in the markup, by a link to the author's own
 * page, or by nothing but "By" before a name.
 */
#ifndef DAEMON_PAGE_BYLINE_H
#define DAEMON_PAGE_BYLINE_H

#include <stdbool.h>

#include "daemon/page/author.h"
#include "daemon/page/dom.h"

enum byline_mark {
	BYLINE_AUTHOR = 1 << 0,	/* the name of an author */
	BYLINE_DATE = 1 << 1	/* the day of the article */
};

/**
 * byline_marks(list):
 * Return which of these many sites call so, by one of the classes or ids in ${list}.
 */
uint32_t byline_marks(const char *list);

/**
 * byline_holds_name(node):
 * Tell whether the text of ${node} is a name and little else.
 */
bool byline_holds_name(xmlNode *node);

/**
 * byline_is_of_comment(node):
 * Tell whether ${node} stands in what is called a comment, a few elements up: who wrote
 * that is no author of the page.
 */
bool byline_is_of_comment(const xmlNode *node);

/**
 * byline_name(node):
 * Return what in the byline ${node} is the name: the first element that says so, the
 * first link where it is a name amid a longer text, else ${node}.
 */
xmlNode *byline_name(xmlNode *node);

/**
 * byline_declared(node):
 * Return the name in the byline ${node} that programs alone are told (HTML, microdata), where
 * nothing else is in it; NULL for none, and for an organization's.
 */
const char *byline_declared(xmlNode *node);

/**
 * byline_is_beside(node, other), byline_is_inside(node, other):
 * Tell whether two authors' nodes belong to one byline, and not to two articles: they
 * have a parent or grandparent in common; whether ${node} is a part of ${other}.
 */
bool byline_is_beside(const xmlNode *node, const xmlNode *other);
bool byline_is_inside(const xmlNode *node, const xmlNode *other);

/**
 * byline_find(document, list, ret_date):
 * Add to ${list}, which is empty, the authors that stand by the first main heading of
 * ${document} in markup that byline_marks does not know, and set ${ret_date} to
 * the line with the date that stands there, which the caller frees.  Adds nobody, and
 * leaves ${ret_date} alone, where it is not certain.  RS_ENOMEM.
 */
int byline_find(xmlDoc *document, struct author_list *list, char **ret_date);

#endif
