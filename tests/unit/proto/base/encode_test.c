#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/encode.h"
#include "proto/base/err.h"
#include "proto/base/secret.h"

static void
writes_hexadecimal(void **state)
{
	char text[7];

	(void)state;
	encode_hex(bytes_of("\x00\xab\xff", 3), text);
	assert_string_equal(text, "00abff");
	encode_hex(bytes_of(NULL, 0), text);
	assert_string_equal(text, "");
}

/* RFC 4648, section 10, without padding, and the two characters of base64url. */
static void
writes_and_reads_base64url(void **state)
{
	static const struct {
		struct bytes bytes;
		const char *text;
	} cases[] = {
		{ { NULL, 0 }, "" },
		{ { (const uint8_t *)"f", 1 }, "Zg" },
		{ { (const uint8_t *)"fo", 2 }, "Zm8" },
		{ { (const uint8_t *)"foo", 3 }, "Zm9v" },
		{ { (const uint8_t *)"foob", 4 }, "Zm9vYg" },
		{ { (const uint8_t *)"fooba", 5 }, "Zm9vYmE" },
		{ { (const uint8_t *)"foobar", 6 }, "Zm9vYmFy" },
		{ { (const uint8_t *)"\xfb\xff\xfe", 3 }, "-__-" },
	};
	struct buffer text, bytes;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		/* Bounds that fit exactly. */
		buffer_init(&text, strlen(cases[i].text));
		buffer_init(&bytes, cases[i].bytes.len);
		assert_int_equal(encode_base64(cases[i].bytes, &text), RS_OK);
		assert_string_equal(buffer_text(&text), cases[i].text);
		assert_int_equal(encode_base64_read(cases[i].text, &bytes), RS_OK);
		assert_true(bytes_equal(buffer_bytes(&bytes), cases[i].bytes));
		buffer_release(&text);
		buffer_release(&bytes);
	}
	buffer_init(&text, 3);
	assert_int_equal(encode_base64(bytes_of_text("foo"), &text), RS_ELIMIT);
	assert_int_equal(encode_base64_read("Zm9vYg", &text), RS_ELIMIT);
	assert_int_equal(text.len, 0);
	buffer_release(&text);
}

static void
refuses_what_is_not_base64url(void **state)
{
	static const char *const cases[] = {
		"A", "AAAAA", "Zg==", "Zm8=", "Zh", "Zm9", "Zm 9", "Zm9v\n", "+/+/", "Zm9v.",
	};
	struct buffer out;
	size_t i;

	(void)state;
	buffer_init(&out, 100);
	assert_int_equal(buffer_append_text(&out, "kept"), RS_OK);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(encode_base64_read(cases[i], &out), RS_EINVAL);
		assert_int_equal(out.len, 4);
	}
	buffer_release(&out);
}

static int
start(void **state)
{
	(void)state;
	return secret_start();
}

static void
base64_of_data_urls_is_read(void **state)
{
	static const struct { const char *letters, *bytes; } cases[] = {
		{ "", "" }, { "YQ==", "a" }, { "YQ", "a" }, { "YWJj", "abc" }, { " Y W\tJ\r\nj ", "abc" },
		{ "YWI=\n", "ab" }, { "fn5-", "~~~" }, { "fn5+", "~~~" }, { "Pz8_", "?""?""?" }, { "Pz8/", "?""?""?" },
		{ "YW%j", "" }, { "YWJjY", "" }, { "Y=WJ", "" },
	};
	uint8_t letters[32];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].letters), bytes;

		memcpy(letters, cases[i].letters, len);
		bytes = encode_base64_read_loose(letters, len);
		if (!bytes_equal(bytes_of(letters, bytes), bytes_of_text(cases[i].bytes)))
			fail_msg("%s: %zu bytes", cases[i].letters, bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_of_data_urls_is_read),
		cmocka_unit_test(writes_hexadecimal),
		cmocka_unit_test(writes_and_reads_base64url),
		cmocka_unit_test(refuses_what_is_not_base64url),
	};

	return cmocka_run_group_tests_name("proto/base/encode", tests, start, NULL);
}
