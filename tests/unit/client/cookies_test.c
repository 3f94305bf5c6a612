#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/cookies.h"
#include "proto/replica/site.h"

#define NOW 1700000000

static void
every_line_is_checked(void **state)
{
	static const struct {
		const char *text;
		const char *fault;	/* NULL: there is none */
		unsigned lines;
		unsigned expired;
	} cases[] = {
		{ "a.example\tFALSE\t/\tTRUE\t0\tname\tvalue\n", NULL, 1, 0 },
		{ "# HTTP\n\n#HttpOnly_.a.example\tTRUE\t/\tTRUE\t1800000000.5\tn\t\r\n", NULL, 1,
		    0 },
		{ "a\tFALSE\t/\tTRUE\t1699999999\tn\tv\na\tFALSE\t/\tTRUE\t1800000000\tn\tv", NULL,
		    2, 1 },
		{ "\xef\xbb\xbf# HTTP\r\na\tfalse\t/\ttrue\t0\tn\tv\r\n", NULL, 1, 0 },
		{ "\xef\xbb\xbf.a\tFALSE\t/\tTRUE\t0\tn\tv\n", NULL, 1, 0 },
		{ "", " there is no cookie", 0, 0 },
		{ "# a comment\n", " there is no cookie", 0, 0 },
		{ "{\"cookies\": []}", " this is JSON", 0, 0 },
		{ "a\tFALSE\t/\tTRUE\t0\tn\tv\n\nn=v\n", "3: not a line", 0, 0 },
		{ "a\tFALSE\t/\tTRUE\t0\tn\tv\tw\n", "1: not a line", 0, 0 },
		{ "\tFALSE\t/\tTRUE\t0\tn\tv\n", "1: it has no domain", 0, 0 },
		{ "a\tFALSE\t/\tTRUE\t0\t\tv\n", "1: it has no domain", 0, 0 },
		{ "# x\n\na b\tFALSE\t/\tTRUE\t0\tn\tv\n", "3: its first field is no host", 0, 0 },
		{ "#HttpOnly_.\tFALSE\t/\tTRUE\t0\tn\tv\n", "1: its first field is no host", 0, 0 },
		{ "a\tmaybe\t/\tTRUE\t0\tn\tv\n", "1: its second and fourth field", 0, 0 },
		{ "a\tFALSE\t/\tsure\t0\tn\tv\n", "1: its second and fourth field", 0, 0 },
		{ "a\tFALSE\tx\tTRUE\t0\tn\tv\n", "1: its third field", 0, 0 },
		{ "a\tFALSE\t/\tTRUE\t\tn\tv\n", "1: its fifth field", 0, 0 },
		{ "a\tFALSE\t/\tTRUE\t-1\tn\tv\n", "1: its fifth field", 0, 0 },
		{ "a\tFALSE\t/\tTRUE\t99999999999999999999\tn\tv\n", "1: its fifth field", 0, 0 },
	};
	struct rs_err_detail detail;
	struct cookies_count count;
	char line[SITE_COOKIE_MAX + 1];
	size_t i;
	int err;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err = cookies_check(cookies_begin(bytes_of_text(cases[i].text)), NOW, &count,
		    &detail);
		assert_int_equal(err, cases[i].fault == NULL ? RS_OK : RS_EINVAL);
		if (cases[i].fault != NULL) {
			assert_memory_equal(detail.text, cases[i].fault, strlen(cases[i].fault));
			continue;
		}
		assert_int_equal(count.lines, cases[i].lines);
		assert_int_equal(count.expired, cases[i].expired);
	}
	assert_int_equal(cookies_check(bytes_of("a\0b", 3), NOW, &count, &detail), RS_EINVAL);
	assert_string_equal(detail.text, "1: a NUL stands in it");
	memset(line, 'v', sizeof(line));
	memcpy(line, "a\tFALSE\t/\tTRUE\t0\tn\t", 19);
	assert_int_equal(cookies_check(bytes_of((uint8_t *)line, sizeof(line) - 1), NOW, &count,
	    &detail), RS_OK);
	assert_int_equal(cookies_check(bytes_of((uint8_t *)line, sizeof(line)), NOW, &count,
	    &detail), RS_EINVAL);
	assert_string_equal(detail.text, "1: longer than 8192 bytes");
}

static void
a_long_file_goes_in_parts(void **state)
{
	char *text = calloc(1, 3 * COOKIES_PART_MAX + 1);
	struct bytes rest, part;
	size_t i, parts = 0, total = 0;

	(void)state;
	memset(text, 'x', 3 * COOKIES_PART_MAX);
	for (i = 99; i < 3 * COOKIES_PART_MAX; i += 100)
		text[i] = '\n';
	memcpy(text, "\xef\xbb\xbf", 3);
	rest = cookies_begin(bytes_of_text(text));
	assert_int_equal(rest.len, 3 * COOKIES_PART_MAX - 3);
	while (cookies_next_part(&rest, &part)) {
		assert_true(part.len <= COOKIES_PART_MAX);
		/* Whole lines. */
		assert_true(rest.len == 0 || part.data[part.len - 1] == '\n');
		total += part.len;
		parts++;
	}
	assert_int_equal(total, 3 * COOKIES_PART_MAX - 3);
	assert_int_equal(parts, 4);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_is_checked),
		cmocka_unit_test(a_long_file_goes_in_parts),
	};

	return cmocka_run_group_tests_name("client/cookies", tests, NULL, NULL);
}
