#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/fold.h"
#include "daemon/page/phrase.h"
#include "proto/base/err.h"

static struct phrase_hits
find(const char *text)
{
	struct phrase_hits hits = { .ideas = 0 };
	struct phrase_index index;
	struct buffer folded;

	buffer_init(&folded, 1 << 16);
	assert_int_equal(fold_append(text, &folded), RS_OK);
	phrase_index_init(&index);
	phrase_find(&index, buffer_text(&folded), &hits);
	buffer_release(&folded);
	return hits;
}

/* An entry that folding would write otherwise is never found. */
static void
entries_are_written_as_folded(void **state)
{
	struct buffer folded;

	(void)state;
	buffer_init(&folded, 1000);
	for (unsigned i = 0; i < phrase_count(); i++) {
		char pattern[200];
		size_t len = strlen(phrase_at(i)), to = 0;

		assert_true(len > 0 && len < sizeof(pattern));
		/* '#' and '~' stand for something that folding leaves alone. */
		for (size_t j = 0; j < len; j++)
			pattern[to++] = phrase_at(i)[j] == '#' || phrase_at(i)[j] == '~' ? 'x' : phrase_at(i)[j];
		to -= pattern[to - 1] == ' ';
		pattern[to] = '\0';
		buffer_clear(&folded);
		assert_int_equal(fold_append(pattern, &folded), RS_OK);
		if (strcmp(buffer_text(&folded), pattern) != 0)
			fail_msg("%s", phrase_at(i));
	}
	buffer_release(&folded);
}

static void
each_entry_finds_itself(void **state)
{

	(void)state;
	for (unsigned i = 0; i < phrase_count(); i++) {
		char text[300];
		size_t to = 0;

		for (const char *at = phrase_at(i); *at != '\0'; at++) {
			if (*at == '#')
				text[to++] = '7';
			else if (*at == '~')
				to += (size_t)sprintf(text + to, "our own");
			else
				text[to++] = *at;
		}
		text[to] = '\0';
		if (find(text).ideas == 0)
			fail_msg("%s", phrase_at(i));
	}
}

static void
texts_speak_of_ideas(void **state)
{
	static const struct { const char *text; unsigned has, lacks; } cases[] = {
		{ "Subscribe to continue reading", PHRASE_OFFER | PHRASE_CONTINUE, PHRASE_KNOWN },
		{ "Already a subscriber? Log in", PHRASE_KNOWN, PHRASE_OFFER },
		{ "This article is for subscribers only.", PHRASE_RESERVED, PHRASE_OFFER },
		{ "Réservé aux abonnés", PHRASE_RESERVED, 0 },
		{ "Déjà abonné ? Se connecter", PHRASE_KNOWN, 0 },
		{ "NUR FÜR ABONNENTEN", PHRASE_RESERVED, 0 },
		{ "Suscríbete para seguir leyendo", PHRASE_OFFER | PHRASE_CONTINUE, 0 },
		{ "この記事は有料会員限定です。残り800文字", PHRASE_RESERVED | PHRASE_REMAINS, 0 },
		{ "Читать дальше по подписке", PHRASE_CONTINUE | PHRASE_RESERVED, 0 },
		{ "Get our newsletter by email", PHRASE_OTHER, PHRASE_OFFER },
		{ "Log out", PHRASE_MEMBER_OUT, 0 },
		{ "The ferry left the harbour before dawn", 0, ~0u },
		/* Words inside words say nothing. */
		{ "unsubscribed", 0, ~0u }, { "prelogin", 0, ~0u },
		/* Whole words where the entry asks for them, stems where not. */
		{ "upgrade", PHRASE_OFFER, 0 }, { "upgraded", 0, PHRASE_OFFER },
		{ "subscriptions", PHRASE_OFFER, 0 },
		/* A gap is a few words. */
		{ "exclusive to our most loyal paying subscribers", PHRASE_RESERVED, 0 },
		{ "exclusive to the people who at some time in a past that is long gone were subscribers", 0,
		PHRASE_RESERVED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned ideas = find(cases[i].text).ideas;

		if ((ideas & cases[i].has) != cases[i].has || (ideas & cases[i].lacks) != 0)
			fail_msg("%s: %#x", cases[i].text, ideas);
	}
}

static void
numbers_are_understood(void **state)
{

	(void)state;
	assert_int_equal(find("Il vous reste 80% de cet article").percent_left, 80);
	assert_int_equal(find("Il vous reste 0% de cet article").ideas & PHRASE_REMAINS, 0);
	assert_int_equal(find("Il vous reste 250% de cet article").ideas & PHRASE_REMAINS, 0);
	assert_int_equal(find("残り1200文字").characters_left, 1200);
	assert_int_equal(find("300 words remaining").characters_left, 1800);
	assert_int_equal(find("You have 2 free articles left").ideas & PHRASE_COUNTER, PHRASE_COUNTER);
	assert_int_equal(find("You have 0 free articles left").ideas & PHRASE_SPENT, PHRASE_SPENT);
	assert_int_equal(find("You've read 3 of 5 free articles").ideas & PHRASE_COUNTER, PHRASE_COUNTER);
	assert_int_equal(find("You've read 5 of 5 free articles").ideas & PHRASE_SPENT, PHRASE_SPENT);
	/* No number is too long to read. */
	assert_int_equal(find("99999999999999999999999 words remaining").ideas & PHRASE_REMAINS,
	    PHRASE_REMAINS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_written_as_folded),
		cmocka_unit_test(each_entry_finds_itself),
		cmocka_unit_test(texts_speak_of_ideas),
		cmocka_unit_test(numbers_are_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
