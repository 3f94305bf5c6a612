#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/base/clock.h"

static int64_t
standing_still(void *context)
{
	return *(int64_t *)context;
}

static void
shows_the_time_that_it_is_given(void **state)
{
	int64_t now_ms = 1072986501000;
	const struct clock clock = { standing_still, &now_ms };

	(void)state;
	assert_int_equal(clock_now_ms(&clock), 1072986501000);
	now_ms++;
	assert_int_equal(clock_now_ms(&clock), 1072986501001);
	/* The machine's own clock is past the day when this was written. */
	assert_true(clock_now_ms(clock_system()) > INT64_C(1700000000000));
}

static void
writes_iso_8601(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
		{ 1072986501000, "2004-01-01T19:48:21Z" },
		{ 1072986501999, "2004-01-01T19:48:21Z" },
		{ 0, "1970-01-01T00:00:00Z" },
		{ -1, "1969-12-31T23:59:59Z" },
		{ -1000, "1969-12-31T23:59:59Z" },
		{ -1001, "1969-12-31T23:59:58Z" },
		{ 951782400000, "2000-02-29T00:00:00Z" },
		{ INT64_C(-62135596800000), "0001-01-01T00:00:00Z" },
		{ INT64_C(-62167219200000), "0000-01-01T00:00:00Z" },
		{ INT64_C(-62167219200001), "" },
		{ INT64_C(253402300799999), "9999-12-31T23:59:59Z" },
		{ INT64_C(253402300800000), "" },
		{ INT64_MAX, "" },
		{ INT64_MIN, "" },
	};
	char text[21];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		clock_format(cases[i].ms, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void
writes_a_day(void **state)
{
	char text[11];

	(void)state;
	clock_format_day(951782399999, text);
	assert_string_equal(text, "2000-02-28");
	clock_format_day(0, text);
	assert_string_equal(text, "");
	clock_format_day(INT64_MAX, text);
	assert_string_equal(text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_the_time_that_it_is_given),
		cmocka_unit_test(writes_iso_8601),
		cmocka_unit_test(writes_a_day),
	};

	return cmocka_run_group_tests_name("proto/base/clock", tests, NULL, NULL);
}
