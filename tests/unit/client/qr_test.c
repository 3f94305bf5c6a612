#include <locale.h>
#include <qrencode.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/qr.h"

#define TEXT "readsync1-IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIi"
#define QUIET 2

static char *
draw(const char *text, size_t columns, bool colour)
{
	char *data;
	size_t len;
	FILE *out = open_memstream(&data, &len);

	assert_non_null(out);
	qr_print(out, text, columns, colour);
	fclose(out);
	return data;
}

/* The two modules of one drawn character, light where ink is; its length in bytes. */
static size_t
read_character(const char *at, bool ret_light[2])
{
	static const struct {
		const char *bytes;
		bool light[2];
	} blocks[] = {
		{ "█", { true, true } }, { "▀", { true, false } }, { "▄", { false, true } },
		{ " ", { false, false } }
	};
	size_t i;

	for (i = 0; i < 4; i++) {
		if (strncmp(at, blocks[i].bytes, strlen(blocks[i].bytes)) == 0) {
			memcpy(ret_light, blocks[i].light, sizeof(blocks[i].light));
			return strlen(blocks[i].bytes);
		}
	}
	fail_msg("not a block: %.4s", at);
	return 0;
}

static bool
is_light(const QRcode *code, int x, int y)
{
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return true;
	return (code->data[y * code->width + x] & 1) == 0;
}

/* Each module is where the encoder has it, within a light margin. */
static void
draws_each_module(void **state)
{
	QRcode *code = QRcode_encodeString8bit(TEXT, 0, QR_ECLEVEL_L);
	char *drawn = draw(TEXT, 0, false);
	const char *at = drawn;
	bool light[2];
	int x, y;

	(void)state;
	assert_non_null(code);
	for (y = -QUIET; y < code->width + QUIET; y += 2) {
		for (x = -QUIET; x < code->width + QUIET; x++) {
			at += read_character(at, light);
			assert_int_equal(light[0], is_light(code, x, y));
			assert_int_equal(light[1], is_light(code, x, y + 1));
		}
		assert_int_equal(*at++, '\n');
	}
	assert_int_equal(*at, '\0');
	QRcode_free(code);
	free(drawn);
}

static void
expect_nothing(const char *text, size_t columns)
{
	char *drawn = draw(text, columns, true);

	assert_string_equal(drawn, "");
	free(drawn);
}

/* A picture that wraps, or is too long for any code, is none. */
static void
draws_only_what_fits(void **state)
{
	QRcode *code = QRcode_encodeString8bit(TEXT, 0, QR_ECLEVEL_L);
	size_t width = (size_t)code->width + 2 * QUIET;
	char *drawn = draw(TEXT, width, false), *text = malloc(5001);

	(void)state;
	assert_string_not_equal(drawn, "");
	expect_nothing(TEXT, width - 1);
	memset(text, 'x', 5000);
	text[5000] = '\0';
	expect_nothing(text, 0);
	QRcode_free(code);
	free(drawn);
	free(text);
}

/* With colour the ground does not depend on the terminal's. */
static void
sets_its_own_ground(void **state)
{
	char *drawn = draw(TEXT, 0, true), *line = drawn, *end;

	(void)state;
	while (*line != '\0') {
		assert_int_equal(strncmp(line, "\033[97;40m", 8), 0);
		end = strchr(line, '\n');
		assert_non_null(end);
		assert_int_equal(strncmp(end - 4, "\033[0m", 4), 0);
		line = end + 1;
	}
	free(drawn);
}

static void
draws_nothing_without_blocks(void **state)
{
	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C"));
	expect_nothing(TEXT, 0);
}

static int
utf8(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") == NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_each_module),
		cmocka_unit_test(draws_only_what_fits),
		cmocka_unit_test(sets_its_own_ground),
		cmocka_unit_test_setup_teardown(draws_nothing_without_blocks, NULL, utf8),
	};

	return cmocka_run_group_tests_name("client/qr", tests, utf8, NULL);
}
