#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/view.h"

static xmlDoc *document;

static struct view *
view_of(const char *page)
{
	struct view *view = NULL;

	assert_int_equal(dom_parse(bytes_of_text(page), false, &document), 0);
	assert_int_equal(view_new(document, &view), 0);
	return view;
}

static void
done(struct view *view)
{

	view_free(view);
	xmlFreeDoc(document);
}

static void
blocks_are_lines_that_a_reader_sees(void **state)
{
	static const struct { const char *page, *blocks; } cases[] = {
		{ "<p>one</p><p>two</p>", "one|two|" },
		{ "<div>a<div>b</div>c</div>", "a|b|c|" },
		{ "<p>a <b>b</b>  c<br>d</p>", "a b cd|" },
		{ "<p>one</p> <p> </p>", "one|" },
		{ "<p><a>x</a> <button>y</button></p>", "x y|" },
		{ "<p>a</p><p hidden>b</p><p style='display:none'>c</p><template>d</template>"
		    "<script>e</script><noscript>f</noscript><p aria-hidden=true>g</p><p>h</p>", "a|h|" },
		{ "<ul><li>a<li>b</ul><h2>c</h2>", "a|b|c|" },
		{ "<p alt='no' title='no'>a</p><img alt='no'>", "a|" },
	};
	char blocks[200];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct view *view = view_of(cases[i].page);

		blocks[0] = '\0';
		for (size_t j = 0; j < view->count; j++) {
			strcat(blocks, view_text(view, &view->blocks[j]));
			strcat(blocks, "|");
		}
		if (strcmp(blocks, cases[i].blocks) != 0)
			fail_msg("%s: %s", cases[i].page, blocks);
		done(view);
	}
}

static void
blocks_know_where_they_stand(void **state)
{
	static const struct { const char *page; unsigned has, lacks; } cases[] = {
		{ "<p>x</p>", VIEW_PARAGRAPH, ~(unsigned)VIEW_PARAGRAPH },
		{ "<main><p>" "a b c d e f g h i j k l m n o p q r s t</p></main><nav>x</nav>", 0, VIEW_CHROME },
		{ "<h3>x</h3>", VIEW_HEADING, 0 }, { "<ul><li>x</ul>", VIEW_LIST, 0 },
		{ "<p><a href=/a>x</a></p>", VIEW_LINK, 0 }, { "<button>x</button>", VIEW_LINK, 0 },
		{ "<div id=comments><p>x</p></div>", VIEW_COMMENTS, 0 },
		{ "<dialog><p>x</p></dialog>", VIEW_OVERLAY, 0 },
		{ "<div role=dialog><p>x</p></div>", VIEW_OVERLAY, 0 },
		{ "<div class=article-paywall><p>x</p></div>", VIEW_HINT, VIEW_VENDOR },
		{ "<div id=meterWall><p>x</p></div>", VIEW_HINT, VIEW_VENDOR },
		{ "<div class=wallpaper><p>x</p></div>", 0, VIEW_HINT },
		{ "<div class='pmpro_content_message'><p>x</p></div>", VIEW_VENDOR, 0 },
		{ "<div class='newsletter-box'><p>x</p></div>", VIEW_NEWSLETTER, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct view *view = view_of(cases[i].page);

		assert_true(view->count > 0);
		if ((view->blocks[0].flags & cases[i].has) != cases[i].has ||
		    (view->blocks[0].flags & cases[i].lacks) != 0)
			fail_msg("%s: %#x", cases[i].page, view->blocks[0].flags);
		done(view);
	}
}

/* A frame of most of the page is none, nor is a wall round a long text. */
static void
wide_names_are_forgotten(void **state)
{
	struct view *view = view_of("<header><p>a b c d e f</p></header><footer>x</footer>");
	struct buffer page;

	(void)state;
	assert_int_equal(view->blocks[0].flags & VIEW_CHROME, 0);
	done(view);
	view = view_of("<nav><p>x</p></nav><main><p>a b c d e f</p></main>");
	assert_int_equal(view->blocks[0].flags & VIEW_CHROME, VIEW_CHROME);
	done(view);
	buffer_init(&page, 1 << 16);
	buffer_append_text(&page, "<div class=paywall>");
	for (unsigned i = 0; i < 60; i++)
		buffer_append_text(&page, "<p>one two three four five</p>");
	view = view_of(buffer_text(&page));
	assert_int_equal(view->blocks[0].flags & VIEW_HINT, 0);
	done(view);
	buffer_release(&page);
}

static void
facts_are_noted(void **state)
{
	static const struct { const char *page; bool password, account; } cases[] = {
		{ "<p>x", false, false }, { "<form><input type=PASSWORD></form>x", true, false },
		{ "<div hidden><input type=password></div>x", false, false },
		{ "<a href=/o>Log out</a>", false, true },
		{ "<p>They log out of the boat at dawn, all</p>", false, false },
		{ "<a data-portal=account>Me</a>", false, true }, { "<a data-portal=signup>Me</a>", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct view *view = view_of(cases[i].page);

		if (view->password != cases[i].password || view->account != cases[i].account)
			fail_msg("%s", cases[i].page);
		done(view);
	}
}

static void
texts_are_counted_hidden_ones_too(void **state)
{
	struct view *view = view_of("<body><p>a</p><div hidden><p>b</p><p>c</p></div><p>d<i>e</i></p></body>");

	(void)state;
	assert_int_equal(view->count, 2);
	assert_int_equal(view->blocks[0].first_text, 1);
	assert_int_equal(view->blocks[1].first_text, 4);
	assert_int_equal(view->blocks[1].last_text, 5);
	done(view);
}

static void
blocks_are_bounded(void **state)
{
	struct view *view;
	struct buffer page;

	(void)state;
	buffer_init(&page, 1 << 20);
	for (unsigned i = 0; i < VIEW_BLOCKS + 100; i++)
		buffer_append_text(&page, "<p>x</p>");
	view = view_of(buffer_text(&page));
	assert_int_equal(view->count, VIEW_BLOCKS);
	done(view);
	buffer_release(&page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_are_lines_that_a_reader_sees),
		cmocka_unit_test(blocks_know_where_they_stand),
		cmocka_unit_test(wide_names_are_forgotten),
		cmocka_unit_test(facts_are_noted),
		cmocka_unit_test(texts_are_counted_hidden_ones_too),
		cmocka_unit_test(blocks_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
