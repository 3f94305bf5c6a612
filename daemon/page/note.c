#include <string.h>

#include "daemon/page/fold.h"
#include "daemon/page/note.h"

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

/* Tell whether ${text} is nothing but arrows and the like. */
static bool
is_sign(const char *text)
{
	unsigned length;

	for (; *text != '\0'; text += length) {
		uint32_t c = fold_decode(text, &length);

		if ((c < 0x2190 || c > 0x21ff) && c != 0x2934 && c != 0x2935 &&
		    (c < 0xfe00 || c > 0xfe0f) && c != 0xb6 && c != 0xa0 &&
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
