#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/fetch/backoff.h"

static void
fill_with(void *context, void *data, size_t len)
{
	memset(data, *(unsigned char *)context, len);
}

static void
doubles_up_to_a_day_with_jitter(void **state)
{
	unsigned char low = 0x00, middle = 0x80, high = 0xff;
	const struct random least = { fill_with, &low }, mean = { fill_with, &middle },
	    most = { fill_with, &high };
	int64_t minute = 60000, day = 24 * 60 * minute;

	(void)state;
	assert_int_equal(backoff_ms(0, &least), minute * 3 / 4);
	assert_int_equal(backoff_ms(1, &least), minute * 3 / 4);
	assert_int_equal(backoff_ms(1, &most), minute * 5 / 4 - 1);
	assert_in_range(backoff_ms(1, &mean), minute, minute + minute / 100);
	assert_int_equal(backoff_ms(2, &least), 2 * minute * 3 / 4);
	assert_int_equal(backoff_ms(11, &least), 1024 * minute * 3 / 4);
	assert_int_equal(backoff_ms(12, &least), day * 3 / 4);
	assert_int_equal(backoff_ms(4000000000u, &least), day * 3 / 4);
	assert_int_equal(backoff_ms(4000000000u, &most), day * 5 / 4 - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doubles_up_to_a_day_with_jitter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
