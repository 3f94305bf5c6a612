#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/view/cells.h"
#include "client/view/listing.h"

static const struct item plain = {
	.id = { 0x12, 0x34, 0xab, 0xcd },
	.url = "https://example.org/a",
	.title = "A title",
	.site_name = "",
	.waits = "",
	.tags = "",
	.copy = READSYNC__COPY__COPY_FULL
};

/* What listing_item prints of ${item}, or listing_hit where there is an excerpt. */
static char *
show(const struct item *item, const char *excerpt, size_t columns, bool colour)
{
	struct listing listing = { .colour = colour, .columns = columns, .prefix_len = 4 };
	char *data;
	size_t len;

	listing.out = open_memstream(&data, &len);
	assert_non_null(listing.out);
	if (excerpt == NULL)
		assert_true(listing_item(&listing, item));
	else
		assert_true(listing_hit(&listing, item, excerpt));
	fclose(listing.out);
	return data;
}

static void
expect(const struct item *item, const char *excerpt, size_t columns, bool colour,
    const char *expected)
{
	char *shown = show(item, excerpt, columns, colour);

	assert_string_equal(shown, expected);
	free(shown);
}

static int
utf8(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") == NULL;
}

static void
tells_copy_and_state(void **state)
{
	static const struct {
		int copy;
		enum item_state state;
		bool starred, annotated;
		const char *expected;
	} cases[] = {
		{ READSYNC__COPY__COPY_FULL, ITEM_UNREAD, false, false, "1234 full      A title\n" },
		{ READSYNC__COPY__COPY_PARTIAL, ITEM_UNREAD, true, false, "1234 part    * A title\n" },
		{ READSYNC__COPY__COPY_TEASER, ITEM_ARCHIVED, false, false, "1234 teaser  x A title\n" },
		{ READSYNC__COPY__COPY_BLOCKED, ITEM_ARCHIVED, true, false, "1234 blocked x A title\n" },
		{ READSYNC__COPY__COPY_UNKNOWN, ITEM_UNREAD, false, false, "1234 ...       A title\n" },
		{ READSYNC__COPY__COPY_FULL, ITEM_UNREAD, false, true, "1234 full   +  A title\n" },
		{ READSYNC__COPY__COPY_TEASER, ITEM_ARCHIVED, false, true,
		    "1234 teaser +x A title\n" },
		/* Of a newer version. */
		{ 99, ITEM_UNREAD, false, false, "1234 ...       A title\n" },
	};
	struct item item = plain;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		item.copy = (Readsync__Copy)cases[i].copy;
		item.state = cases[i].state;
		item.starred = cases[i].starred;
		item.annotated = cases[i].annotated;
		expect(&item, NULL, 80, false, cases[i].expected);
	}
	item.away = true;
	item.copy = READSYNC__COPY__COPY_FULL;
	expect(&item, NULL, 80, false, "1234 full-     A title\n");
	item.state = ITEM_ARCHIVED;
	expect(&item, NULL, 80, false, "1234 full-   x A title\n");
}

static void
shows_title_or_address_site_and_tags(void **state)
{
	struct item item = plain;

	(void)state;
	item.tags = "one\ntwo words";
	expect(&item, NULL, 80, false, "1234 full      A title  #one #two words\n");
	item.site_name = "The Paper";
	expect(&item, NULL, 80, false, "1234 full      A title  The Paper #one #two words\n");
	item.title = "";
	item.tags = "";
	expect(&item, NULL, 80, false, "1234 full      https://example.org/a  The Paper\n");
	item.tags = "t";
	expect(&item, NULL, 80, true, "1234 \033[32mfull   \033[0m   https://example.org/a  The "
	    "Paper"
	    "\033[36m #t\033[0m\n");
}

static void
fits_the_terminal(void **state)
{
	struct item item = plain;
	size_t columns;

	(void)state;
	item.title = "A title of some length that goes on and on";
	item.site_name = "Paper";
	item.tags = "tag";
	/* Nothing is cut where there is no terminal. */
	expect(&item, NULL, 0, false,
	    "1234 full      A title of some length that goes on and on  Paper #tag\n");
	expect(&item, NULL, 60, false, "1234 full      A title of some length that goes…  Paper "
	    "#tag\n");
	/* The title needs the room: site and tags go. */
	expect(&item, NULL, 40, false, "1234 full      A title of some length t…\n");
	expect(&item, NULL, 20, false, "1234 full      A title…\n");
	expect(&item, NULL, 3, false, "1234 full      A title…\n");
	for (columns = 24; columns < 90; columns++) {
		char *shown = show(&item, NULL, columns, false);

		assert_true(cells_width(shown) <= columns + 1);	/* the line feed, as a space */
		free(shown);
	}
}

static void
counts_cells_not_bytes(void **state)
{
	struct item item = plain;

	(void)state;
	item.title = "日本語の題名はとても長いのです";
	expect(&item, NULL, 30, false, "1234 full      日本語の題名は…\n");
	item.title = "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301";
	expect(&item, NULL, 25, false, "1234 full      "
	    "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301"
	    "e\u0301e\u0301e\u0301\n");
}

/* A page or a peer chose these texts. */
static void
forges_no_line(void **state)
{
	struct item item = plain;
	char tags[2000];
	char *shown;
	size_t i;

	(void)state;
	item.title = "a\nffff full      forged\r\033[2J\u202e";
	item.site_name = "s\033]0;x\x07";
	item.tags = "t\033[1m";
	expect(&item, NULL, 0, false,
	    "1234 full      a ffff full      forged  [2J  s ]0;x  #t [1m\n");
	expect(&plain, "one\ntwo \033[5mthree", 0, false,
	    "1234 full      A title\n    one two  [5mthree\n");
	/* More tags than there is room for. */
	for (i = 0; i + 1 < sizeof(tags); i++)
		tags[i] = i % 4 == 3 ? '\n' : 'x';
	tags[i] = '\0';
	item = plain;
	item.tags = tags;
	shown = show(&item, NULL, 0, false);
	assert_true(strlen(shown) < 400);
	free(shown);
}

static void
marks_hits(void **state)
{
	(void)state;
	expect(&plain, "a \x01hit\x02 in a text", 80, false,
	    "1234 full      A title\n    a hit in a text\n");
	expect(&plain, "a \x01hit\x02 in", 80, true, "1234 \033[32mfull   \033[0m   A title\n"
	    "    a \033[1mhit\033[0m in\033[0m\n");
	expect(&plain, "a \x01hit\x02 in a text", 12, false,
	    "1234 full      A title\n    a hit in\n");
	expect(&plain, "a \x01hit\x02", 2, false, "1234 full      A title\n    \n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_copy_and_state),
		cmocka_unit_test(shows_title_or_address_site_and_tags),
		cmocka_unit_test(fits_the_terminal),
		cmocka_unit_test(counts_cells_not_bytes),
		cmocka_unit_test(forges_no_line),
		cmocka_unit_test(marks_hits),
	};

	return cmocka_run_group_tests_name("client/view/listing", tests, utf8, NULL);
}
