#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/page/fold.h"
#include "daemon/page/note.h"
#include "daemon/page/url.h"
#include "proto/base/err.h"
#include "proto/base/utf8.h"

enum {
	WAY_BACK_BYTES = 16	/* of the text of a link from a footnote to its place */
};

/* The text of a link that has nothing but text, or NULL. */
static const char *
only_text(const xmlNode *node)
{
	const xmlNode *child = node->children;

	return child != NULL && child->next == NULL && child->type == XML_TEXT_NODE ?
	    (const char *)child->content : NULL;
}

/* Tell whether ${node} says "[1]", as word processors refer to a note. */
static bool
is_bracketed_number(const xmlNode *node)
{
	const char *text = only_text(node);
	size_t digits;

	if (text == NULL || *text != '[')
		return false;
	digits = strspn(text + 1, "0123456789");
	return digits > 0 && strcmp(text + 1 + digits, "]") == 0;
}

/* Tell whether ${text} is nothing but arrows, paragraph signs, links of a chain and the like. */
static bool
is_sign(const char *text)
{
	unsigned length;

	for (; *text != '\0'; text += length) {
		uint32_t c = fold_decode(text, &length);

		if ((c < 0x2190 || c > 0x21ff) && c != 0x2934 && c != 0x2935 &&
		    (c < 0xfe00 || c > 0xfe0f) && c != 0xa7 && c != 0xb6 && c != 0xa0 &&
		    c != 0x1f517 &&
		    (c >= 0x80 || strchr(" \t\r\n^#", (int)c) == NULL))
			return false;
	}
	return true;
}

/* The name of a place in the page, by either attribute, or NULL. */
static const char *
name_of(const xmlNode *node)
{
	const char *name = dom_attribute(node, "id");

	return name != NULL || !dom_is(node, "a") ? name : dom_attribute(node, "name");
}

/* Tell whether ${href}, which has a fragment but not at its beginning, leads to ${url}. */
static int
leads_here(const char *href, const char *url, const char *base, bool *ret_here)
{
	size_t len = strcspn(url, "#");
	char *absolute;
	int err;

	*ret_here = false;
	if ((err = url_resolve(base, href, &absolute)) != 0)
		return err == RS_EINVAL ? 0 : err;
	*ret_here = strncmp(absolute, url, len) == 0 && absolute[len] == '#';
	free(absolute);
	return 0;
}

static int
hex_of(unsigned char digit)
{

	return isdigit(digit) ? digit - '0' : tolower(digit) - 'a' + 10;
}

/* Undo the escapes of ${text} in place. */
static void
unescape(char *text)
{
	char *to = text;

	for (; *text != '\0'; text++) {
		if (*text == '%' && isxdigit((unsigned char)text[1]) &&
		    isxdigit((unsigned char)text[2])) {
			*to++ = (char)(hex_of((unsigned char)text[1]) << 4 |
			    hex_of((unsigned char)text[2]));
			text += 2;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

/* Tell whether an id may be ${text}. */
static bool
is_id(const char *text)
{
	struct bytes bytes = bytes_of_text(text);
	uint32_t point;
	size_t at, len;

	for (at = 0; at < bytes.len; at += len)
		if ((len = utf8_character(bytes, at, &point)) == 0 || point <= ' ' ||
		    (point >= 0x7f && point <= 0xa0))
			return false;
	return true;
}

/* Give the link ${node} the fragment at ${fragment} as its address. */
static int
set_fragment(xmlNode *node, const char *fragment)
{
	char *copy = strdup(fragment);
	int err = 0;

	if (copy == NULL)
		return RS_ENOMEM;
	unescape(copy);
	if (strcmp(copy, dom_attribute(node, "href")) != 0 && is_id(copy) &&
	    xmlSetProp(node, (const xmlChar *)"href", (const xmlChar *)copy) == NULL)
		err = RS_ENOMEM;
	free(copy);
	return err;
}

int
note_localize(xmlNode *root, const char *url, const char *base)
{
	const char *href, *fragment;
	xmlNode *node;
	bool here;
	int err;

	for (node = root; node != NULL; node = dom_next(node, root)) {
		if (!dom_is(node, "a") || (href = dom_attribute(node, "href")) == NULL ||
		    (fragment = strchr(href, '#')) == NULL || fragment[1] == '\0')
			continue;
		here = fragment == href;
		if ((!here && (err = leads_here(href, url, base, &here)) != 0) ||
		    (here && (err = set_fragment(node, fragment)) != 0))
			return err;
	}
	return 0;
}

bool
note_holds(const xmlNode *node)
{
	static const char *const names[] = { "footnote", "footnotes", "endnotes" };
	static const char *const roles[] = { "doc-footnote", "doc-endnotes" };
	size_t i;

	if (!dom_is(node, "aside") && !dom_is(node, "footer"))
		return false;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (dom_has_token(dom_attribute(node, "class"), names[i]))
			return true;
	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (dom_has_token(dom_attribute(node, "role"), roles[i]))
			return true;
	return false;
}

bool
note_refers(const xmlNode *node)
{
	static const char *const words[] = { "footnote", "footnote-anchor", "footnote-link",
		"footnote-ref", "footnote-reference", "footnoteref", "footnote_ref", "noteref" };
	const char *href = dom_attribute(node, "href"), *list = dom_attribute(node, "class");
	size_t i;

	if (href == NULL || href[0] != '#' || href[1] == '\0')
		return false;
	/* An id has no blanks, and none that anybody means has what could be markup. */
	if (href[strcspn(href, " \t\r\n\f\"<>\\`")] != '\0')
		return false;
	if (dom_is(node->parent, "sup") || (node->children != NULL &&
	    dom_is(node->children, "sup")) || is_bracketed_number(node) ||
	    dom_has_token(dom_attribute(node, "role"), "doc-noteref"))
		return true;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (dom_has_token(list, words[i]))
			return true;
	return false;
}

const char *
note_name(const xmlNode *node)
{
	const xmlNode *child;

	if (dom_attribute(node, "id") != NULL)
		return dom_attribute(node, "id");
	for (child = node->children; child != NULL; child = child->next) {
		if (dom_is(child, "a"))
			return name_of(child);
		if (child->type != XML_TEXT_NODE || child->content == NULL ||
		    child->content[strspn((const char *)child->content, " \t\r\n")] != '\0')
			break;
	}
	return NULL;
}

bool
note_way_back(const xmlNode *node, const char **ret_name)
{
	const char *href = dom_attribute(node, "href"), *text = only_text(node);

	if (href == NULL || href[0] != '#' || text == NULL || strlen(text) > WAY_BACK_BYTES)
		return false;
	*ret_name = is_sign(text) ? NULL : name_of(node);
	return is_sign(text) || *ret_name != NULL;
}
