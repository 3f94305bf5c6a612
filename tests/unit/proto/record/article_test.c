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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_utf8_without_control_bytes),
	};

	return cmocka_run_group_tests_name("proto/record/article", tests, NULL, NULL);
}
