/* What a site's rule does to the elements of a page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/page/site_rule.h"
#include "proto/base/buffer.h"

/* How many <blockquote> ${page} has when ${xpath} was wrapped ${times} times. */
static size_t
quotes(struct bytes page, char *xpath, size_t times)
{
	Readsync__SiteRule rule = READSYNC__SITE_RULE__INIT;
	Readsync__RuleWrap wrap = READSYNC__RULE_WRAP__INIT, *wraps[3] = { &wrap, &wrap, &wrap };
	xmlNode *root, *node;
	xmlDoc *document;
	size_t count = 0;
	bool chose;

	wrap.tag = "blockquote";
	wrap.xpath = xpath;
	rule.wrap = wraps;
	rule.n_wrap = times;
	assert_int_equal(dom_parse(page, false, &document), 0);
	assert_int_equal(site_rule_cut(&rule, document, true, &chose), 0);
	assert_false(chose);
	root = xmlDocGetRootElement(document);
	for (node = root; node != NULL; node = dom_next(node, root))
		count += dom_is(node, "blockquote");
	xmlFreeDoc(document);
	return count;
}

static void
the_outermost_finds_are_wrapped(void **state)
{
	struct bytes page = bytes_of_text("<body><div>one<div>two</div></div><div>three</div>");

	(void)state;
	assert_int_equal(quotes(page, "//div", 1), 2);
	assert_int_equal(quotes(page, "//div/div", 1), 1);
	assert_int_equal(quotes(page, "/html | //body", 1), 0);
	assert_int_equal(quotes(page, "//div", 2), 4);
}

static void
what_is_wrapped_is_bounded(void **state)
{
	struct buffer page;

	(void)state;
	buffer_init(&page, 1 << 20);
	buffer_append_text(&page, "<body>");
	for (size_t i = 0; i < SITE_RULE_WRAPS_MAX / 2; i++)
		buffer_append_text(&page, "<p>x</p>");
	assert_int_equal(quotes(buffer_bytes(&page), "//p", 2), SITE_RULE_WRAPS_MAX);
	assert_int_equal(quotes(buffer_bytes(&page), "//p", 3), SITE_RULE_WRAPS_MAX);
	buffer_release(&page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_outermost_finds_are_wrapped),
		cmocka_unit_test(what_is_wrapped_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
