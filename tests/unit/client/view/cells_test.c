#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/view/cells.h"

/* Print into memory that the caller frees, and tell how many cells it said. */
static char *
print(const char *text, size_t max, size_t *ret_cells)
{
	char *data;
	size_t len;
	FILE *out = open_memstream(&data, &len);

	assert_non_null(out);
	*ret_cells = cells_print(out, text, max);
	fclose(out);
	return data;
}

static void
expect(const char *text, size_t max, const char *shown, size_t cells)
{
	size_t got;
	char *data = print(text, max, &got);

	assert_string_equal(data, shown);
	assert_int_equal(got, cells);
	free(data);
}

static int
utf8(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") == NULL;
}

static int
ascii(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C") == NULL;
}

static void
measures_what_it_prints(void **state)
{
	static const struct {
		const char *text;
		const char *shown;
		size_t cells;
	} cases[] = {
		{ "", "", 0 },
		{ "plain", "plain", 5 },
		{ "日本語", "日本語", 6 },
		{ "e\u0301 a\u0308", "e\u0301 a\u0308", 3 },		/* combining marks */
		{ "مرحبا", "مرحبا", 5 },
		{ "a\u200bb", "a\u200bb", 2 },			/* a zero width space */
		{ "Do\u00adnau", "Donau", 5 },			/* a soft hyphen */
		{ "\ufeffbegin", "begin", 5 },			/* a byte order mark */
		{ "soon\u00a0it", "soon\u00a0it", 7 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		expect(cases[i].text, SIZE_MAX, cases[i].shown, cases[i].cells);
		assert_int_equal(cells_width(cases[i].text), cases[i].cells);
	}
}

static void
lets_no_control_pass(void **state)
{
	char text[5];
	uint32_t point;

	(void)state;
	expect("a\033[31mb\r\n\tc\x7f", SIZE_MAX, "a [31mb   c ", 12);
	/* CSI and OSC as single characters, and separators that some take for line feeds. */
	expect("a\xc2\x9b""31mb\xc2\x9d""0;x\u2028\u2029", SIZE_MAX, "a 31mb 0;x  ", 12);
	for (point = 1; point < 0xa0; point++) {
		struct cell cell;

		if (point < 0x80)
			snprintf(text, sizeof(text), "%c", (int)point);
		else
			snprintf(text, sizeof(text), "%c%c", 0xc0 | (int)(point >> 6),
			    0x80 | (int)(point & 0x3f));
		cells_take(text, &cell);
		assert_int_equal(cell.len, strlen(text));
		assert_int_equal(cell.width, 1);
		assert_true(cell.bytes[0] >= 0x20 && cell.bytes[0] < 0x7f && cell.bytes[1] == '\0');
	}
}

/* An override that is not closed would turn round the rest of a line. */
static void
leaves_out_what_turns_text(void **state)
{
	(void)state;
	expect("a\u202eb\u202ac\u2066d\u2069", SIZE_MAX, "abcd", 4);
	/* These order only themselves. */
	expect("a\u200eb\u200fc", SIZE_MAX, "a\u200eb\u200fc", 3);
}

static void
replaces_what_is_not_utf8(void **state)
{
	(void)state;
	expect("caf\xe9 x", SIZE_MAX, "caf? x", 6);
	expect("\xc3", SIZE_MAX, "?", 1);				/* cut short */
	expect("\xe6\x97", SIZE_MAX, "??", 2);
	expect("\xc0\x9b\xed\xa0\x80", SIZE_MAX, "?????", 5);	/* overlong, a surrogate */
}

static void
cuts_with_an_ellipsis(void **state)
{
	(void)state;
	expect("abcdef", 6, "abcdef", 6);
	expect("abcdef", 5, "abcd…", 5);
	expect("abcdef", 1, "…", 1);
	expect("abcdef", 0, "", 0);
	/* A wide character that would pass the edge is left out whole. */
	expect("日本語", 6, "日本語", 6);
	expect("日本語", 5, "日本…", 5);
	expect("日本語", 4, "日…", 3);
	/* A mark stays with its letter. */
	expect("e\u0301e\u0301e\u0301", 2, "e\u0301…", 2);
}

static void
finds_ascii_for_other_locales(void **state)
{
	(void)state;
	expect("“It’s” – a • b… │", SIZE_MAX, "\"It's\" - a * b. |", 17);
	expect("né 日本", SIZE_MAX, "n? ??", 5);
	expect("abcdef", 3, "ab.", 3);
	expect("a\u202eb\xc2\x9b""c", SIZE_MAX, "ab c", 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(measures_what_it_prints, utf8),
		cmocka_unit_test_setup(lets_no_control_pass, utf8),
		cmocka_unit_test_setup(leaves_out_what_turns_text, utf8),
		cmocka_unit_test_setup(replaces_what_is_not_utf8, utf8),
		cmocka_unit_test_setup(cuts_with_an_ellipsis, utf8),
		cmocka_unit_test_setup(finds_ascii_for_other_locales, ascii),
	};

	return cmocka_run_group_tests_name("client/view/cells", tests, NULL, NULL);
}
