/* What is told about a copy that is not whole, by what was seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/view/advice.h"
#include "proto/base/err.h"
#include "proto/record/evidence_reason.h"

#define TEASER READSYNC__COPY__COPY_TEASER
#define FULL READSYNC__COPY__COPY_FULL

static void
assert_advice(Readsync__Copy copy, Readsync__GateKind kind, const char *evidence, const char *url,
    const char *part)
{
	Readsync__Evidence one = READSYNC__EVIDENCE__INIT, other = READSYNC__EVIDENCE__INIT;
	Readsync__Evidence *list[] = { &other, &one };
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	struct buffer out;

	buffer_init(&out, 1000);
	one.id = (char *)evidence;
	other.id = (char *)"body-short";
	verdict.copy = copy;
	verdict.kind = kind;
	verdict.gated = kind == READSYNC__GATE_KIND__GATE_KIND_UNKNOWN ?
	    READSYNC__GATED__GATED_UNKNOWN : READSYNC__GATED__GATED_YES;
	verdict.evidence = list;
	verdict.n_evidence = 2;
	assert_int_equal(advice_append(&verdict, url, &out), RS_OK);
	if (part[0] == '\0')
		assert_string_equal(buffer_text(&out), "");
	else if (strstr(buffer_text(&out), part) == NULL)
		fail_msg("%s: %s", evidence, buffer_text(&out));
	assert_null(strchr(buffer_text(&out), '@'));
	buffer_release(&out);
}

static void
each_reason_has_its_advice(void **state)
{
	static const struct { const char *evidence, *part; } cases[] = {
		{ "signed-in-elsewhere", "readsync site resume example.org" },
		{ "logged-out", "Log in again to example.org: readsync site login example.org" },
		{ "bot-check", "no payment gets us past" },
		{ "consent-page", "about cookies" },
		{ "http-login", "readsync site login example.org" },
		{ "login-page", "readsync site login example.org" },
		{ "http-payment", "asks for payment" },
		{ "http-gone", "no longer there" },
		{ "gone-page", "no longer there" },
		{ "http-legal", "may not show it" },
		{ "http-forbidden", "A login rarely helps" },
		{ "denied-page", "A login rarely helps" },
		{ "http-busy", "come back later" },
		{ "http-error", "failed each time" },
		{ "next-page", "A further page" },
		{ "whole-elsewhere", "at another place" },
		{ "empty-page", "by scripts" },
		{ "declared-free", "no subscription is missing" },
		{ "tier-free", "no subscription is missing" },
		{ "words-lack", "Nothing tells why the rest was not sent" },
		{ "cut-off", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_not_equal(evidence_reason(cases[i].evidence), "");
		assert_advice(TEASER, READSYNC__GATE_KIND__GATE_KIND_UNKNOWN, cases[i].evidence,
		    "https://www.example.org/a", cases[i].part);
	}
}

static void
a_closed_article_is_told_by_how_it_is_closed(void **state)
{
	(void)state;
	assert_advice(TEASER, READSYNC__GATE_KIND__GATE_KIND_METERED, "tier-metered",
	    "https://user:secret@example.org:80/a", "readsync site metered example.org allow");
	assert_advice(TEASER, READSYNC__GATE_KIND__GATE_KIND_REGISTRATION, "wall-at-end",
	    "https://[::1]:80/a", "readsync site login [::1] (");
	assert_advice(TEASER, READSYNC__GATE_KIND__GATE_KIND_HARD, "empty-page",
	    "https://example.org", "keeps this for subscribers");
	/* What keeps the page from us comes before what it says of itself. */
	assert_advice(TEASER, READSYNC__GATE_KIND__GATE_KIND_HARD, "bot-check",
	    "https://example.org", "no payment");
	assert_advice(FULL, READSYNC__GATE_KIND__GATE_KIND_HARD, "logged-out",
	    "https://example.org", "");
}

/* Declared closed and withheld, and no wall says how it is closed: the usual teaser. */
static void
a_closed_article_has_advice_without_a_wall(void **state)
{
	static const char *const evidence[] = {
		"gated-part-withheld", "gated-part-empty", "gated-part-missing", "declared-not-free",
		"swg-not-free", "tier-locked", "words-lack", "empty-page",
	};
	struct buffer out;

	(void)state;
	for (size_t i = 0; i < sizeof(evidence) / sizeof(evidence[0]); i++) {
		Readsync__Evidence one = READSYNC__EVIDENCE__INIT;
		Readsync__Evidence *list[] = { &one };
		Readsync__Verdict verdict = READSYNC__VERDICT__INIT;

		one.id = (char *)evidence[i];
		verdict.copy = TEASER;
		verdict.gated = READSYNC__GATED__GATED_YES;
		verdict.session = READSYNC__SESSION__SESSION_OUT;
		verdict.evidence = list;
		verdict.n_evidence = 1;
		buffer_init(&out, 1000);
		assert_int_equal(advice_append(&verdict, "https://example.org/a", &out), RS_OK);
		assert_non_null(strstr(buffer_text(&out), "readsync site login example.org"));
		/* A login that works is not asked for again. */
		buffer_clear(&out);
		verdict.session = READSYNC__SESSION__SESSION_IN;
		assert_int_equal(advice_append(&verdict, "https://example.org/a", &out), RS_OK);
		assert_non_null(strstr(buffer_text(&out), "You are logged in to example.org"));
		assert_null(strstr(buffer_text(&out), "site login"));
		buffer_release(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_reason_has_its_advice),
		cmocka_unit_test(a_closed_article_is_told_by_how_it_is_closed),
		cmocka_unit_test(a_closed_article_has_advice_without_a_wall),
	};

	return cmocka_run_group_tests_name("client/view/advice", tests, NULL, NULL);
}
