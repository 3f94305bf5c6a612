#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/feed/feed_parse.h"
#include "daemon/feed/feed_result.h"
#include "proto/base/clock.h"

#define URL "https://example.org/feeds/all?x=1"
#define RDF "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' " \
    "xmlns='http://purl.org/rss/1.0/'"
#define DC "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:t='http://purl.org/dc/terms/'"
#define ITEM(inside) "<rss><channel><item>" inside "</item></channel></rss>"
#define ENTRY(inside) "<feed xmlns='http://www.w3.org/2005/Atom'><entry>" inside "</entry></feed>"

static Readsync__JobResult *
parse_bytes(struct bytes body, const char *type)
{
	Readsync__JobResult *result = NULL;
	struct rs_err_detail detail = { "" };

	if (feed_parse(body, URL, type, &result, &detail) != RS_OK)
		fail_msg("%s: %.200s", detail.text, (const char *)body.data);
	return result;
}

static Readsync__JobResult *
parse(const char *text)
{
	return parse_bytes(bytes_of_text(text), NULL);
}

/* The first entry of a feed, by field; a time in ISO 8601. */
struct expected {
	const char *feed;
	const char *id, *link, *title, *published, *updated;
};

static void
assert_time(int64_t ms, const char *expected)
{
	char text[21] = "";

	if (ms != 0)
		clock_format(ms, text);
	assert_string_equal(text, expected == NULL ? "" : expected);
}

static void
assert_entries(const struct expected *cases, size_t count)
{
	Readsync__JobResult *result;
	const Readsync__FeedEntry *entry;
	size_t i;

	for (i = 0; i < count; i++) {
		result = parse(cases[i].feed);
		assert_true(result->n_entries >= 1);
		entry = result->entries[0];
		if (cases[i].id != NULL)
			assert_string_equal(entry->id, cases[i].id);
		if (cases[i].link != NULL)
			assert_string_equal(entry->link, cases[i].link);
		if (cases[i].title != NULL)
			assert_string_equal(entry->title, cases[i].title);
		assert_time(entry->published_ms, cases[i].published);
		assert_time(entry->updated_ms, cases[i].updated);
		readsync__job_result__free_unpacked(result, NULL);
	}
}

#define ASSERT_ENTRIES(cases) assert_entries(cases, sizeof(cases) / sizeof((cases)[0]))

static void
reads_every_form(void **state)
{
	static const struct expected cases[] = {
		{ ITEM("<title>T</title><link>/a</link><guid isPermaLink='false'>g</guid>"
		    "<pubDate>Thu, 01 Jan 2004 19:48:21 GMT</pubDate>"),
		    "g", "https://example.org/a", "T", "2004-01-01T19:48:21Z", NULL },
		{ "<rdf:RDF " RDF " " DC "><channel/><item rdf:about='https://example.org/a'>"
		    "<title>T</title><dc:date>2004-01-01T20:48:21+01:00</dc:date></item></rdf:RDF>",
		    "https://example.org/a", "https://example.org/a", "T", NULL,
		    "2004-01-01T19:48:21Z" },
		{ ENTRY("<id>tag:x</id><title>T</title><link href='/a'/>"
		    "<published>2004-01-01T19:48:21Z</published>"
		    "<updated>2004-01-02T19:48:21.5Z</updated>"),
		    "tag:x", "https://example.org/a", "T", "2004-01-01T19:48:21Z",
		    "2004-01-02T19:48:21Z" },
		{ "<feed xmlns='http://purl.org/atom/ns#' version='0.3'><entry><title>T</title>"
		    "<link rel='alternate' href='/a'/><issued>2004-01-01</issued>"
		    "<modified>2004-01-02</modified></entry></feed>",
		    "https://example.org/a", "https://example.org/a", "T",
		    "2004-01-01T00:00:00Z", "2004-01-02T00:00:00Z" },
		{ "<CHANNEL><ITEM HREF='/a' LASTMOD='2004-01-01'><TITLE>T</TITLE></ITEM></CHANNEL>",
		    NULL, "https://example.org/a", "T", NULL, "2004-01-01T00:00:00Z" },
		{ "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"id\":\"g\","
		    "\"url\":\"/a\",\"title\":\"T\",\"date_published\":\"2004-01-01T19:48:21Z\","
		    "\"date_modified\":\"2004-01-02T19:48:21-00:00\"}]}",
		    "g", "https://example.org/a", "T", "2004-01-01T19:48:21Z",
		    "2004-01-02T19:48:21Z" },
		{ "{\"items\":[{\"id\":17,\"url\":\"/mine\","
		    "\"external_url\":\"http://b.example/\"}]}",
		    "17", "http://b.example/", "", NULL, NULL },
	};

	(void)state;
	ASSERT_ENTRIES(cases);
}

static void
finds_the_link(void **state)
{
	static const struct expected cases[] = {
		/* The page before other forms and other relations, wherever it stands. */
		{ ENTRY("<link rel='self' href='/s'/><link type='application/json' href='/j'/>"
		    "<link rel='alternate' type='text/html' href='/a'/>"),
		    .link = "https://example.org/a" },
		{ ENTRY("<link rel='enclosure' href='/e'/>"), .link = "" },
		/* One that is no URI says nothing. */
		{ "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='\x89'>"
		    "<entry><link href='/a'/></entry></feed>",
		    .link = "https://example.org/a" },
		/* xml:base, relative to itself and to the feed. */
		{ "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='/x/'>"
		    "<entry xml:base='y/'><link href='a'/></entry></feed>",
		    .link = "https://example.org/x/y/a" },
		{ ITEM("<guid>https://example.org/g</guid>"), .link = "https://example.org/g" },
		{ ITEM("<guid isPermaLink='false'>https://example.org/g</guid>"), .link = "" },
		{ ITEM("<guid>17</guid>"), .id = "17", .link = "" },
		{ ITEM("<link>\n  https://example.org/a b\xc3\xa9 \n</link>"),
		    .link = "https://example.org/a%20b%C3%A9" },
		{ ITEM("<link><![CDATA[https://example.org/?a=1&b=2]]></link>"),
		    .link = "https://example.org/?a=1&b=2" },
		{ ITEM("<link>javascript:alert(1)</link>"), .link = "" },
		{ ITEM("<link>file:///etc/passwd</link>"), .link = "" },
		{ ITEM("<x:link xmlns:x='http://x.example/'>http://x.example/</x:link>"),
		    .link = "" },
		{ ITEM("<image><link>/no</link></image><link>/a</link>"),
		    .link = "https://example.org/a" },
	};

	(void)state;
	ASSERT_ENTRIES(cases);
}

static void
makes_titles_plain(void **state)
{
	static const struct expected cases[] = {
		{ ITEM("<title>H&lt;sub&gt;2&lt;/sub&gt;O  &amp;amp;\n air</title>"),
		    .title = "H2O & air" },
		{ ITEM("<title><![CDATA[<b>Bold</b> &eacute;]]></title>"),
		    .title = "Bold \xc3\xa9" },
		{ ITEM("<title>AT&amp;T: 1 &lt; 2</title>"), .title = "AT&T: 1 < 2" },
		{ ITEM("<title>&lt;script&gt;x()&lt;/script&gt;Text</title>"), .title = "Text" },
		{ ENTRY("<title type='html'>&lt;i&gt;a&lt;/i&gt;</title>"), .title = "a" },
		{ ENTRY("<title type='text'>&lt;i&gt;a&lt;/i&gt;</title>"), .title = "<i>a</i>" },
		{ ENTRY("<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a<b>b</b>"
		    "</div></title>"), .title = "ab" },
		{ ITEM("<m:title xmlns:m='http://search.yahoo.com/mrss/'>m</m:title>"
		    "<title>t</title>"),
		    .title = "t" },
	};

	(void)state;
	ASSERT_ENTRIES(cases);
}

/* What libxml2's recovery alone would lose. */
static void
mends_broken_xml(void **state)
{
	static const struct expected cases[] = {
		{ ITEM("<link>https://example.org/?a=1&b=2&copy=3</link>"),
		    .link = "https://example.org/?a=1&b=2&copy=3" },
		{ ITEM("<title>caf&eacute; &nosuch; &</title>"),
		    .title = "caf\xc3\xa9 &nosuch; &" },
		{ ITEM("<b>unclosed<title>a &amp; b</title><link>/?a=1&amp;b=2</link>"),
		    .title = NULL },
		{ "<rss><channel><broken></channel><channel><item><title>x &amp; y</title>"
		    "</item></channel></rss>", .title = "x & y" },
		{ "\n\n <?xml version='1.0'?><rss><channel><item><title>a\x01\x1f" "b</title>",
		    .title = "ab" },
		{ "<!DOCTYPE rss [<!ENTITY me 'my text'>]>" ITEM("<title>&me;</title>"),
		    .title = "my text" },
		{ ITEM("<title>a <![CDATA[& b]]> <!-- & --></title>"), .title = "a & b" },
	};

	(void)state;
	ASSERT_ENTRIES(cases);
}

static void
decodes_charsets(void **state)
{
	static const struct {
		const char *prolog;
		const char *type;
		const char *title;
		const char *expected;
	} cases[] = {
		{ "", NULL, "\xc3\xa9", "é" },
		{ "<?xml version='1.0' encoding='iso-8859-1'?>", NULL, "\xe9\x80", "é€" },
		{ "<?xml version='1.0' encoding='windows-1251'?>", "text/xml",
		    "\xcf\xf0\xe8", "При" },
		/* The header goes before the declaration ... */
		{ "<?xml version='1.0' encoding='utf-8'?>", "text/xml; charset=\"gb2312\"",
		    "\xc4\xe3\xba\xc3", "你好" },
		/* ... but for servers that say Latin-1 of everything ... */
		{ "<?xml version='1.0' encoding='utf-8'?>", "text/xml; charset=ISO-8859-1",
		    "\xc3\xa9", "é" },
		/* ... and a mark before both. */
		{ "\xef\xbb\xbf<?xml version='1.0' encoding='koi8-r'?>", "text/xml;charset=big5",
		    "\xc3\xa9", "é" },
		{ "<?xml version='1.0' encoding='utf-16'?>", NULL, "\xc3\xa9", "é" },
		{ "<?xml version='1.0' encoding='no-such'?>", NULL, "\xc3\xa9", "é" },
	};
	static const char utf16[] = "<\0r\0s\0s\0>\0<\0c\0h\0a\0n\0n\0e\0l\0>\0"
	    "<\0t\0i\0t\0l\0e\0>\0\xe9\0<\0/\0t\0i\0t\0l\0e\0>\0";
	Readsync__JobResult *result;
	struct buffer text;
	size_t i;

	(void)state;
	buffer_init(&text, 1000);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buffer_clear(&text);
		buffer_printf(&text, "%s<rss><channel><title>%s</title></channel></rss>",
		    cases[i].prolog, cases[i].title);
		result = parse_bytes(buffer_bytes(&text), cases[i].type);
		assert_string_equal(result->feed_title, cases[i].expected);
		readsync__job_result__free_unpacked(result, NULL);
	}
	result = parse_bytes(bytes_of(utf16, sizeof(utf16) - 1), "application/xml");
	assert_string_equal(result->feed_title, "é");
	readsync__job_result__free_unpacked(result, NULL);
	buffer_release(&text);
}

static void
reads_tags_and_wishes(void **state)
{
	static const struct {
		const char *feed;
		unsigned minutes;
	} wishes[] = {
		{ "<rss><channel><ttl>90</ttl></channel></rss>", 90 },
		{ "<rss><channel><ttl>-1</ttl></channel></rss>", 0 },
		{ "<rss><channel><ttl>99999999999999</ttl></channel></rss>", 525600 },
		{ "<rss xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel>"
		    "<sy:updatePeriod>daily</sy:updatePeriod>"
		    "<sy:updateFrequency>4</sy:updateFrequency></channel></rss>", 360 },
		{ "<rss/>", 0 },
	};
	Readsync__JobResult *result;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		result = parse(wishes[i].feed);
		assert_int_equal(result->ttl_minutes, wishes[i].minutes);
		readsync__job_result__free_unpacked(result, NULL);
	}
	result = parse(ENTRY("<category term='a' label=' A  tag '/><category term='b'/>"
	    "<category term='b'/><category term=''/>"));
	assert_int_equal(result->entries[0]->n_tags, 2);
	assert_string_equal(result->entries[0]->tags[0], "A tag");
	assert_string_equal(result->entries[0]->tags[1], "b");
	readsync__job_result__free_unpacked(result, NULL);
	result = parse("{\"items\":[{\"tags\":[\"a\",1,null,\"b\"]},3,null]}");
	assert_int_equal(result->n_entries, 1);
	assert_int_equal(result->entries[0]->n_tags, 2);
	readsync__job_result__free_unpacked(result, NULL);
}

static void
says_what_is_no_feed(void **state)
{
	static const struct {
		const char *body;
		const char *detail;
	} cases[] = {
		{ "", "not a feed: empty" },
		{ " \n", "not a feed: empty" },
		{ "<!DOCTYPE html><html><head><title>x</title>", "not a feed: an HTML page" },
		{ "<opml version='2.0'/>", "not a feed: its XML is <opml>" },
		{ "plain text", "not a feed: neither XML nor JSON" },
		{ "{\"items\":3}", "not a feed: JSON without \"items\"" },
		{ "%PDF-1.4", "not a feed: not text" },
	};
	Readsync__JobResult *result = NULL;
	struct rs_err_detail detail;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(feed_parse(bytes_of_text(cases[i].body), URL, NULL, &result,
		    &detail), RS_ENOTPAGE);
		assert_string_equal(detail.text, cases[i].detail);
	}
	assert_null(result);
}

static void
keeps_its_bounds(void **state)
{
	Readsync__JobResult *result;
	struct rs_err_detail detail;
	struct buffer feed;
	unsigned i;

	(void)state;
	buffer_init(&feed, FEED_PARSE_MAX + 1000);
	buffer_append_text(&feed, "<rss><channel><item><title>");
	for (i = 0; i < FEED_TITLE_MAX; i++)
		buffer_append_text(&feed, "\xe2\x82\xac");
	buffer_append_text(&feed, "</title><guid>");
	for (i = 0; i <= FEED_ID_MAX; i++)
		buffer_append_byte(&feed, 'g');
	buffer_append_text(&feed, "</guid><link>/a</link>");
	for (i = 0; i < 2 * FEED_TAGS_MAX; i++)
		buffer_printf(&feed, "<category>%u</category>", i);
	for (i = 0; i < FEED_ENTRIES_MAX + 10; i++)
		buffer_append_text(&feed, "</item><item>");
	result = parse_bytes(buffer_bytes(&feed), NULL);
	assert_int_equal(result->n_entries, FEED_ENTRIES_MAX);
	assert_int_equal(strlen(result->entries[0]->title), FEED_TITLE_MAX / 3 * 3);
	assert_string_equal(result->entries[0]->id, "https://example.org/a");
	assert_int_equal(result->entries[0]->n_tags, FEED_TAGS_MAX);
	readsync__job_result__free_unpacked(result, NULL);

	while (feed.len <= FEED_PARSE_MAX)
		buffer_append_text(&feed, "<!-- far too long -->");
	assert_int_equal(feed_parse(buffer_bytes(&feed), URL, NULL, &result, &detail), RS_ELIMIT);
	buffer_release(&feed);
}

/* A feed may ask for files and for entities that grow; it gets neither. */
static void
loads_and_grows_nothing(void **state)
{
	static const char external[] = "<!DOCTYPE rss SYSTEM 'file:///etc/hostname' ["
	    "<!ENTITY f SYSTEM 'file:///etc/passwd'><!ENTITY % p SYSTEM 'file:///etc/passwd'> %p;"
	    "]><rss><channel><title>a&f;b</title></channel></rss>";
	Readsync__JobResult *result = NULL;
	struct rs_err_detail detail;
	struct buffer bomb;
	unsigned i;

	(void)state;
	result = parse(external);
	assert_null(strstr(result->feed_title, "root"));
	readsync__job_result__free_unpacked(result, NULL);

	buffer_init(&bomb, 10000);
	buffer_append_text(&bomb, "<!DOCTYPE rss [<!ENTITY e0 'laughter'>");
	for (i = 1; i < 40; i++)
		buffer_printf(&bomb, "<!ENTITY e%u '&e%u;&e%u;'>", i, i - 1, i - 1);
	buffer_append_text(&bomb, "]><rss><channel><title>&e39;</title></channel></rss>");
	result = NULL;
	if (feed_parse(buffer_bytes(&bomb), URL, NULL, &result, &detail) == RS_OK)
		assert_true(strlen(result->feed_title) <= FEED_TITLE_MAX);
	readsync__job_result__free_unpacked(result, NULL);
	buffer_release(&bomb);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_form),
		cmocka_unit_test(finds_the_link),
		cmocka_unit_test(makes_titles_plain),
		cmocka_unit_test(mends_broken_xml),
		cmocka_unit_test(decodes_charsets),
		cmocka_unit_test(reads_tags_and_wishes),
		cmocka_unit_test(says_what_is_no_feed),
		cmocka_unit_test(keeps_its_bounds),
		cmocka_unit_test(loads_and_grows_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
