#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/reference.h"

static void
references_to_controls_become_what_is_meant(void **state)
{
	static const struct {
		const char *text, *mended;
	} cases[] = {
		{ "", "" }, { "&", "&" }, { "&#", "&#" }, { "&#14", "&#14" },
		{ "It&#146;s", "It\xe2\x80\x99s" }, { "It&#x92;s", "It\xe2\x80\x99s" },
		{ "It&#X92;s", "It\xe2\x80\x99s" }, { "It&#00146;s", "It\xe2\x80\x99s" },
		{ "&#146 x&#150", "\xe2\x80\x99 x\xe2\x80\x93" },
		{ "&#128;&#159;", "\xe2\x82\xac\xc5\xb8" },
		{ "&&#147;a&#148;", "&\xe2\x80\x9c" "a\xe2\x80\x9d" },
		/* Controls without another meaning, their neighbours, and what is none. */
		{ "&#129;&#x8d;", "&#129;&#x8d;" }, { "&#127;&#160;", "&#127;&#160;" },
		{ "&#1467;&#x920;", "&#1467;&#x920;" }, { "&#x;&#;&amp;", "&#x;&#;&amp;" },
		{ "&#4294967442;", "&#4294967442;" }, { "&#000000146;", "&#000000146;" },
	};
	uint8_t text[64];
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(text, cases[i].text, strlen(cases[i].text));
		len = reference_mend(text, strlen(cases[i].text));
		assert_int_equal(len, strlen(cases[i].mended));
		assert_memory_equal(text, cases[i].mended, len);
	}
}

/* The bytes end where they end: a reference that is cut off reads nothing behind them. */
static void
nothing_is_read_past_the_end(void **state)
{
	static const char whole[] = "a&#x0092;";
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(whole); len++) {
		uint8_t *text = malloc(len + (len == 0));

		assert_non_null(text);
		memcpy(text, whole, len);
		assert_true(reference_mend(text, len) <= len);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(references_to_controls_become_what_is_meant),
		cmocka_unit_test(nothing_is_read_past_the_end),
	};

	return cmocka_run_group_tests_name("daemon/page/reference", tests, NULL, NULL);
}
