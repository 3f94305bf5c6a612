#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "daemon/page/dom.h"
#include "daemon/page/svg.h"
#include "proto/base/utf8.h"

#define SVG_NAMESPACE "http://www.w3.org/2000/svg"
#define SIDE_MAX 100000		/* pixels; what claims more says nothing */

/*
 * The elements of a drawing: no script, no animation (which can change a reference), no
 * link, no foreignObject.  Sorted.
 */
static const char *const elements[] = {
	"circle", "clipPath", "defs", "desc", "ellipse", "feBlend", "feColorMatrix",
	"feComponentTransfer", "feComposite", "feConvolveMatrix", "feDiffuseLighting",
	"feDisplacementMap", "feDistantLight", "feDropShadow", "feFlood", "feFuncA", "feFuncB",
	"feFuncG", "feFuncR", "feGaussianBlur", "feImage", "feMerge", "feMergeNode",
	"feMorphology", "feOffset", "fePointLight", "feSpecularLighting", "feSpotLight",
	"feTile", "feTurbulence", "filter", "g", "image", "line", "linearGradient", "marker",
	"mask", "metadata", "path", "pattern", "polygon", "polyline", "radialGradient", "rect",
	"stop", "style", "svg", "switch", "symbol", "text", "textPath", "title", "tspan", "use",
	"view"
};

/* Namespaces whose elements do something wherever they stand. */
static const char *const active[] = {
	"http://www.w3.org/1999/xhtml", "http://www.w3.org/1998/Math/MathML"
};

static int
compare(const void *key, const void *element)
{
	return strcmp(key, *(const char *const *)element);
}

static bool
is_drawn(const char *name)
{
	return bsearch(name, elements, sizeof(elements) / sizeof(elements[0]),
	    sizeof(elements[0]), compare) != NULL;
}

/* Elements of other namespaces are the notes of a drawing program, and inert. */
static bool
is_inert(const xmlNode *element)
{
	const char *space = element->ns == NULL ? "" : (const char *)element->ns->href;
	size_t i;

	if (strcmp(space, SVG_NAMESPACE) == 0)
		return is_drawn((const char *)element->name);
	for (i = 0; i < sizeof(active) / sizeof(active[0]); i++) {
		if (strcmp(space, active[i]) == 0)
			return false;
	}
	return space[0] != '\0';
}

/* A reference to a part of the same file, or a raster image that is in it. */
static bool
is_own(const char *reference)
{
	static const char *const types[] = { "png", "jpeg", "jpg", "gif", "webp", "avif" };
	size_t i, len;

	reference += strspn(reference, " \t\r\n");
	if (reference[0] == '#' || reference[0] == '\0')
		return true;
	if (strncasecmp(reference, "data:image/", 11) != 0)
		return false;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		len = strlen(types[i]);
		if (strncasecmp(reference + 11, types[i], len) == 0 &&
		    strchr(";,", reference[11 + len]) != NULL)
			return true;
	}
	return false;
}

/*
 * Tell whether a style, or the value of an attribute that is read like one, refers to
 * nothing outside.  With a backslash any word can be written otherwise than it looks.
 */
static bool
is_plain_style(const char *style)
{
	const char *at;

	if (strchr(style, '\\') != NULL || strcasestr(style, "@import") != NULL ||
	    strcasestr(style, "image-set") != NULL || strcasestr(style, "src(") != NULL)
		return false;
	for (at = style; (at = strcasestr(at, "url(")) != NULL;) {
		at += 4;
		at += strspn(at, " \t\r\n\"'");
		if (*at != '#')
			return false;
	}
	return true;
}

static bool
is_plain_attribute(const xmlAttr *attribute)
{
	const char *name = (const char *)attribute->name;
	xmlChar *value = xmlNodeListGetString(attribute->doc, attribute->children, 1);
	const char *text = value == NULL ? "" : (const char *)value;
	bool plain;

	/* A handler; or the address that "#part" would be relative to. */
	if (strncasecmp(name, "on", 2) == 0 || strcmp(name, "base") == 0)
		plain = false;
	else if (strcmp(name, "href") == 0 || strcmp(name, "src") == 0)
		plain = is_own(text);
	else
		plain = is_plain_style(text);
	xmlFree(value);
	return plain;
}

/* The text of a style sheet stands in one node, or in several. */
static bool
is_plain_sheet(xmlNode *element)
{
	xmlChar *text;
	bool plain;

	if (strcmp((const char *)element->name, "style") != 0)
		return true;
	text = xmlNodeGetContent(element);
	plain = text != NULL && is_plain_style((const char *)text);
	xmlFree(text);
	return plain;
}

static bool
is_plain_node(xmlNode *node)
{
	const xmlAttr *attribute;

	if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE ||
	    node->type == XML_COMMENT_NODE)
		return true;
	/* Instructions name style sheets; references to entities hide what they stand for. */
	if (node->type != XML_ELEMENT_NODE || !is_inert(node) || !is_plain_sheet(node))
		return false;
	for (attribute = node->properties; attribute != NULL; attribute = attribute->next) {
		if (!is_plain_attribute(attribute))
			return false;
	}
	return true;
}

static bool
is_drawing(xmlDoc *document, xmlNode *root)
{
	xmlNode *node;

	/* A document type is common; what defines words of its own is not. */
	if (document->intSubset != NULL &&
	    (document->intSubset->entities != NULL || document->intSubset->attributes != NULL))
		return false;
	for (node = document->children; node != NULL; node = node->next) {
		if (node->type == XML_PI_NODE)
			return false;
	}
	for (node = root; node != NULL; node = dom_next(node, root)) {
		if (!is_plain_node(node))
			return false;
	}
	return true;
}

/* Take a number off ${text}, in pixels; 0 for one that says nothing. */
static uint32_t
take_side(const char **text)
{
	char *end;
	double value = strtod(*text, &end);

	*text = end;
	return value >= 1 && value <= SIDE_MAX ? (uint32_t)value : 0;
}

/* A length in pixels, 0 for anything else. */
static uint32_t
side(const char *text)
{
	uint32_t value = text == NULL ? 0 : take_side(&text);

	return value > 0 && (*text == '\0' || strcmp(text, "px") == 0) ? value : 0;
}

/* What the root says of its size; else the proportions of what it shows. */
static void
measure(const xmlNode *root, uint32_t *ret_width, uint32_t *ret_height)
{
	const char *box = dom_attribute(root, "viewBox");
	uint32_t width = side(dom_attribute(root, "width"));
	uint32_t height = side(dom_attribute(root, "height"));
	uint32_t numbers[4];		/* left, top, width, height */
	size_t i;

	if ((width == 0 || height == 0) && box != NULL) {
		for (i = 0; i < 4; i++) {
			numbers[i] = take_side(&box);
			box += strspn(box, ", \t\r\n");
		}
		width = numbers[2];
		height = numbers[3];
	}
	*ret_width = width == 0 || height == 0 ? 0 : width;
	*ret_height = width == 0 || height == 0 ? 0 : height;
}

/* Spare the parser what cannot be one: UTF-8, in which the first that is no white space is '<'. */
static bool
may_be_xml(struct bytes content)
{
	size_t at = 0;

	if (content.len >= 3 && memcmp(content.data, "\xef\xbb\xbf", 3) == 0)
		at = 3;
	while (at < content.len && strchr(" \t\r\n", content.data[at]) != NULL &&
	    content.data[at] != '\0')
		at++;
	return at < content.len && content.data[at] == '<' && content.len <= INT_MAX &&
	    utf8_valid(content);
}

/* In another charset, markup that we do not see may stand between what we do. */
static bool
is_read_alike(const xmlDoc *document)
{
	const char *charset = (const char *)document->encoding;

	return charset == NULL || strcasecmp(charset, "utf-8") == 0 ||
	    strcasecmp(charset, "us-ascii") == 0 || strcasecmp(charset, "iso-8859-1") == 0;
}

int
svg_read(struct bytes content, uint32_t *ret_width, uint32_t *ret_height,
    struct rs_err_detail *detail)
{
	xmlDoc *document = NULL;
	xmlNode *root;
	int err = RS_ENOTPAGE;

	if (may_be_xml(content))
		document = xmlReadMemory((const char *)content.data, (int)content.len, NULL,
		    NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	root = document == NULL ? NULL : xmlDocGetRootElement(document);
	if (root == NULL || strcmp((const char *)root->name, "svg") != 0 || root->ns == NULL ||
	    strcmp((const char *)root->ns->href, SVG_NAMESPACE) != 0) {
		rs_err_detail_set(detail, "not an image");
	} else if (!is_read_alike(document) || !is_drawing(document, root)) {
		rs_err_detail_set(detail, "an SVG image that is more than a drawing");
	} else {
		measure(root, ret_width, ret_height);
		err = RS_OK;
	}
	xmlFreeDoc(document);
	return err;
}
