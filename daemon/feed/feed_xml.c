#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/parser.h>
#include <libxml/SAX2.h>
#include <libxml/tree.h>

#include "daemon/feed/feed_repair.h"
#include "daemon/feed/feed_result.h"
#include "daemon/feed/feed_xml.h"

/*
 * NOENT puts the text of internal entities in their place while libxml2 watches
 * how much they grow; left as references they would grow unwatched later.
 * XML_PARSE_HUGE would lift every bound and is never set.
 */
enum {
	PARSE_OPTIONS = XML_PARSE_RECOVER | XML_PARSE_NOENT | XML_PARSE_NONET |
	    XML_PARSE_NOCDATA | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT |
	    XML_PARSE_IGNORE_ENC
};

/* Where a name comes from. */
enum space {
	SPACE_CORE,		/* RSS, Atom, CDF, or no namespace */
	SPACE_DC,		/* Dublin Core, elements 1.1 */
	SPACE_TERMS,		/* Dublin Core, terms */
	SPACE_MEDIA,		/* Media RSS */
	SPACE_SYNDICATION,	/* RSS 1.0 syndication module */
	SPACE_RDF,
	SPACE_OTHER
};

static const struct {
	const char *uri;
	enum space space;
} spaces[] = {
	{ "http://www.w3.org/2005/Atom", SPACE_CORE },
	{ "http://purl.org/atom/ns#", SPACE_CORE },
	{ "http://purl.org/rss/1.0/", SPACE_CORE },
	{ "http://my.netscape.com/rdf/simple/0.9/", SPACE_CORE },
	{ "http://channel.netscape.com/rdf/simple/0.9/", SPACE_CORE },
	{ "http://backend.userland.com/rss2", SPACE_CORE },
	{ "http://purl.org/dc/elements/1.1/", SPACE_DC },
	{ "http://purl.org/dc/terms/", SPACE_TERMS },
	{ "http://search.yahoo.com/mrss/", SPACE_MEDIA },
	{ "http://search.yahoo.com/mrss", SPACE_MEDIA },
	{ "http://purl.org/rss/1.0/modules/syndication/", SPACE_SYNDICATION },
	{ "http://www.w3.org/1999/02/22-rdf-syntax-ns#", SPACE_RDF },
};

/* One of the names of a field. */
struct name {
	enum space space;
	const char *name;
};

static const struct name titles[] = {
	{ SPACE_CORE, "title" }, { SPACE_DC, "title" }, { SPACE_MEDIA, "title" }, { 0, NULL }
};
static const struct name ids[] = {
	{ SPACE_CORE, "guid" }, { SPACE_CORE, "id" }, { SPACE_DC, "identifier" }, { 0, NULL }
};
static const struct name publication[] = {
	{ SPACE_CORE, "published" }, { SPACE_CORE, "issued" }, { SPACE_CORE, "pubDate" },
	{ SPACE_TERMS, "issued" }, { SPACE_CORE, "created" }, { SPACE_TERMS, "created" },
	{ 0, NULL }
};
static const struct name update[] = {
	{ SPACE_CORE, "updated" }, { SPACE_CORE, "modified" }, { SPACE_TERMS, "modified" },
	{ SPACE_DC, "date" }, { 0, NULL }
};

/* Return what links in ${node} are relative to, for xmlFree; NULL without memory. */
static xmlChar *
base_of(const xmlNode *node)
{
	xmlChar *base = xmlNodeGetBase(node->doc, node);

	/* An xml:base that is no URI says nothing. */
	if (base == NULL)
		base = xmlStrdup(node->doc->URL != NULL ? node->doc->URL : BAD_CAST "");
	return base;
}

/* One entry or channel: the element, and its base (xml:base or the feed's URL). */
struct reading {
	const xmlNode *node;
	const xmlNode *root;
	xmlChar *base;
};

static enum space
space_of(const xmlNode *node, const xmlNode *root)
{
	size_t i;

	if (node->ns == NULL || node->ns->href == NULL)
		return SPACE_CORE;
	for (i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
		if (strcmp((const char *)node->ns->href, spaces[i].uri) == 0)
			return spaces[i].space;
	}
	if (root->ns != NULL && xmlStrEqual(node->ns->href, root->ns->href))
		return SPACE_CORE;
	return SPACE_OTHER;
}

static bool
is(const xmlNode *node, const xmlNode *root, enum space space, const char *name)
{
	return node->type == XML_ELEMENT_NODE &&
	    strcasecmp((const char *)node->name, name) == 0 && space_of(node, root) == space;
}

/* Return the next child called ${name} after ${child}, or the first; or NULL. */
static const xmlNode *
next_child(const struct reading *reading, const xmlNode *child, enum space space,
    const char *name)
{
	child = child == NULL ? reading->node->children : child->next;
	while (child != NULL && !is(child, reading->root, space, name))
		child = child->next;
	return child;
}

/* Return the first child that has the best of ${names}, or NULL. */
static const xmlNode *
best_child(const struct reading *reading, const struct name *names)
{
	const xmlNode *child = NULL;

	for (; names->name != NULL && child == NULL; names++)
		child = next_child(reading, NULL, names->space, names->name);
	return child;
}

/* Return the value of an attribute, whatever its case and namespace, or NULL. */
static xmlChar *
attribute(const xmlNode *node, const char *name)
{
	const xmlAttr *at;

	for (at = node->properties; at != NULL; at = at->next) {
		if (strcasecmp((const char *)at->name, name) == 0)
			return xmlNodeListGetString(node->doc, at->children, 1);
	}
	return NULL;
}

static bool
attribute_is(const xmlNode *node, const char *name, const char *value)
{
	xmlChar *found = attribute(node, name);
	bool same = found != NULL && strcasecmp((const char *)found, value) == 0;

	xmlFree(found);
	return same;
}

/*
 * RSS never says what a title is, so one that looks like HTML is HTML; Atom does
 * (RFC 4287, section 3.1; Atom 0.3 with a media type and a mode).
 */
static bool
is_markup(const xmlNode *node, const xmlNode *root)
{
	if (strcasecmp((const char *)root->name, "feed") != 0)
		return true;
	if (attribute_is(node, "mode", "xml"))
		return false;
	return attribute_is(node, "type", "html") || attribute_is(node, "type", "text/html") ||
	    attribute_is(node, "mode", "escaped");
}

static int
set_title(const struct reading *reading, char **field)
{
	const xmlNode *node = best_child(reading, titles);
	xmlChar *text;
	int err;

	if (node == NULL)
		return RS_OK;
	text = xmlNodeGetContent(node);
	if (text == NULL)
		return RS_ENOMEM;
	err = feed_result_title(field, (const char *)text, is_markup(node, reading->root));
	xmlFree(text);
	return err;
}

/* Set ${field} by the first of ${names} whose text is a date. */
static void
set_date(const struct reading *reading, const struct name *names, int64_t *field)
{
	const xmlNode *node;
	xmlChar *text;
	bool set = false;

	for (; names->name != NULL && !set; names++) {
		node = next_child(reading, NULL, names->space, names->name);
		text = node == NULL ? NULL : xmlNodeGetContent(node);
		set = feed_result_date((const char *)text, field);
		xmlFree(text);
	}
}

static int
link_from(const struct reading *reading, xmlChar *text, Readsync__FeedEntry *entry)
{
	int err = RS_OK;

	if (text != NULL && entry->link[0] == '\0')
		err = feed_result_link(entry, (const char *)text,
		    (const char *)reading->base);
	xmlFree(text);
	return err;
}

/*
 * How well a link element names the article: 0 not at all, then an alternate
 * of another type, then a page.
 */
static unsigned
link_rank(const xmlNode *node)
{
	xmlChar *rel = attribute(node, "rel");
	xmlChar *type = attribute(node, "type");
	unsigned rank = 2;

	if (rel != NULL && strcasecmp((const char *)rel, "alternate") != 0)
		rank = 0;
	else if (type != NULL && strcasestr((const char *)type, "html") == NULL)
		rank = 1;
	xmlFree(rel);
	xmlFree(type);
	return rank;
}

/* The link element of RSS (its text) or Atom (its href). */
static int
set_link(const struct reading *reading, Readsync__FeedEntry *entry)
{
	const xmlNode *node = NULL;
	const xmlNode *best = NULL;
	unsigned best_rank = 0;
	xmlChar *text, *base;
	int err;

	while ((node = next_child(reading, node, SPACE_CORE, "link")) != NULL) {
		if (link_rank(node) > best_rank) {
			best_rank = link_rank(node);
			best = node;
		}
	}
	if (best == NULL)
		return RS_OK;
	text = attribute(best, "href");
	if (text == NULL)
		text = xmlNodeGetContent(best);
	base = base_of(best);
	err = text == NULL || base == NULL ? RS_ENOMEM :
	    feed_result_link(entry, (const char *)text, (const char *)base);
	xmlFree(text);
	xmlFree(base);
	return err;
}

/* The id, and, where no link was given, the article that it may name. */
static int
set_id(const struct reading *reading, Readsync__FeedEntry *entry)
{
	const xmlNode *node = best_child(reading, ids);
	bool permalink = true;
	xmlChar *text;
	int err;

	if (node != NULL) {
		text = xmlNodeGetContent(node);
		permalink = !attribute_is(node, "isPermaLink", "false");
	} else {
		text = attribute(reading->node, "about");
	}
	if (text == NULL)
		return RS_OK;
	err = feed_result_id(entry, (const char *)text, (const char *)reading->base);
	/* Only a whole URL: most ids that are none would resolve to nonsense. */
	if (err == RS_OK && permalink && strncasecmp(entry->id, "http", 4) == 0)
		return link_from(reading, text, entry);
	xmlFree(text);
	return err;
}

/* RSS category and dc:subject have a text, Atom's category a label or a term. */
static int
set_tags(const struct reading *reading, Readsync__FeedEntry *entry)
{
	const xmlNode *node;
	xmlChar *text;
	int err = RS_OK;

	for (node = reading->node->children; node != NULL && err == RS_OK; node = node->next) {
		if (!is(node, reading->root, SPACE_CORE, "category") &&
		    !is(node, reading->root, SPACE_DC, "subject"))
			continue;
		text = attribute(node, "label");
		if (text == NULL)
			text = attribute(node, "term");
		if (text == NULL)
			text = xmlNodeGetContent(node);
		err = text == NULL ? RS_ENOMEM : feed_result_tag(entry, (const char *)text);
		xmlFree(text);
	}
	return err;
}

static int
read_entry(const xmlNode *node, const xmlNode *root, Readsync__JobResult *result)
{
	struct reading reading = { node, root, base_of(node) };
	Readsync__FeedEntry *entry;
	xmlChar *modified = NULL;
	int err;

	if (reading.base == NULL)
		return RS_ENOMEM;
	if ((err = feed_result_add(result, &entry)) != RS_OK ||
	    (err = set_title(&reading, &entry->title)) != RS_OK ||
	    (err = set_link(&reading, entry)) != RS_OK ||
	    (err = set_id(&reading, entry)) != RS_OK ||
	    /* CDF: everything is an attribute. */
	    (err = link_from(&reading, attribute(node, "href"), entry)) != RS_OK ||
	    (err = set_tags(&reading, entry)) != RS_OK ||
	    (err = feed_result_finish(entry)) != RS_OK)
		goto out;
	set_date(&reading, publication, &entry->published_ms);
	set_date(&reading, update, &entry->updated_ms);
	modified = attribute(node, "lastmod");
	feed_result_date((const char *)modified, &entry->updated_ms);
out:
	xmlFree(modified);
	xmlFree(reading.base);
	return err;
}

/* Return the number that is the text of ${node}, between 0 and ${most}. */
static unsigned
number_of(const xmlNode *node, unsigned most)
{
	xmlChar *text = node == NULL ? NULL : xmlNodeGetContent(node);
	long value = text == NULL ? 0 : strtol((const char *)text, NULL, 10);

	xmlFree(text);
	return value < 0 ? 0 : value > (long)most ? most : (unsigned)value;
}

/* RSS 2.0's ttl in minutes, or the syndication module's period over frequency. */
static unsigned
read_ttl(const struct reading *channel)
{
	static const struct {
		const char *name;
		unsigned minutes;
	} periods[] = {
		{ "hourly", 60 }, { "daily", 1440 }, { "weekly", 10080 },
		{ "monthly", 43200 }, { "yearly", 525600 },
	};
	const unsigned most = 525600;
	const xmlNode *node = next_child(channel, NULL, SPACE_CORE, "ttl");
	unsigned frequency, ttl = 0;
	xmlChar *text;
	size_t i;

	if (node != NULL)
		return number_of(node, most);
	node = next_child(channel, NULL, SPACE_SYNDICATION, "updatePeriod");
	if (node == NULL || (text = xmlNodeGetContent(node)) == NULL)
		return 0;
	node = next_child(channel, NULL, SPACE_SYNDICATION, "updateFrequency");
	frequency = number_of(node, most);
	for (i = 0; i < sizeof(periods) / sizeof(periods[0]); i++) {
		if (strcasestr((const char *)text, periods[i].name) != NULL)
			ttl = periods[i].minutes / (frequency == 0 ? 1 : frequency);
	}
	xmlFree(text);
	return ttl;
}

/*
 * Read the entries among the children of ${parent}, and of channels in it: CDF nests
 * them, and an end tag too many makes RSS do so.
 */
static int
read_entries(const xmlNode *parent, const xmlNode *root, Readsync__JobResult *result)
{
	const xmlNode *node;
	int err = RS_OK;

	for (node = parent->children; node != NULL && err == RS_OK; node = node->next) {
		if (is(node, root, SPACE_CORE, "item") || is(node, root, SPACE_CORE, "entry"))
			err = read_entry(node, root, result);
		else if (is(node, root, SPACE_CORE, "channel"))
			err = read_entries(node, root, result);
	}
	/* A feed with more has told its newest entries all the same. */
	return err == RS_ELIMIT ? RS_OK : err;
}

static int
read_feed(const xmlNode *root, Readsync__JobResult *result)
{
	struct reading channel = { root, root, NULL };
	const xmlNode *inner = next_child(&channel, NULL, SPACE_CORE, "channel");
	int err;

	if (inner != NULL)
		channel.node = inner;
	if ((err = set_title(&channel, &result->feed_title)) != RS_OK)
		return err;
	result->ttl_minutes = read_ttl(&channel);
	return read_entries(root, root, result);
}

/* Tell whether ${root} is the root of a feed; if not, ${detail} says what it is. */
static bool
is_feed(const xmlNode *root, struct rs_err_detail *detail)
{
	static const char *const roots[] = { "rss", "rdf", "feed", "channel" };
	size_t i;

	if (root == NULL) {
		rs_err_detail_set(detail, "not a feed: neither XML nor JSON");
		return false;
	}
	for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		if (strcasecmp((const char *)root->name, roots[i]) == 0)
			return true;
	}
	if (strcasecmp((const char *)root->name, "html") == 0)
		rs_err_detail_set(detail, "not a feed: an HTML page");
	else
		rs_err_detail_set(detail, "not a feed: its XML is <%.40s>", root->name);
	return false;
}

/* Let an internal entity be known; all others would name files or the network. */
static void
declare_entity(void *context, const xmlChar *name, int type, const xmlChar *public_id,
    const xmlChar *system_id, xmlChar *content)
{
	if (type == XML_INTERNAL_GENERAL_ENTITY)
		xmlSAX2EntityDecl(context, name, type, public_id, system_id, content);
}

static void
ignore_subset(void *context, const xmlChar *name, const xmlChar *public_id,
    const xmlChar *system_id)
{
	(void)context;
	(void)name;
	(void)public_id;
	(void)system_id;
}

static int
parse(struct bytes text, const char *url, xmlDoc **ret_document)
{
	xmlParserCtxt *context = xmlNewParserCtxt();
	xmlDoc *document;

	if (context == NULL)
		return RS_ENOMEM;
	context->sax->entityDecl = declare_entity;
	context->sax->externalSubset = ignore_subset;
	context->sax->resolveEntity = NULL;
	document = xmlCtxtReadMemory(context, (const char *)text.data, (int)text.len, url,
	    "UTF-8", PARSE_OPTIONS);
	if (document == NULL && context->lastError.code == XML_ERR_NO_MEMORY) {
		xmlFreeParserCtxt(context);
		return RS_ENOMEM;
	}
	xmlFreeParserCtxt(context);
	*ret_document = document;
	return RS_OK;
}

int
feed_xml_read(struct bytes text, const char *url, Readsync__JobResult *result,
    struct rs_err_detail *detail)
{
	struct buffer repaired;
	xmlDoc *document = NULL;
	xmlNode *root;
	int err;

	/* The longest rewrite of a reference makes five bytes of one. */
	buffer_init(&repaired, 5 * text.len);
	if ((err = feed_repair(text, &repaired)) != RS_OK)
		goto out;
	if ((err = parse(buffer_bytes(&repaired), url, &document)) != RS_OK)
		goto out;
	root = document == NULL ? NULL : xmlDocGetRootElement(document);
	err = is_feed(root, detail) ? read_feed(root, result) : RS_ENOTPAGE;
out:
	xmlFreeDoc(document);
	buffer_release(&repaired);
	return err;
}
