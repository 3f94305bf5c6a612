/* What is an XPath that a page can be asked with, and what is told of the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/rule/xpath.h"

static const struct {
	const char *text;
	const char *reason;		/* a part of it, or NULL */
} cases[] = {
	{ "//div[@id='text']", NULL },
	{ "//h1 | //h2[position() = last()]", NULL },
	{ "substring-before(//title, ' | ')", NULL },
	{ "//a[contains(., 'one (page)') and not(@rel)]", NULL },
	{ "//p[(@a or @b) and (1 div (2 mod (3)))]", NULL },
	{ "//text()[normalize-space(.) != '']/ancestor-or-self::node()", NULL },
	{ "//div[@class=\"nope(\" and @x='$y']", NULL },
	{ "//p[number(translate(., 'x:y', '')) > 3.5]/following-sibling :: *[1]", NULL },
	{ "//\xc3\xa4rger", NULL },
	{ "", "not an XPath" },
	{ "//div[", "not an XPath" },
	{ "//div[@id='a]", "not an XPath" },
	{ "//div]", "not an XPath" },
	{ "//p[matches(., 'x')]", "function" },
	{ "lower-case (//title)", "function" },
	{ "re:test(//p, 'x')", "prefix" },
	{ "//svg:image", "prefix" },
	{ "//p[@class = $class]", "variable" },
};

static void
what_cannot_be_evaluated_is_told(void **state)
{
	const char *reason;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		reason = xpath_check(cases[i].text);
		if ((reason == NULL) != (cases[i].reason == NULL) ||
		    (reason != NULL && strstr(reason, cases[i].reason) == NULL))
			fail_msg("%s: %s", cases[i].text, reason == NULL ? "none" : reason);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_evaluated_is_told),
	};

	return cmocka_run_group_tests_name("daemon/rule/xpath", tests, NULL, NULL);
}
