#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/buffer.h"
#include "proto/base/err.h"

static void
grows_up_to_its_bound(void **state)
{
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 5);
	assert_string_equal(buffer_text(&buffer), "");
	assert_int_equal(buffer_append_text(&buffer, "abc"), RS_OK);
	assert_int_equal(buffer_append_text(&buffer, "def"), RS_ELIMIT);
	assert_string_equal(buffer_text(&buffer), "abc");
	assert_int_equal(buffer_append_text(&buffer, "de"), RS_OK);
	assert_string_equal(buffer_text(&buffer), "abcde");
	assert_int_equal(buffer_append_byte(&buffer, 'f'), RS_ELIMIT);
	buffer_release(&buffer);
	assert_int_equal(buffer_append_text(&buffer, "12345"), RS_OK);
	buffer_release(&buffer);
}

static void
consumes_from_the_front(void **state)
{
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 1000);
	assert_int_equal(buffer_printf(&buffer, "%d-%s", 42, "x"), RS_OK);
	buffer_consume(&buffer, 3);
	assert_string_equal(buffer_text(&buffer), "x");
	buffer_consume(&buffer, 10);
	assert_int_equal(buffer.len, 0);
	buffer_release(&buffer);
}

/* Nothing of it stays behind the content, whatever becomes of that. */
static void
a_secret_leaves_no_traces(void **state)
{
	static const uint8_t nothing[400];
	struct buffer buffer, taken;

	(void)state;
	buffer_init_secret(&buffer, 1000);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(buffer_append_text(&buffer, "key"), RS_OK);
	assert_string_equal(buffer_text(&buffer) + 294, "keykey");
	buffer_consume(&buffer, 100);
	assert_int_equal(buffer.len, 200);
	assert_memory_equal(buffer.data + 200, nothing, 100);
	buffer_truncate(&buffer, 60);
	assert_memory_equal(buffer.data + 60, nothing, 140);
	assert_string_equal(buffer_text(&buffer) + 54, "eykeyk");
	buffer_clear(&buffer);
	assert_memory_equal(buffer.data, nothing, 300);
	buffer_release(&buffer);
	assert_int_equal(buffer_append_text(&buffer, "key"), RS_OK);
	buffer_take(&taken, &buffer);
	assert_string_equal(buffer_text(&taken), "key");
	assert_string_equal(buffer_text(&buffer), "");
	buffer_clear(&taken);
	assert_memory_equal(taken.data, nothing, 3);
	buffer_release(&taken);
	assert_int_equal(buffer_append_text(&buffer, "key"), RS_OK);
	buffer_consume(&buffer, 3);
	assert_memory_equal(buffer.data, nothing, 3);
	buffer_release(&buffer);
}

static void
a_detail_is_one_line(void **state)
{
	struct rs_err_detail detail;

	(void)state;
	rs_err_detail_set(&detail, "a %s b", "x\ny\x1b[0m");
	assert_string_equal(detail.text, "a x y [0m b");
	assert_string_equal(rs_err_text(RS_EFULL), "no space left on the disk");
	assert_string_equal(rs_err_text(-1000), "unknown error");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_up_to_its_bound),
		cmocka_unit_test(consumes_from_the_front),
		cmocka_unit_test(a_secret_leaves_no_traces),
		cmocka_unit_test(a_detail_is_one_line),
	};

	return cmocka_run_group_tests_name("proto/base/buffer", tests, NULL, NULL);
}
