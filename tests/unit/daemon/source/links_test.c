#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/source/links.h"

static struct links *
parse(const char *text)
{
	struct links *links;

	assert_int_equal(links_parse(bytes_of_text(text), &links, NULL), RS_OK);
	return links;
}

static void
reads_a_plain_list(void **state)
{
	struct links *links = parse("\xef\xbb\xbf# to read\r\n"
	    "\r\n"
	    "https://example.org/a\r\n"
	    "  http://example.org/b#part\tA title  of words \n"
	    "https://example.org/\xc3\xa9t\xc3\xa9 l'\xc3\xa9t\xc3\xa9");

	(void)state;
	assert_int_equal(links->count, 3);
	assert_int_equal(links->skipped, 0);
	assert_string_equal(links->entries[0].url, "https://example.org/a");
	assert_string_equal(links->entries[0].title, "");
	assert_int_equal(links->entries[0].line, 3);
	assert_string_equal(links->entries[1].url, "http://example.org/b#part");
	assert_string_equal(links->entries[1].title, "A title  of words");
	assert_string_equal(links->entries[2].url, "https://example.org/%C3%A9t%C3%A9");
	assert_string_equal(links->entries[2].title, "l'\xc3\xa9t\xc3\xa9");
	assert_int_equal(links->entries[2].line, 5);
	links_free(links);
}

static void
reads_what_desktops_write(void **state)
{
	static const char *const files[] = {
		"[InternetShortcut]\r\nURL=https://example.org/a\r\nIconIndex=0\r\n",
		"[Desktop Entry]\nType=Link\nName=A name\nURL=https://example.org/a\n",
		"# made by hand\n[Desktop Entry]\nURL=https://example.org/a\nName=A name\n",
	};
	static const char *const titles[] = { "", "A name", "A name" };
	struct links *links;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		links = parse(files[i]);
		assert_int_equal(links->count, 1);
		assert_int_equal(links->skipped, 0);
		assert_string_equal(links->entries[0].url, "https://example.org/a");
		assert_string_equal(links->entries[0].title, titles[i]);
		links_free(links);
	}
}

static void
names_the_line_of_a_problem(void **state)
{
	struct links *links = parse("https://example.org/a\n"
	    "example.org/b\n\n"
	    "file:///etc/passwd\n"
	    "javascript:alert(1)\n"
	    "mailto:a@example.org\n"
	    "https://example.org/c\n");
	static const unsigned lines[] = { 2, 4, 5, 6 };
	size_t i;

	(void)state;
	assert_int_equal(links->count, 2);
	assert_int_equal(links->problem_count, 4);
	assert_int_equal(links->skipped, 4);
	for (i = 0; i < 4; i++) {
		assert_int_equal(links->problems[i].line, lines[i]);
		assert_string_equal(links->problems[i].text, "not an http or https link");
	}
	links_free(links);
}

static void
keeps_its_bounds(void **state)
{
	struct buffer text;
	struct links *links;
	struct rs_err_detail detail;
	unsigned i;

	(void)state;
	buffer_init(&text, 2 * LINKS_SIZE_MAX);
	for (i = 0; i < LINKS_MAX + 500; i++)
		buffer_printf(&text, "http://a.example/%u\n", i);
	assert_int_equal(links_parse(buffer_bytes(&text), &links, NULL), RS_OK);
	assert_int_equal(links->count, LINKS_MAX);
	assert_int_equal(links->skipped, 500);
	assert_int_equal(links->problem_count, LINKS_PROBLEMS_MAX);
	assert_int_equal(links->problems[0].line, LINKS_MAX + 1);
	links_free(links);

	/* A title is cut between characters. */
	buffer_clear(&text);
	buffer_append_text(&text, "http://a.example/ x");
	for (i = 0; i < LINKS_TITLE_MAX; i++)
		buffer_append_text(&text, "\xc3\xa9");
	assert_int_equal(links_parse(buffer_bytes(&text), &links, NULL), RS_OK);
	assert_int_equal(strlen(links->entries[0].title), LINKS_TITLE_MAX - 1);
	links_free(links);

	while (text.len <= LINKS_SIZE_MAX)
		buffer_append_text(&text, "# much ado about nothing at all\n");
	assert_int_equal(links_parse(buffer_bytes(&text), &links, &detail), RS_ELIMIT);
	assert_int_equal(links_parse(bytes_of("\x89PNG\0\0\0\0", 8), &links, &detail), RS_ENOTPAGE);
	assert_string_equal(detail.text, "not text");
	buffer_release(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_plain_list),
		cmocka_unit_test(reads_what_desktops_write),
		cmocka_unit_test(names_the_line_of_a_problem),
		cmocka_unit_test(keeps_its_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
