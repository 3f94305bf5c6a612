#include <stdlib.h>
#include <string.h>

#include <libxml/xpath.h>

#include "daemon/page/author.h"
#include "daemon/page/date.h"
#include "daemon/page/plain.h"
#include "daemon/page/shown.h"
#include "daemon/page/site_rule.h"
#include "daemon/page/url.h"
#include "proto/base/err.h"

enum {
	OPERATIONS_MAX = 5 * 1000 * 1000,	/* of one XPath on one page */
	NODES_MAX = 5000			/* that one XPath may find */
};

/* ------------------------------------------------------------------- the page's text */

static int
put(uint8_t *out, size_t *len, size_t max, const void *data, size_t count)
{
	if (count > max - *len)
		return RS_ELIMIT;
	memcpy(out + *len, data, count);
	*len += count;
	return RS_OK;
}

/* Replace ${find} in ${text} by ${by}, into a new buffer of ${max} bytes. */
static int
replace_one(struct bytes text, const char *find, const char *by, size_t max, uint8_t *out,
    size_t *ret_len)
{
	size_t find_len = strlen(find), at = 0, len = 0;
	const uint8_t *found;
	int err = RS_OK;

	while (err == RS_OK && find_len > 0 && at < text.len) {
		found = memmem(text.data + at, text.len - at, find, find_len);
		if (found == NULL)
			break;
		err = put(out, &len, max, text.data + at, (size_t)(found - text.data) - at);
		if (err == RS_OK)
			err = put(out, &len, max, by, strlen(by));
		at = (size_t)(found - text.data) + find_len;
	}
	if (err == RS_OK)
		err = put(out, &len, max, text.data + at, text.len - at);
	*ret_len = len;
	return err;
}

int
site_rule_replace(const Readsync__SiteRule *rule, struct bytes text, size_t max,
    uint8_t **ret_text, size_t *ret_len)
{
	size_t room = 2 * text.len + 64 * 1024, len;
	uint8_t *now = NULL, *next;

	*ret_text = NULL;
	room = room > max ? max : room;
	for (size_t i = 0; i < rule->n_find && i < rule->n_replace; i++) {
		if (memmem(text.data, text.len, rule->find[i], strlen(rule->find[i])) == NULL)
			continue;
		next = malloc(room + 1);
		if (next == NULL) {
			free(now);
			return RS_ENOMEM;
		}
		if (replace_one(text, rule->find[i], rule->replace[i], room, next, &len) != RS_OK) {
			free(next);
			continue;
		}
		free(now);
		now = next;
		text = bytes_of(now, len);
	}
	if (now != NULL)
		now[text.len] = '\0';
	*ret_text = now;
	*ret_len = text.len;
	return RS_OK;
}

/* ------------------------------------------------------------------------- XPath */

static void
ignore_error(void *context, xmlErrorPtr error)
{
	(void)context;
	(void)error;
}

/* A function that there is none of is not an error to libxml2, but a line on stderr. */
static void __attribute__((format(printf, 2, 3)))
ignore_line(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

/* Evaluate ${xpath}; NULL when it fails, or takes too long. */
static xmlXPathObject *
evaluate(xmlDoc *document, const char *xpath)
{
	xmlXPathContext *context = xmlXPathNewContext(document);
	xmlXPathObject *found;

	if (context == NULL)
		return NULL;
	xmlSetGenericErrorFunc(NULL, ignore_line);
	context->error = ignore_error;
	context->opLimit = OPERATIONS_MAX;
	found = xmlXPathEval((const xmlChar *)xpath, context);
	xmlXPathFreeContext(context);
	return found;
}

/* How many nodes were found; 0 for what is no set of nodes. */
static int
node_count(const xmlXPathObject *found)
{
	int count = found == NULL || found->type != XPATH_NODESET || found->nodesetval == NULL ? 0 :
	    found->nodesetval->nodeNr;

	return count > NODES_MAX ? NODES_MAX : count;
}

static bool
finds(xmlDoc *document, const char *xpath)
{
	xmlXPathObject *found = evaluate(document, xpath);
	bool any = node_count(found) > 0 ||
	    (found != NULL && found->type == XPATH_BOOLEAN && found->boolval) ||
	    (found != NULL && found->type == XPATH_STRING && found->stringval[0] != '\0');

	xmlXPathFreeObject(found);
	return any;
}

/* Is ${node} in something that the page hides? */
static bool
is_hidden(const xmlNode *node)
{
	for (; node != NULL; node = node->parent) {
		if (node->type == XML_ELEMENT_NODE && dom_hidden(node))
			return true;
	}
	return false;
}

/*
 * The text that the first of ${xpaths} finds which finds any, in one line, which the caller
 * frees; NULL for none.  An attribute's value is one, and what a function makes of a text that is
 * shown; a hidden element's text is not.
 */
static char *
find_text(xmlDoc *document, char *const *xpaths, size_t count)
{
	char *text = NULL;

	for (size_t i = 0; i < count && text == NULL; i++) {
		xmlXPathObject *found = evaluate(document, xpaths[i]);
		struct buffer line;
		bool shown;

		buffer_init(&line, METADATA_TEXT);
		/* Functions of XPath see also what is hidden. */
		if (found != NULL && found->type == XPATH_STRING &&
		    shown_holds(document, (const char *)found->stringval, &shown) == RS_OK &&
		    shown)
			(void)buffer_append_text(&line, (const char *)found->stringval);
		for (int j = 0; j < node_count(found) && line.len == 0; j++) {
			xmlNode *node = found->nodesetval->nodeTab[j];

			if (node->type == XML_ELEMENT_NODE && !is_hidden(node))
				(void)dom_append_text(node, &line);
			else if (node->type == XML_ATTRIBUTE_NODE && node->children != NULL &&
			    node->children->content != NULL)
				(void)buffer_append_text(&line,
				    (const char *)node->children->content);
			else if (node->type == XML_TEXT_NODE && !is_hidden(node->parent))
				(void)buffer_append_text(&line, (const char *)node->content);
		}
		if (line.len > 0)
			text = strdup(buffer_text(&line));
		buffer_release(&line);
		xmlXPathFreeObject(found);
	}
	return text;
}

/* -------------------------------------------------------------------- what it tells */

bool
site_rule_asks_login(const Readsync__SiteRule *rule, xmlDoc *document)
{
	return rule->not_logged_in[0] != '\0' && finds(document, rule->not_logged_in);
}

int
site_rule_link(Readsync__RuleLink *const *links, size_t count, xmlDoc *document,
    const char *url, char **ret_url)
{
	*ret_url = NULL;
	for (size_t i = 0; i < count; i++) {
		xmlXPathObject *found;
		const char *href = NULL;
		char *text = NULL;
		int err = RS_EINVAL;

		if (links[i]->condition[0] != '\0' && !finds(document, links[i]->condition))
			continue;
		found = evaluate(document, links[i]->xpath);
		if (node_count(found) > 0 &&
		    found->nodesetval->nodeTab[0]->type == XML_ELEMENT_NODE)
			href = dom_attribute(found->nodesetval->nodeTab[0], "href");
		if (href == NULL)
			href = text = find_text(document, &links[i]->xpath, 1);
		if (href != NULL)
			err = url_resolve(url, href, ret_url);
		free(text);
		xmlXPathFreeObject(found);
		if (err == RS_OK && strncmp(*ret_url, "http", 4) == 0)
			return RS_OK;
		if (err == RS_OK)
			free(*ret_url);
		*ret_url = NULL;
		if (err == RS_ENOMEM)
			return err;
	}
	return RS_OK;
}

char *
site_rule_value(const char *xpath, xmlDoc *document)
{
	xmlXPathObject *found = evaluate(document, xpath);
	const char *value = NULL;
	const xmlNode *node;
	char *copy;

	if (found != NULL && found->type == XPATH_STRING)
		value = (const char *)found->stringval;
	if (node_count(found) > 0) {
		node = found->nodesetval->nodeTab[0];
		if (node->type == XML_ELEMENT_NODE)
			value = dom_attribute(node, "value");
		else if (node->type == XML_ATTRIBUTE_NODE && node->children != NULL)
			value = (const char *)node->children->content;
		else if (node->type == XML_TEXT_NODE)
			value = (const char *)node->content;
	}
	copy = value == NULL ? NULL : strdup(value);
	xmlXPathFreeObject(found);
	return copy;
}

static int
set_authors(const char *byline, struct metadata *metadata)
{
	struct author_list list = { .count = 0 };
	int err = author_add(&list, byline);
	size_t i;

	if (err == RS_OK && list.count > 0) {
		while (metadata->author_count > 0)
			free(metadata->authors[--metadata->author_count]);
		for (i = 0; i < list.count && i < METADATA_AUTHORS; i++) {
			metadata->authors[metadata->author_count++] = list.names[i];
			list.names[i] = NULL;
		}
	}
	for (i = 0; i < list.count; i++)
		free(list.names[i]);
	return err;
}

static int
set_date(const char *text, struct metadata *metadata)
{
	char formatted[DATE_TEXT];
	struct date date;

	if (date_parse(text, &date) != RS_OK)
		return RS_OK;
	date_format(&date, formatted);
	free(metadata->published);
	metadata->published = strdup(formatted);
	metadata->published_ms = date_ms(&date);
	return metadata->published == NULL ? RS_ENOMEM : RS_OK;
}

int
site_rule_metadata(const Readsync__SiteRule *rule, xmlDoc *document,
    struct metadata *metadata)
{
	char *found = find_text(document, rule->title, rule->n_title);
	char *title = found == NULL ? NULL : plain_text(found, METADATA_TEXT);
	char *author = find_text(document, rule->author, rule->n_author);
	char *date = find_text(document, rule->date, rule->n_date);
	int err = RS_OK;

	if (title != NULL) {
		free(metadata->title);
		metadata->title = title;
	}
	if (author != NULL)
		err = set_authors(author, metadata);
	if (err == RS_OK && date != NULL)
		err = set_date(date, metadata);
	free(found);
	free(author);
	free(date);
	return err;
}

/* --------------------------------------------------------------------- what it cuts */

/* Does ${node} hold one of ${parts} in its id or class? */
static bool
has_part(const xmlNode *node, char *const *parts, size_t count)
{
	const char *id = dom_attribute(node, "id"), *class = dom_attribute(node, "class");

	for (size_t i = 0; i < count; i++) {
		if ((id != NULL && strstr(id, parts[i]) != NULL) ||
		    (class != NULL && strstr(class, parts[i]) != NULL))
			return true;
	}
	return false;
}

static bool
is_stripped_image(const xmlNode *node, const Readsync__SiteRule *rule)
{
	const char *source = dom_is(node, "img") ? dom_attribute(node, "src") : NULL;

	for (size_t i = 0; source != NULL && i < rule->n_strip_image; i++) {
		if (strstr(source, rule->strip_image[i]) != NULL)
			return true;
	}
	return false;
}

static void
strip_by_name(const Readsync__SiteRule *rule, xmlDoc *document)
{
	xmlNode *root = xmlDocGetRootElement(document), *node = root, *next;
	bool goes;

	for (; node != NULL; node = next) {
		goes = node != root && node->type == XML_ELEMENT_NODE && !dom_is(node, "body") &&
		    (has_part(node, rule->strip_class, rule->n_strip_class) ||
		    is_stripped_image(node, rule));
		next = goes ? dom_next_after(node, root) : dom_next(node, root);
		if (goes) {
			xmlUnlinkNode(node);
			xmlFreeNode(node);
		}
	}
}

/*
 * List the elements that were found, without those that stand in another of them, the root
 * and the body.  The caller frees them; NULL for none.
 */
static xmlNode **
outermost(const xmlXPathObject *found, const xmlDoc *document, int *ret_count)
{
	xmlNode *root = xmlDocGetRootElement(document), *node, **nodes;
	int count = node_count(found), kept = 0, i;

	*ret_count = 0;
	nodes = count == 0 ? NULL : calloc((size_t)count, sizeof(*nodes));
	if (nodes == NULL)
		return NULL;
	for (i = 0; i < count; i++) {
		node = found->nodesetval->nodeTab[i];
		if (node->type == XML_ELEMENT_NODE && node != root && !dom_is(node, "body")) {
			node->_private = node;
			nodes[kept++] = node;
		}
	}
	for (i = 0; i < kept; i++) {
		for (node = nodes[i]->parent; node != NULL && node->_private == NULL;
		    node = node->parent)
			continue;
		if (node == NULL)
			nodes[(*ret_count)++] = nodes[i];
	}
	for (i = 0; i < count; i++) {
		node = found->nodesetval->nodeTab[i];
		if (node->type == XML_ELEMENT_NODE)
			node->_private = NULL;
	}
	return nodes;
}

static void
strip_by_xpath(const char *xpath, xmlDoc *document)
{
	xmlXPathObject *found = evaluate(document, xpath);
	xmlNode **nodes;
	int count, i;

	nodes = outermost(found, document, &count);
	xmlXPathFreeObject(found);
	for (i = 0; i < count; i++) {
		xmlUnlinkNode(nodes[i]);
		xmlFreeNode(nodes[i]);
	}
	free(nodes);
}

/* Put each element that is found into one of its own, while there is ${room}. */
static int
wrap(const Readsync__RuleWrap *rule, xmlDoc *document, size_t *room)
{
	xmlXPathObject *found = evaluate(document, rule->xpath);
	xmlNode **nodes, *around;
	int count, i, err = RS_OK;

	nodes = outermost(found, document, &count);
	xmlXPathFreeObject(found);
	for (i = 0; i < count && *room > 0 && err == RS_OK; i++, --*room) {
		around = xmlNewDocNode(document, NULL, (const xmlChar *)rule->tag, NULL);
		if (around == NULL) {
			err = RS_ENOMEM;
		} else {
			dom_note(around);
			xmlReplaceNode(nodes[i], around);
			xmlAddChild(around, nodes[i]);
		}
	}
	free(nodes);
	return err;
}

static xmlNode *
find_body_element(xmlDoc *document)
{
	xmlNode *root = xmlDocGetRootElement(document), *node = root;

	while (node != NULL && !dom_is(node, "body"))
		node = dom_next(node, root);
	return node;
}

/* Move what ${found} has of visible elements into ${article}; tell whether there was any. */
static bool
gather(const xmlXPathObject *found, const xmlDoc *document, xmlNode *article)
{
	xmlNode **nodes;
	bool any = false;
	int count, i;

	nodes = outermost(found, document, &count);
	for (i = 0; i < count; i++) {
		if (is_hidden(nodes[i]))
			continue;
		xmlUnlinkNode(nodes[i]);
		xmlAddChild(article, nodes[i]);
		any = true;
	}
	free(nodes);
	return any;
}

/* Leave the body that ${rule} finds alone in the document, as its article. */
static int
choose_body(const Readsync__SiteRule *rule, xmlDoc *document, bool *ret_chose)
{
	xmlNode *body = find_body_element(document), *article, *node, *next;
	bool any = false;

	if (body == NULL || rule->n_body == 0)
		return RS_OK;
	article = xmlNewDocNode(document, NULL, (const xmlChar *)"article", NULL);
	if (article == NULL || xmlNewProp(article, (const xmlChar *)"itemprop",
	    (const xmlChar *)"articleBody") == NULL) {
		xmlFreeNode(article);
		return RS_ENOMEM;
	}
	for (size_t i = 0; i < rule->n_body && !any; i++) {
		xmlXPathObject *found = evaluate(document, rule->body[i]);

		any = gather(found, document, article);
		xmlXPathFreeObject(found);
	}
	if (!any) {
		xmlFreeNode(article);
		return RS_OK;
	}
	for (node = body->children; node != NULL; node = next) {
		next = node->next;
		xmlUnlinkNode(node);
		xmlFreeNode(node);
	}
	xmlAddChild(body, article);
	*ret_chose = true;
	return RS_OK;
}

int
site_rule_cut(const Readsync__SiteRule *rule, xmlDoc *document, bool chooses, bool *ret_chose)
{
	size_t room = SITE_RULE_WRAPS_MAX;
	int err = RS_OK;

	*ret_chose = false;
	for (size_t i = 0; i < rule->n_strip; i++)
		strip_by_xpath(rule->strip[i], document);
	strip_by_name(rule, document);
	for (size_t i = 0; i < rule->n_wrap && err == RS_OK; i++)
		err = wrap(rule->wrap[i], document, &room);
	return err == RS_OK && chooses ? choose_body(rule, document, ret_chose) : err;
}
