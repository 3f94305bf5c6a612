#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/parserInternals.h>

#include "daemon/page/dom.h"

enum {
	ATTRIBUTES_MAX = 512,	/* of one element; what follows them is left out */
	NAME_BYTES = 100,	/* of a name; libxml2 takes what follows them for another */
	STYLE_PLACE = 11,	/* bytes of what says where a style sheet begins, and a NUL */
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

static bool
is_blank(uint8_t byte)
{

	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Where the name at ${at} ends, as far as libxml2 reads it at once. */
static size_t
name_end(struct bytes page, size_t at)
{
	size_t most = page.len - at < NAME_BYTES ? page.len : at + NAME_BYTES;

	while (at < most && (isalnum(page.data[at]) || page.data[at] == '-' ||
	    page.data[at] == '_' || page.data[at] == ':' || page.data[at] == '.'))
		at++;
	return at;
}

static size_t
blanks_end(struct bytes page, size_t at)
{

	while (at < page.len && is_blank(page.data[at]))
		at++;
	return at;
}

/* Tell whether the tag ends at ${at}; ${closed}, with "/>". */
static bool
ends_tag(struct bytes page, size_t at, bool *closed)
{

	*closed = page.data[at] == '/' && at + 1 < page.len && page.data[at + 1] == '>';
	return *closed || page.data[at] == '>';
}

/*
 * Where the attribute at ${at} ends, as libxml2 reads it (htmlParseStartElement): what has no name
 * is left out up to the next blank, quotes and all.
 */
static size_t
attribute_end(struct bytes page, size_t at)
{
	size_t end = name_end(page, at);
	const uint8_t *quote;
	bool closed;

	if (end == at || isdigit(page.data[at]) || page.data[at] == '-') {
		while (at < page.len && !is_blank(page.data[at]) && !ends_tag(page, at, &closed))
			at++;
		return at;
	}
	at = blanks_end(page, end);
	if (at == page.len || page.data[at] != '=')
		return at;
	at = blanks_end(page, at + 1);
	if (at < page.len && (page.data[at] == '"' || page.data[at] == '\'')) {
		quote = memchr(page.data + at + 1, page.data[at], page.len - at - 1);
		return quote == NULL ? page.len : (size_t)(quote - page.data) + 1;
	}
	while (at < page.len && !is_blank(page.data[at]) && page.data[at] != '>')
		at++;
	return at;
}

/*
 * Find the '>' of the tag whose name starts at ${at}, where libxml2 finds it: else what is left
 * out behind it would be another text than the one meant.  ${ret_closed} tells whether it ends with
 * "/>"; ${ret_excess} is where its attributes pass ATTRIBUTES_MAX, or the end when they do not.
 */
static size_t
tag_end(struct bytes page, size_t at, bool *ret_closed, size_t *ret_excess)
{
	unsigned attributes = 0;
	size_t excess = 0;
	bool closed = false;

	at = blanks_end(page, name_end(page, at));
	while (at < page.len && !ends_tag(page, at, &closed)) {
		if (++attributes > ATTRIBUTES_MAX && excess == 0)
			excess = at;
		at = blanks_end(page, attribute_end(page, at));
	}
	at += closed;
	*ret_excess = excess == 0 ? at : excess;
	*ret_closed = closed;
	return at;
}

/* The raw text element, script or style, whose name is at ${at}; or NULL. */
static const char *
raw_name(struct bytes page, size_t at)
{
	static const char *const raws[] = { "script", "style" };
	size_t len = name_end(page, at) - at;

	for (size_t i = 0; i < sizeof(raws) / sizeof(raws[0]); i++)
		if (len == strlen(raws[i]) &&
		    strncasecmp((const char *)page.data + at, raws[i], len) == 0)
			return raws[i];
	return NULL;
}

/* Where the raw text from ${at} on ends: behind the '<' of its end tag. */
static size_t
raw_end(struct bytes page, size_t at, const char *name)
{
	size_t len = strlen(name);
	const uint8_t *found;

	while (at < page.len && (found = memchr(page.data + at, '<', page.len - at)) != NULL) {
		at = (size_t)(found - page.data) + 1;
		if (page.len - at > len && page.data[at] == '/' &&
		    strncasecmp((const char *)page.data + at + 1, name, len) == 0)
			return at;
	}
	return page.len;
}

/* Where the comment whose "!--" starts at ${at} ends; ${at} if none does. */
static size_t
comment_end(struct bytes page, size_t at)
{
	const uint8_t *end;

	if (page.len - at < 3 || memcmp(page.data + at, "!--", 3) != 0)
		return at;
	end = memmem(page.data + at, page.len - at, "-->", 3);
	return end == NULL ? page.len : (size_t)(end - page.data) + 1;
}

/* A page, and the text that is made of it for libxml2: never longer. */
struct mended {
	struct bytes page;
	size_t done;			/* bytes of the page that are in the text, or left out */
	uint8_t *text;
	size_t len;
};

/* Take what comes before ${at} as it is. */
static void
take(struct mended *mended, size_t at)
{

	memcpy(mended->text + mended->len, mended->page.data + mended->done, at - mended->done);
	mended->len += at - mended->done;
	mended->done = at;
}

/* Tell whether ${page} has ${text} at ${at}, ignoring ASCII case. */
static bool
has_at(struct bytes page, size_t at, const char *text)
{

	return page.len - at >= strlen(text) &&
	    strncasecmp((const char *)page.data + at, text, strlen(text)) == 0;
}

/*
 * Tell whether ${page} has at ${at} what follows the '<' of a comment that is one for browsers
 * alone: what is declared in no HTML, as "<![endif]>", and "<!-->" (HTML Standard, "markup
 * declaration open state").
 */
static bool
is_odd_comment(struct bytes page, size_t at)
{

	if (page.len - at < 2 || page.data[at] != '!' || page.data[at + 1] == '>')
		return false;
	if (has_at(page, at, "!--"))
		return has_at(page, at, "!-->") || has_at(page, at, "!--->");
	return !has_at(page, at, "!doctype");
}

/*
 * Tell whether the script whose tag is [${at}, ${end}) holds data that somebody reads, or may:
 * its type might be spelled with character references.
 */
static bool
is_data(struct bytes page, size_t at, size_t end)
{
	struct bytes tag = { page.data, end };

	for (; at < end; at++)
		if (page.data[at] == '&' || (strchr("lLmM", page.data[at]) != NULL &&
		    (has_at(tag, at, "ld+json") || has_at(tag, at, "math/tex"))))
			return true;
	return false;
}

/* Say where the text of a style sheet begins instead of it, which goes up to ${end}. */
static void
note_style(struct mended *mended, size_t end)
{
	char place[STYLE_PLACE];
	size_t len = (size_t)snprintf(place, sizeof(place), "%zu", mended->done);

	/* A shorter one hides nothing. */
	if (end - mended->done >= len) {
		memcpy(mended->text + mended->len, place, len);
		mended->len += len;
	}
	mended->done = end;
}

/*
 * Take the tag whose name starts at ${at}, and the text of a script or style; return where
 * what follows begins.
 */
static size_t
take_tag(struct mended *mended, size_t at, bool programs)
{
	struct bytes page = mended->page;
	const char *raw = raw_name(page, at);
	size_t excess, end, next, text_end;
	bool closed;

	end = tag_end(page, at, &closed, &excess);
	if (excess < end) {
		take(mended, excess);
		mended->done = end - closed;
	}
	if (raw == NULL || end == page.len || closed)
		return end;
	next = raw_end(page, end, raw);
	text_end = next < page.len ? next - 1 : next;
	if (raw[1] == 't') {
		take(mended, end + 1);
		note_style(mended, text_end);
	} else if (!programs && !is_data(page, at, end)) {
		take(mended, end + 1);
		mended->done = text_end;
	}
	return text_end;
}

/*
 * Where the '>' is of what is to become an instruction and has ${at} behind its '<', or the end of
 * the page; ${at} for what stays.
 */
static size_t
instruction_end(struct bytes page, size_t at)
{
	const uint8_t *end;
	size_t excess;
	bool closed;

	if (has_at(page, at, "wbr") && name_end(page, at) == at + 3)
		return tag_end(page, at, &closed, &excess);
	if (!is_odd_comment(page, at))
		return at;
	end = memchr(page.data + at, '>', page.len - at);
	return end == NULL ? page.len : (size_t)(end - page.data);
}

/*
 * Make the text that libxml2 reads of the page, without what it cannot bear; the caller
 * frees it.
 *
 * It compares each attribute of an element with all before it.  So that a tag of a
 * million attributes does not cost a million times a million steps, what follows the
 * first ATTRIBUTES_MAX of a tag is left out.
 *
 * It does not know that a <wbr> holds nothing (see note_elements), and stops where a thousand of
 * them stand in one another, as they would in a long text.  They become instructions, which
 * mean as little; and so do the comments that it would take for text, or for the beginning of
 * one that has no end.
 */
static int
mend_bytes(struct bytes page, bool programs, struct mended *ret_mended)
{
	struct mended mended = { .page = page, .text = malloc(page.len) };
	const uint8_t *found;
	size_t at = 0, end;

	if (mended.text == NULL)
		return RS_ENOMEM;
	while (at < page.len &&
	    (found = memchr(page.data + at, '<', page.len - at)) != NULL) {
		at = (size_t)(found - page.data) + 1;
		if ((end = instruction_end(page, at)) != at) {
			take(&mended, end == page.len ? at - 1 : at);
			/* What has no end goes on to that of the page. */
			mended.done = end;
			if (end == page.len)
				break;
			mended.text[mended.len++] = '?';
			mended.text[mended.len++] = 'w';
			at = end;
		} else if ((end = comment_end(page, at)) != at) {
			at = end;
		} else if (at < page.len && isalpha(page.data[at])) {
			at = take_tag(&mended, at, programs);
		} else if (page.len - at > 1 && page.data[at] == '/' &&
		    isalpha(page.data[at + 1])) {
			/* An end tag ends here, whatever it has in it. */
			found = memchr(page.data + at, '>', page.len - at);
			at = found == NULL ? page.len : (size_t)(found - page.data);
		}
	}
	take(&mended, page.len);
	*ret_mended = mended;
	return RS_OK;
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
	struct mended mended;
	xmlDoc *document;
	int err;

	if (page.len == 0 || page.len > INT32_MAX)
		return RS_ENOTPAGE;
	if ((err = mend_bytes(page, programs, &mended)) != 0)
		return err;
	xmlSetStructuredErrorFunc(&err, on_error);
	xmlParserMaxDepth = DOM_DEPTH_MAX;
	document = htmlReadMemory((const char *)mended.text, (int)mended.len, NULL, "UTF-8",
	    PARSE_OPTIONS);
	xmlSetStructuredErrorFunc(NULL, NULL);
	free(mended.text);
	if (err == 0 && (document == NULL || xmlDocGetRootElement(document) == NULL))
		err = RS_ENOTPAGE;
	if (err == 0) {
		note_elements(document);
		err = mend_head(document);
	}
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
	size_t len = strlen(token), run;

	if (text == NULL || len == 0)
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
	size_t start = place == NULL ? 0 : strtoul(place, NULL, 10), next;

	/* Where the parser sees another end of a tag, the page may say what it likes. */
	if (start == 0 || start < *done || start > page.len)
		return bytes_of(NULL, 0);
	next = raw_end(page, start, "style");
	*done = next;
	return bytes_of(page.data + start, (next < page.len ? next - 1 : next) - start);
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
			if (strncasecmp(text, parts[i], strlen(parts[i])) == 0)
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
