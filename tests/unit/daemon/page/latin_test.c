#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/page/latin.h"

static void
the_charset_with_the_fewest_misfits_is_taken(void **state)
{
	static const struct { const char *page, *detected, *label; } cases[] = {
		/* "są" and "świat" in ISO 8859-2; "są" in windows-1250. */
		{ "s\xb1 na \xb6wiat", "WINDOWS-1250", "iso-8859-2" },
		{ "s\xb1 na \xb6wiat", "ISO-8859-9", "iso-8859-2" },
		{ "s\xb9 na \x9cwiat", "ISO-8859-2", "windows-1250" },
		/* "şi" is "ºi" by another. */
		{ "mare \xbai lini\xbatit", "ISO-8859-1", "windows-1250" },
		/* What is as good as any stays, and what is not Latin. */
		{ "caf\xe9, n\xb0 1, 20 m\xb2, \xa9""Ann", "ISO-8859-1", "ISO-8859-1" },
		{ "\xb1\xb2\xb3", "KOI8-R", "KOI8-R" }, { "", "ISO-8859-1", "ISO-8859-1" },
		/* What hardly a page is written in gives way. */
		{ "Kapit\xe4n", "MAC-CENTRALEUROPE", "windows-1252" },
		{ "\xf8\xedjen", "IBM852", "windows-1252" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(latin_mend(bytes_of_text(cases[i].page), cases[i].detected),
		    cases[i].label);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_charset_with_the_fewest_misfits_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
