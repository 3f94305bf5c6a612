#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/access.h"
#include "daemon/page/author.h"
#include "daemon/page/date.h"
#include "daemon/page/fold.h"
#include "daemon/page/jsonld.h"
#include "daemon/page/metadata.h"
#include "daemon/page/plain.h"
#include "daemon/page/title.h"
#include "proto/base/err.h"

enum field {
	TITLE, SITE_NAME, PUBLISHED, MODIFIED, LANGUAGE, SECTION, EXCERPT, CANONICAL, LEAD_IMAGE,
	WORD_COUNT, REFERRER, HEADING, AUTHOR,
	FIELDS
};

/*
 * How far a source is trusted: a lower rank wins, the first of equal rank stays.
 * What a machine reads (and an editor therefore checks) stands before what only
 * looks like the thing that is wanted.
 */
enum rank {
	RANK_JSONLD = 10,
	RANK_OPENGRAPH = 20,
	RANK_DUBLIN_CORE = 30,
	RANK_MICRODATA = 35,
	RANK_META = 40,
	RANK_TWITTER = 45,
	RANK_MARKUP = 50,	/* rel, time, h1 */
	RANK_CLASS = 60,	/* what a class name suggests */
	RANK_TITLE = 70,	/* <title>, <html lang> */
	RANK_ADDRESS = 80,	/* the page's own URL */
	RANK_NONE = 1000
};

enum {
	HEADINGS_COMPARED = 8,
	LABEL_NODES = 400	/* what holds more is no byline, date or headline */
};

static const struct meta_name {
	const char *name;
	enum field field;
	enum rank rank;
} meta_names[] = {
	{ "og:title", TITLE, RANK_OPENGRAPH },
	{ "dc.title", TITLE, RANK_DUBLIN_CORE },
	{ "dcterms.title", TITLE, RANK_DUBLIN_CORE },
	{ "dc:title", TITLE, RANK_DUBLIN_CORE },
	{ "dcterm:title", TITLE, RANK_DUBLIN_CORE },
	{ "citation_title", TITLE, RANK_DUBLIN_CORE },
	{ "title", TITLE, RANK_META },
	{ "parsely-title", TITLE, RANK_META },
	{ "sailthru.title", TITLE, RANK_META },
	{ "headline", TITLE, RANK_META },
	{ "twitter:title", TITLE, RANK_TWITTER },
	{ "og:site_name", SITE_NAME, RANK_OPENGRAPH },
	{ "dc.publisher", SITE_NAME, RANK_CLASS },
	{ "application-name", SITE_NAME, RANK_META },
	{ "citation_journal_title", SITE_NAME, RANK_META },
	{ "article:published_time", PUBLISHED, RANK_OPENGRAPH },
	{ "og:article:published_time", PUBLISHED, RANK_OPENGRAPH },
	{ "og:published_time", PUBLISHED, RANK_OPENGRAPH },
	{ "article:published", PUBLISHED, RANK_OPENGRAPH },
	{ "datepublished", PUBLISHED, RANK_MICRODATA },
	{ "dc.date.issued", PUBLISHED, RANK_DUBLIN_CORE },
	{ "dcterms.created", PUBLISHED, RANK_DUBLIN_CORE },
	{ "dcterms.date", PUBLISHED, RANK_DUBLIN_CORE },
	{ "dc.date", PUBLISHED, RANK_DUBLIN_CORE },
	{ "dc:created", PUBLISHED, RANK_DUBLIN_CORE },
	{ "dcterms:created", PUBLISHED, RANK_DUBLIN_CORE },
	{ "citation_publication_date", PUBLISHED, RANK_META },
	{ "citation_date", PUBLISHED, RANK_META },
	{ "parsely-pub-date", PUBLISHED, RANK_META },
	{ "sailthru.date", PUBLISHED, RANK_META },
	{ "publish-date", PUBLISHED, RANK_META },
	{ "publish_date", PUBLISHED, RANK_META },
	{ "publishdate", PUBLISHED, RANK_META },
	{ "pubdate", PUBLISHED, RANK_META },
	{ "pdate", PUBLISHED, RANK_META },
	{ "publication_date", PUBLISHED, RANK_META },
	{ "date.created", PUBLISHED, RANK_META },
	{ "date", PUBLISHED, RANK_META },
	{ "article:modified_time", MODIFIED, RANK_OPENGRAPH },
	{ "og:updated_time", MODIFIED, RANK_OPENGRAPH },
	{ "datemodified", MODIFIED, RANK_MICRODATA },
	{ "dcterms.modified", MODIFIED, RANK_DUBLIN_CORE },
	{ "last-modified", MODIFIED, RANK_META },
	{ "article:section", SECTION, RANK_OPENGRAPH },
	{ "parsely-section", SECTION, RANK_META },
	{ "section", SECTION, RANK_META },
	{ "articlesection", SECTION, RANK_MICRODATA },
	{ "og:description", EXCERPT, RANK_OPENGRAPH },
	{ "dc.description", EXCERPT, RANK_DUBLIN_CORE },
	{ "description", EXCERPT, RANK_META },
	{ "twitter:description", EXCERPT, RANK_TWITTER },
	{ "og:url", CANONICAL, RANK_OPENGRAPH },
	{ "parsely-link", CANONICAL, RANK_META },
	{ "og:image", LEAD_IMAGE, RANK_OPENGRAPH },
	{ "og:image:secure_url", LEAD_IMAGE, RANK_OPENGRAPH },
	{ "parsely-image-url", LEAD_IMAGE, RANK_META },
	{ "twitter:image", LEAD_IMAGE, RANK_TWITTER },
	{ "twitter:image:src", LEAD_IMAGE, RANK_TWITTER },
	{ "content-language", LANGUAGE, RANK_TITLE },
	{ "dc.language", LANGUAGE, RANK_TITLE },
	{ "og:locale", LANGUAGE, RANK_ADDRESS },
	{ "wordcount", WORD_COUNT, RANK_MICRODATA },
	{ "referrer", REFERRER, RANK_META },
	{ "dc.creator", AUTHOR, RANK_DUBLIN_CORE },
	{ "dcterms.creator", AUTHOR, RANK_DUBLIN_CORE },
	{ "dc:creator", AUTHOR, RANK_DUBLIN_CORE },
	{ "dcterm:creator", AUTHOR, RANK_DUBLIN_CORE },
	{ "citation_author", AUTHOR, RANK_DUBLIN_CORE },
	{ "author", AUTHOR, RANK_META },
	{ "article:author", AUTHOR, RANK_META },
	{ "article:author_name", AUTHOR, RANK_META },
	{ "parsely-author", AUTHOR, RANK_META },
	{ "sailthru.author", AUTHOR, RANK_META },
	{ "byl", AUTHOR, RANK_META },
};

/* The best statement of each field so far. */
struct gather {
	const char *url;
	char *best[FIELDS];		/* AUTHOR's lies in authors instead */
	enum rank rank[FIELDS];
	struct author_list authors;
	char *base;
	char *document_title;
	char *headings[HEADINGS_COMPARED];	/* every h1, in order */
	size_t heading_count;
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ----------------------------------------------------------------- gathering */

static int
offer_author(struct gather *gather, enum rank rank, const char *text)
{
	struct author_list found = { .count = 0 };
	int err;

	if (rank > gather->rank[AUTHOR] || (err = author_add(&found, text)) == RS_OK) {
		if (rank > gather->rank[AUTHOR] || found.count == 0) {
			author_clear(&found);
			return RS_OK;
		}
		author_clear(&found);
		if (rank < gather->rank[AUTHOR])
			author_clear(&gather->authors);
		gather->rank[AUTHOR] = rank;
		err = author_add(&gather->authors, text);
	}
	return err;
}

/* A field that must parse says nothing when it does not. */
static bool
is_usable(enum field field, const char *text)
{
	struct date date;

	if (field == PUBLISHED || field == MODIFIED)
		return date_parse(text, &date) == RS_OK && date.year > 1990;
	return true;
}

/* Keep ${text} as ${field} when nothing better was said. */
static int
offer(struct gather *gather, enum field field, enum rank rank, const char *text)
{
	char *copy;

	if (text == NULL || *text == '\0')
		return RS_OK;
	if (field == AUTHOR)
		return offer_author(gather, rank, text);
	if (rank >= gather->rank[field] || (copy = plain_text(text, METADATA_TEXT)) == NULL)
		return RS_OK;
	if (!is_usable(field, copy)) {
		free(copy);
		return RS_OK;
	}
	free(gather->best[field]);
	gather->best[field] = copy;
	gather->rank[field] = rank;
	return RS_OK;
}

/* Bounds the work on elements in one another that are all called "author", too. */
static bool
is_label(xmlNode *node)
{
	const xmlNode *root = node;
	unsigned nodes = 0;

	while (node != NULL && nodes++ < LABEL_NODES)
		node = dom_next(node, root);
	return node == NULL;
}

static int
offer_content(struct gather *gather, enum field field, enum rank rank, xmlNode *node)
{
	struct buffer text;
	int err;

	if (rank > gather->rank[field] || !is_label(node))
		return RS_OK;
	buffer_init(&text, METADATA_TEXT);
	err = dom_append_text(node, &text);
	if (err == RS_OK || err == RS_ELIMIT)
		err = offer(gather, field, rank, buffer_text(&text));
	buffer_release(&text);
	return err;
}

static int
read_meta(struct gather *gather, const xmlNode *node)
{
	static const char *const keys[] = { "property", "name", "itemprop", "http-equiv" };
	const char *content = dom_attribute(node, "content");
	int err = RS_OK;

	for (size_t i = 0; content != NULL && err == RS_OK && i < COUNT(keys); i++) {
		const char *names = dom_attribute(node, keys[i]);

		/* One property attribute may hold several names. */
		for (size_t j = 0; names != NULL && err == RS_OK && j < COUNT(meta_names); j++) {
			if (dom_has_token(names, meta_names[j].name))
				err = offer(gather, meta_names[j].field, meta_names[j].rank,
				    content);
		}
	}
	return err;
}

static int
read_link(struct gather *gather, const xmlNode *node)
{
	const char *rel = dom_attribute(node, "rel"), *href = dom_attribute(node, "href");

	if (dom_has_token(rel, "canonical"))
		return offer(gather, CANONICAL, RANK_JSONLD, href);
	if (dom_has_token(rel, "image_src"))
		return offer(gather, LEAD_IMAGE, RANK_MARKUP, href);
	return RS_OK;
}

static int
read_time(struct gather *gather, xmlNode *node)
{
	const char *when = dom_attribute(node, "datetime");

	if (dom_has_token(dom_attribute(node, "class"), "updated") &&
	    !dom_has_token(dom_attribute(node, "class"), "published"))
		return offer(gather, MODIFIED, RANK_MARKUP, when);
	if (when != NULL)
		return offer(gather, PUBLISHED, RANK_MARKUP, when);
	return offer_content(gather, PUBLISHED, RANK_CLASS, node);
}

/* Microdata outside <meta>: in an attribute, or the element's text. */
static int
read_itemprop(struct gather *gather, xmlNode *node)
{
	static const struct meta_name names[] = {
		{ "headline", TITLE, RANK_MICRODATA },
		{ "datePublished", PUBLISHED, RANK_MICRODATA },
		{ "dateModified", MODIFIED, RANK_MICRODATA },
		{ "articleSection", SECTION, RANK_MICRODATA },
		{ "wordCount", WORD_COUNT, RANK_MICRODATA },
		{ "author", AUTHOR, RANK_MICRODATA },
	};
	const char *properties = dom_attribute(node, "itemprop");
	const char *value = dom_attribute(node, "content");
	int err = RS_OK;

	if (value == NULL)
		value = dom_attribute(node, "datetime");
	for (size_t i = 0; properties != NULL && err == RS_OK && i < COUNT(names); i++) {
		if (!dom_has_token(properties, names[i].name))
			continue;
		err = value != NULL ? offer(gather, names[i].field, names[i].rank, value) :
		    offer_content(gather, names[i].field, names[i].rank, node);
	}
	return err;
}

/* Classes and rels by which pages mark a byline or a date. */
static int
read_byline(struct gather *gather, xmlNode *node)
{
	static const char *const classes[] = {
		"byline", "byline-name", "author", "author-name", "authorname", "byline__name",
		"byline-author", "article-author", "post-author", "entry-author", "p-author",
		"author__name", "article__author", "c-byline", "writtenby", "article-byline",
	};
	static const char *const dates[] = {
		"published", "pubdate", "date", "entry-date", "post-date", "article-date",
		"publish-date", "published-date", "article__date", "dateline", "posted-on",
	};
	const char *class = dom_attribute(node, "class"), *rel = dom_attribute(node, "rel");
	const char *id = dom_attribute(node, "id");
	int err;

	if (dom_has_token(rel, "author") && !dom_is(node, "link"))
		return offer_content(gather, AUTHOR, RANK_MARKUP, node);
	if (class == NULL && id == NULL)
		return RS_OK;
	for (size_t i = 0; i < COUNT(classes); i++) {
		if ((dom_has_token(class, classes[i]) || dom_has_token(id, classes[i])) &&
		    (err = offer_content(gather, AUTHOR, RANK_CLASS, node)) < 0)
			return err;
	}
	for (size_t i = 0; i < COUNT(dates); i++) {
		if (dom_has_token(class, dates[i]) &&
		    (err = offer_content(gather, PUBLISHED, RANK_CLASS, node)) < 0)
			return err;
	}
	return RS_OK;
}

static int
read_heading(struct gather *gather, const xmlNode *node)
{
	struct buffer text;
	char *heading;

	if (gather->heading_count >= HEADINGS_COMPARED)
		return RS_OK;
	buffer_init(&text, METADATA_TEXT);
	dom_append_text(node, &text);
	heading = plain_text(buffer_text(&text), METADATA_TEXT);
	buffer_release(&text);
	if (heading != NULL)
		gather->headings[gather->heading_count++] = heading;
	return RS_OK;
}

static int
read_element(struct gather *gather, xmlNode *node)
{
	int err;

	if (dom_is(node, "meta"))
		return read_meta(gather, node);
	if (dom_is(node, "link"))
		return read_link(gather, node);
	if (dom_is(node, "html"))
		return offer(gather, LANGUAGE, RANK_META, dom_attribute(node, "lang"));
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
	if ((err = read_itemprop(gather, node)) < 0)
		return err;
	return read_byline(gather, node);
}

/* -------------------------------------------------------------------- JSON-LD */

static int
offer_json(struct gather *gather, const struct jsonld *jsonld, const json_t *node,
    const char *key, enum field field)
{

	return offer(gather, field, RANK_JSONLD,
	    jsonld_text(jsonld, jsonld_get(jsonld, node, key)));
}

/* author: a name, a person, a reference, or an array of any of these. */
static int
read_json_authors(struct gather *gather, const struct jsonld *jsonld, const json_t *node)
{
	json_t *authors = json_object_get(node, "author"), *one;
	size_t i;
	int err = RS_OK;

	if (gather->rank[AUTHOR] <= RANK_JSONLD)
		return RS_OK;
	if (!json_is_array(authors))
		return offer_json(gather, jsonld, node, "author", AUTHOR);
	json_array_foreach(authors, i, one) {
		const char *name = jsonld_text(jsonld, jsonld_resolve(jsonld, one));

		if (name != NULL && err == RS_OK)
			err = offer(gather, AUTHOR, RANK_JSONLD, name);
	}
	return err;
}

static void
read_json_words(const json_t *node, struct metadata *metadata)
{
	json_t *count = json_object_get(node, "wordCount");
	json_int_t words = json_integer_value(count);

	if (json_is_string(count))
		words = strtoll(json_string_value(count), NULL, 10);
	if (words > 0 && words < 1000000 && metadata->declared_words == 0)
		metadata->declared_words = (unsigned)words;
}

static int
read_json_article(struct gather *gather, const struct jsonld *jsonld, const json_t *node,
    struct metadata *metadata)
{
	static const struct { const char *key; enum field field; } keys[] = {
		{ "headline", TITLE }, { "name", TITLE }, { "datePublished", PUBLISHED },
		{ "dateCreated", PUBLISHED }, { "dateModified", MODIFIED },
		{ "articleSection", SECTION }, { "description", EXCERPT },
		{ "inLanguage", LANGUAGE },
	};
	json_t *publisher = jsonld_get(jsonld, node, "publisher");
	json_t *image = jsonld_get(jsonld, node, "image");
	int err;

	for (size_t i = 0; i < COUNT(keys); i++) {
		if ((err = offer_json(gather, jsonld, node, keys[i].key, keys[i].field)) < 0)
			return err;
	}
	read_json_words(node, metadata);
	if (json_is_object(publisher) &&
	    (err = offer(gather, SITE_NAME, RANK_JSONLD, jsonld_text(jsonld, publisher))) < 0)
		return err;
	if (json_is_object(image) && jsonld_get(jsonld, image, "url") != NULL)
		image = jsonld_get(jsonld, image, "url");
	if (json_is_string(image) &&
	    (err = offer(gather, LEAD_IMAGE, RANK_DUBLIN_CORE, json_string_value(image))) < 0)
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
			    (i < 5 || gather->rank[TITLE] > RANK_JSONLD) &&
			    (err = read_json_article(gather, jsonld, jsonld->nodes[j],
			    metadata)) < 0)
				return err;
		}
	}
	for (size_t j = 0; j < jsonld->count; j++) {
		if (jsonld_is(jsonld->nodes[j], "WebSite") &&
		    (err = offer(gather, SITE_NAME, RANK_META,
		    json_string_value(json_object_get(jsonld->nodes[j], "name")))) < 0)
			return err;
	}
	return RS_OK;
}

/* --------------------------------------------------------------------- result */

static char *
take(struct gather *gather, enum field field)
{
	char *value = gather->best[field];

	gather->best[field] = NULL;
	return value;
}

/*
 * The title: as declared, else the page's <title>, without the site's name. A
 * heading that the document's title begins with confirms where the title ends.
 */
static char *
choose_title(struct gather *gather)
{
	const char *title = gather->best[TITLE], *heading = NULL;

	if (title == NULL)
		title = gather->document_title;
	if (title == NULL)
		return gather->heading_count > 0 ? strdup(gather->headings[0]) : NULL;
	for (size_t i = 0; i < gather->heading_count; i++) {
		/* A heading that is the site's name says nothing of the title. */
		if (gather->best[SITE_NAME] == NULL ||
		    !fold_equal(gather->headings[i], gather->best[SITE_NAME]))
			heading = heading != NULL ? heading : gather->headings[i];
	}
	return title_clean(title, gather->best[SITE_NAME], heading, gather->url);
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

static int64_t
instant(const char *text)
{
	struct date date;

	return text != NULL && date_parse(text, &date) == RS_OK ? date_ms(&date) : 0;
}

static void
finish(struct gather *gather, struct metadata *metadata)
{
	const char *base = gather->base != NULL ? gather->base : gather->url;

	metadata->title = choose_title(gather);
	metadata->site_name = take(gather, SITE_NAME);
	metadata->published = take(gather, PUBLISHED);
	metadata->published_ms = instant(metadata->published);
	metadata->modified_ms = instant(gather->best[MODIFIED]);
	metadata->language = language_tag(take(gather, LANGUAGE));
	metadata->section = take(gather, SECTION);
	metadata->excerpt = take(gather, EXCERPT);
	metadata->referrer_policy = take(gather, REFERRER);
	if (gather->best[CANONICAL] != NULL)
		metadata->canonical_url = plain_url(gather->best[CANONICAL], base);
	if (gather->best[LEAD_IMAGE] != NULL)
		metadata->lead_image = plain_url(gather->best[LEAD_IMAGE], base);
	if (gather->best[WORD_COUNT] != NULL && metadata->declared_words == 0)
		metadata->declared_words = (unsigned)strtoul(gather->best[WORD_COUNT], NULL, 10);
	memcpy(metadata->authors, gather->authors.names, sizeof(metadata->authors));
	metadata->author_count = gather->authors.count;
	gather->authors.count = 0;
}

static void
gather_release(struct gather *gather)
{

	for (size_t i = 0; i < FIELDS; i++)
		free(gather->best[i]);
	for (size_t i = 0; i < gather->heading_count; i++)
		free(gather->headings[i]);
	author_clear(&gather->authors);
	free(gather->base);
	free(gather->document_title);
}

int
metadata_read(xmlDoc *document, const char *url, struct metadata **ret_metadata)
{
	xmlNode *root = xmlDocGetRootElement(document);
	struct metadata *metadata = calloc(1, sizeof(*metadata));
	struct gather gather = { .url = url };
	struct jsonld *jsonld = NULL;
	int err = RS_ENOMEM;

	for (size_t i = 0; i < FIELDS; i++)
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
	finish(&gather, metadata);
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
	free(metadata->language);
	free(metadata->section);
	free(metadata->excerpt);
	free(metadata->referrer_policy);
	free(metadata->canonical_url);
	free(metadata->lead_image);
	free(metadata);
}
