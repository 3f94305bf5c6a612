#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/fold.h"
#include "proto/base/err.h"

static void
texts_fold_to_what_two_writers_agree_on(void **state)
{
	static const struct { const char *text, *folded; } cases[] = {
		{ "You've READ, 5 -- of them!", "youve read 5 of them" },
		{ "  a  ", "a" }, { "", "" }, { " .,; ", "" },
		{ "Réservé À Œuvre", "reserve a ouvre" }, { "ÅÄÖ ß Ł", "aao s l" },
		{ "don\xe2\x80\x99t", "dont" }, { "a\xc2\xadz\xe2\x80\x8b" "b", "azb" },
		{ "cafe\xcc\x81", "cafe" }, { "ПОДПИСКА Ё", "подписка е" }, { "ΑΒΓ", "αβγ" },
		{ "ＡＢＣ１２", "abc12" }, { "有料。会員", "有料 会員" }, { "a\xc2\xa0" "b", "a b" },
	};
	struct buffer out;

	(void)state;
	buffer_init(&out, 1000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buffer_clear(&out);
		assert_int_equal(fold_append(cases[i].text, &out), RS_OK);
		if (strcmp(buffer_text(&out), cases[i].folded) != 0)
			fail_msg("%s: %s", cases[i].text, buffer_text(&out));
	}
	/* What is appended is a word of its own. */
	buffer_clear(&out);
	assert_int_equal(fold_append("one.", &out), RS_OK);
	assert_int_equal(fold_append("Two", &out), RS_OK);
	assert_string_equal(buffer_text(&out), "one two");
	buffer_release(&out);
	buffer_init(&out, 3);
	assert_int_equal(fold_append("four", &out), RS_ELIMIT);
	buffer_release(&out);
}

static void
equal_is_equal_when_folded(void **state)
{

	(void)state;
	assert_true(fold_equal("The Quay!", "the  QUAY"));
	assert_false(fold_equal("The Quay", "The Quays"));
	assert_false(fold_equal("", ""));
	assert_false(fold_equal("...", "!!!"));
}

static void
characters_are_decoded(void **state)
{
	static const struct { const char *text; uint32_t character; unsigned length; } cases[] = {
		{ "a", 'a', 1 }, { "\xc3\xa9", 0xe9, 2 }, { "\xe2\x82\xac", 0x20ac, 3 },
		{ "\xf0\x9f\x90\x90", 0x1f410, 4 }, { "", 0, 0 }, { "\xc3", 0xc3, 1 }, { "\xe2\x82", 0xe2, 1 },
		{ "\x80", 0x80, 1 }, { "\xf8", 0xf8, 1 },
	};
	unsigned length;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(fold_decode(cases[i].text, &length), cases[i].character);
		assert_int_equal(length, cases[i].length);
	}
	assert_true(fold_is_ideographic(0x6e21));
	assert_true(fold_is_ideographic(0x3042));
	assert_false(fold_is_ideographic('a'));
	assert_false(fold_is_ideographic(0x3001));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_fold_to_what_two_writers_agree_on),
		cmocka_unit_test(equal_is_equal_when_folded),
		cmocka_unit_test(characters_are_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
