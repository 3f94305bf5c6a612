#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/pagination.h"

static void
next_pages_are_told_by_their_address(void **state)
{
	static const struct { const char *own, *other; bool next; } cases[] = {
		{ "https://x.example/a/story", "https://x.example/a/story/2", true },
		{ "https://x.example/a/story/", "https://x.example/a/story/2/", true },
		{ "https://x.example/a/story", "https://x.example/a/story?page=2", true },
		{ "https://x.example/a/story", "https://x.example/a/story/page/2", true },
		{ "https://x.example/a/story.html", "https://x.example/a/story-p2.html", true },
		{ "https://x.example/a/story.html", "https://x.example/a/story,2.html", true },
		{ "https://x.example/a/story.html", "https://x.example/a/story-seite-2.html", true },
		{ "https://x.example/a/story?id=7", "https://x.example/a/story?id=7&page=2", true },
		{ "http://www.x.example/a/story", "https://x.example/A/story/2", true },
		/* From a further page on. */
		{ "https://x.example/a/story?page=2", "https://x.example/a/story?page=3", true },
		{ "https://x.example/a/story/page/9/", "https://x.example/a/story/page/10/", true },
		{ "https://x.example/a/story-p2.html", "https://x.example/a/story-p3.html", true },
		/* Others. */
		{ "https://x.example/a/story", "https://x.example/a/story", false },
		{ "https://x.example/a/story", "https://x.example/a/story/1", false },
		{ "https://x.example/a/story", "https://x.example/a/story/12", false },
		{ "https://x.example/a/story/2", "https://x.example/a/story", false },
		{ "https://x.example/a/story?page=2", "https://x.example/a/story?page=2", false },
		{ "https://x.example/a/story?page=3", "https://x.example/a/story?page=2", false },
		{ "https://x.example/a/story?page=2", "https://x.example/b/story?page=3", false },
		{ "https://x.example/posts/7", "https://x.example/posts/8", false },
		{ "https://x.example/2019/03", "https://x.example/2019/04", false },
		{ "https://x.example/page/2", "https://x.example/page/3", false },
		{ "https://x.example/a/story", "https://x.example/a/story-2", false },
		{ "https://x.example/a/story", "https://x.example/a/story?p=2", false },
		{ "https://x.example/a/story", "https://x.example/a/story/comments/2", false },
		{ "https://x.example/a/story", "https://x.example/b/story/2", false },
		/* A list of articles goes on as well. */
		{ "https://x.example/", "https://x.example/page/2", false },
		{ "", "https://x.example/2", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (pagination_is_next(cases[i].own, NULL, cases[i].other) != cases[i].next)
			fail_msg("%s %s", cases[i].own, cases[i].other);
	}
}

/* "/story/2" alone could be any article; the canonical address says whose page it is. */
static void
the_canonical_address_counts_the_pages(void **state)
{
	static const struct { const char *own, *other; bool next; } cases[] = {
		{ "https://x.example/a/story/2", "https://x.example/a/story/3", true },
		{ "https://x.example/a/story/2", "https://x.example/a/story/2", false },
		{ "https://x.example/a/story/3", "https://x.example/a/story/2", false },
		{ "https://x.example/a/story", "https://x.example/a/story/2", true },
		{ "https://m.x.example/s?id=1", "https://x.example/a/story/2", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (pagination_is_next(cases[i].own, "https://x.example/a/story", cases[i].other) !=
		    cases[i].next)
			fail_msg("%s %s", cases[i].own, cases[i].other);
	}
}

static void
only_links_that_are_seen_count(void **state)
{
	static const struct { const char *page; bool next; } cases[] = {
		{ "<a href='?page=2'>2</a>", true }, { "<a href='/a/story/2'>next</a>", true },
		{ "<a href='https://y.example/b/2'>2</a>", true },
		{ "<div hidden><a href='?page=2'>2</a></div>", false },
		{ "<link rel=next href='?page=2'><p>x", true },
		{ "<link rel=next href='/a/other'><p>x", false }, { "<link rel=prev href='?page=2'><p>x", false },
		{ "<a hidden href='?page=2'>2</a>", false }, { "<a href='?page=3'>3</a>", false },
		{ "<a href='javascript:page(2)'>2</a>", false }, { "<a>2</a>", false },
	};
	const char *names[PAGINATION_NAMES] = { "https://y.example/b" };
	xmlDoc *document;
	char *next;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(dom_parse(bytes_of_text(cases[i].page), false, &document), 0);
		assert_int_equal(pagination_next(document, "https://x.example/a/story", names, &next), 0);
		if ((next != NULL) != cases[i].next)
			fail_msg("%s: %s", cases[i].page, next);
		free(next);
		xmlFreeDoc(document);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(next_pages_are_told_by_their_address),
		cmocka_unit_test(the_canonical_address_counts_the_pages),
		cmocka_unit_test(only_links_that_are_seen_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
