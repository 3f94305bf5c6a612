#include "tests/unit/daemon/page/reading.h"

#include "proto/base/err.h"

#define IN READSYNC__SESSION__SESSION_IN
#define OUT READSYNC__SESSION__SESSION_OUT
#define UNKNOWN READSYNC__SESSION__SESSION_UNKNOWN

#define LD(inside) "<script type='application/ld+json'>{\"@context\":\"https://schema.org\"," \
    "\"@type\":\"NewsArticle\",\"headline\":\"The last ferry\"," inside "}</script>"
#define GATED LD("\"isAccessibleForFree\":false")
#define GATED_PART(selector) LD("\"isAccessibleForFree\":\"False\",\"hasPart\":{\"@type\":" \
    "\"WebPageElement\",\"isAccessibleForFree\":\"False\",\"cssSelector\":\"" selector "\"}")
#define WALL "<div class=offer><h2>This article is for subscribers</h2><p>Subscribe to continue " \
    "reading.</p><a href=/plans>Subscribe</a> <a href=/login>Already a subscriber? Log in</a></div>"
#define SECRET "SECRETSECRET"
#define SECRETS "<p>" SECRET " the ferry will not sail again, a letter in the drawer of the harbour " \
    "master says, and it was signed before the summer began.</p>"

static void
read_as(const char *page, Readsync__Session session, unsigned status, struct reading *reading)
{
	struct page_input input = { .body = bytes_of_text(page), .url = READING_URL,
		.session = session, .status = status };

	reading_of(&input, reading);
}

/* ------------------------------------------------- the line that is not crossed */

/* What must not be kept of a page that was fetched without a session. */
static void
a_gated_page_gives_a_stranger_no_more_than_is_free(void **state)
{
	static const struct { const char *why, *page; } cases[] = {
		{ "the declared part is cut",
		    ARTICLE(GATED_PART(".paid") P1 P2 "<div class=paid>" SECRETS P3 "</div>") },
		{ "also when it is named from outside",
		    ARTICLE(GATED_PART("article > .paid") P1 P2 "<div class=paid>" SECRETS "</div>") },
		{ "each of several parts is",
		    ARTICLE(GATED_PART(".one, #two") P1 P2 "<p class=one>" SECRET " one, one, one, one, "
		    "one, one, one, one.</p><div id=two>" SECRETS "</div>") },
		{ "without a part it is a teaser", ARTICLE(GATED LONG_PROSE SECRETS) },
		{ "so it is when the part is not there",
		    ARTICLE(GATED_PART(".absent") LONG_PROSE SECRETS) },
		{ "and when the part cannot be found by us",
		    ARTICLE(GATED_PART(".paid, p:nth-child(n+3)") LONG_PROSE "<p class=paid>x</p>" SECRETS) },
		{ "and when the part is the page", ARTICLE(GATED_PART("html") LONG_PROSE SECRETS) },
		{ "one paragraph that is everything is no teaser",
		    ARTICLE(GATED "<p>" PROSE_1 " " PROSE_2 " " PROSE_3 " " PROSE_4 " " SECRET "</p>") },
		{ "microdata", ARTICLE("<meta itemprop=isAccessibleForFree content=false>"
		    LONG_PROSE SECRETS) },
		{ "Subscribe with Google", "<html><head><meta name=subscriptions-accessible-for-free "
		    "content=false></head><body><article>" LONG_PROSE SECRETS "</article></body></html>" },
		{ "a locked tier", "<html><head><meta property='article:content_tier' content=locked>"
		    "</head><body><article>" LONG_PROSE SECRETS "</article></body></html>" },
		{ "a section of AMP", ARTICLE(P1 P2 "<section amp-access='NOT subscriber' amp-access-hide>"
		    "Hello</section><section amp-access=\"subscriber OR granted\" amp-access-hide>" LONG_PROSE
		    SECRETS "</section>") },
		{ "a section of AMP's subscriptions", ARTICLE(P1 P2 "<section subscriptions-section=content>"
		    LONG_PROSE SECRETS "</section>") },
		{ "a metered tier", "<html><head><meta property='article:content_tier' content=metered>"
		    "</head><body><article>" LONG_PROSE SECRETS "</article></body></html>" },
	};
	struct reading reading;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		read_as(cases[i].page, OUT, 200, &reading);
		if (reading_holds(&reading, SECRET))
			fail_msg("%s: %s", cases[i].why, buffer_text(&reading.text));
		if (strstr(buffer_text(&reading.text), "The ferry left") == NULL)
			fail_msg("%s: the opening is lost", cases[i].why);
		assert_int_equal(reading.verdict->gated, READSYNC__GATED__GATED_YES);
		assert_int_not_equal(reading.verdict->copy, READSYNC__COPY__COPY_FULL);
		assert_true(reading_has_evidence(&reading, "gated-part-withheld"));
		reading_free(&reading);
	}
}

/* An error answer is no way round it. */
static void
a_refusal_gives_no_more_than_an_answer(void **state)
{
	static const unsigned statuses[] = { 401, 402, 403, 404, 429, 451, 500 };
	struct reading reading;

	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		read_as(ARTICLE(GATED LONG_PROSE SECRETS), OUT, statuses[i], &reading);
		assert_false(reading_holds(&reading, SECRET));
		reading_free(&reading);
	}
}

/* Of those with a session, and of pages that readers saved, nothing visible is. */
static void
what_readers_have_or_saved_is_theirs(void **state)
{
	static const char *const pages[] = {
		ARTICLE(GATED_PART(".paid") P1 P2 "<div class=paid>" SECRETS P3 "</div>"),
		ARTICLE(GATED_PART(".absent") LONG_PROSE SECRETS),
		ARTICLE(GATED LONG_PROSE SECRETS),
		ARTICLE("<meta itemprop=isAccessibleForFree content=false>" LONG_PROSE SECRETS),
	};
	static const Readsync__Session sessions[] = { IN, UNKNOWN };
	struct reading reading;

	(void)state;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		for (size_t j = 0; j < 2; j++) {
			read_as(pages[i], sessions[j], 200, &reading);
			if (!reading_holds(&reading, SECRET))
				fail_msg("page %zu, session %zu: %s", i, j, buffer_text(&reading.text));
			assert_int_equal(reading.verdict->gated, READSYNC__GATED__GATED_YES);
			assert_int_equal(reading.verdict->session, sessions[j]);
			assert_false(reading_has_evidence(&reading, "gated-part-withheld"));
			reading_free(&reading);
		}
	}
}

/* What the page shows to nobody is not mined, whoever asks. */
static void
what_no_reader_sees_is_never_kept(void **state)
{
	static const char *const hidden[] = {
		"<div hidden>" SECRETS "</div>",
		"<div style='display:none'>" SECRETS "</div>",
		"<div style='color: red; DISPLAY : none !important'>" SECRETS "</div>",
		"<div style='visibility:hidden'>" SECRETS "</div>",
		"<div aria-hidden=true>" SECRETS "</div>",
		"<template>" SECRETS "</template>",
		"<noscript>" SECRETS "</noscript>",
		"<script type='text/html'>" SECRETS "</script>",
		"<script>window.state={\"body\":\"" SECRET " text of the article\"}</script>",
		"<textarea>" SECRET " text of the article</textarea>",
		"<!-- " SECRETS " -->",
		"<div data-body='" SECRET " text of the article'>x</div>",
		LD("\"isAccessibleForFree\":false,\"articleBody\":\"" SECRET " and so on\""),
		LD("\"articleBody\":\"" SECRET " and so on\""),
		"<section hidden><div><div>" SECRETS "</div></div></section>",
	};
	static const Readsync__Session sessions[] = { IN, OUT, UNKNOWN };
	struct reading reading;
	struct buffer page;

	(void)state;
	buffer_init(&page, 1 << 16);
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		for (size_t j = 0; j < 6; j++) {
			buffer_clear(&page);
			assert_int_equal(buffer_printf(&page, "<html><body><article>%s" P1 P2
			    "%s%s</article></body></html>", j < 3 ? GATED : "", hidden[i],
			    j < 3 ? WALL : P3), RS_OK);
			read_as(buffer_text(&page), sessions[j % 3], 200, &reading);
			if (reading_holds(&reading, SECRET))
				fail_msg("%s", hidden[i]);
			reading_free(&reading);
		}
	}
	buffer_release(&page);
}

/* React's late parts stand in a hidden element that its script shows to everyone. */
static void
what_is_streamed_late_is_seen(void **state)
{
	struct reading reading;

	(void)state;
	reading_of_page("<html><body><main><article>" P1 "</article></main><div hidden id='S:1'>"
	    "<article>" P2 P3 P4 "</article></div></body></html>", &reading);
	assert_true(reading_holds(&reading, "eleven passengers"));
	reading_free(&reading);
	reading_of_page("<html><body><main><article>" P1 P2 "</article></main><div hidden id='Sold'>"
	    "<article>" SECRETS P3 P4 P3 P4 "</article></div></body></html>", &reading);
	assert_false(reading_holds(&reading, SECRET));
	reading_free(&reading);
}

static void
a_wall_is_no_text(void **state)
{
	struct reading reading;

	(void)state;
	reading_of_page(ARTICLE(P1 P2 WALL), &reading);
	assert_false(reading_holds(&reading, "Subscribe"));
	assert_true(reading_holds(&reading, "eleven passengers"));
	reading_free(&reading);
}

/* -------------------------------------------------------------------- verdicts */

struct judged {
	const char *page;
	Readsync__Session session;
	unsigned status;
	Readsync__Gated gated;
	Readsync__GateKind kind;
	Readsync__Copy copy;
	const char *evidence;		/* one id that it rests on; "!id": on that it does not */
};

#define GATE(word) READSYNC__GATED__GATED_##word
#define KIND(word) READSYNC__GATE_KIND__GATE_KIND_##word
#define COPY(word) READSYNC__COPY__COPY_##word

static void
check_verdicts(const struct judged *cases, size_t count)
{
	struct reading reading;

	for (size_t i = 0; i < count; i++) {
		const char *id = cases[i].evidence;
		const Readsync__Verdict *verdict;
		bool wanted = id[0] != '!';

		read_as(cases[i].page, cases[i].session, cases[i].status, &reading);
		verdict = reading.verdict;
		if (verdict->gated != cases[i].gated || verdict->kind != cases[i].kind ||
		    verdict->copy != cases[i].copy ||
		    reading_has_evidence(&reading, id + !wanted) != wanted) {
			for (size_t j = 0; j < verdict->n_evidence; j++)
				print_message("%+d %s %s\n", verdict->evidence[j]->weight,
				    verdict->evidence[j]->id, verdict->evidence[j]->excerpt);
			fail_msg("case %zu (%s): gated %d kind %d copy %d", i, id, verdict->gated,
			    verdict->kind, verdict->copy);
		}
		reading_free(&reading);
	}
}

#define CHECK_VERDICTS(cases) check_verdicts(cases, sizeof(cases) / sizeof((cases)[0]))

static void
declarations_speak_of_the_article(void **state)
{
	static const struct judged cases[] = {
		{ ARTICLE(LONG_PROSE), UNKNOWN, 200, GATE(UNKNOWN), KIND(UNKNOWN), COPY(FULL), "!declared-free" },
		{ ARTICLE(LONG_PROSE), OUT, 200, GATE(NO), KIND(NONE), COPY(FULL), "!declared-free" },
		{ ARTICLE(LD("\"isAccessibleForFree\":true") LONG_PROSE), UNKNOWN, 200, GATE(NO), KIND(NONE),
		    COPY(FULL), "declared-free" },
		{ ARTICLE(LD("\"isAccessibleForFree\":\"http://schema.org/False\"") LONG_PROSE), IN, 200,
		    GATE(YES), KIND(UNKNOWN), COPY(FULL), "declared-not-free" },
		/* The publisher's word on the article stands above its tier. */
		{ "<html><head><meta property='article:content_tier' content=locked></head><body><article>"
		    LD("\"isAccessibleForFree\":true") LONG_PROSE "</article></body></html>", UNKNOWN, 200,
		    GATE(NO), KIND(NONE), COPY(FULL), "tier-locked" },
		{ "<html><head><meta property='article:content_tier' content=locked></head><body><article>"
		    LONG_PROSE "</article></body></html>", IN, 200, GATE(YES), KIND(HARD), COPY(FULL),
		    "tier-locked" },
		{ "<html><head><meta property='article:content_tier' content=metered></head><body><article>"
		    LONG_PROSE "</article></body></html>", IN, 200, GATE(YES), KIND(METERED), COPY(FULL),
		    "tier-metered" },
		{ "<html><head><meta property='article:content_tier' content=free></head><body><article>"
		    LONG_PROSE "</article></body></html>", UNKNOWN, 200, GATE(NO), KIND(NONE), COPY(FULL),
		    "tier-free" },
		/* The declared part is here and long: a subscriber's copy. */
		{ ARTICLE(GATED_PART(".paid") P1 "<div class=paid>" LONG_PROSE "</div>"), IN, 200, GATE(YES),
		    KIND(UNKNOWN), COPY(FULL), "gated-part-present" },
		{ ARTICLE(GATED_PART(".paid") P1 P2 "<div class=paid></div>"), IN, 200, GATE(YES),
		    KIND(UNKNOWN), COPY(TEASER), "gated-part-empty" },
		{ ARTICLE(GATED_PART(".paid") P1 P2 "<div class=paid hidden>" LONG_PROSE "</div>"), IN, 200,
		    GATE(YES), KIND(UNKNOWN), COPY(TEASER), "gated-part-empty" },
		{ ARTICLE(GATED_PART(".paid") P1 P2), IN, 200, GATE(YES), KIND(UNKNOWN), COPY(TEASER),
		    "gated-part-missing" },
		{ ARTICLE("<script async custom-element='amp-subscriptions'></script>" LONG_PROSE), UNKNOWN,
		    200, GATE(UNKNOWN), KIND(UNKNOWN), COPY(FULL), "amp-access" },
		{ ARTICLE(P1 P2 "<div amp-access=subscriber amp-access-hide>" LONG_PROSE "</div>"), IN, 200,
		    GATE(YES), KIND(UNKNOWN), COPY(FULL), "gated-part-present" },
		{ ARTICLE(P1 P2 "<div amp-access=subscriber amp-access-hide>" LONG_PROSE "</div>"), UNKNOWN, 200,
		    GATE(YES), KIND(UNKNOWN), COPY(TEASER), "gated-part-empty" },
		{ ARTICLE(P1 P2 "<div amp-access=subscriber>" LONG_PROSE "</div>"), UNKNOWN, 200, GATE(UNKNOWN),
		    KIND(UNKNOWN), COPY(FULL), "amp-access" },
		/* What greets a subscriber, and what is for everybody, closes nothing. */
		{ ARTICLE("<p amp-access=subscriber amp-access-hide>Hello, reader.</p>" LONG_PROSE), OUT, 200,
		    GATE(NO), KIND(NONE), COPY(FULL), "amp-access" },
		{ ARTICLE(LD("\"isAccessibleForFree\":true") "<section subscriptions-section=content>" LONG_PROSE
		    "</section>"), OUT, 200, GATE(NO),
		    KIND(NONE), COPY(FULL), "amp-access" },
	};

	(void)state;
	CHECK_VERDICTS(cases);
}

static void
walls_speak_of_the_copy(void **state)
{
	static const struct judged cases[] = {
		{ ARTICLE(P1 P2 WALL), UNKNOWN, 200, GATE(YES), KIND(HARD), COPY(TEASER), "wall-at-end" },
		{ ARTICLE(LONG_PROSE LONG_PROSE WALL), UNKNOWN, 200, GATE(YES), KIND(HARD), COPY(PARTIAL),
		    "wall-at-end" },
		{ ARTICLE(P1 P2 "<div class=regwall><h3>Create a free account to keep reading</h3>"
		    "<a href=/join>Register</a></div>"), UNKNOWN, 200, GATE(YES), KIND(REGISTRATION),
		    COPY(TEASER), "wall-at-end" },
		{ ARTICLE(P1 P2 "<div class=wall><h3>You've reached your monthly limit</h3><p>Subscribe to "
		    "continue reading.</p><a href=/buy>Subscribe</a></div>"), UNKNOWN, 200, GATE(YES),
		    KIND(METERED), COPY(TEASER), "wall-at-end" },
		{ ARTICLE(P1 P2 "<p><b>Il vous reste 80% de cet article à lire.</b> La suite est réservée aux "
		    "abonnés.</p><a href=/a>S'abonner</a>"), UNKNOWN, 200, GATE(YES), KIND(HARD),
		    COPY(TEASER), "share-left" },
		{ ARTICLE(LONG_PROSE "<p><b>Il vous reste 20% de cet article à lire.</b> La suite est réservée "
		    "aux abonnés.</p><a href=/a>S'abonner</a>"), UNKNOWN, 200, GATE(YES), KIND(HARD),
		    COPY(PARTIAL), "share-left" },
		/* The same words in other languages. */
		{ ARTICLE(P1 P2 "<div><h3>Jetzt weiterlesen</h3><p>Nur für Abonnenten.</p><a href=/a>Abo "
		    "testen</a></div>"), UNKNOWN, 200, GATE(YES), KIND(HARD), COPY(TEASER), "wall-at-end" },
		{ ARTICLE(P1 P2 "<div><h3>この記事は有料会員限定です</h3><a href=/a>会員登録</a></div>"),
		    UNKNOWN, 200, GATE(YES), KIND(REGISTRATION), COPY(TEASER), "wall-at-end" },
		/* A product's own element needs few words. */
		{ ARTICLE(P1 P2 "<div class=pmpro_content_message><p>Please <a href=/l>log in</a>.</p></div>"),
		    UNKNOWN, 200, GATE(YES), KIND(HARD), COPY(TEASER), "wall-at-end" },
		/* Text goes on behind it: an offer. */
		{ ARTICLE(LONG_PROSE WALL LONG_PROSE), UNKNOWN, 200, GATE(UNKNOWN), KIND(UNKNOWN),
		    COPY(FULL), "wall-aside" },
		/* Nobody sees these. */
		{ ARTICLE(LONG_PROSE "<div hidden>" WALL "</div>"), UNKNOWN, 200, GATE(UNKNOWN),
		    KIND(UNKNOWN), COPY(FULL), "!wall-at-end" },
		{ ARTICLE(LONG_PROSE "<template>" WALL "</template>"), UNKNOWN, 200, GATE(UNKNOWN),
		    KIND(UNKNOWN), COPY(FULL), "!wall-at-end" },
		/* An article about walls, newsletters, footers, comments, other articles. */
		{ ARTICLE(LONG_PROSE "<p>Many papers ask their readers to subscribe to continue reading, and "
		    "already a subscriber will log in without a second thought and go on with the day.</p>"), UNKNOWN,
		    200,
		    GATE(UNKNOWN), KIND(UNKNOWN), COPY(FULL), "!wall-at-end" },
		{ ARTICLE(LONG_PROSE "<div class=newsletter-form><h3>Get the latest in your inbox</h3><p>Sign "
		    "up to continue with our newsletter.</p><button>Subscribe</button></div>"), UNKNOWN, 200,
		    GATE(UNKNOWN), KIND(UNKNOWN), COPY(FULL), "!wall-at-end" },
		{ "<html><body><article>" LONG_PROSE "</article><footer>" WALL "</footer></body></html>",
		    UNKNOWN, 200, GATE(UNKNOWN), KIND(UNKNOWN), COPY(FULL), "!wall-at-end" },
		{ ARTICLE(LONG_PROSE) "<div id=comments><p>You must be logged in to view and reply</p><a "
		    "href=/l>Log in</a></div>", UNKNOWN, 200, GATE(UNKNOWN), KIND(UNKNOWN), COPY(FULL),
		    "!wall-at-end" },
		{ ARTICLE(LONG_PROSE) "<ul><li>Subscribers only <a href=/b>The first ferry of the year</a>"
		    "</li></ul>", UNKNOWN, 200, GATE(UNKNOWN), KIND(UNKNOWN), COPY(FULL), "!wall-at-end" },
		{ ARTICLE(LONG_PROSE "<div><a href=/b>Continue reading</a></div><div><a href=/n>Subscribe</a>"
		    "</div>"), UNKNOWN, 200, GATE(UNKNOWN), KIND(UNKNOWN), COPY(FULL), "!wall-at-end" },
		/* A publisher that names its paragraphs so shows them all the same. */
		{ ARTICLE("<div class=paywall>" LONG_PROSE "</div>"), UNKNOWN, 200, GATE(UNKNOWN),
		    KIND(UNKNOWN), COPY(FULL), "!wall-at-end" },
		{ ARTICLE(LONG_PROSE) "<p>You have 2 free articles left</p>", UNKNOWN, 200, GATE(YES),
		    KIND(METERED), COPY(FULL), "meter-counter" },
	};

	(void)state;
	CHECK_VERDICTS(cases);
}

static void
lengths_and_pages_speak_of_the_copy(void **state)
{
	static const struct judged cases[] = {
		{ ARTICLE(LD("\"wordCount\":400") LONG_PROSE), UNKNOWN, 200, GATE(UNKNOWN), KIND(UNKNOWN),
		    COPY(FULL), "words-agree" },
		{ ARTICLE(LD("\"wordCount\":\"4000\"") P1 P2), UNKNOWN, 200, GATE(UNKNOWN), KIND(UNKNOWN),
		    COPY(TEASER), "words-lack" },
		{ ARTICLE(LONG_PROSE "<a href='story.html?page=2'>2</a>"), UNKNOWN, 200, GATE(UNKNOWN),
		    KIND(UNKNOWN), COPY(PARTIAL), "next-page" },
		{ ARTICLE(P1 P2 P3 P4 "<p>The full version of this essay appears in the print edition.</p>"),
		    UNKNOWN, 200, GATE(UNKNOWN), KIND(UNKNOWN), COPY(PARTIAL), "whole-elsewhere" },
		{ ARTICLE(P1 P2 "<p>\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd " PROSE_2 "</p>"), UNKNOWN, 200,
		    GATE(UNKNOWN), KIND(UNKNOWN), COPY(FULL), "letters-lost" },
		{ ARTICLE(P1 P2 "<p>\xef\xbf\xbd\xef\xbf\xbd " PROSE_2 "</p>"), UNKNOWN, 200,
		    GATE(UNKNOWN), KIND(UNKNOWN), COPY(FULL), "!letters-lost" },
		{ ARTICLE(P1 "<p>" PROSE_2 " And then the goat…</p>"), UNKNOWN, 200, GATE(UNKNOWN),
		    KIND(UNKNOWN), COPY(FULL), "cut-off" },
		{ "<html><body><header><a href=/out>Log out</a></header><article>" LONG_PROSE
		    "</article></body></html>", IN, 200, GATE(UNKNOWN), KIND(UNKNOWN), COPY(FULL), "logged-in" },
	};

	(void)state;
	CHECK_VERDICTS(cases);
}

static void
answers_without_an_article_are_blocked(void **state)
{
	static const struct judged cases[] = {
		{ ARTICLE(P1), OUT, 401, GATE(YES), KIND(UNKNOWN), COPY(BLOCKED), "http-login" },
		{ ARTICLE(P1 P2), OUT, 402, GATE(YES), KIND(UNKNOWN), COPY(TEASER), "http-payment" },
		{ ARTICLE(P1), OUT, 403, GATE(UNKNOWN), KIND(UNKNOWN), COPY(BLOCKED), "http-forbidden" },
		/* Some servers send the page under a wrong status. */
		{ ARTICLE(LONG_PROSE), OUT, 403, GATE(NO), KIND(NONE), COPY(FULL), "!http-forbidden" },
		{ ARTICLE(LONG_PROSE), OUT, 404, GATE(UNKNOWN), KIND(UNKNOWN), COPY(BLOCKED), "http-gone" },
		{ ARTICLE(P1), OUT, 410, GATE(UNKNOWN), KIND(UNKNOWN), COPY(BLOCKED), "http-gone" },
		{ ARTICLE(P1), OUT, 429, GATE(UNKNOWN), KIND(UNKNOWN), COPY(BLOCKED), "http-busy" },
		{ ARTICLE(P1), OUT, 451, GATE(UNKNOWN), KIND(UNKNOWN), COPY(BLOCKED), "http-legal" },
		{ ARTICLE(P1), OUT, 503, GATE(UNKNOWN), KIND(UNKNOWN), COPY(BLOCKED), "http-error" },
		{ "<title>Just a moment...</title><p>Enable JavaScript and cookies to continue</p>", OUT, 200,
		    GATE(UNKNOWN), KIND(UNKNOWN), COPY(BLOCKED), "bot-check" },
		{ "<h1>We value your privacy</h1><p>We use cookies.</p><button>Accept all</button>", OUT, 200,
		    GATE(UNKNOWN), KIND(UNKNOWN), COPY(BLOCKED), "consent-page" },
		{ "<title>Oh</title><h1>Access denied</h1><p>You don't have permission to see this.</p>", OUT,
		    200, GATE(UNKNOWN), KIND(UNKNOWN), COPY(BLOCKED), "denied-page" },
		{ "<title>Page not found</title><h1>Page not found</h1><p>It may have moved.</p>", OUT, 200,
		    GATE(UNKNOWN), KIND(UNKNOWN), COPY(BLOCKED), "gone-page" },
		{ "<html><body><div id=root></div><script>start()</script></body></html>", OUT, 200,
		    GATE(UNKNOWN), KIND(UNKNOWN), COPY(BLOCKED), "empty-page" },
		{ "<title>404 - The Quay</title><h1>404</h1><p>Here is no ferry, and no goat is here either, and "
		    "that is all that there is to see.</p>", OUT, 200, GATE(UNKNOWN), KIND(UNKNOWN), COPY(BLOCKED),
		    "gone-page" },
		{ "<title>The Quay</title><ul><li><a href=/a>Boats that sail and boats that do not</a><li><a href=/b>"
		    "Goats</a></ul><p>Read our news.", OUT, 200, GATE(UNKNOWN), KIND(UNKNOWN), COPY(BLOCKED),
		    "empty-page" },
		{ "<title>The Quay</title><p>Loading the ferry for you now", OUT, 200, GATE(UNKNOWN), KIND(UNKNOWN),
		    COPY(BLOCKED), "empty-page" },
		/* A short notice is one, and what has a number in its headline. */
		{ "<title>The ferry</title><h1>The ferry</h1><p>It is closed on Monday. Come on Tuesday!</p>", OUT, 200,
		    GATE(NO), KIND(NONE), COPY(FULL), "!empty-page" },
		{ "<title>The Peugeot 404 turns sixty</title>" ARTICLE("<h2>The Peugeot 404 turns sixty</h2>" P1 P2),
		    OUT, 200, GATE(NO), KIND(NONE), COPY(FULL), "!gone-page" },
		{ "<title>404 things to do</title><h1>404 things to do</h1>" P1 P2, OUT, 200, GATE(NO),
		    KIND(NONE), COPY(FULL), "!gone-page" },
		/* An article that speaks of such things is one. */
		{ ARTICLE(LONG_PROSE "<p>The page says: just a moment, verify you are human.</p>"), OUT, 200,
		    GATE(NO), KIND(NONE), COPY(FULL), "!bot-check" },
		{ "<title>Just a moment: the goat speaks</title>" ARTICLE(LONG_PROSE), OUT, 200, GATE(NO),
		    KIND(NONE), COPY(FULL), "!bot-check" },
		{ ARTICLE("<h2>Page not found</h2>" LONG_PROSE), OUT, 200, GATE(NO), KIND(NONE),
		    COPY(FULL), "!gone-page" },
	};

	(void)state;
	CHECK_VERDICTS(cases);
}

/* In place of the page, with a heading that says so; not beside an article. */
static void
a_page_that_wants_a_login_is_blocked(void **state)
{
	static const struct { const char *page; bool blocked; } cases[] = {
		{ "<title>Login required - A wiki</title><body><h1>Login required</h1><p>Please log in to "
		    "view other pages.</p></body>", true },
		{ "<body><h2>Anmeldung erforderlich</h2><p>Diese Seite ist nur für Mitglieder.</p></body>", true },
		{ ARTICLE(LONG_PROSE "<h3>You must be logged in to comment</h3>"), false },
		{ "<body><h1>The last ferry</h1><p>You must log in to comment on this.</p></body>", false },
	};
	struct reading reading;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		read_as(cases[i].page, OUT, 200, &reading);
		if (reading_has_evidence(&reading, "login-page") != cases[i].blocked)
			fail_msg("%s", cases[i].page);
		reading_free(&reading);
	}
}

static void
a_redirect_to_a_login_is_blocked(void **state)
{
	static const struct { const char *asked, *url; bool blocked; } cases[] = {
		{ READING_URL, "https://example.org/login?next=%2Fnews", true },
		{ READING_URL, "https://login.example.org/", true },
		{ READING_URL, "https://example.org/users/sign-in", true },
		{ READING_URL, "https://example.org/news/sign-inflation", false },
		{ "https://example.org/login", "https://example.org/login", false },
		{ NULL, "https://example.org/news/login-trouble", false },
	};
	struct page_input input = { .session = OUT,
		.body = bytes_of_text("<h1>Welcome back</h1><form><input type=password></form>" P1) };
	struct reading reading;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		input.url = cases[i].url;
		input.asked_url = cases[i].asked;
		reading_of(&input, &reading);
		if (reading_has_evidence(&reading, "login-page") != cases[i].blocked)
			fail_msg("%s", cases[i].url);
		if (cases[i].blocked) {
			assert_int_equal(reading.verdict->copy, COPY(BLOCKED));
			assert_int_equal(reading.verdict->gated, GATE(YES));
		}
		reading_free(&reading);
	}
}

static void
what_a_rule_finds_is_cleaned(void **state)
{
	char *titles[] = { "//h2", "string(//h2)", "//h2/@title" }, *author = "//i/@title";
	Readsync__SiteRule rule = READSYNC__SITE_RULE__INIT;
	struct page_input input = { .url = READING_URL, .rule = &rule, .body = bytes_of_text(
	    ARTICLE("<h2 title='The \x7f\xc2\x85\nlast ferry '>The \x7f\xc2\x85last\n ferry</h2>"
	    "<i title='Ada\x7f\xc2\x85 Example'></i>" LONG_PROSE)) };
	struct reading reading;

	(void)state;
	rule.n_title = rule.n_author = 1;
	rule.author = &author;
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		rule.title = &titles[i];
		reading_of(&input, &reading);
		assert_string_equal(reading.article->title, "The last ferry");
		assert_int_equal(reading.article->n_authors, 1);
		assert_string_equal(reading.article->authors[0], "Ada Example");
		reading_free(&reading);
	}
}

/* ------------------------------------------------------------------- bad input */

static void
what_is_no_page_is_named(void **state)
{
	static const struct { const char *body; int err; const char *detail; } cases[] = {
		{ "", RS_ENOTPAGE, "empty" },
		{ " \n\t", RS_ENOTPAGE, "empty" },
		{ "%PDF-1.7 1 0 obj", RS_ENOTPAGE, "not text" },
		{ "\x89PNG\r\n\x1a\n", RS_ENOTPAGE, "not text" },
		{ "\x1f\x8b\x08 gzip", RS_ENOTPAGE, "not text" },
	};
	struct rs_err_detail detail;
	Readsync__Article *article = NULL;
	Readsync__Verdict *verdict = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct page_input input = { .body = bytes_of_text(cases[i].body), .url = READING_URL };

		detail.text[0] = '\0';
		assert_int_equal(page_read(&input, &article, &verdict, &detail), cases[i].err);
		assert_string_equal(detail.text, cases[i].detail);
		assert_null(article);
		assert_null(verdict);
	}
}

/* Wherever a page was cut: an article, or a word for what it is. */
static void
what_is_cut_anywhere_is_read_or_named(void **state)
{
	static const char page[] = "\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?><!DOCTYPE html>"
	    "<html lang=en><head><meta charset=utf-8><title>A &amp; B</title><style>.x{display:none}"
	    "/* y */</style>" LD("\"headline\":\"A\",\"author\":{\"name\":'Ann'},") "<link rel=canonical "
	    "href='/a'></head><body><!-- c --><![if x]><article><h1>A</h1>" P1 "<p title=\"q>\">caf\xc3\xa9 "
	    "&#8212; &#x92; &copy; <b>b<i>i</b></i><wbr><br/></p><table><tr><th>h<td>d</table><pre>x\ny</pre>"
	    "<math><mi>x</mi></math><img src=a.png srcset='b.png 2x'><ul><li>l<ol><li>m</ol></ul><dl><dt>t<dd>d"
	    "</dl><sup><a href=#n>1</a></sup><p id=n>note</p><script>if (a < b) {}</script></article></body>";
	struct rs_err_detail detail;
	struct page_input input = { .url = READING_URL };
	Readsync__Article *article;
	Readsync__Verdict *verdict;

	(void)state;
	for (size_t len = 0; len < sizeof(page); len++) {
		/* In memory of its own, so that a sanitizer sees what is read behind the end. */
		uint8_t *part = malloc(len + (len == 0));
		int err;

		assert_non_null(part);
		memcpy(part, page, len);
		input.body = bytes_of(part, len);
		article = NULL;
		verdict = NULL;
		detail.text[0] = '\0';
		err = page_read(&input, &article, &verdict, &detail);
		if (err == RS_OK ? article == NULL || verdict == NULL :
		    err != RS_ENOTPAGE || detail.text[0] == '\0')
			fail_msg("%zu bytes: %d %s", len, err, detail.text);
		readsync__article__free_unpacked(article, NULL);
		readsync__verdict__free_unpacked(verdict, NULL);
		free(part);
	}
}

/* What passes a bound of an article says which. */
static void
what_is_too_large_is_named(void **state)
{
	static const struct { const char *part; size_t count; const char *detail; } cases[] = {
		{ "<div>", 1100, "more than 1000 elements stand in one another" },
		{ "<h2>Here</h2>" P1, 10001, "the text is larger than 20000 blocks or 4194304 bytes" },
		{ PROSE_1, 40000, "the text is larger than 20000 blocks or 4194304 bytes" },
	};
	struct rs_err_detail detail;
	Readsync__Article *article = NULL;
	Readsync__Verdict *verdict = NULL;
	struct buffer page;

	(void)state;
	buffer_init(&page, 16 << 20);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct page_input input = { .url = READING_URL };

		buffer_clear(&page);
		buffer_append_text(&page, "<html><body><article>");
		for (size_t j = 0; j < cases[i].count; j++)
			buffer_append_text(&page, cases[i].part);
		input.body = buffer_bytes(&page);
		assert_int_equal(page_read(&input, &article, &verdict, &detail), RS_ELIMIT);
		assert_string_equal(detail.text, cases[i].detail);
		assert_null(article);
		assert_null(verdict);
	}
	buffer_release(&page);
}

static void
a_page_needs_no_address(void **state)
{
	static const char *const urls[] = { "", "NA", "hard::x.html", "/relative", "mailto:a@b.example" };
	struct page_input input = { .body = bytes_of_text(ARTICLE("<p>" PROSE_1 " <a href='/a'>here</a>, <a "
	    "href='https://example.org/b'>there</a>.</p>" P2)) };
	struct reading reading;

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		input.url = urls[i];
		reading_of(&input, &reading);
		assert_true(reading_holds(&reading, "coffee. here, <a href=\"https://example.org/b\">"));
		reading_free(&reading);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gated_page_gives_a_stranger_no_more_than_is_free),
		cmocka_unit_test(a_refusal_gives_no_more_than_an_answer),
		cmocka_unit_test(what_readers_have_or_saved_is_theirs),
		cmocka_unit_test(what_no_reader_sees_is_never_kept),
		cmocka_unit_test(what_is_streamed_late_is_seen),
		cmocka_unit_test(a_wall_is_no_text),
		cmocka_unit_test(declarations_speak_of_the_article),
		cmocka_unit_test(walls_speak_of_the_copy),
		cmocka_unit_test(lengths_and_pages_speak_of_the_copy),
		cmocka_unit_test(answers_without_an_article_are_blocked),
		cmocka_unit_test(a_page_that_wants_a_login_is_blocked),
		cmocka_unit_test(a_redirect_to_a_login_is_blocked),
		cmocka_unit_test(what_a_rule_finds_is_cleaned),
		cmocka_unit_test(what_is_no_page_is_named),
		cmocka_unit_test(what_is_cut_anywhere_is_read_or_named),
		cmocka_unit_test(what_is_too_large_is_named),
		cmocka_unit_test(a_page_needs_no_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
