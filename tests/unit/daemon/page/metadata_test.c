#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/metadata.h"

#define URL "https://www.thequay.example/news/story.html"
#define LD(inside) "<script type='application/ld+json'>{" inside "}</script>"
#define STORY "\"@type\":\"NewsArticle\""

static struct metadata *
read_page(const char *page)
{
	struct metadata *metadata = NULL;
	xmlDoc *document = NULL;

	assert_int_equal(dom_parse(bytes_of_text(page), false, &document), 0);
	assert_int_equal(metadata_read(document, URL, &metadata), 0);
	xmlFreeDoc(document);
	return metadata;
}

struct expected {
	const char *page, *value;	/* NULL: nothing */
};

/* Compare the text at ${offset} of struct metadata. */
static void
check(const struct expected *cases, size_t count, size_t offset)
{

	for (size_t i = 0; i < count; i++) {
		struct metadata *metadata = read_page(cases[i].page);
		const char *found = *(char **)((char *)metadata + offset);

		if (found == NULL || cases[i].value == NULL ? found != cases[i].value :
		    strcmp(found, cases[i].value) != 0)
			fail_msg("%s: %s, not %s", cases[i].page, found, cases[i].value);
		metadata_free(metadata);
	}
}

#define CHECK(cases, field) \
	check(cases, sizeof(cases) / sizeof((cases)[0]), offsetof(struct metadata, field))

static void
the_surest_source_of_a_title_wins(void **state)
{
	static const struct expected cases[] = {
		{ LD(STORY ",\"headline\":\"From JSON\"") "<meta property=og:title content='From OpenGraph'>"
		    "<title>From title</title><h1>From h1</h1>", "From JSON" },
		{ "<meta property=og:title content='From OpenGraph'><title>From title</title>",
		    "From OpenGraph" },
		{ "<meta name=twitter:title content='From Twitter'><meta name=dc.title content='From DC'>",
		    "From DC" },
		{ "<div itemprop=headline>From <b>microdata</b></div><title>From title</title>",
		    "From microdata" },
		{ "<title>From title</title><h1>From h1</h1>", "From title" },
		{ "<h1>From <i>h1</i></h1>", "From h1" },
		{ "<meta property=og:title content='The first'><meta property=og:title content='The second'>",
		    "The first" },
		{ "<p>Nothing", NULL },
		/* Escaped twice, spaced oddly. */
		{ "<meta property=og:title content='A &amp;amp; B &amp;#8212;  C \n D'>", "A & B \xe2\x80\x94 C D" },
		/* The article among other things; a page that only holds it comes last. */
		{ LD("\"@graph\":[{\"@type\":\"WebPage\",\"name\":\"The page\"},{" STORY
		    ",\"headline\":\"The story\"}]"), "The story" },
		{ LD("\"@type\":\"WebPage\",\"name\":\"The page\""), "The page" },
		{ LD("\"@type\":[\"Thing\",\"https://schema.org/BlogPosting\"],\"headline\":\"A post\""), "A post" },
		{ LD("\"@type\":\"Organization\",\"name\":\"The Quay\""), NULL },
	};

	(void)state;
	CHECK(cases, title);
}

/* What is written for a search engine, and what a reader sees. */
static void
a_heading_that_says_the_same_is_the_title(void **state)
{
	static const struct expected cases[] = {
		{ "<meta property=og:title content='The Last Ferry: 7 Facts'><h1>Seven facts of the last ferry</h1>",
		    "Seven facts of the last ferry" },
		{ "<meta property=og:title content='The last ferry'><h1>The Quay</h1><h1>The last ferry sails</h1>",
		    "The last ferry sails" },
		{ "<meta property=og:title content='The last ferry'><h1>Apples and goats</h1>", "The last ferry" },
		{ "<meta property=og:title content='Home'><title>The last ferry - A paper</title>"
		    "<h1>The last ferry</h1>", "The last ferry" },
		/* The name of a site that is nowhere else declared is a heading too. */
		{ "<title>The last ferry · Pier</title><h1>Pier</h1><h1>The last ferry</h1>", "The last ferry" },
		{ "<title>Of ferries — a book of the sea</title><h1>a book of the sea</h1><h1>Of ferries"
		    "<a href=#a>¶</a></h1>", "Of ferries" },
	};

	(void)state;
	CHECK(cases, title);
}

static void
the_name_of_the_site_is_no_part_of_a_title(void **state)
{
	static const struct expected cases[] = {
		{ "<title>The last ferry | The Quay</title><meta property=og:site_name content='The Quay'>",
		    "The last ferry" },
		{ "<title>The Quay: The last ferry</title><meta property=og:site_name content='The Quay'>",
		    "The Quay: The last ferry" },
		{ "<title>The Quay - The last ferry</title><meta property=og:site_name content='The Quay'>",
		    "The last ferry" },
		/* The host spells it. */
		{ "<title>The last ferry - The Quay</title>", "The last ferry" },
		/* The page's heading says where the title ends. */
		{ "<title>The last ferry - A paper</title><h1>The last ferry</h1>", "The last ferry" },
		{ "<title>The last ferry | All about ferries | The Quay</title><h1>The last ferry</h1>",
		    "The last ferry" },
		{ "<title>The last ferry — Boats | The Quay</title><h1>The last ferry</h1>", "The last ferry" },
		{ "<title>Bridge - or ferry</title><h1>Bridge - or ferry</h1>", "Bridge - or ferry" },
		{ "<title>Goats - and apples</title>", "Goats - and apples" },
		{ "<title>The Quay</title><meta property=og:site_name content='The Quay'>", "The Quay" },
	};

	(void)state;
	CHECK(cases, title);
}

static void
dates_must_be_dates(void **state)
{
	static const struct expected cases[] = {
		{ LD(STORY ",\"datePublished\":\"2024-03-01T08:00:00Z\"")
		    "<meta property=article:published_time content='2023-01-01'>", "2024-03-01T08:00:00Z" },
		/* The time of the same day. */
		{ LD(STORY ",\"datePublished\":\"2024-03-01\"")
		    "<meta property=article:published_time content='2024-03-01T08:00:00+01:00'>",
		    "2024-03-01T08:00:00+01:00" },
		{ LD(STORY ",\"datePublished\":\"2024-03-01\"")
		    "<meta property=article:published_time content='2024-03-02T08:00:00Z'>", "2024-03-01" },
		{ LD(STORY ",\"datePublished\":\"soon\"")
		    "<meta property=article:published_time content='2023-01-01'>", "2023-01-01" },
		{ "<meta property=article:published_time content='1970-01-01'>", NULL },
		/* A zone that has a name is written as a number. */
		{ "<meta property=article:published_time content='2024-03-01T10:00:00 PST'>",
		    "2024-03-01T10:00:00-08:00" },
		{ "<time datetime='2024-03-01T10:00:00+01:00[Europe/Berlin]'>x</time>",
		    "2024-03-01T10:00:00+01:00" },
		{ "<time datetime='2024-03-01'>a while ago</time>", "2024-03-01" },
		{ "<time>1 March 2024</time>", "2024-03-01" },
		{ "<span class=entry-date>March 1, 2024</span>", "2024-03-01" },
		{ "<span itemprop=datePublished content='2024-03-01'>yesterday</span>", "2024-03-01" },
		{ "<time class=updated datetime='2024-03-02'></time>", NULL },
		/* When it was changed is better than nothing, and worse than anything else. */
		{ "<p>Updated: <time datetime='2024-03-02'>now</time> Published <time datetime='2024-03-01'>then"
		    "</time>", "2024-03-01" },
		{ "<p><b>Last updated</b> <time datetime='2024-03-02'>now</time><span class=date>March 1, 2024</span>",
		    "2024-03-01" },
		{ "<p>Published and updated <time datetime='2024-03-01'>then</time>", "2024-03-01" },
		{ "<p>Aktualisiert am <time datetime='2024-03-02'>2. M\u00e4rz</time>", "2024-03-02" },
		{ "<span class=date>a long time ago</span>", NULL },
		{ "<meta name=DCTERMS.issued content='2024-03-01T08:00+01:00'>", "2024-03-01T08:00+01:00" },
		{ "<meta name=dc:date content='2024-03-01'>", "2024-03-01" },
		/* Lines by the heading. */
		{ "<h1>The last ferry</h1><div><i>Published on March 1, 2024</i></div>", "2024-03-01" },
		{ "<b>1.3.2024</b><b>13.3.2024</b><h1>The last ferry</h1><p>Text.", "2024-03-13" },
		{ "<h1>The last ferry</h1><p>It sailed on March 1, 2024, and did not come back that year.", NULL },
		{ "<p>March 1, 2024</p><p>No heading.", NULL },
	};

	(void)state;
	CHECK(cases, published);
}

static void
changes_have_their_time_zone(void **state)
{
	static const struct expected cases[] = {
		{ LD(STORY ",\"dateModified\":\"2024-03-02T08:00:00+02:00\"")
		    "<meta property=article:modified_time content='2024-03-01'>", "2024-03-02T08:00:00+02:00" },
		{ "<meta property=article:modified_time content='2024-03-02T08:00:00-05:00'>",
		    "2024-03-02T08:00:00-05:00" },
		{ "<meta name=DC.date.modified content='2024-03-02'>", "2024-03-02" },
		{ "<time itemprop=dateModified datetime='2024-03-02'>now</time>", "2024-03-02" },
		{ "<time class=updated datetime='2024-03-02'></time>", "2024-03-02" },
		{ "<p>Published <time datetime='2024-03-01'>then</time>, updated <time datetime='2024-03-02'>now"
		    "</time>", "2024-03-02" },
		{ "<p>Published <time datetime='2024-03-01'>then</time>", NULL },
		{ "<meta property=article:modified_time content='today'>", NULL },
	};
	struct metadata *metadata = read_page(cases[0].page);

	(void)state;
	assert_int_equal(metadata->modified_ms, 1709359200000);
	metadata_free(metadata);
	CHECK(cases, modified);
}

static void
other_fields_are_read(void **state)
{
	static const struct expected sites[] = {
		{ "<meta property=og:site_name content='The Quay'>", "The Quay" },
		{ LD(STORY ",\"publisher\":{\"@type\":\"Organization\",\"name\":\"The Quay\"}"), "The Quay" },
		/* A mere reference leads to what it refers to. */
		{ LD("\"@graph\":[{" STORY ",\"publisher\":{\"@id\":\"#o\"}},{\"@id\":\"#o\",\"@type\":"
		    "\"Organization\",\"name\":\"The Quay\"}]"), "The Quay" },
		{ "<meta name=DCTERMS.publisher content='The Quay'>", "The Quay" },
		{ "<div itemprop=publisher itemscope><img src=/l.png><meta itemprop=name content='The Quay'></div>",
		    "The Quay" },
		{ "<p itemprop=publisher itemscope>By <b itemprop=name>The Quay</b></p>", "The Quay" },
	};
	static const struct expected sections[] = {
		{ LD(STORY ",\"articleSection\":[\"Sea\",\"News\"]"), "Sea" },
		{ "<meta property=article:section content=Sea>", "Sea" },
		{ "<a itemprop=articleSection href=/sea>Sea</a>", "Sea" },
	};
	static const struct expected languages[] = {
		{ "<html lang=EN_us>", "en-US" }, { "<html lang=de>", "de" }, { "<html lang=x>", NULL },
		{ "<html lang='en, fr'>", "en" }, { "<meta http-equiv=content-language content=fr>", "fr" },
		{ "<html lang=en>" LD(STORY ",\"inLanguage\":\"de-DE\""), "de-DE" },
		/* A name is no tag of a language. */
		{ "<html lang=de>" LD(STORY ",\"inLanguage\":{\"@type\":\"Language\",\"name\":\"German\"}"), "de" },
		/* What <html> does not say, the article does. */
		{ "<html><body lang=fr><p>x", "fr" }, { "<body><article lang=fr-CA><h1>x</h1>", "fr-CA" },
		{ "<html lang=de><article lang=fr>", "de" }, { "<p lang=fr>x</p>", NULL },
		{ "<html xml:lang=de>", "de" }, { "<meta name=DCTERMS.language content=de>", "de" },
		{ "<meta itemprop=inLanguage content=de>", "de" },
	};
	static const struct expected canonicals[] = {
		{ "<link rel=canonical href='/a?b=c'>", "https://www.thequay.example/a?b=c" },
		{ "<meta property=og:url content='https://x.example/'>", "https://x.example/" },
		{ "<link rel=canonical href='javascript:x()'>", NULL },
		{ LD(STORY ",\"url\":\"/b\"") "<link rel=canonical href='/a'>", "https://www.thequay.example/a" },
		{ LD(STORY ",\"url\":\"/b\""), "https://www.thequay.example/b" },
		{ LD(STORY ",\"mainEntityOfPage\":{\"@type\":\"WebPage\",\"@id\":\"/b\"}"),
		    "https://www.thequay.example/b" },
		{ "<base href='https://b.example/d/'><link rel=canonical href='e'>", "https://b.example/d/e" },
	};
	static const struct expected excerpts[] = {
		{ "<meta name=description content='A goat.'>", "A goat." },
		{ "<meta name=description content=''>", NULL },
		{ "<meta itemprop=description content='A goat.'>", "A goat." },
		{ "<meta name=DCTERMS.abstract content='A goat.'>", "A goat." },
	};
	static const struct expected images[] = {
		{ "<meta property=og:image content='/i.jpg'>", "https://www.thequay.example/i.jpg" },
		{ LD(STORY ",\"image\":[{\"@type\":\"ImageObject\",\"url\":\"/j.jpg\"}]"),
		    "https://www.thequay.example/j.jpg" },
		{ "<div itemprop=image itemscope><meta itemprop=url content='/k.jpg'></div>",
		    "https://www.thequay.example/k.jpg" },
		{ "<img itemprop=image src='/k.jpg'>", "https://www.thequay.example/k.jpg" },
		{ "<link itemprop=image href='/k.jpg'>", "https://www.thequay.example/k.jpg" },
	};
	static const struct { const char *page; unsigned words; } lengths[] = {
		{ LD(STORY ",\"wordCount\":1200"), 1200 }, { LD(STORY ",\"wordCount\":\"1200 words\""), 1200 },
		{ "<meta itemprop=wordCount content=1200>", 1200 }, { "<b itemprop=wordCount>1200</b>", 1200 },
		{ LD(STORY ",\"wordCount\":\"1,200\""), 1200 },
		{ "<meta itemprop=wordCount content=-1>", 0 },
		{ "<meta itemprop=wordCount content=4294967297>", 0 }, { LD(STORY ",\"wordCount\":-5"), 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct metadata *metadata = read_page(lengths[i].page);

		if (metadata->declared_words != lengths[i].words)
			fail_msg("%s: %u words", lengths[i].page, metadata->declared_words);
		metadata_free(metadata);
	}
	CHECK(sections, section);
	CHECK(sites, site_name);
	CHECK(languages, language);
	CHECK(canonicals, canonical_url);
	CHECK(excerpts, excerpt);
	CHECK(images, lead_image);
}

/* The names with a bar after each. */
static void
check_authors(const char *page, const char *expected)
{
	struct metadata *metadata = read_page(page);
	char names[1000] = "";

	for (size_t i = 0; i < metadata->author_count; i++) {
		strcat(names, metadata->authors[i]);
		strcat(names, "|");
	}
	if (strcmp(names, expected) != 0)
		fail_msg("%s: %s, not %s", page, names, expected);
	metadata_free(metadata);
}

static void
authors_come_from_the_surest_source_alone(void **state)
{

	(void)state;
	check_authors(LD(STORY ",\"author\":{\"@type\":\"Person\",\"name\":\"Ann Other\"}")
	    "<meta name=author content='Bob'>", "Ann Other|");
	check_authors(LD(STORY ",\"author\":[{\"name\":\"Ann Other\"},{\"name\":\"Bo Byte\"}]"),
	    "Ann Other|Bo Byte|");
	check_authors(LD(STORY ",\"author\":\"Ann Other and Bo Byte\""), "Ann Other|Bo Byte|");
	check_authors(LD("\"@graph\":[{" STORY ",\"author\":{\"@id\":\"#a\"}},{\"@id\":\"#a\",\"name\":"
	    "\"Ann Other\",\"@type\":\"Person\"}]"), "Ann Other|");
	check_authors(LD(STORY ",\"author\":{\"@type\":\"Person\",\"name\":[\"Ann Other\",\"Bo Byte\"]}"),
	    "Ann Other|Bo Byte|");
	check_authors(LD(STORY ",\"creator\":[\"Ann Other\",\"Bo Byte\"]"), "Ann Other|Bo Byte|");
	/* Who made it in the site's system is not always who wrote it. */
	check_authors(LD(STORY ",\"creator\":\"cp1\"") "<a rel=author href=/ann>Ann Other</a>", "Ann Other|");
	check_authors(LD(STORY ",\"creator\":\"Cy Pher\",\"author\":\"Ann Other\""), "Ann Other|");
	check_authors("<meta name=author content='Ann Other'><a rel=author>Someone Else</a>", "Ann Other|");
	check_authors("<meta name=citation_author content='Ann Other'>"
	    "<meta name=citation_author content='Byte, Bo de'>", "Ann Other|Bo de Byte|");
	check_authors("<a rel=author href=/ann>Ann Other</a>", "Ann Other|");
	check_authors("<p class=byline>By <b>Ann Other</b></p>", "Ann Other|");
	check_authors("<meta property=article:author content='https://social.example/ann'>", "");
	check_authors("<p>Nobody", "");
}

static void
who_took_the_pictures_is_no_author(void **state)
{
	(void)state;
	check_authors("<p class=byline>Words by <a href=/ann>Ann Other</a>; photos by <a href=/ben>Ben Lens</a></p>",
	    "Ann Other|");
	check_authors("<p class=byline>By <a href=/ann>Ann Other</a>, <a href=/bo>Bo Byte</a> and <a href=/cy>Cy "
	    "Curl</a>; photographs by <a href=/ben>Ben Lens</a></p>", "Ann Other|Bo Byte|Cy Curl|");
	check_authors("<p>Words by <a rel=author href=/ann>Ann Other</a>, photos by <a rel=author href=/ben>Ben "
	    "Lens</a> and <a rel=author href=/di>Di Lens</a></p>", "Ann Other|");
	check_authors("<p class=byline>Photographs by Ben Lens</p><p class=byline>By Ann Other</p>", "Ann Other|");
	check_authors("<h1>A harbour wakes</h1><p>By Ann Other, photographs by Ben Lens</p>", "Ann Other|");
	check_authors("<h1>A harbour wakes</h1><p>Text: <a href=/author/ann>Ann Other</a> / Fotos: "
	    "<a href=/author/ben>Ben Lens</a></p>", "Ann Other|");
	check_authors("<h1>A harbour wakes</h1><div><span>Photos by</span> <a href=/author/ben>Ben Lens</a></div>"
	    "<div><span>Words by</span> <a href=/author/ann>Ann Other</a></div>", "Ann Other|");
	check_authors("<meta name=author content='Words by Ann Other / photos by Ben Lens'>", "Ann Other|");
}

static void
a_byline_that_no_markup_names_is_found(void **state)
{
#define H1 "<h1>The last ferry</h1>"

	(void)state;
	check_authors(H1 "<p>By Ann Other</p>", "Ann Other|");
	check_authors(H1 "<p>文／张三 图／李四</p>", "张三|");
	check_authors(H1 "<p><span>作者：</span><a href=/1>张三</a></p>", "张三|");
	check_authors(H1 "<p>来源：海港网 责任编辑：王五</p>", "");
	check_authors("<p>责任编辑：<a rel=author href=/1>王五</a></p>", "");
	check_authors(H1 "<span>Written by</span> <b>Ann Other</b>", "Ann Other|");
	check_authors(H1 "<div>By <a href=/people/ann>Ann Other</a> on Monday</div>", "Ann Other|");
	check_authors(H1 "<a href=/authors/ann>Ann Other</a>", "Ann Other|");
	check_authors(H1 "<ul><li><a href=/author/a>Ann Other</a><li><a href=/author/b>Bo Byte</a></ul>",
	    "Ann Other|Bo Byte|");
	check_authors(H1 "<p class=post_author_name>Ann Other</p>", "Ann Other|");
	check_authors(H1 "<div class='post-Author__x3f'>Von Ann Other</div>", "Ann Other|");
	check_authors(H1 "<p>By <a href=/team/ann>Dr. Ann B. Other</a></p>", "Dr. Ann B. Other|");
	check_authors(H1 "<div class=author-info>By <b>Ann Other</b></div>", "Ann Other|");
	/* Not by the heading, of another article, or not a name. */
	check_authors("<p>By Ann Other</p>" H1, "");
	check_authors(H1 "<aside><p>By Ann Other</p></aside>", "");
	check_authors(H1 "<section class=comments><p>By Ann Other</p></section>", "");
	check_authors(H1 "<p>By the time it sailed</p>", "");
	check_authors(H1 "<p>By Morning. Nobody Came</p>", "");
	check_authors(H1 "<p>By Ann Other, who has never seen a ferry or the water that it sails on.</p>", "");
	check_authors(H1 "<a href=/author/ann>View all 12 posts</a>", "");
}

static void
the_first_byline_is_the_article_s(void **state)
{

	(void)state;
	check_authors("<div><p class=byline>Ann Other</p></div><ul><li><div><p class=byline>Bo Byte</p></div></ul>",
	    "Ann Other|");
	check_authors("<div class=byline><a class=author>Ann Other</a> and <a class=author>Bo Byte</a></div>",
	    "Ann Other|Bo Byte|");
	check_authors("<ul><li class=comment><div class=byline>Bo Byte</div></ul><p class=author-name>Ann Other</p>",
	    "Ann Other|");
	check_authors("<p itemprop=author><a href=/ann>Ann Alexandra Other</a> (avec Bo Barnabas Byte et Cy Curl)</p>",
	    "Ann Alexandra Other (avec Bo Barnabas Byte et Cy Curl)|");
	/* The name, and not the line that it stands in. */
	check_authors("<div class=byline>Ann Other the Quay <span class=author-name>Ann Other</span></div>",
	    "Ann Other|");
	check_authors("<span itemprop=author itemscope><meta itemprop=name content='Ann Other'></span>"
	    "<span itemprop=author itemscope> <meta itemprop=name content='Bo Byte'></span>", "Ann Other|Bo Byte|");
	check_authors("<span itemprop=author itemscope itemtype='https://schema.org/Organization'><meta itemprop=name "
	    "content='The Quay'></span><p class=byline>By Ann Other</p>", "Ann Other|");
	check_authors("<div itemprop=author>Follow <span itemprop=name>Ann Other</span> 12 posts</div>", "Ann Other|");
	check_authors("<div itemprop=author><meta itemprop=name content='Ann Other'><a href=/ann>Ann Other</a> "
	    "Writer of Boats</div>", "Ann Other|");
	check_authors("<div class=author><a href=/ann>Ann Other</a> Feed Ann Other is the author of a book that nobody "
	    "has read, and of another one.</div>", "Ann Other|");
	/* The box that tells of the author, and not only who it is. */
	check_authors("<div><div class=article__author>By Ann Other</div></div><aside class=author><b>Ann Other</b>"
	    "<p>Head of Boats and Ferries at the Quay, and Keeper of the Bridge Tolls</p></aside>", "Ann Other|");
	/* Who wrote it is better than whose it is. */
	check_authors("<meta property=og:site_name content='The Quay'><meta name=author content='The Quay'>"
	    "<p class=byline>Ann Other</p>", "Ann Other|");
	check_authors(LD(STORY ",\"author\":{\"@type\":\"Organization\",\"name\":\"Quay Inc\"}")
	    H1 "<p>By Ann Other</p>", "Ann Other|");
	check_authors(LD(STORY ",\"author\":{\"@type\":\"Organization\",\"name\":\"Quay Inc\"}"), "Quay Inc|");
}

static void
access_is_what_the_publisher_declares(void **state)
{
	static const struct { const char *page; enum metadata_access access; size_t selectors; } cases[] = {
		{ "<p>x", METADATA_ACCESS_UNSAID, 0 },
		{ LD(STORY ",\"isAccessibleForFree\":true"), METADATA_ACCESS_FREE, 0 },
		{ LD(STORY ",\"isAccessibleForFree\":false"), METADATA_ACCESS_GATED, 0 },
		{ LD(STORY ",\"isAccessibleForFree\":\"FALSE\""), METADATA_ACCESS_GATED, 0 },
		{ LD(STORY ",\"isAccessibleForFree\":\"https://schema.org/False\""), METADATA_ACCESS_GATED, 0 },
		{ LD(STORY ",\"isAccessibleForFree\":0"), METADATA_ACCESS_GATED, 0 },
		{ LD(STORY ",\"isAccessibleForFree\":\"perhaps\""), METADATA_ACCESS_UNSAID, 0 },
		/* A part that is closed closes the article; its own word stands above that. */
		{ LD(STORY ",\"hasPart\":{\"isAccessibleForFree\":\"False\",\"cssSelector\":\".a\"}"),
		    METADATA_ACCESS_GATED, 1 },
		{ LD(STORY ",\"isAccessibleForFree\":true,\"hasPart\":{\"isAccessibleForFree\":\"False\","
		    "\"cssSelector\":\".a\"}"), METADATA_ACCESS_FREE, 1 },
		{ LD(STORY ",\"isAccessibleForFree\":false,\"hasPart\":[{\"isAccessibleForFree\":false,"
		    "\"cssSelector\":\".a, .b\"},{\"isAccessibleForFree\":false,\"cssSelector\":[\"#c\"]},"
		    "{\"isAccessibleForFree\":true,\"cssSelector\":\".free\"}]"), METADATA_ACCESS_GATED, 3 },
		/* The article's word before that of the page it stands on. */
		{ LD("\"@graph\":[{\"@type\":\"WebPage\",\"isAccessibleForFree\":true},{" STORY
		    ",\"isAccessibleForFree\":false}]"), METADATA_ACCESS_GATED, 0 },
		{ "<meta itemprop=isAccessibleForFree content=false>", METADATA_ACCESS_GATED, 0 },
		{ LD(STORY ",\"isAccessibleForFree\":true")
		    "<meta itemprop=isAccessibleForFree content=false>", METADATA_ACCESS_FREE, 0 },
	};
	struct metadata *metadata;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		metadata = read_page(cases[i].page);
		if (metadata->jsonld_access != cases[i].access ||
		    metadata->selector_count != cases[i].selectors)
			fail_msg("%s: %d, %zu", cases[i].page, metadata->jsonld_access,
			    metadata->selector_count);
		assert_false(metadata->selectors_lost);
		metadata_free(metadata);
	}
}

/* What does not fit is not forgotten: the verdict must know. */
static void
lost_selectors_are_noted(void **state)
{
	struct metadata *metadata;
	struct buffer page;

	(void)state;
	buffer_init(&page, 1 << 16);
	buffer_append_text(&page, "<script type='application/ld+json'>{" STORY
	    ",\"hasPart\":{\"isAccessibleForFree\":false,\"cssSelector\":\"");
	for (unsigned i = 0; i <= METADATA_SELECTORS; i++)
		buffer_printf(&page, ".a%u,", i);
	buffer_append_text(&page, "\"}}</script>");
	metadata = read_page(buffer_text(&page));
	assert_int_equal(metadata->selector_count, METADATA_SELECTORS);
	assert_true(metadata->selectors_lost);
	metadata_free(metadata);
	buffer_release(&page);
}

static void
texts_and_lists_are_bounded(void **state)
{
	struct metadata *metadata;
	struct buffer page;

	(void)state;
	buffer_init(&page, 1 << 20);
	buffer_append_text(&page, "<meta property=og:title content='");
	for (unsigned i = 0; i < METADATA_TEXT; i++)
		buffer_append_text(&page, "\xe2\x82\xac");
	buffer_append_text(&page, "'>");
	for (unsigned i = 0; i < 100; i++)
		buffer_printf(&page, "<meta name=author content='Name Number%c%c'>", 'a' + i / 26, 'a' + i % 26);
	metadata = read_page(buffer_text(&page));
	assert_int_equal(strlen(metadata->title), METADATA_TEXT / 3 * 3);
	assert_int_equal(metadata->author_count, METADATA_AUTHORS);
	metadata_free(metadata);
	/* A whole page that is called "author" is no byline. */
	buffer_clear(&page);
	buffer_append_text(&page, "<div class=author>Ann Other");
	for (unsigned i = 0; i < 500; i++)
		buffer_append_text(&page, "<i></i>");
	check_authors(buffer_text(&page), "");
	buffer_release(&page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_surest_source_of_a_title_wins),
		cmocka_unit_test(a_heading_that_says_the_same_is_the_title),
		cmocka_unit_test(the_name_of_the_site_is_no_part_of_a_title),
		cmocka_unit_test(dates_must_be_dates),
		cmocka_unit_test(changes_have_their_time_zone),
		cmocka_unit_test(other_fields_are_read),
		cmocka_unit_test(authors_come_from_the_surest_source_alone),
		cmocka_unit_test(who_took_the_pictures_is_no_author),
		cmocka_unit_test(a_byline_that_no_markup_names_is_found),
		cmocka_unit_test(the_first_byline_is_the_article_s),
		cmocka_unit_test(access_is_what_the_publisher_declares),
		cmocka_unit_test(lost_selectors_are_noted),
		cmocka_unit_test(texts_and_lists_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
