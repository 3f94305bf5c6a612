#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/record/article.h"

/* Tell whether an article of one paragraph with ${text} is valid. */
static bool
takes(const char *text)
{
	Readsync__Block block = READSYNC__BLOCK__INIT, *blocks[] = { &block };
	Readsync__Article article = READSYNC__ARTICLE__INIT;

	block.kind = READSYNC__BLOCK__KIND__PARAGRAPH;
	block.text = (char *)text;
	article.blocks = blocks;
	article.n_blocks = 1;
	return article_validate(&article) == 0;
}

/* Plain bytes are taken by the eight: what is not must be found at each place among them. */
static void
text_is_utf8_without_control_bytes(void **state)
{
	static const char *const good[] = { "\t", "\n", " ", "~", "\xc3\xa4", "\xc2\xa0",
		"\xe2\x82\xac", "\xf0\x9f\x98\x80" };
	static const char *const bad[] = { "\x01", "\x1f", "\r", "\x7f", "\x80", "\xff",
		"\xc2\x85", "\xe2\x82", "\xed\xa0\x80" };
	char text[64];
	size_t at, i;

	(void)state;
	for (at = 0; at < 24; at++) {
		for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
			snprintf(text, sizeof(text), "%.*s%s%.*s", (int)at,
			    "aaaaaaaaaaaaaaaaaaaaaaaa", good[i], (int)(24 - at),
			    "zzzzzzzzzzzzzzzzzzzzzzzz");
			assert_true(takes(text));
		}
		for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			snprintf(text, sizeof(text), "%.*s%s%.*s", (int)at,
			    "aaaaaaaaaaaaaaaaaaaaaaaa", bad[i], (int)(24 - at),
			    "zzzzzzzzzzzzzzzzzzzzzzzz");
			assert_false(takes(text));
		}
	}
}

/* Thresholds are in words, so a count must say as much of one script as of another. */
static void
words_are_counted_by_script(void **state)
{
	static const struct {
		const char *text;
		uint32_t words;
	} cases[] = {
		{ "", 0 }, { " - \xe2\x80\x94 ", 0 }, { "don't stop 12", 3 },
		/* "The ferry left", in Chinese and in Japanese: each sign is one. */
		{ "\xe6\xb8\xa1\xe8\xbd\xae\xe8\xb5\xb0\xe4\xba\x86\xe3\x80\x82", 4 },
		/* "The ferry left the harbour before dawn", in Thai: nine words, by their length. */
		{
	    "\xe0\xb9\x80\xe0\xb8\xa3\xe0\xb8\xb7\xe0\xb8\xad\xe0\xb8\x82\xe0\xb9\x89\xe0\xb8\xb2"
	    "\xe0\xb8\xa1\xe0\xb8\x9f\xe0\xb8\xb2\xe0\xb8\x81\xe0\xb8\xad\xe0\xb8\xad\xe0\xb8\x81"
	    "\xe0\xb8\x88\xe0\xb8\xb2\xe0\xb8\x81\xe0\xb8\x97\xe0\xb9\x88\xe0\xb8\xb2\xe0\xb9\x80"
	    "\xe0\xb8\xa3\xe0\xb8\xb7\xe0\xb8\xad\xe0\xb8\x81\xe0\xb9\x88\xe0\xb8\xad\xe0\xb8\x99"
	    "\xe0\xb8\xa3\xe0\xb8\xb8\xe0\xb9\x88\xe0\xb8\x87\xe0\xb8\xaa\xe0\xb8\xb2\xe0\xb8\x87", 9 },
		/* So much in Thai, twice, with a space between: each run begins anew. */
		{ "\xe0\xb9\x80\xe0\xb8\xa3\xe0\xb8\xb7 \xe0\xb9\x80", 2 },
		/* "Goat", and "goat boat", in Burmese, Khmer and Tibetan. */
		{ "\xe1\x80\x86\xe1\x80\xad\xe1\x80\x90\xe1\x80\xba", 1 },
		{ "\xe1\x9e\x96\xe1\x9e\x96\xe1\x9f\x82\xe1\x9f\x94", 1 },
		{ "\xe0\xbd\xa2\xe0\xbc\x8b\xe0\xbd\x82\xe0\xbc\x8d", 2 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (article_words_of(cases[i].text) != cases[i].words)
			fail_msg("%s: %u words, not %u", cases[i].text,
			    article_words_of(cases[i].text), cases[i].words);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_utf8_without_control_bytes),
		cmocka_unit_test(words_are_counted_by_script),
	};

	return cmocka_run_group_tests_name("proto/record/article", tests, NULL, NULL);
}
