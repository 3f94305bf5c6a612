#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/record/hlc.h"

static void
follows_the_clock_and_never_runs_back(void **state)
{
	struct hlc hlc = { 0 };
	uint64_t first, second, third;

	(void)state;
	first = hlc_tick(&hlc, 1000);
	assert_int_equal(first, 1000 << 16);
	second = hlc_tick(&hlc, 1000);
	assert_int_equal(second, first + 1);
	third = hlc_tick(&hlc, 10);
	assert_int_equal(third, second + 1);
	assert_int_equal(hlc_tick(&hlc, 1001), 1001 << 16);
	assert_int_equal(third >> 16, 1000);
}

static void
is_greater_than_what_was_seen(void **state)
{
	struct hlc hlc = { 0 };

	(void)state;
	hlc_observe(&hlc, (UINT64_C(5000) << 16) + 0xffff);
	hlc_observe(&hlc, 7);
	/* The counter is full: it runs over into the milliseconds. */
	assert_int_equal(hlc_tick(&hlc, 4000), UINT64_C(5001) << 16);
	assert_int_equal(hlc_tick(&hlc, 6000), UINT64_C(6000) << 16);
}

static void
survives_impossible_clocks(void **state)
{
	struct hlc hlc = { 0 };

	(void)state;
	assert_int_equal(hlc_tick(&hlc, -1), 1);
	assert_int_equal(hlc_tick(&hlc, INT64_MIN), 2);
	assert_int_equal(hlc_tick(&hlc, INT64_MAX) >> 16, (UINT64_C(1) << 48) - 1);
	hlc_observe(&hlc, UINT64_MAX);
	assert_true(hlc_tick(&hlc, 0) == UINT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_clock_and_never_runs_back),
		cmocka_unit_test(is_greater_than_what_was_seen),
		cmocka_unit_test(survives_impossible_clocks),
	};

	return cmocka_run_group_tests_name("hlc", tests, NULL, NULL);
}
