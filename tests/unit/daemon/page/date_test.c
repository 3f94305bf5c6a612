#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/date.h"
#include "proto/base/err.h"

static void
reads_what_is_certain(void **state)
{
	static const struct { const char *text, *date; } cases[] = {
		/* ISO 8601 in its variants. */
		{ "2024-03-01", "2024-03-01" }, { "2024-03-01T08:30", "2024-03-01T08:30:00" },
		{ "2024-03-01T08:30:15Z", "2024-03-01T08:30:15Z" },
		{ "2024-03-01T08:30:15.123+01:00", "2024-03-01T08:30:15+01:00" },
		{ "2024-03-01 08:30:15 -0530", "2024-03-01T08:30:15-05:30" },
		{ "20240301T083015Z", "2024-03-01T08:30:15Z" }, { "20240301", "2024-03-01" },
		{ "2024/3/1", "2024-03-01" }, { "2024年3月1日", "2024-03-01" },
		/* RFC 822 and zones. */
		{ "Fri, 01 Mar 2024 08:30:00 GMT", "2024-03-01T08:30:00Z" },
		{ "Fri, 1 Mar 2024 8:30:00 EST", "2024-03-01T08:30:00-05:00" },
		{ "1 March 2024 10:00 UTC+2", "2024-03-01T10:00:00+02:00" },
		/* Seconds and milliseconds. */
		{ "1709280000", "2024-03-01T08:00:00Z" }, { "1709280000000", "2024-03-01T08:00:00Z" },
		/* As people write. */
		{ "March 1, 2024", "2024-03-01" }, { "Mar. 1st, 2024 at 8:30 pm", "2024-03-01T20:30:00" },
		{ "Updated: 12 March 2024, 12:05 a.m.", "2024-03-12T00:05:00" },
		{ "1. März 2024", "2024-03-01" }, { "1 août 2024", "2024-08-01" },
		{ "1 de mayo de 2024", "2024-05-01" }, { "1 марта 2024", "2024-03-01" },
		{ "01.03.2024 08:30", "2024-03-01T08:30:00" }, { "13/02/2024", "2024-02-13" },
		{ "02/13/2024", "2024-02-13" }, { "5/5/2024", "2024-05-05" },
		{ "2024-02-29", "2024-02-29" },
		/* A time that cannot be costs the time alone. */
		{ "2024-03-01T08:30:00+99:00", "2024-03-01" }, { "2024-03-01T25:30:00", "2024-03-01" },
	};
	struct date date;
	char text[DATE_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (date_parse(cases[i].text, &date) != RS_OK)
			fail_msg("%s", cases[i].text);
		date_format(&date, text);
		if (strcmp(text, cases[i].date) != 0)
			fail_msg("%s: %s", cases[i].text, text);
	}
}

static void
refuses_what_is_not(void **state)
{
	static const char *const cases[] = {
		"", "soon", "3 days ago", "04/05/2024", "2024", "2024-13-01", "2024-02-30", "2023-02-29",
		"32.01.2024", "March 2024", "31 February 2024", "12345678901", "version 1.2.3", "10:30",
		"0000-00-00", "2024-0", "99999999999999999999", "may I say 5 things of 2024 goats, or not",
	};
	struct date date;
	char longest[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (date_parse(cases[i], &date) != RS_EINVAL)
			fail_msg("%s: %d-%d-%d", cases[i], date.year, date.month, date.day);
	}
	memset(longest, ' ', sizeof(longest));
	memcpy(longest + sizeof(longest) - 12, " 2024-03-01", 12);
	longest[0] = 'x';
	assert_int_equal(date_parse(longest, &date), RS_EINVAL);
}

static void
instants_count_their_zone(void **state)
{
	struct date date;
	char text[DATE_TEXT];

	(void)state;
	assert_int_equal(date_parse("2024-03-01T08:00:00+02:00", &date), RS_OK);
	assert_int_equal(date_ms(&date), 1709272800000);
	date_format_ms(1709272800000, text);
	assert_string_equal(text, "2024-03-01T06:00:00Z");
	assert_int_equal(date_parse("2024-03-01", &date), RS_OK);
	assert_int_equal(date_ms(&date), 1709251200000);
	date_format_ms(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59Z");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_is_certain),
		cmocka_unit_test(refuses_what_is_not),
		cmocka_unit_test(instants_count_their_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
