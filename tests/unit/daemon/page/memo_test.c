#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/memo.h"

static unsigned asked;

static uint32_t
length_of(const char *text)
{
	asked++;
	return (uint32_t)strlen(text);
}

static void
same_text_is_asked_once(void **state)
{
	struct memo memo = { 0 };
	char copy[] = "story wide";

	(void)state;
	asked = 0;
	assert_int_equal(memo_value(&memo, "story wide", length_of), 10);
	assert_int_equal(memo_value(&memo, copy, length_of), 10);
	assert_int_equal(asked, 1);
	assert_int_equal(memo_value(&memo, "", length_of), 0);
	assert_int_equal(memo_value(&memo, "story", length_of), 5);
	assert_int_equal(asked, 3);
}

/* Many more texts than slots: each has its own value, whatever place it takes. */
static void
texts_of_one_hash_are_told_apart(void **state)
{
	static char texts[8 * MEMO_SLOTS][16];
	struct memo memo = { 0 };

	(void)state;
	for (size_t i = 0; i < 8 * MEMO_SLOTS; i++)
		snprintf(texts[i], sizeof(texts[i]), "%.*s%zu", (int)(i % 9), "xxxxxxxxx", i);
	for (unsigned round = 0; round < 2; round++)
		for (size_t i = 0; i < 8 * MEMO_SLOTS; i++)
			assert_int_equal(memo_value(&memo, texts[i], length_of), strlen(texts[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_text_is_asked_once),
		cmocka_unit_test(texts_of_one_hash_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
