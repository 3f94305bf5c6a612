#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/utf8.h"

#define TEXT(literal) { (const uint8_t *)(literal), sizeof(literal) - 1 }

static void
knows_utf8(void **state)
{
	static const struct {
		struct bytes text;
		bool valid;
	} cases[] = {
		{ TEXT(""), true },
		{ TEXT("plain\n"), true },
		{ TEXT("a\0b"), true },
		{ TEXT("\xc2\x80 \xdf\xbf"), true },
		{ TEXT("\xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf"), true },
		{ TEXT("\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf"), true },
		{ TEXT("\x80"), false },			/* no lead */
		{ TEXT("\xbf"), false },
		{ TEXT("\xc0\x80"), false },			/* overlong */
		{ TEXT("\xc1\xbf"), false },
		{ TEXT("\xe0\x9f\xbf"), false },
		{ TEXT("\xf0\x8f\xbf\xbf"), false },
		{ TEXT("\xed\xa0\x80"), false },		/* surrogates */
		{ TEXT("\xed\xbf\xbf"), false },
		{ TEXT("\xf4\x90\x80\x80"), false },		/* above U+10FFFF */
		{ TEXT("\xf5\x80\x80\x80"), false },
		{ TEXT("\xff"), false },
		{ TEXT("\xc2"), false },			/* cut short */
		{ TEXT("\xe2\x82"), false },
		{ TEXT("\xf0\x90\x80"), false },
		{ TEXT("\xc2 "), false },			/* broken off */
		{ TEXT("\xe2\x82 "), false },
		{ TEXT("\xf0\x90\x80 "), false },
		{ TEXT("\xe2\x82\xc0"), false },
		{ TEXT("good \xe4 bad"), false },		/* Latin-1 */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(utf8_valid(cases[i].text), cases[i].valid);
	assert_true(utf8_valid(bytes_of(NULL, 0)));
}

/* ASCII is taken by the eight: what is not must be found at each place among it. */
static void
knows_utf8_amid_ascii(void **state)
{
	uint8_t text[24];
	size_t at;

	(void)state;
	for (at = 0; at + 2 <= sizeof(text); at++) {
		memset(text, 'a', sizeof(text));
		assert_int_equal(utf8_ascii_len(bytes_of(text, at), 0) > 0, at > 0);
		text[at] = 0xc3;
		assert_int_equal(utf8_ascii_len(bytes_of(text, sizeof(text)), at), 0);
		assert_true(utf8_ascii_len(bytes_of(text, sizeof(text)), 0) <= at);
		assert_false(utf8_valid(bytes_of(text, sizeof(text))));
		text[at + 1] = 0xa4;
		assert_true(utf8_valid(bytes_of(text, sizeof(text))));
		text[at] = 'a';
		assert_false(utf8_valid(bytes_of(text, sizeof(text))));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_utf8),
		cmocka_unit_test(knows_utf8_amid_ascii),
	};

	return cmocka_run_group_tests_name("proto/base/utf8", tests, NULL, NULL);
}
