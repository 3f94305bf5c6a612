/*
 * What a page tells of the reader's own session, and what is kept of it then.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/page.h"

#define OUT READSYNC__SESSION__SESSION_OUT
#define IN READSYNC__SESSION__SESSION_IN
#define SENTENCE "The keepers of the bridge wrote down how high the river stood that day, and " \
	"who had crossed it before noon with what in the cart. "
#define TEN SENTENCE SENTENCE SENTENCE SENTENCE SENTENCE SENTENCE SENTENCE SENTENCE SENTENCE SENTENCE
#define DECLARED "<script type=application/ld+json>{\"@type\":\"NewsArticle\"," \
	"\"isAccessibleForFree\":false,\"hasPart\":{\"@type\":\"WebPageElement\"," \
	"\"isAccessibleForFree\":false,\"cssSelector\":\".closed\"}}</script>"
#define TITLE "<title>The bridge</title>"
#define OPENING "<article><h1>The bridge</h1><p>" SENTENCE SENTENCE "</p>"
#define REST "<div class=closed><p>" TEN "</p><p>" TEN "The last of the words.</p></div>"
#define WALL "<div class=wall><p>This article is for subscribers. Subscribe to continue " \
	"reading.</p><p>Already a subscriber? Log in</p></div>"
#define ACCOUNT "<nav><a href=/out>Log out</a></nav>"
#define IN_USE "<div><p>Your account is signed in on another device.</p></div>"

static const struct {
	const char *name;
	const char *page;
	Readsync__Session session;	/* as it was known before */
	bool given;
	bool allowed;
	Readsync__Session found;
	Readsync__Copy copy;
	const char *evidence;		/* some of it, or NULL; behind a "-" what there is none of */
	bool rest;			/* the closed part was kept */
} cases[] = {
	{ "a stranger", DECLARED TITLE OPENING REST "</article>", OUT, false, false,
	    OUT, READSYNC__COPY__COPY_TEASER, "gated-part-withheld", false },
	{ "a view that was allowed", DECLARED TITLE OPENING REST "</article>", OUT, false, true,
	    OUT, READSYNC__COPY__COPY_FULL, NULL, true },
	{ "log out is on it", DECLARED TITLE ACCOUNT OPENING REST "</article>", OUT, true, false,
	    IN, READSYNC__COPY__COPY_FULL, "logged-in", true },
	{ "log out for a stranger proves nothing", DECLARED TITLE ACCOUNT OPENING REST "</article>",
	    OUT, false, false, OUT, READSYNC__COPY__COPY_TEASER, NULL, false },
	{ "never seen at work, nothing tells", DECLARED TITLE OPENING REST "</article>", OUT, true,
	    false, OUT, READSYNC__COPY__COPY_TEASER, NULL, false },
	{ "seen at work before, nothing tells", DECLARED TITLE OPENING REST "</article>", IN, true,
	    false, IN, READSYNC__COPY__COPY_FULL, NULL, true },
	{ "it has expired", DECLARED TITLE OPENING WALL "</article>", IN, true, false,
	    OUT, READSYNC__COPY__COPY_TEASER, "logged-out", false },
	{ "it has expired, and the rest was sent behind the wall", DECLARED TITLE OPENING WALL
	    "<div class=closed style='display:none'><p>" TEN "The last of the words.</p></div>"
	    "</article>", IN, true, false, OUT, READSYNC__COPY__COPY_TEASER, "logged-out", false },
	{ "logged in, and not for this reader", DECLARED TITLE ACCOUNT OPENING WALL "</article>", IN,
	    true, false, IN, READSYNC__COPY__COPY_TEASER, "logged-in", false },
	{ "in use elsewhere", DECLARED TITLE OPENING IN_USE "</article>", IN, true, false,
	    IN, READSYNC__COPY__COPY_TEASER, "signed-in-elsewhere", false },
	{ "in use elsewhere, to a stranger", TITLE OPENING IN_USE "</article>", OUT, false, false,
	    OUT, READSYNC__COPY__COPY_FULL, NULL, false },
	{ "in use elsewhere, beside the whole of it", TITLE "<div role=dialog><p>Your account is "
	    "signed in on another device.</p></div>" OPENING "<p>" TEN "</p><p>" TEN "</p></article>",
	    IN, true, false, IN, READSYNC__COPY__COPY_FULL, "signed-in-elsewhere", false },
	{ "an article that speaks of it", TITLE OPENING "<p>" TEN "</p><p>You may be signed in on "
	    "another device.</p><p>" TEN "</p></article>", IN, true, false,
	    IN, READSYNC__COPY__COPY_FULL, "-signed-in-elsewhere", false },
	{ "a button to go on with another", TITLE "<div><button>Seguir en otro dispositivo</button>"
	    "</div>" OPENING "<p>" TEN "</p><p>" TEN "</p></article>", IN, true, false,
	    IN, READSYNC__COPY__COPY_FULL, "-signed-in-elsewhere", false },
	{ "a heading that tells how to log out", TITLE OPENING "<h2>Log out</h2><p>" TEN "</p>"
	    "<p>" TEN "</p></article>", OUT, true, false,
	    OUT, READSYNC__COPY__COPY_FULL, "-logged-in", false },
	{ "a paragraph that does", TITLE OPENING "<p>Then log out.</p><p>" TEN "</p><p>" TEN "</p>"
	    "</article>", OUT, true, false, OUT, READSYNC__COPY__COPY_FULL, "-logged-in", false },
	{ "a button in the page's own language", TITLE "<div><span onclick=go()>Abmelden</span>"
	    "</div>" OPENING "<p>" TEN "</p></article>", OUT, true, false,
	    IN, READSYNC__COPY__COPY_FULL, "logged-in", false },
};

static bool
has_text(const Readsync__Article *article, const char *text)
{
	for (size_t i = 0; i < article->n_blocks; i++) {
		if (strstr(article->blocks[i]->text, text) != NULL)
			return true;
	}
	return false;
}

static bool
has_evidence(const Readsync__Verdict *verdict, const char *id)
{
	for (size_t i = 0; i < verdict->n_evidence; i++) {
		if (strcmp(verdict->evidence[i]->id, id) == 0)
			return true;
	}
	return false;
}

static bool
has_expected(const Readsync__Verdict *verdict, const char *evidence)
{
	if (evidence == NULL)
		return true;
	return evidence[0] == '-' ? !has_evidence(verdict, evidence + 1) :
	    has_evidence(verdict, evidence);
}

static void
a_page_tells_how_the_session_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct page_input input = {
			.body = bytes_of_text(cases[i].page), .url = "https://example.org/bridge",
			.status = 200, .content_type = "text/html", .session = cases[i].session,
			.given = cases[i].given, .allowed = cases[i].allowed
		};
		Readsync__Article *article;
		Readsync__Verdict *verdict;
		struct rs_err_detail detail;

		assert_int_equal(page_read(&input, &article, &verdict, &detail), RS_OK);
		if (verdict->session != cases[i].found || verdict->copy != cases[i].copy ||
		    has_text(article, "The last of the words") != cases[i].rest ||
		    !has_expected(verdict, cases[i].evidence))
			fail_msg("%s: session %d, copy %d, the rest %d", cases[i].name,
			    (int)verdict->session, (int)verdict->copy,
			    has_text(article, "The last of the words"));
		readsync__article__free_unpacked(article, NULL);
		readsync__verdict__free_unpacked(verdict, NULL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_tells_how_the_session_is),
	};

	return cmocka_run_group_tests_name("daemon/page/member", tests, NULL, NULL);
}
