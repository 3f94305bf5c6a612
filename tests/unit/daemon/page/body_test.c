#include "tests/unit/daemon/page/reading.h"

#include "proto/base/err.h"

#define KEEP "KEEPKEEP"
#define DROP "DROPDROP"
#define CHROME "<nav><ul><li><a href=/1>" DROP " Home</a><li><a href=/2>News</a></ul></nav>"
#define BODY P1 P2 P3 P4

/* Every KEEP of the page is kept, and no DROP. */
static void
check(const char *const *pages, size_t count)
{
	struct reading reading;

	for (size_t i = 0; i < count; i++) {
		size_t wanted = 0, found = 0;
		const char *at;

		for (at = pages[i]; (at = strstr(at, KEEP)) != NULL; at++)
			wanted++;
		reading_of_page(pages[i], &reading);
		for (at = buffer_text(&reading.html); (at = strstr(at, KEEP)) != NULL; at++)
			found++;
		if (found != wanted || strstr(buffer_text(&reading.html), DROP) != NULL ||
		    strstr(buffer_text(&reading.text), "eleven passengers") == NULL)
			fail_msg("%s\nbecomes\n%s", pages[i], buffer_text(&reading.html));
		reading_free(&reading);
	}
}

#define CHECK(pages) check(pages, sizeof(pages) / sizeof((pages)[0]))
#define PAGE(inside) "<html><body>" CHROME inside "<footer><p>" DROP " All rights reserved, and a " \
    "sentence that is long enough to be running text.</p></footer></body></html>"

static void
the_body_is_found(void **state)
{
	static const char *const pages[] = {
		PAGE("<article><p>" KEEP " " PROSE_1 "</p>" BODY "</article>"),
		PAGE("<main><p>" KEEP " " PROSE_1 "</p>" BODY "</main>"),
		PAGE("<div role=main><p>" KEEP " " PROSE_1 "</p>" BODY "</div>"),
		PAGE("<div itemprop=articleBody><p>" KEEP " " PROSE_1 "</p>" BODY "</div><div><p>" DROP
		    "</p></div>"),
		PAGE("<div class=entry-content><p>" KEEP " " PROSE_1 "</p>" BODY "</div><div><p>" DROP
		    "</p></div>"),
		PAGE("<div class=articleBody><p>" KEEP " " PROSE_1 "</p>" BODY "</div><div><p>" DROP
		    "</p></div>"),
		/* By its sentences alone. */
		PAGE("<div><div><p>" KEEP " " PROSE_1 "</p>" BODY "</div><div><a href=/x>" DROP "</a></div></div>"),
		/* A named part that holds next to nothing is not believed. */
		PAGE("<div class=article-body><p>Soon.</p></div><div><p>" KEEP " " PROSE_1 "</p>" BODY "</div>"),
		PAGE("<div class=article-body><p>" DROP " These words are a summary that the reader may skip.</p>"
		    "</div><div><p>" KEEP " " PROSE_1 "</p>" BODY "</div>"),
		/* One article in several parts of the same making. */
		PAGE("<article><div class=article-body><p>" KEEP " " PROSE_1 "</p>" BODY "</div><aside>" DROP
		    "</aside><div class=article-body><p>" KEEP " " PROSE_2 "</p>" BODY "</div></article>"),
		/* Paragraphs that a word processor called so, and what stands between. */
		PAGE("<div><p class=MsoBodyText>" PROSE_1 "</p><p>" KEEP " " PROSE_2 "</p><p class=MsoBodyText>" PROSE_3
		    "</p></div>"),
		/* Text in old tables, and parted by breaks. */
		"<html><body><table><tr><td>" CHROME "<td><font>" KEEP " " PROSE_1 "<br><br>" PROSE_2 "<br><br>"
		    PROSE_3 "</font></table></body></html>",
	};

	(void)state;
	CHECK(pages);
}

static void
what_is_round_the_text_is_left_out(void **state)
{
	static const char *const pages[] = {
		PAGE("<article>" BODY "<div class=related><p>" DROP " A story of another ferry on another "
		    "water that goes on for a while.</p></div></article>"),
		PAGE("<article>" BODY "<aside><p>" DROP " A box of facts that is long enough to be running "
		    "text, too.</p></aside></article>"),
		PAGE("<article>" BODY "<div class=social-share><a href=/s>" DROP "</a></div></article>"),
		PAGE("<article>" BODY "<form><p>" DROP " Leave your address here and never hear from us "
		    "again.</p></form></article>"),
		PAGE("<article>" BODY "<ul><li><a href=/a>" DROP " One story</a><li><a href=/b>Two stories</a>"
		    "</ul></article>"),
		PAGE("<article>" BODY "<p><a href=/a>Read more: " DROP "</a></p></article>"),
		PAGE("<article>" BODY "<p>Read also: <a href=/a>" DROP "</a></p></article>"),
		PAGE("<article>" BODY "</article><section id=comments><p>" DROP " I never liked that ferry, and "
		    "I sailed on it for thirty years.</p></section>"),
		PAGE("<article>" BODY "<div class=commentlist><p>" DROP " I never liked that ferry, and I sailed "
		    "on it for thirty years.</p></div></article>"),
		PAGE("<article><p class=byline>By " DROP "</p>" BODY "</article>"),
		PAGE("<article><span class=date>" DROP "</span>" BODY "<div class=tags>" DROP "</div></article>"),
		PAGE("<article>" BODY "<p class=visually-hidden>" DROP "</p></article>"),
		PAGE("<article>" BODY "<button>" DROP "</button><select><option>" DROP "</select></article>"),
		PAGE("<article><h2>The goat <button>" DROP "</button></h2>" BODY "<button aria-expanded=false>" DROP
		    "</button>" P1 "<button aria-expanded=false>" DROP " Questions?</button></article>"),
	};

	(void)state;
	CHECK(pages);
}

static void
what_only_looks_like_it_stays(void **state)
{
	static const char *const pages[] = {
		/* Names of the page's layout, and words inside words. */
		PAGE("<article class='has-related no-comments'><p>" KEEP "</p>" BODY "</article>"),
		PAGE("<article>" BODY "<p class=downloads>" KEEP " stays</p></article>"),
		/* A judge that would take the text itself is wrong about the page. */
		PAGE("<div class=related-story><p>" KEEP " " PROSE_1 "</p>" BODY "</div>"),
		PAGE("<article><div class=promo>" P1 "</div><div class=promo>" P2 "</div><div class=promo><p>"
		    KEEP " " PROSE_3 "</p></div><div class=promo>" P4 "</div></article>"),
		PAGE("<form><article><p>" KEEP " " PROSE_1 "</p>" BODY "</article></form>"),
		PAGE("<article>" BODY "<p>Read more than one paper, says " KEEP
		    ", and you will know less.</p></article>"),
		/* What unfolds an answer is its heading, in a heading (ARIA) or without one. */
		PAGE("<article>" BODY "<h3><button aria-expanded=false>" KEEP " Is it late?</button></h3><div>" P1
		    "</div><h2 class=accordion-header><button class=accordion-button type=button>" KEEP
		    " How late</button></h2>" P2 "<h3><div role=button>" KEEP " Who?</div></h3>" P3 "</article>"),
		PAGE("<article>" BODY "<div><button class=faq-question aria-expanded=false>" KEEP " Is it late?"
		    "</button><div>" P1 "</div></div><div role=button aria-expanded=true>" KEEP " Who? </div>" P2
		    "</article>"),
		PAGE("<article>" BODY "<pre><span class=comment>// " KEEP "</span></pre></article>"),
		PAGE("<article>" BODY "<p>With <a href=/a>a link</a> and " KEEP "</p></article>"),
		PAGE("<article>" BODY "<blockquote><p>" KEEP " said the captain.</p></blockquote></article>"),
	};

	(void)state;
	CHECK(pages);
}

/* Some sites give each section of an article a container, and some name only the first. */
static void
an_article_in_several_containers_is_found_whole(void **state)
{
#define SECTION(inside) "<section class=s><div class=w><div class=t>" inside "</div></div></section>"
	static const char *const pages[] = {
		PAGE("<div>" SECTION("<p>" KEEP "</p>" P1 P2 P3) SECTION(P4 P5 P1 "<p>" KEEP "</p>")
		    SECTION(P2 P3 P4 "<p>" KEEP "</p>") SECTION(P1 P2 "<p>" KEEP "</p>") "</div>"),
		PAGE("<div>" SECTION("<p>" KEEP "</p>" P1 P2 P3)
		    "<div class=article-body>" P4 P5 "</div>" SECTION(P2 P3 P4 "<p>" KEEP "</p>")
		    SECTION(P1 P2 P5 "<p>" KEEP "</p>") "</div>"),
		/* But not the article with what is beside it. */
		PAGE("<div><article>" P1 P2 P3 P4 P5 "<p>" KEEP "</p></article><div><div><p>" DROP " Another story, "
		    "which goes on for a while.</p>" P1 P2 P3 P4 P5 P1 P2 P3 "</div></div></div>"),
	};

	(void)state;
	CHECK(pages);
}

static void
a_lead_belongs_to_the_text(void **state)
{
	static const char *const pages[] = {
		PAGE("<div><header><h1>The last ferry</h1><p class=lead>" KEEP " Nobody knows whose goat it is, and "
		    "nobody on the island asks.</p></header><div class=article-body>" BODY "</div></div>"),
		PAGE("<div><h1>The last ferry</h1><div class=intro><p>" KEEP " Nobody knows whose goat it is, and "
		    "nobody on the island asks.</p></div><div class=article-body>" BODY "</div></div>"),
		PAGE("<div><div class=intro><p>" DROP " The Quay is a paper about the islands and the water "
		    "between.</p></div><h1>The last ferry</h1><div class=article-body>" BODY "</div></div>"),
		PAGE("<div><h1>The last ferry</h1><p>" DROP " These words stand there and nobody calls them "
		    "anything.</p><div class=article-body>" BODY "</div></div>"),
		/* By other names, and under a headline that microdata alone calls so. */
		PAGE("<div><h1>The last ferry</h1><h2 class=article-subtitle>" KEEP " Nobody knows whose goat it is, "
		    "and nobody asks.</h2><div class=article-body>" BODY "</div></div>"),
		PAGE("<div><div class=head><h3 itemprop=headline>The last ferry</h3></div><div class=teaser-text><p>"
		    KEEP " Nobody knows whose goat it is, and nobody asks.</p></div><div itemprop=articleBody>" BODY
		    "</div></div>"),
	};

	(void)state;
	CHECK(pages);
}

#define SUMMED(language, summary, inside) "<html lang=" language "><head><meta name=description " \
    "content=\"" summary "\"></head><body>" CHROME inside "</body></html>"

/* Nobody calls it a lead, but the page gives it as its summary. */
static void
a_summary_that_is_shown_is_a_lead(void **state)
{
	static const char *const pages[] = {
		SUMMED("de", "Die F\xc3\xa4hre f\xc3\xa4hrt weiter, und niemand wei\xc3\x9f...",
		    "<div><h1>Die letzte F\xc3\xa4hre</h1><div><p>Die F\xc3\xa4hre f\xc3\xa4hrt weiter, und "
		    "niemand wei\xc3\x9f, wem die Ziege geh\xc3\xb6rt. " KEEP "</p></div><div class=article-body>"
		    BODY "</div></div>"),
		/* Under a heading that is none of the first level. */
		SUMMED("it", "Il traghetto parte ancora ogni mattina prima dell'alba.",
		    "<div><h3>L'ultimo traghetto</h3><div>Il traghetto parte ancora ogni mattina prima dell'alba. "
		    KEEP "</div><div class=article-body>" BODY "</div></div>"),
		SUMMED("de", "Die F\xc3\xa4hre f\xc3\xa4hrt weiter, und niemand wei\xc3\x9f warum.",
		    "<div><h1>Die letzte F\xc3\xa4hre</h1><p>" DROP " Die F\xc3\xa4hre f\xc3\xa4hrt weiter, und "
		    "niemand wei\xc3\x9f es.</p><div class=article-body>" BODY "</div></div>"),
		/* An English one advertises the text, and is no part of it; nor is what is called a subtitle. */
		SUMMED("en-GB", "Of a ferry.", "<div><h1>The last ferry</h1><h2 class=subtitle>" DROP " Nobody knows "
		    "whose goat it is, and nobody asks.</h2><div class=article-body>" BODY "</div></div>"),
		SUMMED("en", DROP " Nobody on the island knows whose goat it is.", "<div><h1>The last ferry</h1>"
		    "<p>" DROP " Nobody on the island knows whose goat it is.</p><div class=article-body>" BODY
		    "</div></div>"),
	};

	(void)state;
	CHECK(pages);
}

/* Boxes that stand amid a text, and speak of others. */
static void
what_stands_beside_the_text_is_cut(void **state)
{
	static const char *const pages[] = {
		/* The body of another article is called like that of this one. */
		PAGE("<article class=entry><div class=entry-content><p>" KEEP "</p>" BODY "<aside "
		    "class=entry__related>"
		    "<article class=entry><div class=entry-content><p>" DROP " Another ferry, which goes to another "
		    "island, and is not late.</p></div></article></aside>" P5 "</div></article>"),
		PAGE("<article><p>" KEEP "</p>" BODY "<ul><li class=related-posts><div "
		    "class=related-post-content><p>" DROP
		    " Another ferry, which goes to another island.</p></div></ul></article>"),
		/* A teaser has a headline that is a link; one without is a lead, or a part of the text. */
		PAGE("<article><p>" KEEP "</p>" P1 P2 "<div class=teaser><h3><a href=/x>" DROP "</a></h3><p>Another "
		    "ferry, which goes to another island, and is not late.</p></div>" BODY "</article>"),
		PAGE("<article><p>" KEEP "</p>" P1 P2 "<div class='story card'><a "
		    "href=/x><h3>" DROP "</h3><p>Another "
		    "ferry, which goes to another island.</p></a></div>" BODY "</article>"),
		PAGE("<article>" P1 P2 "<div class=teaser><h3>" KEEP "</h3><p>The goat was on board, and what is "
		    "more, "
		    "it had paid.</p></div>" BODY "</article>"),
		PAGE("<article>" P1 P2 "<p>" KEEP "</p>" BODY "<div class=author-box><p>" DROP " writes about "
		    "ferries and "
		    "whatever else comes late to the islands, and has done so for twenty years, when the paper "
		    "was still "
		    "printed on the mainland and came with the goats.</p></div></article>"),
		PAGE("<article><p class=affiliate-disclosure>" DROP " We may earn something when you buy a "
		    "goat.</p><p>"
		    KEEP "</p>" BODY "<p class=copyright>" DROP " 2021</p></article>"),
		PAGE("<article><p>" KEEP "</p>" BODY "<div class=post-ratings>" DROP " 4 of 5</div><div "
		    "class=taglist>" DROP
		    "</div><a class=back-link href=/>" DROP "</a></article>"),
	};

	(void)state;
	CHECK(pages);
}

static void
the_furniture_of_a_site_is_cut(void **state)
{
	static const char *const pages[] = {
		PAGE("<article><p>By " DROP " Quill</p><p>5 min read</p><p>" KEEP "</p>" BODY "</article>"),
		PAGE("<article>" P1 "<p>Advertisement</p>" BODY "<p>" KEEP "</p><p>Follow " DROP " on Twitter.</p>"
		    "<p>\xc2\xa9 2021 " DROP "</p></article>"),
		PAGE("<article>" BODY "<p>" KEEP "</p><h3>Related stories</h3><p><a href=/a>" DROP " one</a></p>"
		    "<p>" DROP " two</p></article>"),
		/* Amid the text, only the links go. */
		PAGE("<article>" P1 P2 "<p>Lees ook</p><p><a href=/a>" DROP "</a></p><p>" KEEP "</p>" BODY
		    "</article>"),
		PAGE("<article>" BODY "<p>" KEEP "</p><p>Share this article</p></article>"),
		PAGE("<article>" BODY "<p>" KEEP "</p><p>Diesen Artikel " DROP " teilen</p><ul><li>Twitter</li><li>"
		    "LinkedIn</li></ul></article>"),
		PAGE("<article>" BODY "<p>" KEEP "</p><h4>Kontakt</h4><p>" DROP " Ada Quill</p><p>" DROP
		    " +49 30 1234</p></article>"),
		PAGE("<html><head><meta name=author content='Ada Quill'></head><article>" BODY "<p>" KEEP
		    "</p><blockquote>Ada Quill writes about " DROP " and harbours.</blockquote></article>"),
		/* Never more than a quarter of the text. */
		PAGE("<article>" P2 "<p>Follow " KEEP " on Facebook, said the sign, and on Twitter, and nobody did "
		    "that, for nobody on the island had either, or had wished for one or the other in the years "
		    "since the bridge fell.</p></article>"),
	};

	(void)state;
	CHECK(pages);
}

static void
what_is_said_of_the_author_is_cut(void **state)
{
	static const char *const pages[] = {
		"<meta name=author content='Ada Quill'><article>" BODY "<p>" KEEP "</p><p>Ada Quill " DROP " is a "
		"writer and lives by the water.</p></article>",
		/* A firm's name is what the text is about. */
		"<meta name=author content=Quill><article>" BODY "<p>Quill " KEEP " is a firm that makes "
		"pens.</p></article>",
	};

	(void)state;
	CHECK(pages);
}

static void
the_title_is_not_said_twice(void **state)
{
	static const char *const pages[] = {
		"<title>The last " DROP "</title><article><h2>The last " DROP "</h2>" BODY "</article>",
		"<title>x</title><article><h1>" DROP "</h1>" BODY "</article>",
		"<article>" BODY "<h2>" KEEP "</h2>" P1 "</article>",
		/* A heading with nothing under it. */
		"<article>" BODY "<h3>" DROP "</h3></article>",
		"<article>" BODY "<h3>" DROP "</h3><hr></article>",
	};

	(void)state;
	CHECK(pages);
}

/* Lists of teasers have no article; what a page has is better than nothing of it. */
/* Without a sentence, what the markup calls an article is one; the images are not loaded yet. */
static void
pictures_can_be_an_article(void **state)
{
	static const char page[] = "<html><body>" CHROME "<article class=body><h2>Before dawn</h2><img class=lazyload "
	    "data-src=/dawn.jpg alt=Dawn><h2>At noon</h2><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw=' "
	    "data-srcset='/noon-300.webp 300w, /noon-900.webp 900w' alt=Noon></article></body></html>";
	static const char words[] = "<html><body>" CHROME "<article><h2>Before dawn</h2></article></body></html>";
	struct reading reading;

	(void)state;
	reading_of_page(page, &reading);
	assert_true(reading_holds(&reading, "Before dawn"));
	assert_true(reading_holds(&reading, "https://example.org/dawn.jpg"));
	assert_true(reading_holds(&reading, "https://example.org/noon-900.webp"));
	assert_false(reading_holds(&reading, DROP));
	reading_free(&reading);
	reading_of_page(words, &reading);
	assert_int_equal(reading.article->n_blocks, 0);
	reading_free(&reading);
}

static void
a_page_without_an_article_gives_what_it_has(void **state)
{
	struct reading reading;

	(void)state;
	reading_of_page("<ul><li><a href=/a>One</a><li><a href=/b>Two</a></ul>", &reading);
	assert_int_equal(reading.article->words, 0);
	assert_int_equal(reading.verdict->copy, READSYNC__COPY__COPY_BLOCKED);
	reading_free(&reading);
	reading_of_page("<html></html>", &reading);
	assert_int_equal(reading.article->n_blocks, 0);
	reading_free(&reading);
}

/* What stands before the text beside the byline, and how that may be set. */
static void
a_byline_is_no_text(void **state)
{
#define LEAD "<p>" KEEP " What the goat was for.</p>"
	static const char *const pages[] = {
		PAGE("<article>" LEAD "<p>By " DROP "</p><p>12 March 2019 " DROP "</p>" BODY "</article>"),
		PAGE("<article>" LEAD "<p>Reviewed by " DROP "</p><p>Updated: March 12, 2019 " DROP "</p>" BODY
		    "</article>"),
		PAGE("<article><ul><li>" DROP " Quill</li><li>Jan 23</li><li>11 min read</li></ul>" BODY "</article>"),
		PAGE("<article><ul><li>Home</li><li>" DROP " and more</li></ul>" LEAD BODY "</article>"),
		PAGE("<article><ul><li>12 March 2019 " DROP "</li></ul>" LEAD BODY "</article>"),
		PAGE("<meta name=author content='" DROP " Quill'><article>" LEAD "<p>" DROP " Quill</p>" BODY
		    "</article>"),
		/* A date of something else; a list that says more; a byline far down. */
		PAGE("<article>" LEAD "<p>Deadline: 12 March 2019 " KEEP "</p>" BODY "</article>"),
		PAGE("<article><ul><li>" KEEP " of the ferry, which sails</li><li>Jan 23</li></ul>" BODY "</article>"),
		PAGE("<article>" BODY P5 LEAD "<p>By " KEEP "</p>" BODY "</article>"),
	};

	(void)state;
	CHECK(pages);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_body_is_found),
		cmocka_unit_test(what_is_round_the_text_is_left_out),
		cmocka_unit_test(what_only_looks_like_it_stays),
		cmocka_unit_test(an_article_in_several_containers_is_found_whole),
		cmocka_unit_test(a_lead_belongs_to_the_text),
		cmocka_unit_test(what_stands_beside_the_text_is_cut),
		cmocka_unit_test(a_summary_that_is_shown_is_a_lead),
		cmocka_unit_test(the_furniture_of_a_site_is_cut),
		cmocka_unit_test(what_is_said_of_the_author_is_cut),
		cmocka_unit_test(the_title_is_not_said_twice),
		cmocka_unit_test(pictures_can_be_an_article),
		cmocka_unit_test(a_page_without_an_article_gives_what_it_has),
		cmocka_unit_test(a_byline_is_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
