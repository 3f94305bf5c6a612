#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/plain.h"

static void
texts_lose_their_markup(void **state)
{
	static const struct { const char *text, *plain; } cases[] = {
		{ " a \n b\t", "a b" }, { "A &amp; B", "A & B" }, { "A &#8212; B", "A \xe2\x80\x94 B" },
		{ "&#x1F410;", "\xf0\x9f\x90\x90" }, { "<b>a</b> <br/>b", "a b" }, { "1 < 2 > 0", "1 < 2 > 0" },
		{ "a&nbsp;b\xc2\xa0" "c", "a b c" }, { "&nosuch; &#xD800; &#99999999; &#; &", "&nosuch; &#xD800; "
		    "&#99999999; &#; &" }, { "\xef\xbb\xbf" "a", "a" }, { "a\xc2\x85" "b", "ab" },
		{ "", NULL }, { " \n", NULL }, { "<b></b>", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *found = plain_text(cases[i].text, 100);

		if (found == NULL || cases[i].plain == NULL ? found != cases[i].plain :
		    strcmp(found, cases[i].plain) != 0)
			fail_msg("%s: %s", cases[i].text, found);
		free(found);
	}
}

static void
texts_are_cut_between_letters(void **state)
{
	char *found = plain_text("ab \xe2\x82\xac\xe2\x82\xac", 8);

	(void)state;
	assert_string_equal(found, "ab \xe2\x82\xac");
	free(found);
}

static void
addresses_are_absolute(void **state)
{
	static const struct { const char *text, *url; } cases[] = {
		{ "/a", "https://example.org/a" }, { " b c ", "https://example.org/n/b%20c" },
		{ "https://x.example/?a=1&amp;b=2", "https://x.example/?a=1&b=2" },
		{ "//x.example/d", "https://x.example/d" }, { "javascript:x()", NULL },
		{ "mailto:a@b.example", NULL }, { "", NULL }, { "https://", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *found = plain_url(cases[i].text, "https://example.org/n/s");

		if (found == NULL || cases[i].url == NULL ? found != cases[i].url :
		    strcmp(found, cases[i].url) != 0)
			fail_msg("%s: %s", cases[i].text, found);
		free(found);
	}
	assert_null(plain_url("/a", ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_lose_their_markup),
		cmocka_unit_test(texts_are_cut_between_letters),
		cmocka_unit_test(addresses_are_absolute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
