#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/byline.h"
#include "daemon/page/furniture.h"
#include "daemon/page/hint.h"
#include "daemon/page/role.h"
#include "proto/base/err.h"

enum {
	NAME_BYTES = 60,	/* of a line that is a name and little else */
	LINE_BYTES = 120,	/* of a line of names */
	NAME_NODES = 40,	/* nodes of an element that holds one */
	BYLINE_LEVELS = 8,	/* elements in one another that a byline is made of */
	BEFORE_TEXTS = 6,	/* texts before the heading among which a date does */
	NEAR_TEXTS = 60		/* texts after the heading among which a byline stands */
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool
has_token(const char *list, const char *const *names, size_t count)
{

	for (size_t i = 0; i < count; i++)
		if (dom_has_token(list, names[i]))
			return true;
	return false;
}

uint32_t
byline_marks(const char *list)
{
	static const char *const authors[] = {
		"byline", "byline-name", "author", "author-name", "authorname", "byline__name",
		"byline-author", "article-author", "post-author", "entry-author", "p-author",
		"author__name", "article__author", "c-byline", "writtenby", "article-byline",
	};
	static const char *const dates[] = {
		"published", "pubdate", "date", "entry-date", "post-date", "article-date",
		"publish-date", "published-date", "article__date", "dateline", "posted-on",
	};
	static const char *const author_parts[] = { "author", "by" };
	static const char *const date_parts[] = { "date", "publish", "posted" };
	uint32_t marks = 0;

	/* Most lists are told by one look. */
	if (dom_has_part(list, author_parts, COUNT(author_parts)) &&
	    has_token(list, authors, COUNT(authors)))
		marks |= BYLINE_AUTHOR;
	if (dom_has_part(list, date_parts, COUNT(date_parts)) &&
	    has_token(list, dates, COUNT(dates)))
		marks |= BYLINE_DATE;
	return marks;
}

/* The text of ${node} when it is short enough for a name; else ${text} stays empty. */
static int
short_text(xmlNode *node, struct buffer *text)
{
	const xmlNode *root = node;
	unsigned nodes = 0;
	int err;

	for (xmlNode *at = node; at != NULL; at = dom_next(at, root))
		if (++nodes > NAME_NODES)
			return 0;
	err = dom_append_text(node, text);
	if (err == RS_ELIMIT) {
		buffer_clear(text);
		err = 0;
	}
	return err;
}

/* Tell whether the text of ${node} is a name of at most ${most} bytes. */
static bool
holds_name(xmlNode *node, size_t most)
{
	struct buffer text;
	bool holds;

	buffer_init(&text, most);
	holds = short_text(node, &text) == 0 && author_is_name(buffer_text(&text));
	buffer_release(&text);
	return holds;
}

bool
byline_holds_name(xmlNode *node)
{

	return holds_name(node, NAME_BYTES);
}

bool
byline_is_of_comment(const xmlNode *node)
{

	for (unsigned level = 0; node != NULL && level < BYLINE_LEVELS; level++) {
		if (node->type != XML_ELEMENT_NODE || dom_is(node, "body") ||
		    dom_is(node, "main"))
			return false;
		if ((hint_of(node, NULL) & HINT_COMMENTS) != 0)
			return true;
		node = node->parent;
	}
	return false;
}

xmlNode *
byline_name(xmlNode *node)
{
	xmlNode *at = node, *link = NULL;
	unsigned nodes = 0;

	for (; at != NULL && nodes < NAME_NODES; at = dom_next(at, node), nodes++) {
		if (at != node && !dom_is(at, "meta") &&
		    dom_has_token(dom_attribute(at, "itemprop"), "name"))
			return at;
		if (link == NULL && dom_is(at, "a") && holds_name(at, NAME_BYTES))
			link = at;
	}
	return link == NULL || holds_name(node, LINE_BYTES) ? node : link;
}

const char *
byline_declared(xmlNode *node)
{
	const char *type = dom_attribute(node, "itemtype"), *name = NULL;
	xmlNode *at = node;

	if (type != NULL && strstr(type, "Organization") != NULL)
		return NULL;
	for (unsigned nodes = 0; at != NULL && nodes < NAME_NODES;
	    at = dom_next(at, node), nodes++) {
		if (at->type == XML_TEXT_NODE && !xmlIsBlankNode(at))
			return NULL;
		if (name == NULL && dom_is(at, "meta") &&
		    dom_has_token(dom_attribute(at, "itemprop"), "name"))
			name = dom_attribute(at, "content");
	}
	return name;
}

bool
byline_is_beside(const xmlNode *node, const xmlNode *other)
{
	const xmlNode *mine = node->parent, *others = other->parent;

	return mine == others || mine->parent == others || mine == others->parent ||
	    mine->parent == others->parent;
}

bool
byline_is_inside(const xmlNode *node, const xmlNode *other)
{

	for (unsigned level = 0; node != NULL && level < BYLINE_LEVELS; level++) {
		if (node->parent == other)
			return true;
		node = node->parent;
	}
	return false;
}

/* ------------------------------------------------------------------ the search */

struct search {
	struct author_list *list;
	char *date;		/* the nearest line with one; behind the heading the first */
	bool date_follows;
	unsigned date_at;
	const xmlNode *found;	/* where the first author stands */
	bool after_heading;
	bool expecting;		/* the text before was "By" or the like, alone */
	unsigned texts;		/* since the heading */
};

/* What is never where the article's own byline is. */
static bool
is_elsewhere(const struct search *search, const xmlNode *node)
{

	return dom_hidden(node) || dom_is(node, "nav") || dom_is(node, "footer") ||
	    dom_is(node, "aside") || dom_is(node, "figure") || (search->after_heading &&
	    (hint_of(node, NULL) & (HINT_COMMENTS | HINT_RELATED | HINT_CAPTION)) != 0);
}

/* A link to what an author wrote, or an element whose names speak of one. */
static bool
speaks_of_author(const xmlNode *node)
{
	static const char *const paths[] = { "/author/", "/authors/", "/contributor/",
		"/contributors/", "/writers/", "/journalist/", "/reporter/", "/producers/",
		"/staff/", "/by/", "/autor/", "/autoren/", "/auteur/", "/autore/" };
	static const char *const names[] = { "author", "byline", "writer", "contributor" };

	if (dom_is(node, "a") && dom_has_part(dom_attribute(node, "href"), paths, COUNT(paths)))
		return true;
	return !dom_is(node, "body") &&
	    dom_has_part(dom_attribute(node, "class"), names, COUNT(names));
}

/* Take the names in ${text}, which stands at ${node}. */
static int
take(struct search *search, const xmlNode *node, const char *text)
{
	size_t before = search->list->count;
	int err;

	if (search->found != NULL && !byline_is_beside(node, search->found))
		return 0;
	if ((err = author_add(search->list, text)) != 0)
		return err;
	if (search->list->count > before && search->found == NULL)
		search->found = node;
	return 0;
}

static int
look_at_element(struct search *search, xmlNode *node)
{
	struct buffer text;
	int err;

	if (dom_is(node, "h1")) {
		if (!search->after_heading && search->texts - search->date_at > BEFORE_TEXTS) {
			free(search->date);
			search->date = NULL;
		}
		search->after_heading = true;
		search->texts = 0;
	}
	if (!search->after_heading || !speaks_of_author(node) || role_is_other(node))
		return 0;
	buffer_init(&text, NAME_BYTES);
	err = short_text(node, &text);
	if (err == 0 && author_is_name(buffer_text(&text)))
		err = take(search, node, buffer_text(&text));
	buffer_release(&text);
	return err;
}

/* A date before the heading counts where it stands right before it. */
static int
look_for_date(struct search *search, const char *line)
{

	if (search->date_follows || strpbrk(line, "0123456789") == NULL ||
	    !furniture_is_date(line))
		return 0;
	free(search->date);
	search->date_at = search->texts;
	search->date_follows = search->after_heading;
	return (search->date = strdup(line)) == NULL ? RS_ENOMEM : 0;
}

/* "By Ann Other" in one text, or the name in the text after "By". */
static int
look_at_text(struct search *search, const xmlNode *node)
{
	const char *text = (const char *)node->content;
	const char *name;
	char line[NAME_BYTES + 1];
	bool expecting = search->expecting;
	size_t len;
	int err;

	text += strspn(text, " \t\r\n\f");
	len = strlen(text);
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	if (len == 0)
		return 0;
	search->texts++;
	search->expecting = false;
	if (len > NAME_BYTES)
		return 0;
	memcpy(line, text, len);
	line[len] = '\0';
	if ((err = look_for_date(search, line)) != 0 || !search->after_heading)
		return err;
	name = author_skip_prefix(line);
	if (*name == '\0') {
		search->expecting = true;
		return 0;
	}
	/* Without letters, what is no role is no such line either. */
	if (name != line || (unsigned char)line[0] >= 0xE3) {
		role_keep_writers(line);
		name = author_skip_prefix(line);
	}
	if ((name == line && !expecting) || !author_is_full_name(name))
		return 0;
	return take(search, node, name);
}

int
byline_find(xmlDoc *document, struct author_list *list, char **ret_date)
{
	xmlNode *root = xmlDocGetRootElement(document), *node = root;
	struct search search = { .list = list };
	int err = 0;

	while (node != NULL && err == 0 &&
	    (!search.after_heading || search.texts <= NEAR_TEXTS)) {
		if (node->type == XML_ELEMENT_NODE) {
			if (is_elsewhere(&search, node)) {
				node = dom_next_after(node, root);
				continue;
			}
			err = look_at_element(&search, node);
		} else if (node->type == XML_TEXT_NODE && node->content != NULL) {
			err = look_at_text(&search, node);
		}
		node = dom_next(node, root);
	}
	if (err == 0 && search.after_heading && search.date != NULL)
		*ret_date = search.date;
	else
		free(search.date);
	return err;
}
