#include "daemon/page/plain_page.h"
#include "tests/unit/daemon/page/reading.h"

#define LONG_LINE PROSE_1 " " PROSE_2

static void
it_is_told_by_its_type_and_its_beginning(void **state)
{
	static const struct { const char *type, *text; bool is; } cases[] = {
		{ "text/plain", "a <b>", true }, { "Text/Plain; charset=utf-8", "a", true },
		{ "text/markdown", "# a", true }, { "text/plain", "", true },
		{ "text/plain", " \n<!DOCTYPE html>", false }, { "text/plainer", "a", false },
		{ "text/html", "a", false }, { "", "a", false }, { NULL, "a", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (plain_page_is(cases[i].type, bytes_of_text(cases[i].text)) != cases[i].is)
			fail_msg("%s: %s", cases[i].type, cases[i].text);
	}
}

static void
paragraphs_are_marked_up(void **state)
{
	static const struct { const char *text, *page; } cases[] = {
		{ "", "" }, { "\n \n", "" }, { "a", "<p>a</p>" },
		{ "a\nb\n\n\nc\r\n\r\nd", "<p>a\nb\n</p><p>c\r\n</p><p>d</p>" },
		{ "1 < 2 & 3 > 2 &amp;", "<p>1 &lt; 2 &amp; 3 > 2 &amp;amp;</p>" },
		/* An indented first line begins a paragraph; several are a block. */
		{ "   a\nb\n\n  c\n  d\n\n\te\n\tf", "<p>   a\nb\n</p><pre>  c\n  d\n</pre><pre>\te\n\tf</pre>" },
		{ "a:\n  b\n  c\n\nd\n  e", "<pre>a:\n  b\n  c\n</pre><p>d\n  e</p>" },
		/* Nobody broke these lines, so each is a paragraph. */
		{ LONG_LINE "\nb\n" LONG_LINE, "<p>" LONG_LINE "\n</p><p>b\n</p><p>" LONG_LINE "</p>" },
		{ "&\n&\n" LONG_LINE, "<p>&amp;\n</p><p>&amp;\n</p><p>" LONG_LINE "</p>" },
	};
	static const char head[] = "<body><article>";

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t *page = NULL;
		size_t len = 0;

		assert_int_equal(plain_page_mark_up(bytes_of_text(cases[i].text), &page, &len), RS_OK);
		if (len != strlen(head) + strlen(cases[i].page) ||
		    memcmp(page + strlen(head), cases[i].page, len - strlen(head)) != 0)
			fail_msg("%s: %.*s", cases[i].text, (int)len, (const char *)page);
		free(page);
	}
}

/* The most that a text can grow. */
static void
there_is_room_for_all_of_it(void **state)
{
	uint8_t text[10000], *page = NULL;
	size_t len;

	(void)state;
	memset(text, '&', sizeof(text));
	for (size_t i = 1; i < 8000; i += 2)
		text[i] = '\n';
	assert_int_equal(plain_page_mark_up(bytes_of(text, sizeof(text)), &page, &len), RS_OK);
	assert_memory_equal(page + len - 4, "</p>", 4);
	free(page);
}

static void
its_text_is_kept(void **state)
{
	struct page_input input = { .url = READING_URL, .content_type = "text/plain", .body = bytes_of_text(
	    "A <tag> & more\n\n" PROSE_1 "\n\n" PROSE_2 "\n\n" PROSE_3 "\n\n  x  y\n  1  2\n") };
	struct reading reading;

	(void)state;
	reading_of(&input, &reading);
	assert_true(reading_holds(&reading, "A <tag> & more"));
	assert_int_equal(reading.article->n_blocks, 5);
	assert_int_equal(reading.article->blocks[4]->kind, READSYNC__BLOCK__KIND__PREFORMATTED);
	reading_free(&reading);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_told_by_its_type_and_its_beginning),
		cmocka_unit_test(paragraphs_are_marked_up),
		cmocka_unit_test(there_is_room_for_all_of_it),
		cmocka_unit_test(its_text_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
