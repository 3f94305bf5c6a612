#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/stylesheet.h"

enum {
	NAMES_MAX = 1024,	/* classes and ids that rules show or hide; no more are told */
	NAME_MAX_BYTES = 63,	/* of one, with its '.' or '#' */
	NESTED_MAX = 4,		/* @media in @supports, and so on */
	KEPT_MAX = 32		/* hidden elements around a headline */
};

struct name {
	char text[NAME_MAX_BYTES + 1];
	bool shown;			/* by any rule */
};

struct sheet {
	struct name names[NAMES_MAX];
	size_t count;
	const xmlNode *kept[KEPT_MAX];
	size_t kept_count;
};

/* ------------------------------------------------------------------ reading */

/* Where the string that ${at} opens ends. */
static char *
skip_string(char *at)
{
	char quote = *at++;

	while (*at != '\0' && *at != quote)
		at += at[0] == '\\' && at[1] != '\0' ? 2 : 1;
	return *at == '\0' ? at : at + 1;
}

static char *
skip_comment(char *at)
{
	char *end = strstr(at + 2, "*/");

	return end == NULL ? at + strlen(at) : end + 2;
}

/* What must be looked at where the end of something is looked for. */
#define NO_PLAIN_TEXT "/\"'\\"

/* Where the first of ${stops}, NO_PLAIN_TEXT among them, stands for itself; or the end. */
static char *
find(char *at, const char *stops)
{
	for (;;) {
		at += strcspn(at, stops);
		if (at[0] == '/')
			at = at[1] == '*' ? skip_comment(at) : at + 1;
		else if (*at == '"' || *at == '\'')
			at = skip_string(at);
		else if (*at == '\\')
			at += at[1] != '\0' ? 2 : 1;
		else
			return at;
	}
}

static char *
skip_space(char *at)
{
	for (;;) {
		if (isspace((unsigned char)*at) || *at == '}' || *at == ';')
			at++;
		else if (at[0] == '/' && at[1] == '*')
			at = skip_comment(at);
		else if (strncmp(at, "<!--", 4) == 0)
			at += 4;
		else if (strncmp(at, "-->", 3) == 0)
			at += 3;
		else
			return at;
	}
}

/* Where the block from ${at} on, behind its '{', is closed; or the end. */
static char *
block_end(char *at)
{
	size_t depth = 1;

	for (;;) {
		at = find(at, "{}" NO_PLAIN_TEXT);
		if (*at == '\0' || (*at == '}' && --depth == 0))
			return at;
		depth += *at == '{';
		at++;
	}
}

static bool
is_name_byte(char byte)
{
	return isalnum((unsigned char)byte) || byte == '-' || byte == '_' || (byte & 0x80) != 0;
}

static void
add_name(struct sheet *sheet, const char *at, size_t len, bool shown)
{
	struct name *name;

	if (len > NAME_MAX_BYTES || sheet->count == NAMES_MAX)
		return;
	name = &sheet->names[sheet->count++];
	memcpy(name->text, at, len);
	name->text[len] = '\0';
	name->shown = shown;
}

/* One class or id, with or without the element's name, is hidden whatever else there is. */
static void
hide(struct sheet *sheet, const char *at, const char *end)
{
	const char *name = at, *tail;

	while (name < end && isalnum((unsigned char)*name))
		name++;
	for (tail = name + 1; tail < end && is_name_byte(*tail); tail++)
		;
	if (tail == end && name + 1 < end && (*name == '.' || *name == '#'))
		add_name(sheet, name, (size_t)(end - name), false);
}

/* Whatever stands for the element itself is shown, if only now and then. */
static void
show(struct sheet *sheet, const char *at, const char *end)
{
	const char *tail, *last = at;

	for (tail = at; tail < end; tail++) {
		if (isspace((unsigned char)*tail) || strchr(">+~", *tail) != NULL)
			last = tail + 1;
		else if (*tail == ':' && (tail[1] == ':' || strncasecmp(tail, ":before", 7) == 0 ||
		    strncasecmp(tail, ":after", 6) == 0))
			return;		/* of what is drawn beside it */
	}
	for (at = last; at < end; at = tail) {
		for (tail = at + 1; tail < end && is_name_byte(*tail); tail++)
			;
		if (*at == '.' || *at == '#')
			add_name(sheet, at, (size_t)(tail - at), true);
	}
}

/* The rule from ${at} to ${block}, whose declarations end with the text. */
static void
take_rule(struct sheet *sheet, char *at, char *block, bool always)
{
	static const char *const properties[] = { "display", "visibility" };
	/* Most rules say neither. */
	bool speaks = dom_has_part(block, properties, 2);
	bool hides = speaks && (dom_style_sets(block, "display", "none") ||
	    dom_style_sets(block, "visibility", "hidden"));
	bool shows = speaks && !hides && (dom_style_sets(block, "display", "") ||
	    dom_style_sets(block, "visibility", "visible"));
	char *end, *next;

	for (; (hides && always) || shows; at = next + 1) {
		next = find(at, ",{" NO_PLAIN_TEXT);
		at = skip_space(at);
		for (end = next; end > at && isspace((unsigned char)end[-1]); end--)
			;
		if (at < end && shows)
			show(sheet, at, end);
		else if (at < end)
			hide(sheet, at, end);
		if (next >= block - 1)
			return;
	}
}

static void
take_rules(struct sheet *sheet, char *at, unsigned nested)
{
	while (*(at = skip_space(at)) != '\0') {
		char *block = find(at, "{;}" NO_PLAIN_TEXT), *close, closed;

		if (*block != '{') {
			at = block;
			continue;
		}
		close = block_end(++block);
		closed = *close;
		*close = '\0';
		if (*at != '@')
			take_rule(sheet, at, block, nested == 0);
		else if (nested < NESTED_MAX)
			take_rules(sheet, block, nested + 1);
		at = close + (closed != '\0');
	}
}

static bool
is_for_screens(const xmlNode *style)
{
	const char *media = dom_attribute(style, "media");

	return media == NULL || *media == '\0' || strcasecmp(media, "all") == 0 ||
	    strcasecmp(media, "screen") == 0;
}

static int
take_styles(struct sheet *sheet, xmlNode *root, struct bytes page)
{
	size_t done = 0;

	for (xmlNode *node = root; node != NULL; node = dom_next(node, root)) {
		struct bytes text;
		char *css;

		if (!dom_is(node, "style") || !is_for_screens(node) ||
		    dom_is(node->parent, "noscript"))
			continue;
		text = dom_style_sheet(node, page, &done);
		if (text.len == 0)
			continue;
		if ((css = strndup((const char *)text.data, text.len)) == NULL)
			return RS_ENOMEM;
		take_rules(sheet, css, 0);
		free(css);
	}
	return RS_OK;
}

/* ------------------------------------------------------------------ marking */

static int
compare(const void *left, const void *right)
{
	return strcmp(((const struct name *)left)->text, ((const struct name *)right)->text);
}

/* Leave each name once, and only those that nothing shows. */
static void
settle(struct sheet *sheet)
{
	size_t count = 0;

	qsort(sheet->names, sheet->count, sizeof(sheet->names[0]), compare);
	for (size_t i = 0, next; i < sheet->count; i = next) {
		bool shown = false;

		for (next = i; next < sheet->count &&
		    compare(&sheet->names[i], &sheet->names[next]) == 0; next++)
			shown = shown || sheet->names[next].shown;
		if (!shown)
			sheet->names[count++] = sheet->names[i];
	}
	sheet->count = count;
}

static bool
is_hidden_name(const struct sheet *sheet, char kind, const char *text, size_t len)
{
	struct name name = { .text = { kind } };

	if (len + 1 > NAME_MAX_BYTES)
		return false;
	memcpy(name.text + 1, text, len);
	return bsearch(&name, sheet->names, sheet->count, sizeof(name), compare) != NULL;
}

static bool
is_hidden_element(const struct sheet *sheet, const xmlNode *node)
{
	const char *id, *at;
	size_t len;

	if (node->type != XML_ELEMENT_NODE || node->properties == NULL)
		return false;
	id = dom_attribute(node, "id");
	if (id != NULL && is_hidden_name(sheet, '#', id, strlen(id)))
		return true;
	at = dom_attribute(node, "class");
	for (; at != NULL && *(at += strspn(at, " \t\r\n\f")) != '\0'; at += len) {
		len = strcspn(at, " \t\r\n\f");
		if (is_hidden_name(sheet, '.', at, len))
			return true;
	}
	return false;
}

/* Note what holds the first headline. */
static void
keep_headline(struct sheet *sheet, xmlNode *root)
{
	const xmlNode *node = root;

	while (node != NULL && !dom_is(node, "h1"))
		node = dom_next((xmlNode *)node, root);
	for (; node != NULL && sheet->kept_count < KEPT_MAX; node = node->parent) {
		if (is_hidden_element(sheet, node))
			sheet->kept[sheet->kept_count++] = node;
	}
}

static bool
is_kept(const struct sheet *sheet, const xmlNode *node)
{
	for (size_t i = 0; i < sheet->kept_count; i++) {
		if (sheet->kept[i] == node)
			return true;
	}
	return false;
}

static int
mark(const struct sheet *sheet, xmlNode *root)
{
	xmlNode *node = root;

	while (node != NULL) {
		if (!is_hidden_element(sheet, node) || is_kept(sheet, node)) {
			node = dom_next(node, root);
			continue;
		}
		if (xmlSetProp(node, (const xmlChar *)"hidden",
		    (const xmlChar *)DOM_HIDDEN_BY_SHEET) == NULL)
			return RS_ENOMEM;
		node = dom_next_after(node, root);
	}
	return RS_OK;
}

int
stylesheet_conceal(xmlDoc *document, struct bytes page)
{
	xmlNode *root = xmlDocGetRootElement(document);
	struct sheet *sheet = calloc(1, sizeof(*sheet));
	int err;

	if (sheet == NULL)
		return RS_ENOMEM;
	err = take_styles(sheet, root, page);
	settle(sheet);
	if (err == RS_OK && sheet->count > 0) {
		keep_headline(sheet, root);
		err = mark(sheet, root);
	}
	free(sheet);
	return err;
}
