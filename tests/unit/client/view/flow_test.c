#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/view/cells.h"
#include "client/view/flow.h"

/* A flow into memory. */
struct sink {
	struct flow flow;
	FILE *out;
	char *data;
	size_t len;
};

static void
open_sink(struct sink *sink, size_t columns, bool colour)
{
	sink->out = open_memstream(&sink->data, &sink->len);
	assert_non_null(sink->out);
	flow_init(&sink->flow, sink->out, columns, colour);
}

static void
expect_sink(struct sink *sink, const char *expected)
{
	fclose(sink->out);
	assert_string_equal(sink->data, expected);
	free(sink->data);
	flow_release(&sink->flow);
}

static void
expect(size_t columns, const char *first, const char *rest, const char *text, const char *expected)
{
	struct sink sink;

	open_sink(&sink, columns, false);
	flow_begin(&sink.flow, first, rest);
	flow_text(&sink.flow, text);
	flow_end(&sink.flow);
	expect_sink(&sink, expected);
}

static int
utf8(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") == NULL;
}

static void
breaks_at_spaces(void **state)
{
	(void)state;
	expect(10, "", "", "", "");
	expect(10, "", "", "one two", "one two\n");
	expect(10, "", "", "one two thr", "one two\nthr\n");
	expect(10, "", "", "one two th", "one two th\n");
	expect(10, "", "", "  one \n\t two  ", "one two\n");
	/* Exactly full, then a space: no empty line. */
	expect(3, "", "", "abc ", "abc\n");
	expect(10, "", "", "a b\u00a0c\u00a0d\u00a0e\u00a0f", "a\nb\u00a0c\u00a0d\u00a0e\u00a0f\n");
}

static void
gives_a_long_word_its_line(void **state)
{
	(void)state;
	expect(5, "", "", "a abcdefghij b", "a\nabcdefghij\nb\n");
	/* It stays behind its prefix, so that a note keeps its number. */
	expect(10, "  1. ", "     ", "https://example.org/long", "  1. https://example.org/long\n");
}

static void
stands_behind_prefixes(void **state)
{
	(void)state;
	expect(12, "- ", "  ", "one two three four", "- one two\n  three four\n");
	expect(12, "│ ", "│ ", "one two three four", "│ one two\n│ three four\n");
	/* A first prefix that is wider than the others, and one wider than the line. */
	expect(12, "[note] ", "  ", "one two three", "[note] one\n  two three\n");
	expect(4, "      ", "      ", "one two", "      one\n      two\n");
}

static void
breaks_between_wide_characters(void **state)
{
	(void)state;
	expect(8, "", "", "日本語の文章です", "日本語の\n文章です\n");
	expect(7, "", "", "日本語の文章です", "日本語\nの文章\nです\n");
	/* Closing punctuation begins no line, opening punctuation ends none. */
	expect(8, "", "", "日本語の。文章", "日本語\nの。文章\n");
	expect(8, "", "", "日本語の, a", "日本語\nの, a\n");
	expect(8, "", "", "日本語「文章」", "日本語\n「文章」\n");
	expect(8, "", "", "日本「語」", "日本\n「語」\n");
	/* Korean has spaces. */
	expect(9, "", "", "그렇지 않습니까", "그렇지\n않습니까\n");
	/* Letters beside them are a word of their own. */
	expect(8, "", "", "日本語abc", "日本語\nabc\n");
	expect(8, "", "", "a 日本語", "a 日本語\n");
}

static void
tears_no_character(void **state)
{
	(void)state;
	/* A joined emoji is one picture; a skin tone belongs to the hand before. */
	expect(4, "", "", "日本👩\u200d💻", "日本\n👩\u200d💻\n");
	expect(4, "", "", "日👍\U0001f3fd", "日\n👍\U0001f3fd\n");
	/* A mark over a wide character. */
	expect(4, "", "", "日本か\u3099", "日本\nか\u3099\n");
}

static void
breaks_where_text_allows_it(void **state)
{
	(void)state;
	expect(8, "", "", "one two—three", "one two—\nthree\n");
	expect(6, "", "", "abc\u200bdefg", "abc\u200b\ndefg\n");
	expect(20, "", "", "Donau\u00addampf", "Donaudampf\n");
}

static void
lets_no_control_pass(void **state)
{
	(void)state;
	expect(40, "", "", "a\033[2Jb \xc2\x9b""31m c\rd", "a [2Jb  31m c d\n");
}

static void
opens_and_closes_styles(void **state)
{
	struct sink sink;

	(void)state;
	open_sink(&sink, 8, true);
	flow_begin(&sink.flow, "| ", "| ");
	flow_text(&sink.flow, "a ");
	flow_set_style(&sink.flow, FLOW_STRONG);
	flow_text(&sink.flow, "one two");
	flow_set_style(&sink.flow, 0);
	flow_text(&sink.flow, " b");
	flow_end(&sink.flow);
	/* None reaches into a prefix. */
	expect_sink(&sink, "| a \033[1mone\033[0m\n| \033[1mtwo\033[22m b\n");

	/* One code ends bold and dim; what stays in force is set again. */
	open_sink(&sink, 20, true);
	flow_begin(&sink.flow, "", "");
	flow_set_style(&sink.flow, FLOW_DIM);
	flow_text(&sink.flow, "a");
	flow_set_style(&sink.flow, FLOW_DIM | FLOW_STRONG);
	flow_text(&sink.flow, "b");
	flow_set_style(&sink.flow, FLOW_DIM);
	flow_text(&sink.flow, "c");
	flow_end(&sink.flow);
	expect_sink(&sink, "\033[2ma\033[1mb\033[22m\033[2mc\033[22m\n");
}

/* The end of a style behind a space at a full line makes no line of its own. */
static void
styles_take_no_room(void **state)
{
	struct sink sink;

	(void)state;
	open_sink(&sink, 3, true);
	flow_begin(&sink.flow, "", "");
	flow_set_style(&sink.flow, FLOW_EMPHASIS);
	flow_text(&sink.flow, "abc ");
	flow_end(&sink.flow);
	expect_sink(&sink, "\033[3mabc\033[23m\n");

	open_sink(&sink, 80, false);
	flow_begin(&sink.flow, "", "");
	flow_set_style(&sink.flow, FLOW_STRONG | FLOW_UNDERLINE);
	flow_text(&sink.flow, "plain");
	flow_end(&sink.flow);
	expect_sink(&sink, "plain\n");
}

static void
breaks_lines_on_demand(void **state)
{
	struct sink sink;

	(void)state;
	open_sink(&sink, 80, false);
	flow_begin(&sink.flow, "> ", "| ");
	flow_text(&sink.flow, "one");
	flow_break(&sink.flow);
	flow_break(&sink.flow);
	flow_text(&sink.flow, "two");
	flow_end(&sink.flow);
	expect_sink(&sink, "> one\n| \n| two\n");
}

static void
bounds_a_word(void **state)
{
	size_t len = 1 << 20;
	char *text = malloc(len + 1);
	struct sink sink;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', len);
	text[len] = '\0';
	open_sink(&sink, 80, false);
	flow_begin(&sink.flow, "", "");
	flow_text(&sink.flow, text);
	flow_text(&sink.flow, " end");
	flow_end(&sink.flow);
	fclose(sink.out);
	assert_true(sink.len < 100000);
	assert_string_equal(sink.data + sink.len - 5, "\nend\n");
	free(sink.data);
	free(text);
	flow_release(&sink.flow);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(breaks_at_spaces),
		cmocka_unit_test(gives_a_long_word_its_line),
		cmocka_unit_test(stands_behind_prefixes),
		cmocka_unit_test(breaks_between_wide_characters),
		cmocka_unit_test(tears_no_character),
		cmocka_unit_test(breaks_where_text_allows_it),
		cmocka_unit_test(lets_no_control_pass),
		cmocka_unit_test(opens_and_closes_styles),
		cmocka_unit_test(styles_take_no_room),
		cmocka_unit_test(breaks_lines_on_demand),
		cmocka_unit_test(bounds_a_word),
	};

	return cmocka_run_group_tests_name("client/view/flow", tests, utf8, NULL);
}
