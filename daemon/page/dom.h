/*
 * The tree of a page: libxml2's HTML parser with bounds, and the few questions
 * that the readers of a page ask of a node.
 *
 * Texts that these functions return are borrowed from the tree.  The parser
 * loads nothing from anywhere; XML_PARSE_HUGE is never set.
 */
#ifndef DAEMON_PAGE_DOM_H
#define DAEMON_PAGE_DOM_H

#include <stdbool.h>
#include <string.h>

#include <libxml/HTMLparser.h>
#include <libxml/tree.h>

#include "proto/base/buffer.h"
#include "proto/base/err.h"

/*
 * Tags that nobody closes nest without end: old pages leave a <font> open in every
 * paragraph.  Browsers stop at about 500.
 */
enum {
	DOM_DEPTH_MAX = 1000
};

/* The value of `hidden` where a style sheet of the page hides an element (stylesheet.h). */
#define DOM_HIDDEN_BY_SHEET "by style sheet"

/**
 * dom_parse(page, programs, ret_document):
 * Parse ${page}, UTF-8 text, as HTML, however broken.  The caller frees the
 * document with xmlFreeDoc.  RS_ENOTPAGE when there is no element at all,
 * RS_ELIMIT when elements stand deeper in one another than DOM_DEPTH_MAX, RS_ENOMEM.
 *
 * Scripts that hold data, JSON-LD or TeX, have their text.  The text of all others is more
 * than half of most pages, and read by nobody but the XPath of a site's rule: it, and that of
 * comments, is there only with ${programs}.  A <style> holds only where its text begins, for
 * dom_style_sheet.
 */
int dom_parse(struct bytes page, bool programs, xmlDoc **ret_document);

/**
 * dom_describe(err, detail):
 * Name in ${detail} what dom_parse failed with, if it was the page's fault.
 */
void dom_describe(int err, struct rs_err_detail *detail);

/**
 * dom_style_sheet(style, page, done):
 * Return the text of the element ${style} of the document that ${page} was parsed to, out of
 * ${page}; empty where it is too short to hide anything.  The elements are asked in their
 * order: ${done} is 0 before the first, and how far the page has been read after each.
 */
struct bytes dom_style_sheet(const xmlNode *style, struct bytes page, size_t *done);

/**
 * dom_note(element):
 * Have the functions below know what ${element} is, which was made after the page was parsed.
 */
void dom_note(xmlNode *element);

/* Most names that are compared differ in one of their first two letters. */
static inline bool
dom_same_name(const xmlChar *have, const char *want)
{

	return have[0] == (xmlChar)want[0] && have[1] == (xmlChar)want[1] &&
	    strcmp((const char *)have, want) == 0;
}

/**
 * dom_is(node, name):
 * Tell whether ${node} is an element called ${name} (lower case).
 */
static inline bool
dom_is(const xmlNode *node, const char *name)
{

	return node != NULL && node->type == XML_ELEMENT_NODE && dom_same_name(node->name, name);
}

/**
 * dom_attribute(node, name):
 * Return the value of the attribute ${name}, or NULL.
 */
static inline const char *
dom_attribute(const xmlNode *node, const char *name)
{
	const xmlAttr *attribute;

	if (node == NULL || node->type != XML_ELEMENT_NODE)
		return NULL;
	for (attribute = node->properties; attribute != NULL; attribute = attribute->next) {
		if (!dom_same_name(attribute->name, name))
			continue;
		if (attribute->children == NULL || attribute->children->content == NULL)
			return "";
		return (const char *)attribute->children->content;
	}
	return NULL;
}

/**
 * dom_has_token(text, token):
 * Tell whether the white-space separated list ${text} (NULL: empty) holds
 * ${token} as a whole, ignoring ASCII case.
 */
bool dom_has_token(const char *text, const char *token);

/**
 * dom_find(text, part):
 * Return where ${part}, of lower-case ASCII and not empty, first is in ${text}, ignoring case;
 * or NULL.  For the many short texts of a page, on which strcasestr spends most of its time
 * on getting ready.
 */
const char *dom_find(const char *text, const char *part);

/**
 * dom_has_part(text, parts, count):
 * Tell whether dom_find would find one of the ${count} ${parts} in ${text} (NULL: in nothing).
 */
bool dom_has_part(const char *text, const char *const *parts, size_t count);

/**
 * dom_inside(node, element):
 * Tell whether ${node} is ${element}, or stands in it.
 */
bool dom_inside(const xmlNode *node, const xmlNode *element);

/**
 * dom_next(node, root), dom_next_after(node, root):
 * Walk the tree below ${root} in document order: return the node after
 * ${node}, or after all that is inside ${node}; NULL at the end.
 */
xmlNode *dom_next(xmlNode *node, const xmlNode *root);
xmlNode *dom_next_after(xmlNode *node, const xmlNode *root);

/**
 * dom_hidden(node), dom_concealed(node):
 * Tell whether the page itself hides the text of ${node} from every reader:
 * template, script, style, what a player shows in its place, and the like; or
 * what dom_concealed tells alone: [hidden] (but for what React streams in late),
 * aria-hidden="true" on something that is not an image, an inline style with
 * display:none or visibility:hidden.  Looks at the node, not at its ancestors.
 */
bool dom_hidden(const xmlNode *node);
bool dom_concealed(const xmlNode *node);

/**
 * dom_hidden_by_sheet(node):
 * Tell whether all that hides ${node} is a style sheet: a script may show it, as it does walls.
 */
bool dom_hidden_by_sheet(const xmlNode *node);

/**
 * dom_style(node, property):
 * Return the first value that the inline style of ${node} gives ${property}, with all
 * that follows it in the style; NULL when it gives none.
 */
const char *dom_style(const xmlNode *node, const char *property);

/**
 * dom_style_sets(style, property, value):
 * Tell whether one of the declarations in ${style} gives ${property} a value that begins with
 * ${value}.
 */
bool dom_style_sets(const char *style, const char *property, const char *value);

/**
 * dom_breaks_line(node):
 * Tell whether ${node} is an element that stands on lines of its own: all but
 * the inline elements of HTML, and custom elements amid text.
 */
bool dom_breaks_line(const xmlNode *node);

/**
 * dom_append_text(node, out):
 * Append the visible text below ${node} with white space folded to single
 * spaces, as a reader would see it in one line.  Fails like buffer_append.
 */
int dom_append_text(const xmlNode *node, struct buffer *out);

#endif
