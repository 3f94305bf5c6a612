#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/metadata.h"

#define URL "https://www.thequay.example/boats/2024/story.html"
#define NAME "<meta property=og:site_name content='The Quay'>"
#define OG(title) "<meta property=og:title content=\"" title "\">"
#define HEADLINE(text) "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headline\":\"" \
    text "\"}</script>"

struct expected {
	const char *url, *page, *title;
};

static void
check(const struct expected *cases, size_t count)
{

	for (size_t i = 0; i < count; i++) {
		struct metadata *metadata = NULL;
		xmlDoc *document = NULL;

		assert_int_equal(dom_parse(bytes_of_text(cases[i].page), false, &document), 0);
		assert_int_equal(metadata_read(document, cases[i].url, &metadata), 0);
		if (metadata->title == NULL || strcmp(metadata->title, cases[i].title) != 0)
			print_error("%s: %s\n", cases[i].page, metadata->title);
		assert_string_equal(metadata->title, cases[i].title);
		xmlFreeDoc(document);
		metadata_free(metadata);
	}
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof((cases)[0]))

static void
every_sign_parts_off_the_name(void **state)
{
	static const char *const signs[] = { " | ", " - ", " – ", " — ", " · ", " • ", " :: ",
		" » ", " « ", " / ", " : ", "｜", " ‹ ", " › ", " ⋅ ", " ∙ ", " ― " };
	static const char *const forms[] = { "<title>The last ferry%sThe Quay</title>" NAME,
		"<title>The Quay%sThe last ferry</title>" NAME,
		"<title>The last ferry%sTHEQUAY.EXAMPLE</title>" };
	char page[256];

	(void)state;
	for (size_t sign = 0; sign < sizeof(signs) / sizeof(signs[0]); sign++) {
		for (size_t form = 0; form < 3; form++) {
			const struct expected one = { URL, page, "The last ferry" };
			const char *at = strstr(forms[form], "%s");

			snprintf(page, sizeof(page), "%.*s%s%s", (int)(at - forms[form]),
			    forms[form], signs[sign], at + 2);
			check(&one, 1);
		}
	}
}

/* A site has many names, and no page says all of them. */
static void
the_host_and_the_name_tell_the_site(void **state)
{
	static const struct expected cases[] = {
		/* The words of the host in another order; its first part behind a bar. */
		{ "https://blog.quay-boats.example/1", "<title>The last ferry | Quay Blog</title>",
		    "The last ferry" },
		{ "https://kids.thequay.example/1",
		    "<title>The last ferry | The Quay Children's Hospital</title>", "The last ferry" },
		{ "https://www.thequay.co.example/1", "<title>The last ferry | The Quay for you</title>",
		    "The last ferry" },
		{ URL, "<title>News | The Quay sells its ferry</title>",
		    "News | The Quay sells its ferry" },
		/* The first letters of the one are the other. */
		{ "https://www.qnfs.example/1", "<title>Ferry care - Quay and North Ferry Services</title>",
		    "Ferry care" },
		{ URL, "<title>Of ferries - QNF</title>"
		    "<meta property=og:site_name content='Quay North Ferries'>", "Of ferries" },
		/* In brackets. */
		{ URL, "<title>The last ferry [The Quay]</title>", "The last ferry" },
		/* Behind the headline, and so in the headings as well. */
		{ URL, NAME "<title>The last ferry – The Quay - The Quay</title>"
		    HEADLINE("The last ferry – The Quay") "<h1>The last ferry – The Quay</h1>",
		    "The last ferry" },
		/* First and last; with a section between, or before. */
		{ URL, NAME "<title>The Quay | The last ferry | The Quay</title>", "The last ferry" },
		{ URL, NAME "<title>The last ferry | Boats | The Quay</title>", "The last ferry" },
		{ URL, NAME OG("The last ferry | Boats") "<h1>The last ferry | Boats</h1>",
		    "The last ferry" },
		{ URL, NAME "<h1>Boats | The last ferry</h1><title>The last ferry</title>",
		    "The last ferry" },
		{ URL, "<meta property=article:section content='Sea &amp; Land'>"
		    "<title>The last ferry | Sea &amp; Land</title>", "The last ferry" },
		/* The last folder of an address is the article itself. */
		{ "https://www.thequay.example/2024/the-last-ferry/",
		    "<title>Boats | The last ferry</title>", "Boats | The last ferry" },
	};

	(void)state;
	CHECK(cases);
}

static void
a_bar_before_few_words_ends_the_headline(void **state)
{
	static const struct expected cases[] = {
		{ URL, "<title>When will the last ferry sail? | A newspaper</title>",
		    "When will the last ferry sail?" },
		{ URL, OG("When will the last ferry sail? | Ann Other") "<h1>Ferries</h1>",
		    "When will the last ferry sail?" },
		{ URL, NAME OG("When will the last ferry sail? | The Quay | Look now!"),
		    "When will the last ferry sail?" },
		/* The reader sees it. */
		{ URL, OG("When will the last ferry sail? | Part 1")
		    "<h1>When will the last ferry sail? | Part 1</h1>",
		    "When will the last ferry sail? | Part 1" },
		/* It may be the headline itself; and a dash may stand in one. */
		{ URL, "<title>Ferries | When will the last one sail</title>",
		    "Ferries | When will the last one sail" },
		{ URL, "<title>The sea club - News » When will the last ferry sail</title>",
		    "The sea club - News » When will the last ferry sail" },
		{ URL, "<title>When will the last ferry sail – and why</title>",
		    "When will the last ferry sail – and why" },
		{ URL, "<title>When does a_b differ from a||b in C</title>",
		    "When does a_b differ from a||b in C" },
	};

	(void)state;
	CHECK(cases);
}

static void
what_a_program_cut_is_completed(void **state)
{
#define LONG "When will the very last ferry of the old company sail from the quay below the town, " \
    "and who will be"
	static const struct expected cases[] = {
		{ URL, NAME HEADLINE(LONG) "<title>" LONG " on board of it? - The Quay</title>",
		    LONG " on board of it?" },
		{ URL, NAME "<meta name=twitter:title content='When will the last fer...'>"
		    "<title>When will the last ferry sail? - The Quay</title>",
		    "When will the last ferry sail?" },
		{ URL, OG("When will the last …") "<title>Goats</title>", "When will the last …" },
	};

	(void)state;
	CHECK(cases);
}

static void
no_chinese_or_japanese_title_has_spaces(void **state)
{
	static const struct expected cases[] = {
		{ URL, "<title>末班渡轮今晚启航_海港新闻_海港网</title>", "末班渡轮今晚启航" },
		{ URL, "<title>末班渡轮今晚启航-海港日报</title>", "末班渡轮今晚启航" },
		{ URL, "<title>末班渡轮今晚启航--海港频道--海港网</title>", "末班渡轮今晚启航" },
		{ URL, "<title>最後のフェリー：港デジタル</title>", "最後のフェリー" },
		{ URL, "<title>最後のフェリー【港】</title><meta property=og:site_name content='港'>",
		    "最後のフェリー" },
		{ URL, "<title>末班渡轮-今晚启航</title>", "末班渡轮-今晚启航" },
	};

	(void)state;
	CHECK(cases);
}

/* What else stands in a heading. */
static void
a_heading_has_asides(void **state)
{
	static const struct expected cases[] = {
		{ URL, "<h1><time>Dec 18 2025</time> The last ferry</h1>", "The last ferry" },
		{ URL, "<h1>The last ferry <span class=posted-on>Posted on 1 July</span> "
		    "<span class=byline>by Ann Other</span></h1>", "The last ferry" },
		{ URL, "<h1>The last ferry<br><small>02.02.2024 • News</small></h1>", "The last ferry" },
		{ URL, "<h1><small>The last ferry</small></h1>", "The last ferry" },
		/* Signs that are meant as such, and those that were escaped twice. */
		{ URL, "<title>Why &lt;br&gt; stays</title><h1>Why &lt;br&gt; stays</h1>",
		    "Why <br> stays" },
		{ URL, "<h1>The &lt;i&gt;last&lt;/i&gt; ferry</h1>", "The last ferry" },
	};

	(void)state;
	CHECK(cases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sign_parts_off_the_name),
		cmocka_unit_test(the_host_and_the_name_tell_the_site),
		cmocka_unit_test(a_bar_before_few_words_ends_the_headline),
		cmocka_unit_test(what_a_program_cut_is_completed),
		cmocka_unit_test(no_chinese_or_japanese_title_has_spaces),
		cmocka_unit_test(a_heading_has_asides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
