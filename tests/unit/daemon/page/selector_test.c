#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/selector.h"

static const char page[] = "<html><body id=top><div class='story Body'><section class='text closed' "
    "id=rest><p class=a>x</p></section></div></body></html>";

/* The names of the elements that ${selector} matches, each with a space after it. */
static void
matched(const char *selector, char *names, size_t size)
{
	xmlDoc *document = NULL;
	xmlNode *root, *node;

	names[0] = '\0';
	assert_int_equal(dom_parse(bytes_of_text(page), false, &document), 0);
	root = xmlDocGetRootElement(document);
	for (node = root; node != NULL; node = dom_next(node, root)) {
		if (node->type == XML_ELEMENT_NODE && selector_matches(selector, node)) {
			strncat(names, (const char *)node->name, size - strlen(names) - 1);
			strncat(names, " ", size - strlen(names) - 1);
		}
	}
	xmlFreeDoc(document);
}

static void
matches_what_it_names(void **state)
{
	static const struct { const char *selector, *names; } cases[] = {
		{ ".closed", "section " }, { "#rest", "section " }, { "section", "section " },
		{ "SECTION", "section " }, { "section.text.closed#rest", "section " },
		{ ".text.a", "" }, { ".close", "" }, { "#res", "" }, { ".body", "div " },
		{ ".story .a", "p " }, { ".story > .a", "p " }, { ".story>.closed p", "p " },
		{ ".a .story", "" }, { ".closed .closed", "" }, { "  .a ", "p " },
		{ "*", "html body div section p " }, { "#top *", "div section p " },
		{ "", "" }, { ">", "" }, { ".", "" }, { "#", "" }, { "..a", "" },
		/* What is not understood matches nothing. */
		{ "p:first-child", "" }, { "[class]", "" }, { "div + section", "" },
		{ "p[class=a]", "" }, { ":not(.b)", "" },
	};
	char names[200];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		matched(cases[i].selector, names, sizeof(names));
		if (strcmp(names, cases[i].names) != 0)
			fail_msg("%s: %s", cases[i].selector, names);
	}
}

static void
knows_what_it_understands(void **state)
{
	static const char *const simple[] = { ".a", "#b-c", "div.a_1 > p", "article *", ".\xc3\xa9" };
	static const char *const others[] = { "a:hover", "[x]", "a + b", "a ~ b", ".md\\:x", ":is(.a" };
	char longest[400];

	(void)state;
	for (size_t i = 0; i < sizeof(simple) / sizeof(simple[0]); i++)
		assert_true(selector_is_understood(simple[i]));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(selector_is_understood(others[i]));
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_false(selector_is_understood(longest));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_what_it_names),
		cmocka_unit_test(knows_what_it_understands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
