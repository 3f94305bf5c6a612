#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/access.h"
#include "daemon/page/author.h"
#include "daemon/page/byline.h"
#include "daemon/page/date.h"
#include "daemon/page/fold.h"
#include "daemon/page/gather.h"
#include "daemon/page/heading.h"
#include "daemon/page/jsonld.h"
#include "daemon/page/metadata.h"
#include "daemon/page/plain.h"
#include "daemon/page/title.h"
#include "proto/base/err.h"

enum {
	ITEM_NODES = 100,	/* of one item of microdata that are looked at */
	LEAD_BYTES = 40,	/* of what leads to a date; more is prose */
	WORDS_MAX = 1000000	/* an article that says it has as many has not */
};

static const struct meta_name {
	const char *name;
	enum field field;
	enum rank rank;
} meta_names[] = {
	{ "og:title", FIELD_TITLE, RANK_OPENGRAPH },
	{ "dc.title", FIELD_TITLE, RANK_DUBLIN_CORE },
	{ "dcterms.title", FIELD_TITLE, RANK_DUBLIN_CORE },
	{ "dc:title", FIELD_TITLE, RANK_DUBLIN_CORE },
	{ "dcterm:title", FIELD_TITLE, RANK_DUBLIN_CORE },
	{ "citation_title", FIELD_TITLE, RANK_DUBLIN_CORE },
	{ "title", FIELD_TITLE, RANK_META },
	{ "parsely-title", FIELD_TITLE, RANK_META },
	{ "sailthru.title", FIELD_TITLE, RANK_META },
	{ "headline", FIELD_TITLE, RANK_META },
	{ "twitter:title", FIELD_TITLE, RANK_TWITTER },
	{ "og:site_name", FIELD_SITE_NAME, RANK_OPENGRAPH },
	{ "dc.publisher", FIELD_SITE_NAME, RANK_CLASS },
	{ "dcterms.publisher", FIELD_SITE_NAME, RANK_CLASS },
	{ "dc:publisher", FIELD_SITE_NAME, RANK_CLASS },
	{ "application-name", FIELD_SITE_NAME, RANK_META },
	{ "citation_journal_title", FIELD_SITE_NAME, RANK_META },
	{ "article:published_time", FIELD_PUBLISHED, RANK_OPENGRAPH },
	{ "og:article:published_time", FIELD_PUBLISHED, RANK_OPENGRAPH },
	{ "og:published_time", FIELD_PUBLISHED, RANK_OPENGRAPH },
	{ "article:published", FIELD_PUBLISHED, RANK_OPENGRAPH },
	{ "datepublished", FIELD_PUBLISHED, RANK_MICRODATA },
	{ "dc.date.issued", FIELD_PUBLISHED, RANK_DUBLIN_CORE },
	{ "dcterms.issued", FIELD_PUBLISHED, RANK_DUBLIN_CORE },
	{ "dcterms.created", FIELD_PUBLISHED, RANK_DUBLIN_CORE },
	{ "dcterms.date", FIELD_PUBLISHED, RANK_DUBLIN_CORE },
	{ "dc.date", FIELD_PUBLISHED, RANK_DUBLIN_CORE },
	{ "dc.date.created", FIELD_PUBLISHED, RANK_DUBLIN_CORE },
	{ "dc:date", FIELD_PUBLISHED, RANK_DUBLIN_CORE },
	{ "dc:created", FIELD_PUBLISHED, RANK_DUBLIN_CORE },
	{ "dcterms:created", FIELD_PUBLISHED, RANK_DUBLIN_CORE },
	{ "citation_publication_date", FIELD_PUBLISHED, RANK_META },
	{ "citation_date", FIELD_PUBLISHED, RANK_META },
	{ "parsely-pub-date", FIELD_PUBLISHED, RANK_META },
	{ "sailthru.date", FIELD_PUBLISHED, RANK_META },
	{ "publish-date", FIELD_PUBLISHED, RANK_META },
	{ "publish_date", FIELD_PUBLISHED, RANK_META },
	{ "publishdate", FIELD_PUBLISHED, RANK_META },
	{ "pubdate", FIELD_PUBLISHED, RANK_META },
	{ "pdate", FIELD_PUBLISHED, RANK_META },
	{ "publication_date", FIELD_PUBLISHED, RANK_META },
	{ "date.created", FIELD_PUBLISHED, RANK_META },
	{ "date", FIELD_PUBLISHED, RANK_META },
	{ "article:modified_time", FIELD_MODIFIED, RANK_OPENGRAPH },
	{ "og:updated_time", FIELD_MODIFIED, RANK_OPENGRAPH },
	{ "datemodified", FIELD_MODIFIED, RANK_MICRODATA },
	{ "dcterms.modified", FIELD_MODIFIED, RANK_DUBLIN_CORE },
	{ "dc.date.modified", FIELD_MODIFIED, RANK_DUBLIN_CORE },
	{ "dc:modified", FIELD_MODIFIED, RANK_DUBLIN_CORE },
	{ "last-modified", FIELD_MODIFIED, RANK_META },
	{ "article:section", FIELD_SECTION, RANK_OPENGRAPH },
	{ "parsely-section", FIELD_SECTION, RANK_META },
	{ "section", FIELD_SECTION, RANK_META },
	{ "articlesection", FIELD_SECTION, RANK_MICRODATA },
	{ "og:description", FIELD_EXCERPT, RANK_OPENGRAPH },
	{ "dc.description", FIELD_EXCERPT, RANK_DUBLIN_CORE },
	{ "dcterms.description", FIELD_EXCERPT, RANK_DUBLIN_CORE },
	{ "dcterms.abstract", FIELD_EXCERPT, RANK_DUBLIN_CORE },
	{ "description", FIELD_EXCERPT, RANK_META },
	{ "twitter:description", FIELD_EXCERPT, RANK_TWITTER },
	{ "og:url", FIELD_CANONICAL, RANK_OPENGRAPH },
	{ "parsely-link", FIELD_CANONICAL, RANK_META },
	{ "og:image", FIELD_LEAD_IMAGE, RANK_OPENGRAPH },
	{ "og:image:secure_url", FIELD_LEAD_IMAGE, RANK_OPENGRAPH },
	{ "parsely-image-url", FIELD_LEAD_IMAGE, RANK_META },
	{ "twitter:image", FIELD_LEAD_IMAGE, RANK_TWITTER },
	{ "twitter:image:src", FIELD_LEAD_IMAGE, RANK_TWITTER },
	{ "content-language", FIELD_LANGUAGE, RANK_TITLE },
	{ "dc.language", FIELD_LANGUAGE, RANK_TITLE },
	{ "dcterms.language", FIELD_LANGUAGE, RANK_TITLE },
	{ "dc:language", FIELD_LANGUAGE, RANK_TITLE },
	{ "inlanguage", FIELD_LANGUAGE, RANK_MICRODATA },
	{ "og:locale", FIELD_LANGUAGE, RANK_ADDRESS },
	{ "wordcount", FIELD_WORD_COUNT, RANK_MICRODATA },
	{ "referrer", FIELD_REFERRER, RANK_META },
	{ "dc.creator", FIELD_AUTHOR, RANK_DUBLIN_CORE },
	{ "dcterms.creator", FIELD_AUTHOR, RANK_DUBLIN_CORE },
	{ "dc:creator", FIELD_AUTHOR, RANK_DUBLIN_CORE },
	{ "dcterm:creator", FIELD_AUTHOR, RANK_DUBLIN_CORE },
	{ "citation_author", FIELD_AUTHOR, RANK_DUBLIN_CORE },
	{ "author", FIELD_AUTHOR, RANK_META },
	{ "article:author", FIELD_AUTHOR, RANK_META },
	{ "article:author_name", FIELD_AUTHOR, RANK_META },
	{ "og:article:author", FIELD_AUTHOR, RANK_META },
	{ "parsely-author", FIELD_AUTHOR, RANK_META },
	{ "sailthru.author", FIELD_AUTHOR, RANK_META },
	{ "byl", FIELD_AUTHOR, RANK_META },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static int
offer_meta(struct gather *gather, const struct meta_name *name, const char *content)
{
	char *ordered;
	int err;

	if (name->field != FIELD_AUTHOR || name->rank != RANK_DUBLIN_CORE)
		return gather_offer(gather, name->field, name->rank, content);
	/* Catalogues write the family's name first. */
	if ((ordered = author_in_order(content)) == NULL)
		return RS_ENOMEM;
	err = gather_offer(gather, FIELD_AUTHOR, RANK_DUBLIN_CORE, ordered);
	free(ordered);
	return err;
}

/* Offer ${content} as all that the name of ${len} bytes at ${name} stands for. */
static int
read_meta_name(struct gather *gather, const char *name, size_t len, const char *content)
{
	int err = RS_OK;

	for (size_t i = 0; err == RS_OK && i < COUNT(meta_names); i++) {
		const char *known = meta_names[i].name;

		if (known[0] == tolower((unsigned char)name[0]) &&
		    strncasecmp(known, name, len) == 0 && known[len] == '\0')
			err = offer_meta(gather, &meta_names[i], content);
	}
	return err;
}

static int
read_meta(struct gather *gather, const xmlNode *node)
{
	static const char *const keys[] = { "property", "name", "itemprop", "http-equiv" };
	const char *content = dom_attribute(node, "content");
	int err = RS_OK;

	for (size_t i = 0; content != NULL && err == RS_OK && i < COUNT(keys); i++) {
		const char *name = dom_attribute(node, keys[i]);
		size_t len;

		/* One property attribute may hold several names. */
		for (; name != NULL && err == RS_OK &&
		    *(name += strspn(name, " \t\r\n\f")) != '\0'; name += len) {
			len = strcspn(name, " \t\r\n\f");
			err = read_meta_name(gather, name, len, content);
		}
	}
	return err;
}

static int
read_link(struct gather *gather, const xmlNode *node)
{
	const char *rel = dom_attribute(node, "rel"), *href = dom_attribute(node, "href");

	if (dom_has_token(rel, "canonical"))
		return gather_offer(gather, FIELD_CANONICAL, RANK_JSONLD, href);
	if (dom_has_token(rel, "image_src"))
		return gather_offer(gather, FIELD_LEAD_IMAGE, RANK_MARKUP, href);
	return RS_OK;
}

/* Tell whether what stands right before the date ${node} says that it is of a change. */
static bool
is_of_change(const xmlNode *node)
{
	static const char *const changes[] = { "updated", "modified", "revised", "aktualisiert",
		"actuali", "aggiornat", "bijgewerkt", "uppdatera", "opdateret" };
	/* Behind the first letter, of which there are two cases. */
	static const char *const others[] = { "is à jour", "бновлен", "更新" };
	const xmlNode *before = node->prev;
	struct buffer text;
	bool is = false;

	while (before != NULL && xmlIsBlankNode(before))
		before = before->prev;
	if (before == NULL)
		return false;
	buffer_init(&text, LEAD_BYTES);
	if (dom_append_text(before, &text) == 0 && text.len > 0 &&
	    dom_find(buffer_text(&text), "publish") == NULL) {
		for (size_t i = 0; i < COUNT(changes) && !is; i++)
			is = dom_find(buffer_text(&text), changes[i]) != NULL;
		for (size_t i = 0; i < COUNT(others) && !is; i++)
			is = strstr(buffer_text(&text), others[i]) != NULL;
	}
	buffer_release(&text);
	return is;
}

static int
read_time(struct gather *gather, xmlNode *node)
{
	const char *when = dom_attribute(node, "datetime");

	if (when != NULL && is_of_change(node))
		return gather_offer(gather, FIELD_MODIFIED, RANK_MARKUP, when) != RS_OK ?
		    RS_ENOMEM : gather_offer(gather, FIELD_PUBLISHED, RANK_CHANGED, when);
	if (dom_has_token(dom_attribute(node, "class"), "updated") &&
	    !dom_has_token(dom_attribute(node, "class"), "published"))
		return gather_offer(gather, FIELD_MODIFIED, RANK_MARKUP, when);
	if (when != NULL)
		return gather_offer(gather, FIELD_PUBLISHED, RANK_MARKUP, when);
	return gather_offer_content(gather, FIELD_PUBLISHED, RANK_CLASS, node);
}

/* What microdata calls ${property} below ${node}, or NULL. */
static xmlNode *
item_property(xmlNode *node, const char *property)
{
	xmlNode *at = node;
	unsigned nodes;

	for (nodes = 0; at != NULL && nodes < ITEM_NODES; at = dom_next(at, node), nodes++)
		if (at != node && dom_has_token(dom_attribute(at, "itemprop"), property))
			return at;
	return NULL;
}

/* Who publishes it: an item with a name, or the name. */
static int
read_item_publisher(struct gather *gather, xmlNode *node)
{
	xmlNode *name = item_property(node, "name");
	const char *content;

	if (name == NULL)
		name = node;
	content = dom_attribute(name, "content");
	return content != NULL ? gather_offer(gather, FIELD_SITE_NAME, RANK_CLASS, content) :
	    gather_offer_content(gather, FIELD_SITE_NAME, RANK_CLASS, name);
}

/* Its image: an item with an address, or the address in an attribute. */
static int
read_item_image(struct gather *gather, xmlNode *node)
{
	static const char *const names[] = { "content", "src", "href" };
	xmlNode *url = item_property(node, "url");
	const char *value = NULL;
	size_t i;

	for (i = 0; value == NULL && i < COUNT(names); i++)
		value = dom_attribute(url != NULL ? url : node, names[i]);
	return gather_offer(gather, FIELD_LEAD_IMAGE, RANK_MARKUP, value);
}

/* Microdata outside <meta>: in an attribute, or the element's text. */
static int
read_itemprop(struct gather *gather, xmlNode *node)
{
	static const struct meta_name names[] = {
		{ "headline", FIELD_TITLE, RANK_MICRODATA },
		{ "datePublished", FIELD_PUBLISHED, RANK_MICRODATA },
		{ "dateModified", FIELD_MODIFIED, RANK_MICRODATA },
		{ "articleSection", FIELD_SECTION, RANK_MICRODATA },
		{ "wordCount", FIELD_WORD_COUNT, RANK_MICRODATA },
		{ "author", FIELD_AUTHOR, RANK_MICRODATA },
	};
	const char *properties = dom_attribute(node, "itemprop");
	const char *value;
	int err = RS_OK;

	if (properties == NULL)
		return RS_OK;
	if (dom_has_token(properties, "publisher"))
		return read_item_publisher(gather, node);
	if (dom_has_token(properties, "image"))
		return read_item_image(gather, node);
	if (dom_has_token(properties, "itemListElement"))
		return breadcrumb_read_item(&gather->trail, node);
	if ((value = dom_attribute(node, "content")) == NULL)
		value = dom_attribute(node, "datetime");
	if (value == NULL && dom_has_token(properties, "author"))
		value = byline_declared(node);
	for (size_t i = 0; err == RS_OK && i < COUNT(names); i++) {
		if (!dom_has_token(properties, names[i].name))
			continue;
		if (value != NULL)
			err = gather_offer(gather, names[i].field, names[i].rank, value);
		else if (names[i].field == FIELD_AUTHOR)
			err = gather_offer_byline(gather, names[i].rank, node);
		else
			err = gather_offer_content(gather, names[i].field, names[i].rank, node);
	}
	return err;
}

/* Classes and rels by which pages mark a byline or a date. */
static int
read_byline(struct gather *gather, xmlNode *node)
{
	const char *class = dom_attribute(node, "class"), *id = dom_attribute(node, "id");
	uint32_t marks = 0;
	int err;

	if (dom_has_token(dom_attribute(node, "rel"), "author") && !dom_is(node, "link"))
		return gather_offer_byline(gather, RANK_MARKUP, node);
	if (class != NULL)
		marks |= memo_value(&gather->bylines, class, byline_marks);
	if (id != NULL)
		marks |= byline_marks(id) & BYLINE_AUTHOR;
	if ((marks & BYLINE_AUTHOR) &&
	    (err = gather_offer_byline(gather, RANK_CLASS, node)) < 0)
		return err;
	return marks & BYLINE_DATE ?
	    gather_offer_content(gather, FIELD_PUBLISHED, RANK_CLASS, node) : RS_OK;
}

static int
read_heading(struct gather *gather, xmlNode *node)
{
	char *heading;

	if (gather->heading_count < GATHER_HEADINGS &&
	    (heading = heading_text(node, &gather->bylines)) != NULL)
		gather->headings[gather->heading_count++] = heading;
	return RS_OK;
}

/* The language of the page; what <html> does not say, what holds the article may. */
static int
read_language(struct gather *gather, xmlNode *node)
{
	const char *language = dom_attribute(node, "lang");
	bool whole = dom_is(node, "html");

	if (!whole && !dom_is(node, "body") && !dom_is(node, "main") && !dom_is(node, "article"))
		return RS_OK;
	return gather_offer(gather, FIELD_LANGUAGE, whole ? RANK_META : RANK_TITLE,
	    language != NULL ? language : dom_attribute(node, "xml:lang"));
}

static int
read_element(struct gather *gather, xmlNode *node)
{
	int err;

	if (dom_is(node, "meta"))
		return read_meta(gather, node);
	if (dom_is(node, "link"))
		return (err = read_link(gather, node)) != 0 ? err : read_itemprop(gather, node);
	if (dom_is(node, "base") && gather->base == NULL && dom_attribute(node, "href") != NULL)
		gather->base = plain_url(dom_attribute(node, "href"), gather->url);
	if (dom_is(node, "title") && gather->document_title == NULL) {
		xmlChar *text = xmlNodeGetContent(node);

		if (text != NULL)
			gather->document_title = plain_text((char *)text, METADATA_TEXT);
		xmlFree(text);
	}
	if (dom_is(node, "h1") && (err = read_heading(gather, node)) < 0)
		return err;
	if (dom_is(node, "time") && (err = read_time(gather, node)) < 0)
		return err;
	if ((err = read_language(gather, node)) < 0 || (err = read_itemprop(gather, node)) < 0)
		return err;
	return read_byline(gather, node);
}

/* -------------------------------------------------------------------- JSON-LD */

static int
offer_json(struct gather *gather, const struct jsonld *jsonld, const json_t *node,
    const char *key, enum field field)
{

	return gather_offer(gather, field, RANK_JSONLD,
	    jsonld_text(jsonld, jsonld_get(jsonld, node, key)));
}

static int
offer_json_author(struct gather *gather, const struct jsonld *jsonld, enum rank rank,
    json_t *author)
{
	json_t *names, *one;
	size_t i;
	int err = RS_OK;

	author = jsonld_resolve(jsonld, author);
	if (jsonld_is(author, "Organization"))
		rank = RANK_HOUSE;
	names = json_object_get(author, "name");
	if (!json_is_array(names))
		return gather_offer(gather, FIELD_AUTHOR, rank, jsonld_text(jsonld, author));
	json_array_foreach(names, i, one)
		if (err == RS_OK)
			err = gather_offer(gather, FIELD_AUTHOR, rank, json_string_value(one));
	return err;
}

/* author: a name, a person, a reference, or an array of any of these. */
static int
read_json_authors(struct gather *gather, const struct jsonld *jsonld, const json_t *node)
{
	json_t *authors = json_object_get(node, "author"), *one;
	enum rank rank = RANK_JSONLD;
	size_t i;
	int err = RS_OK;

	if (gather->rank[FIELD_AUTHOR] <= RANK_JSONLD)
		return RS_OK;
	/* Who made it in the site's system is not always who wrote it. */
	if (authors == NULL) {
		authors = json_object_get(node, "creator");
		rank = RANK_HOUSE;
	}
	if (!json_is_array(authors))
		return offer_json_author(gather, jsonld, rank, authors);
	json_array_foreach(authors, i, one)
		if (err == RS_OK)
			err = offer_json_author(gather, jsonld, rank, one);
	return err;
}

static void
set_words(struct metadata *metadata, int64_t words)
{

	if (words > 0 && words < WORDS_MAX && metadata->declared_words == 0)
		metadata->declared_words = (unsigned)words;
}

/* A count as text: "1200", "1,200 words". */
static int64_t
count_of(const char *text)
{
	char *end;
	int64_t count = strtoll(text, &end, 10);

	if (count > 0 && count < 1000 && *end == ',' && strspn(end + 1, "0123456789") == 3)
		count = count * 1000 + strtoll(end + 1, NULL, 10);
	return count;
}

static void
read_json_words(const json_t *node, struct metadata *metadata)
{
	json_t *count = json_object_get(node, "wordCount");

	set_words(metadata, json_is_string(count) ? count_of(json_string_value(count)) :
	    json_integer_value(count));
}

/* Where the article is, for pages that say it nowhere else. */
static int
read_json_address(struct gather *gather, const json_t *node)
{
	static const char *const keys[] = { "mainEntityOfPage", "url" };
	int err = RS_OK;

	for (size_t i = 0; err == RS_OK && i < COUNT(keys); i++) {
		json_t *value = json_object_get(node, keys[i]);
		const char *id = json_string_value(json_object_get(value, "@id"));

		err = gather_offer(gather, FIELD_CANONICAL, RANK_TWITTER,
		    id != NULL ? id : json_string_value(value));
	}
	return err;
}

static int
read_json_article(struct gather *gather, const struct jsonld *jsonld, const json_t *node,
    struct metadata *metadata)
{
	static const struct { const char *key; enum field field; } keys[] = {
		{ "headline", FIELD_TITLE }, { "name", FIELD_TITLE },
		{ "datePublished", FIELD_PUBLISHED },
		{ "dateCreated", FIELD_PUBLISHED }, { "dateModified", FIELD_MODIFIED },
		{ "articleSection", FIELD_SECTION }, { "description", FIELD_EXCERPT },
		{ "inLanguage", FIELD_LANGUAGE },
	};
	json_t *publisher = jsonld_get(jsonld, node, "publisher");
	json_t *image = jsonld_get(jsonld, node, "image");
	int err;

	for (size_t i = 0; i < COUNT(keys); i++) {
		if ((err = offer_json(gather, jsonld, node, keys[i].key, keys[i].field)) < 0)
			return err;
	}
	read_json_words(node, metadata);
	if ((err = read_json_address(gather, node)) < 0)
		return err;
	if (json_is_object(publisher) &&
	    (err = gather_offer(gather, FIELD_SITE_NAME, RANK_JSONLD,
	    jsonld_text(jsonld, publisher))) < 0)
		return err;
	if (json_is_object(image) && jsonld_get(jsonld, image, "url") != NULL)
		image = jsonld_get(jsonld, image, "url");
	if (json_is_string(image) &&
	    (err = gather_offer(gather, FIELD_LEAD_IMAGE, RANK_DUBLIN_CORE,
	    json_string_value(image))) < 0)
		return err;
	return read_json_authors(gather, jsonld, node);
}

static int
read_jsonld(struct gather *gather, const struct jsonld *jsonld, struct metadata *metadata)
{
	static const char *const types[] = {
		"*Article", "*Posting", "Report", "CreativeWork", "Review", "Recipe", "HowTo",
		"*Page",
	};
	int err;

	/* The article itself before what only resembles or contains it. */
	for (size_t i = 0; i < COUNT(types); i++) {
		for (size_t j = 0; j < jsonld->count; j++) {
			if (jsonld_is(jsonld->nodes[j], types[i]) &&
			    (i < 5 || gather->rank[FIELD_TITLE] > RANK_JSONLD) &&
			    (err = read_json_article(gather, jsonld, jsonld->nodes[j],
			    metadata)) < 0)
				return err;
		}
	}
	for (size_t j = 0; j < jsonld->count; j++) {
		if (jsonld_is(jsonld->nodes[j], "WebSite") &&
		    (err = gather_offer(gather, FIELD_SITE_NAME, RANK_META,
		    json_string_value(json_object_get(jsonld->nodes[j], "name")))) < 0)
			return err;
	}
	return breadcrumb_read_jsonld(&gather->trail, jsonld);
}

/* --------------------------------------------------------------------- result */

static char *
take(struct gather *gather, enum field field)
{
	char *value = gather->best[field];

	gather->best[field] = NULL;
	return value;
}

/* The title, as declared or else as the browser shows it, beside the headings. */
static char *
choose_title(struct gather *gather)
{
	const struct title_evidence evidence = {
		.declared = gather->best[FIELD_TITLE], .document = gather->document_title,
		.headings = gather->headings, .heading_count = gather->heading_count,
		.masthead = { gather->best[FIELD_SITE_NAME], gather->best[FIELD_SECTION],
		    gather->url },
	};

	return title_choose(&evidence);
}

/* "EN_us" is "en-US". */
static char *
language_tag(char *text)
{
	size_t len;

	if (text == NULL)
		return NULL;
	len = strcspn(text, " ,;");
	text[len] = '\0';
	for (size_t i = 0; i < len; i++) {
		bool region = len == 5 && i > 2;

		if (text[i] == '_')
			text[i] = '-';
		else if (text[i] >= 'A' && text[i] <= 'Z' && !region)
			text[i] += 32;
		else if (text[i] >= 'a' && text[i] <= 'z' && region)
			text[i] -= 32;
	}
	if (len < 2 || len > 12) {
		free(text);
		return NULL;
	}
	return text;
}

/* Set one of the dates, which owns ${text}; what a page writes otherwise becomes ISO 8601. */
static int
set_date(char *text, char **field, int64_t *ms)
{
	char iso[DATE_TEXT];
	struct date date;

	if (text == NULL || date_parse(text, &date) < 0) {
		free(text);
		return RS_OK;
	}
	if (!isdigit((unsigned char)text[0]) || strlen(text) < 10 || text[4] != '-' ||
	    text[strspn(text, "0123456789-+:., TZtz")] != '\0') {
		date_format(&date, iso);
		free(text);
		if ((text = strdup(iso)) == NULL)
			return RS_ENOMEM;
	}
	*field = text;
	*ms = date_ms(&date);
	return RS_OK;
}

/* The section, where nothing but the trail to the page names it. */
static int
offer_trail(struct gather *gather)
{
	struct breadcrumb_page page = {
		.urls = { gather->url, gather->best[FIELD_CANONICAL] },
		.titles = { gather->best[FIELD_TITLE], gather->document_title },
		.site_name = gather->best[FIELD_SITE_NAME],
	};

	_Static_assert(BREADCRUMB_TITLES >= 2 + GATHER_HEADINGS, "room for all of them");
	for (size_t i = 0; i < gather->heading_count; i++)
		page.titles[2 + i] = gather->headings[i];
	return gather_offer(gather, FIELD_SECTION, RANK_ADDRESS,
	    breadcrumb_section(&gather->trail, &page));
}

static int
finish(struct gather *gather, struct metadata *metadata)
{
	const char *base = gather->base != NULL ? gather->base : gather->url;
	int err = offer_trail(gather);

	if (err < 0)
		return err;
	metadata->title = choose_title(gather);
	metadata->site_name = take(gather, FIELD_SITE_NAME);
	metadata->language = language_tag(take(gather, FIELD_LANGUAGE));
	metadata->section = take(gather, FIELD_SECTION);
	metadata->excerpt = take(gather, FIELD_EXCERPT);
	metadata->referrer_policy = take(gather, FIELD_REFERRER);
	if (gather->best[FIELD_CANONICAL] != NULL)
		metadata->canonical_url = plain_url(gather->best[FIELD_CANONICAL], base);
	if (gather->best[FIELD_LEAD_IMAGE] != NULL)
		metadata->lead_image = plain_url(gather->best[FIELD_LEAD_IMAGE], base);
	if (gather->best[FIELD_WORD_COUNT] != NULL)
		set_words(metadata, count_of(gather->best[FIELD_WORD_COUNT]));
	memcpy(metadata->authors, gather->authors.names, sizeof(metadata->authors));
	metadata->author_count = gather->authors.count;
	gather->authors.count = 0;
	err = set_date(take(gather, FIELD_MODIFIED), &metadata->modified, &metadata->modified_ms);
	return err != 0 ? err : set_date(take(gather, FIELD_PUBLISHED), &metadata->published,
	    &metadata->published_ms);
}

/* What no markup says, the lines by the heading may. */
static int
find_byline(xmlDoc *document, bool find_authors, struct metadata *metadata)
{
	struct author_list list = { .count = 0 };
	char *date = NULL;
	int err = byline_find(document, &list, &date);

	if (find_authors && list.count > 0) {
		while (metadata->author_count > 0)
			free(metadata->authors[--metadata->author_count]);
		memcpy(metadata->authors, list.names, sizeof(metadata->authors));
		metadata->author_count = list.count;
		list.count = 0;
	}
	author_clear(&list);
	if (err == 0 && metadata->published == NULL)
		return set_date(date, &metadata->published, &metadata->published_ms);
	free(date);
	return err;
}

int
metadata_read(xmlDoc *document, const char *url, struct metadata **ret_metadata)
{
	xmlNode *root = xmlDocGetRootElement(document);
	struct metadata *metadata = calloc(1, sizeof(*metadata));
	struct gather gather = { .url = url };
	struct jsonld *jsonld = NULL;
	int err = RS_ENOMEM;

	for (size_t i = 0; i < FIELD_COUNT; i++)
		gather.rank[i] = RANK_NONE;
	if (metadata == NULL || (err = jsonld_read(document, &jsonld)) < 0 ||
	    (err = access_read_jsonld(jsonld, metadata)) < 0 ||
	    (err = read_jsonld(&gather, jsonld, metadata)) < 0)
		goto out;
	for (xmlNode *node = root; node != NULL; node = dom_next(node, root)) {
		if (node->type == XML_ELEMENT_NODE &&
		    ((err = read_element(&gather, node)) < 0 ||
		    (err = access_read_element(node, metadata)) < 0))
			goto out;
	}
	if ((err = finish(&gather, metadata)) < 0)
		goto out;
	if ((gather.rank[FIELD_AUTHOR] >= RANK_HOUSE || metadata->published == NULL) &&
	    (err = find_byline(document, gather.rank[FIELD_AUTHOR] >= RANK_HOUSE, metadata)) < 0)
		goto out;
	*ret_metadata = metadata;
	metadata = NULL;
out:
	jsonld_free(jsonld);
	gather_release(&gather);
	metadata_free(metadata);
	return err;
}

void
metadata_free(struct metadata *metadata)
{

	if (metadata == NULL)
		return;
	for (size_t i = 0; i < metadata->author_count; i++)
		free(metadata->authors[i]);
	for (size_t i = 0; i < metadata->selector_count; i++)
		free(metadata->selectors[i]);
	free(metadata->title);
	free(metadata->site_name);
	free(metadata->published);
	free(metadata->modified);
	free(metadata->language);
	free(metadata->section);
	free(metadata->excerpt);
	free(metadata->referrer_policy);
	free(metadata->canonical_url);
	free(metadata->lead_image);
	free(metadata);
}
