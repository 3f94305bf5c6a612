#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/parserInternals.h>

#include "daemon/page/dom.h"
#include "daemon/page/markup.h"
#include "daemon/page/tree_memory.h"

enum {
	PARSE_OPTIONS = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
	    HTML_PARSE_NONET | HTML_PARSE_COMPACT | HTML_PARSE_IGNORE_ENC
};

/* What an element is by its name; kept in the field `psvi` of its node. */
enum {
	KIND_UNSEEN = 1 << 0,	/* no reader sees its content as text of the page */
	KIND_INLINE = 1 << 1,	/* does not break a line; all others do */
	KIND_VOID = 1 << 2,	/* holds nothing, which libxml2 does not know */
	KIND_HEAD = 1 << 3,	/* may stand in the head */
	KIND_CUSTOM = 1 << 4	/* a name that no standard gives: with a hyphen */
};

/* Sorted. */
static const struct kind { const char *name; unsigned kinds; } named[] = {
	{ "a", KIND_INLINE }, { "abbr", KIND_INLINE }, { "acronym", KIND_INLINE },
	{ "applet", KIND_UNSEEN }, { "area", KIND_UNSEEN }, { "audio", KIND_UNSEEN },
	{ "b", KIND_INLINE }, { "base", KIND_UNSEEN | KIND_HEAD }, { "bdi", KIND_INLINE },
	{ "bdo", KIND_INLINE }, { "big", KIND_INLINE }, { "canvas", KIND_UNSEEN },
	{ "cite", KIND_INLINE }, { "code", KIND_INLINE }, { "data", KIND_INLINE },
	{ "datalist", KIND_UNSEEN }, { "del", KIND_INLINE }, { "dfn", KIND_INLINE },
	{ "em", KIND_INLINE }, { "embed", KIND_UNSEEN | KIND_VOID }, { "font", KIND_INLINE },
	{ "frame", KIND_UNSEEN }, { "frameset", KIND_UNSEEN }, { "head", KIND_UNSEEN },
	{ "i", KIND_INLINE }, { "iframe", KIND_UNSEEN }, { "img", KIND_INLINE },
	{ "input", KIND_UNSEEN }, { "ins", KIND_INLINE }, { "kbd", KIND_INLINE },
	{ "label", KIND_INLINE }, { "link", KIND_UNSEEN | KIND_HEAD }, { "map", KIND_UNSEEN },
	{ "mark", KIND_INLINE }, { "meta", KIND_UNSEEN | KIND_HEAD }, { "nobr", KIND_INLINE },
	{ "noembed", KIND_UNSEEN }, { "noframes", KIND_UNSEEN },
	{ "noscript", KIND_UNSEEN | KIND_HEAD }, { "option", KIND_UNSEEN },
	{ "param", KIND_UNSEEN }, { "q", KIND_INLINE }, { "rp", KIND_INLINE },
	{ "rt", KIND_INLINE }, { "ruby", KIND_INLINE }, { "s", KIND_INLINE },
	{ "samp", KIND_INLINE }, { "script", KIND_UNSEEN | KIND_HEAD },
	{ "select", KIND_UNSEEN }, { "small", KIND_INLINE },
	{ "source", KIND_UNSEEN | KIND_VOID }, { "span", KIND_INLINE },
	{ "strike", KIND_INLINE }, { "strong", KIND_INLINE },
	{ "style", KIND_UNSEEN | KIND_HEAD }, { "sub", KIND_INLINE }, { "sup", KIND_INLINE },
	{ "svg", KIND_UNSEEN }, { "template", KIND_UNSEEN | KIND_HEAD },
	{ "textarea", KIND_UNSEEN }, { "time", KIND_INLINE },
	{ "title", KIND_UNSEEN | KIND_HEAD }, { "track", KIND_UNSEEN | KIND_VOID },
	{ "tt", KIND_INLINE }, { "u", KIND_INLINE }, { "var", KIND_INLINE },
	{ "video", KIND_UNSEEN }, { "wbr", KIND_INLINE | KIND_VOID },
};

#define NAMED (sizeof(named) / sizeof(named[0]))

/* Where the names with each first letter begin in the table. */
struct kinds {
	uint8_t first['z' - 'a' + 2];
};

static void
kinds_init(struct kinds *kinds)
{
	size_t i = 0;

	for (int letter = 'a'; letter <= 'z' + 1; letter++) {
		while (i < NAMED && named[i].name[0] < letter)
			i++;
		kinds->first[letter - 'a'] = (uint8_t)i;
	}
}

static unsigned
kinds_of_name(const struct kinds *kinds, const char *name)
{
	const struct kind *kind, *end;

	if (name[0] < 'a' || name[0] > 'z')
		return strchr(name, '-') == NULL ? 0 : KIND_CUSTOM;
	kind = named + kinds->first[name[0] - 'a'];
	end = named + kinds->first[name[0] - 'a' + 1];
	for (; kind < end; kind++)
		if (strcmp(name + 1, kind->name + 1) == 0)
			return kind->kinds;
	return strchr(name, '-') == NULL ? 0 : KIND_CUSTOM;
}

static void
note_kinds(const struct kinds *kinds, xmlNode *element)
{
	uintptr_t noted = kinds_of_name(kinds, (const char *)element->name);

	/* What is in it is shown in place of what is in its parent (HTML, 4.12.3). */
	if (noted == (KIND_UNSEEN | KIND_HEAD) &&
	    strcmp((const char *)element->name, "template") == 0 &&
	    dom_attribute(element, "shadowrootmode") != NULL)
		noted = 0;
	element->psvi = (void *)noted;
}

static bool
is_of(const xmlNode *node, unsigned kinds)
{

	return node->type == XML_ELEMENT_NODE && ((uintptr_t)node->psvi & kinds) != 0;
}

void
dom_note(xmlNode *element)
{
	struct kinds kinds;

	kinds_init(&kinds);
	note_kinds(&kinds, element);
}

/*
 * Called for each of the errors that every page is full of.  Two of them leave a
 * part of a tree behind that would pass for the page; the rest is nobody's business,
 * and without this libxml2 would print some.
 */
static void
on_error(void *context, xmlErrorPtr error)
{
	int *err = context;

	if (error->code == XML_ERR_NO_MEMORY)
		*err = RS_ENOMEM;
	else if (error->code == XML_ERR_INTERNAL_ERROR && error->level == XML_ERR_FATAL &&
	    *err == 0)
		*err = RS_ELIMIT;	/* deeper than xmlParserMaxDepth */
}

static xmlNode *
child_called(xmlNode *parent, const char *name)
{
	xmlNode *node;

	for (node = parent->children; node != NULL; node = node->next)
		if (dom_is(node, name))
			return node;
	return NULL;
}

/*
 * Where a page writes neither </head> nor <body>, as it may, libxml2 ends the head at
 * the elements of HTML 4 and leaves an <article> or <main> in it.  Move what is no
 * part of a head to the start of the body.
 */
static int
mend_head(xmlDoc *document)
{
	xmlNode *root = xmlDocGetRootElement(document), *head, *body, *node, *next, *first;

	if ((head = child_called(root, "head")) == NULL)
		return 0;
	for (node = head->children; node != NULL; node = node->next)
		if (node->type == XML_ELEMENT_NODE && !is_of(node, KIND_HEAD))
			break;
	if (node == NULL)
		return 0;
	if ((body = child_called(root, "body")) == NULL &&
	    (body = xmlNewChild(root, NULL, BAD_CAST "body", NULL)) == NULL)
		return RS_ENOMEM;
	for (first = body->children; node != NULL; node = next) {
		next = node->next;
		xmlUnlinkNode(node);
		if (first != NULL)
			xmlAddPrevSibling(first, node);
		else
			xmlAddChild(body, node);
	}
	return 0;
}

/*
 * Note what each element is.  libxml2 does not know all of those that hold nothing (HTML,
 * 13.1.2): what follows one of them, as far as its parent goes, is left in it.  Move that to
 * behind it.
 */
static void
note_elements(xmlDoc *document)
{
	xmlNode *root = xmlDocGetRootElement(document), *node, *child;
	struct kinds kinds;

	kinds_init(&kinds);
	for (node = root; node != NULL; node = dom_next(node, root)) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		note_kinds(&kinds, node);
		if (!is_of(node, KIND_VOID) || node->children == NULL || node == root)
			continue;
		for (child = node->children; child != NULL; child = child->next)
			child->parent = node->parent;
		node->last->next = node->next;
		if (node->next != NULL)
			node->next->prev = node->last;
		else
			node->parent->last = node->last;
		node->next = node->children;
		node->next->prev = node;
		node->children = node->last = NULL;
	}
}

int
dom_parse(struct bytes page, bool programs, xmlDoc **ret_document)
{
	xmlDoc *document;
	uint8_t *text;
	size_t len;
	int err;

	if (page.len == 0 || page.len > INT32_MAX)
		return RS_ENOTPAGE;
	if ((err = markup_mend(page, programs, &text, &len)) != 0)
		return err;
	tree_memory_begin();
	xmlSetStructuredErrorFunc(&err, on_error);
	xmlParserMaxDepth = DOM_DEPTH_MAX;
	document = htmlReadMemory((const char *)text, (int)len, NULL, "UTF-8", PARSE_OPTIONS);
	xmlSetStructuredErrorFunc(NULL, NULL);
	free(text);
	if (err == 0 && (document == NULL || xmlDocGetRootElement(document) == NULL))
		err = RS_ENOTPAGE;
	if (err == 0) {
		note_elements(document);
		err = mend_head(document);
	}
	tree_memory_end();
	if (err != 0) {
		xmlFreeDoc(document);
		return err;
	}
	*ret_document = document;
	return 0;
}

void
dom_describe(int err, struct rs_err_detail *detail)
{
	if (err == RS_ENOTPAGE)
		rs_err_detail_set(detail, "not a page");
	else if (err == RS_ELIMIT)
		rs_err_detail_set(detail, "more than %d elements stand in one another",
		    DOM_DEPTH_MAX);
}

bool
dom_has_token(const char *text, const char *token)
{
	size_t len, run;

	if (text == NULL || (len = strlen(token)) == 0)
		return false;
	while (*(text += strspn(text, " \t\r\n\f")) != '\0') {
		run = strcspn(text, " \t\r\n\f");
		if (run == len && strncasecmp(text, token, len) == 0)
			return true;
		text += run;
	}
	return false;
}

struct bytes
dom_style_sheet(const xmlNode *style, struct bytes page, size_t *done)
{
	const char *place = style->children == NULL ? NULL : (char *)style->children->content;

	return place == NULL ? bytes_of(NULL, 0) :
	    markup_style_sheet(page, strtoul(place, NULL, 10), done);
}

const char *
dom_find(const char *text, const char *part)
{
	const char first[] = { part[0], (char)toupper((unsigned char)part[0]) };
	size_t len = strlen(part);

	for (; *text != '\0'; text++)
		if ((*text == first[0] || *text == first[1]) && strncasecmp(text, part, len) == 0)
			return text;
	return NULL;
}

/* The letters that begin a part, by five bits: other characters that share them are rare. */
bool
dom_has_part(const char *text, const char *const *parts, size_t count)
{
	uint32_t firsts = 0;

	for (size_t i = 0; i < count; i++)
		firsts |= UINT32_C(1) << (parts[i][0] & 31);
	for (; text != NULL && *text != '\0'; text++) {
		if ((firsts >> (*text & 31) & 1) == 0)
			continue;
		for (size_t i = 0; i < count; i++)
			if (((*text ^ parts[i][0]) & 31) == 0 &&
			    strncasecmp(text, parts[i], strlen(parts[i])) == 0)
				return true;
	}
	return false;
}

bool
dom_inside(const xmlNode *node, const xmlNode *element)
{

	while (node != NULL && node != element)
		node = node->parent;
	return node != NULL;
}

xmlNode *
dom_next_after(xmlNode *node, const xmlNode *root)
{

	for (; node != NULL && node != root; node = node->parent)
		if (node->next != NULL)
			return node->next;
	return NULL;
}

xmlNode *
dom_next(xmlNode *node, const xmlNode *root)
{

	/* An entity's children are shared with its declaration: never enter it. */
	if (node->type != XML_ENTITY_REF_NODE && node->type != XML_DTD_NODE &&
	    node->children != NULL)
		return node->children;
	return dom_next_after(node, root);
}

/* The value of the next ${property} in ${style}, an inline one, from ${at} on; or NULL. */
static const char *
style_value(const char *style, const char *at, const char *property)
{
	const char *found;

	while ((found = dom_find(at, property)) != NULL) {
		at = found + strlen(property);
		/* Not the tail of a longer name, as "-display" would be. */
		if (found != style && (isalnum((unsigned char)found[-1]) || found[-1] == '-'))
			continue;
		at += strspn(at, " \t\r\n");
		if (*at != ':')
			continue;
		at++;
		return at + strspn(at, " \t\r\n");
	}
	return NULL;
}

bool
dom_style_sets(const char *style, const char *property, const char *value)
{
	const char *at = style;

	while ((at = style_value(style, at, property)) != NULL)
		if (strncasecmp(at, value, strlen(value)) == 0)
			return true;
	return false;
}

const char *
dom_style(const xmlNode *node, const char *property)
{
	const char *style = dom_attribute(node, "style");

	return style == NULL ? NULL : style_value(style, style, property);
}

/*
 * React's server sends the parts of a page that were late in <div hidden id="S:0">,
 * each with a script that moves it into its place: every reader sees them.
 */
static bool
is_streamed(const xmlNode *node)
{
	const char *id = dom_attribute(node, "id");

	return id != NULL && strncmp(id, "S:", 2) == 0 && id[2] != '\0' &&
	    id[2 + strspn(id + 2, "0123456789abcdef")] == '\0';
}

bool
dom_hidden(const xmlNode *node)
{

	return is_of(node, KIND_UNSEEN) || dom_concealed(node);
}

bool
dom_hidden_by_sheet(const xmlNode *node)
{
	const char *hidden = node->type == XML_ELEMENT_NODE ? dom_attribute(node, "hidden") : NULL;

	return hidden != NULL && strcmp(hidden, DOM_HIDDEN_BY_SHEET) == 0;
}

bool
dom_concealed(const xmlNode *node)
{
	const char *value;

	if (node->type != XML_ELEMENT_NODE || node->properties == NULL)
		return false;
	if (dom_attribute(node, "hidden") != NULL && !is_streamed(node))
		return true;
	value = dom_attribute(node, "aria-hidden");
	if (value != NULL && strcasecmp(value, "true") == 0 && !dom_is(node, "img") &&
	    !dom_is(node, "picture"))
		return true;
	value = dom_attribute(node, "style");
	return value != NULL && (dom_style_sets(value, "display", "none") ||
	    dom_style_sets(value, "visibility", "hidden"));
}

static bool
is_words(const xmlNode *node)
{

	return node != NULL && node->type == XML_TEXT_NODE && node->content != NULL &&
	    node->content[strspn((const char *)node->content, " \t\r\n\f")] != '\0';
}

/*
 * Tell whether ${node} is a custom element amid text, or in such a one: a style sheet might make
 * it a block, but nobody would break a sentence so.
 */
static bool
is_custom_amid_text(const xmlNode *node)
{

	for (; node != NULL && is_of(node, KIND_CUSTOM); node = node->parent)
		if (is_words(node->prev) || is_words(node->next))
			return true;
	return false;
}

bool
dom_breaks_line(const xmlNode *node)
{

	return node->type == XML_ELEMENT_NODE && !is_of(node, KIND_INLINE) &&
	    !is_custom_amid_text(node);
}

/* Append ${text}, folding white space; ${pending} is a space not yet written. */
static int
append_folded(const char *text, bool *pending, struct buffer *out)
{
	size_t run;
	int err;

	while (*text != '\0') {
		run = strspn(text, " \t\r\n\f");
		if (run > 0) {
			*pending = true;
			text += run;
			continue;
		}
		run = strcspn(text, " \t\r\n\f");
		if (*pending && out->len > 0 && (err = buffer_append_byte(out, ' ')) != 0)
			return err;
		*pending = false;
		if ((err = buffer_append(out, text, run)) != 0)
			return err;
		text += run;
	}
	return 0;
}

int
dom_append_text(const xmlNode *root, struct buffer *out)
{
	const xmlNode *node = root;
	bool pending = true, hidden;
	int err;

	while (node != NULL) {
		hidden = node != root && dom_hidden(node);
		if (hidden || dom_breaks_line(node))
			pending = true;
		else if (node->type == XML_TEXT_NODE && node->content != NULL &&
		    (err = append_folded((const char *)node->content, &pending, out)) != 0)
			return err;
		if (!hidden && node->type == XML_ELEMENT_NODE && node->children != NULL) {
			node = node->children;
			continue;
		}
		/* Leaving a block breaks the line as entering it does. */
		while (node != root && node->next == NULL) {
			node = node->parent;
			pending = pending || dom_breaks_line(node);
		}
		node = node == root ? NULL : node->next;
	}
	return 0;
}
