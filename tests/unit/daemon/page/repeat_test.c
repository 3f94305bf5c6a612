#include "tests/unit/daemon/page/reading.h"

#include "daemon/page/repeat.h"

/* An article of some thousand bytes, and the refrain of one. */
#define OPENING P1 "<h2>The island</h2>" P2 "<ul><li>" PROSE_3 "<li>apples</ul>" P4
#define COPY OPENING P5 "<p>" PROSE_1 " And so on.</p><p>" PROSE_2 " And so on.</p><p>" PROSE_3 \
    " And so on.</p>"
#define REFRAIN "<p>And nobody asked the goat.</p>"

static unsigned
count(const char *text, const char *word)
{
	unsigned found = 0;

	for (; (text = strstr(text, word)) != NULL; text++)
		found++;
	return found;
}

static void
what_stands_there_twice_is_kept_once(void **state)
{
	static const struct { const char *page; unsigned goats, islands; } cases[] = {
		{ ARTICLE(COPY), 3, 1 },
		/* One copy for each width of a screen. */
		{ ARTICLE("<div>" COPY "</div><div>" COPY "</div><div>" COPY "</div>"), 3, 1 },
		{ ARTICLE(COPY "<p>Between.</p>" COPY "<p>And behind.</p>"), 3, 1 },
		/* Another order, or too little: it may be meant. */
		{ ARTICLE(COPY OPENING), 4, 2 },
		{ ARTICLE(P1 REFRAIN P2 REFRAIN P3 REFRAIN P4 REFRAIN), 5, 0 },
		{ ARTICLE(P2 P2 P2 P2 P2 P2 P2 P2 P2 P2), 10, 0 },
		{ ARTICLE(P2 P3 P2 P3 P2 P3 P2 P3 P2 P3 P2 P3), 6, 0 },
		{ ARTICLE(LONG_PROSE LONG_PROSE), 10, 0 },
		{ ARTICLE("<blockquote>" COPY "</blockquote>"), 3, 1 },
	};
	struct reading reading;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text;

		reading_of_page(cases[i].page, &reading);
		text = buffer_text(&reading.text);
		if (count(text, "goat") != cases[i].goats ||
		    count(text, "The island") != cases[i].islands)
			fail_msg("%zu: %u, %u\n%s", i, count(text, "goat"),
			    count(text, "The island"), text);
		reading_free(&reading);
	}
}

static void
an_empty_article_has_nothing_twice(void **state)
{
	struct block_list blocks;

	(void)state;
	block_list_init(&blocks);
	assert_int_equal(repeat_cut(&blocks, NULL), 0);
	assert_int_equal(blocks.count, 0);
	block_list_release(&blocks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stands_there_twice_is_kept_once),
		cmocka_unit_test(an_empty_article_has_nothing_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
