#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/charset.h"
#include "proto/base/err.h"

/* Eight letters with accents, in UTF-8 and in Latin-1. */
#define U8 "\xc3\xa9t\xc3\xa9 \xc3\xa0 la for\xc3\xaat, l\xc3\xa0-b\xc3\xa2s, no\xc3\xabl \xc3\xa9lu."
#define L1 "\xe9t\xe9 \xe0 la for\xeat, l\xe0-b\xe2s, no\xebl \xe9lu."
#define LOST "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
#define BYTES(text) { (const uint8_t *)(text), sizeof(text) - 1 }

static void
decodes_by_the_first_statement_that_holds(void **state)
{
	static const struct {
		struct bytes page;
		const char *content_type, *text;
	} cases[] = {
		{ BYTES("\xef\xbb\xbf" "caf\xc3\xa9"), "text/html; charset=koi8-r", "caf\xc3\xa9" },
		{ BYTES("\xff\xfe" "a\0\xe9\0"), NULL, "a\xc3\xa9" },
		{ BYTES("\xfe\xff" "\0a\0\xe9"), NULL, "a\xc3\xa9" },
		{ BYTES("<\0p\0>\0\x19\x20\xe9\0"), "text/html; charset=utf-8", "<p>\xe2\x80\x99\xc3\xa9" },
		{ BYTES("\0<\0p\0>\x20\x19\0\xe9"), NULL, "<p>\xe2\x80\x99\xc3\xa9" },
		{ BYTES("\n\0<\0p\0>\0\x19\x20\xe9\0"), NULL, "\n<p>\xe2\x80\x99\xc3\xa9" },
		{ BYTES("caf\xe9"), "text/html; charset=\"ISO-8859-1\"", "caf\xc3\xa9" },
		{ BYTES("\x93q\x94"), "text/html;charset=latin1",
		    "\xe2\x80\x9cq\xe2\x80\x9d" },
		{ BYTES("<meta charset=windows-1251>\xef\xf0"), NULL,
		    "<meta charset=windows-1251>\xd0\xbf\xd1\x80" },
		{ BYTES("<meta charset=windows-1251>\xc3\xa9"), "text/html; charset=utf-8",
		    "<meta charset=windows-1251>\xc3\xa9" },
		{ BYTES("<META http-equiv=x content='text/html; charset=gb2312'>\xc4\xe3"), NULL,
		    "<META http-equiv=x content='text/html; charset=gb2312'>\xe4\xbd\xa0" },
		{ BYTES("<!-- <meta charset=koi8-r> -->\xc3\xa9"), NULL,
		    "<!-- <meta charset=koi8-r> -->\xc3\xa9" },
		{ BYTES("<meta charset=utf-16>\xc3\xa9"), NULL, "<meta charset=utf-16>\xc3\xa9" },
		/* A page that is XML too says it there; what it says as HTML goes first. */
		{ BYTES("<?xml version='1.0' encoding='iso-8859-2'?>\xb6"), "text/html",
		    "<?xml version='1.0' encoding='iso-8859-2'?>\xc5\x9b" },
		{ BYTES("<?xml encoding=koi8-r?><meta charset=iso-8859-2>\xb6"), NULL,
		    "<?xml encoding=koi8-r?><meta charset=iso-8859-2>\xc5\x9b" },
		{ BYTES("<?xml encoding='utf-16'?>\xc3\xa9"), NULL, "<?xml encoding='utf-16'?>\xc3\xa9" },
		{ BYTES("<?xml encoding='iso-8859-2'?>" U8), NULL, "<?xml encoding='iso-8859-2'?>" U8 },
		{ BYTES("\x82\xb1"), "text/html; charset=shift_jis", "\xe3\x81\x93" },
		{ BYTES("\xc3\xa9"), "text/html; charset=no-such", "\xc3\xa9" },
		{ BYTES("a\0b"), "text/html; charset=utf-8", "ab" },
		{ BYTES("a\x01" "b\f\v\n"), NULL, "a\x01" "b\f\v\n" },
		{ BYTES("\x1b$B;3\x1b(B"), "text/html; charset=iso-2022-jp", "\xe5\xb1\xb1" },
		{ BYTES("a\xff\xc3"), "text/html; charset=utf-8",
		    "a\xef\xbf\xbd\xef\xbf\xbd" },
		{ BYTES("a\xed\xa0\x80z"), "text/html; charset=utf-8",
		    "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz" },
		/* Damage is no lie: most letters are what is named. */
		{ BYTES(U8 U8 "\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9 "), "text/html; charset=utf-8",
		    U8 U8 LOST LOST LOST " " },
		/* What is named is not what it is. */
		{ BYTES(U8), "text/html; charset=iso-8859-1", U8 },
		{ BYTES("<meta charset=windows-1251>" U8), NULL, "<meta charset=windows-1251>" U8 },
		{ BYTES("<meta charset=utf-8>" L1), "text/html; charset=utf-8",
		    "<meta charset=utf-8>" U8 },
		{ BYTES("<meta charset=iso-8859-1>" L1), "text/html; charset=utf-8",
		    "<meta charset=iso-8859-1>" U8 },
	};
	uint8_t *text;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = NULL;
		assert_int_equal(charset_decode(cases[i].page, cases[i].content_type, 1000, &text,
		    &len, NULL), 0);
		assert_int_equal(len, strlen(cases[i].text));
		assert_memory_equal(text, cases[i].text, len);
		free(text);
	}
}

static void
detects_what_nobody_declares(void **state)
{
	/* "Moscow is the capital of Russia and its largest city", in KOI8-R, twice. */
	static const char koi8[] =
	    "\xed\xcf\xd3\xcb\xd7\xc1 \xd3\xd4\xcf\xcc\xc9\xc3\xc1 \xf2\xcf\xd3\xd3\xc9\xc9 "
	    "\xc9 \xc5\xc5 \xcb\xd2\xd5\xd0\xce\xc5\xca\xdb\xc9\xca \xc7\xcf\xd2\xcf\xc4. "
	    "\xed\xcf\xd3\xcb\xd7\xc1 \xd3\xd4\xcf\xcc\xc9\xc3\xc1 \xf2\xcf\xd3\xd3\xc9\xc9.";
	/* The ferry has left the harbour before dawn, in the Korean code that is called UHC too. */
	static const char korean[] =
	    "\xbf\xa9\xb0\xb4\xbc\xb1\xc0\xba \xb4\xd9\xb8\xae\xb0\xa1 "
	    "\xb9\xab\xb3\xca\xc1\xf8 \xb5\xda\xb7\xce \xb8\xc5\xc0\xcf "
	    "\xb1\xd7\xb7\xa8\xb5\xed\xc0\xcc \xb5\xbf\xc0\xcc \xc6\xae\xb1\xe2 "
	    "\xc0\xfc\xbf\xa1 \xc7\xd7\xb1\xb8\xb8\xa6 \xb6\xb0\xb3\xb5\xb0\xed, "
	    "\xba\xce\xb5\xce\xbf\xa1\xbc\xad\xb4\xc2 \xbe\xc6\xb9\xab\xb5\xb5 "
	    "\xc4\xbf\xc7\xc7\xbf\xa1\xbc\xad \xb4\xab\xc0\xbb \xb5\xe9\xc1\xf6 "
	    "\xbe\xca\xbe\xd2\xb4\xd9.";
	/* The ferry left the harbour before dawn, as on every day: Windows', not the Macintosh's. */
	static const char windows[] =
	    "\xcf\xe0\xf0\xee\xec \xe2\xfb\xf8\xe5\xeb \xe8\xe7 \xe3\xe0\xe2\xe0\xed\xe8 \xe4\xee"
	    " \xf0\xe0\xf1\xf1\xe2\xe5\xf2\xe0, \xea\xe0\xea \xe8 \xea\xe0\xe6\xe4\xfb\xe9 \xe4"
	    "\xe5\xed\xfc \xf1 \xf2\xe5\xf5 \xef\xee\xf0, \xea\xe0\xea \xf0\xf3\xf5\xed\xf3\xeb "
	    "\xec\xee\xf1\xf2.";
	uint8_t *text = NULL;
	size_t len;

	(void)state;
	assert_int_equal(charset_decode(bytes_of_text(windows), NULL, 1000, &text, &len, NULL), 0);
	assert_memory_equal(text, "\xd0\x9f\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbc ", 11);
	free(text);
	assert_int_equal(charset_decode(bytes_of_text(koi8), NULL, 1000, &text, &len, NULL), 0);
	assert_memory_equal(text, "\xd0\x9c\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0 ", 13);
	free(text);
	assert_int_equal(charset_decode(bytes_of_text(korean), NULL, 1000, &text, &len, NULL), 0);
	assert_memory_equal(text, "\xec\x97\xac\xea\xb0\x9d\xec\x84\xa0", 9);
	free(text);
}

static void
refuses_what_is_not_text(void **state)
{
	static const struct {
		struct bytes page;
		const char *detail;
	} cases[] = {
		{ BYTES(""), "empty" }, { BYTES(" \r\n\t"), "empty" },
		{ BYTES("%PDF-1.4 text"), "not text" }, { BYTES("\x89PNG\r\n"), "not text" },
		{ BYTES("\x1f\x8b\x08 x"), "not text" }, { BYTES("ab\0\0\0\0\0\0"), "not text" },
		/* Packed, by a coding that its server does not name. */
		{ BYTES("\xce\x05\x9f\x16\x81\x02<\xe7\x11\x8a\x1c"), "not text" },
		{ BYTES("\0"), "not text" },
	};
	struct rs_err_detail detail;
	uint8_t *text = NULL;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(charset_decode(cases[i].page, NULL, 1000, &text, &len, &detail),
		    RS_ENOTPAGE);
		assert_string_equal(detail.text, cases[i].detail);
		assert_null(text);
	}
}

static void
cuts_at_the_bound_between_letters(void **state)
{
	uint8_t *text = NULL;
	size_t len;

	(void)state;
	assert_int_equal(charset_decode(bytes_of_text("abc\xc3\xa9\xc3\xa9"), NULL, 6, &text, &len,
	    NULL), 0);
	assert_true(len <= 6);
	assert_memory_equal(text, "abc\xc3\xa9", 5);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_by_the_first_statement_that_holds),
		cmocka_unit_test(detects_what_nobody_declares),
		cmocka_unit_test(refuses_what_is_not_text),
		cmocka_unit_test(cuts_at_the_bound_between_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
