#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/record/record.h"

static void
the_later_write_wins_and_ties_are_broken_alike(void **state)
{
	uint8_t low[16] = { 1 }, high[16] = { 1, [15] = 1 };

	(void)state;
	assert_true(record_wins(2, low, 1, high));
	assert_false(record_wins(1, high, 2, low));
	assert_true(record_wins(1, high, 1, low));
	assert_false(record_wins(1, low, 1, high));
	assert_false(record_wins(1, low, 1, low));
}

static void
bounds_are_kept(void **state)
{
	static const uint8_t zeros[RECORD_VALUE_MAX + 1];
	static const struct {
		uint32_t kind;
		size_t field, value;
		uint64_t clock, sequence;
		bool valid;
	} cases[] = {
		{ RECORD_ITEM, 1, 0, 1, 1, true },
		{ 99, RECORD_FIELD_MAX, RECORD_VALUE_MAX, UINT64_MAX, UINT64_MAX, true },
		{ 0, 1, 0, 1, 1, false },
		{ RECORD_ITEM, 0, 0, 1, 1, false },
		{ RECORD_ITEM, RECORD_FIELD_MAX + 1, 0, 1, 1, false },
		{ RECORD_ITEM, 1, RECORD_VALUE_MAX + 1, 1, 1, false },
		{ RECORD_ITEM, 1, 0, 0, 1, false },
		{ RECORD_ITEM, 1, 0, 1, 0, false },
	};
	struct record record;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		record = (struct record){ .kind = cases[i].kind, .clock = cases[i].clock,
		    .sequence = cases[i].sequence };
		record.field = bytes_of(zeros, cases[i].field);
		record.value = bytes_of(zeros, cases[i].value);
		assert_int_equal(record_valid(&record), cases[i].valid);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_later_write_wins_and_ties_are_broken_alike),
		cmocka_unit_test(bounds_are_kept),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
