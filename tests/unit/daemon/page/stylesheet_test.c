/*
 * Goal: what a page's own style sheets hide from every reader is not read; what they show now
 * and then, or what only looks like such a rule, is.
 */
#include "tests/unit/daemon/page/reading.h"

#define REST "<p>Nobody but the harbour master has ever seen the seventh ledger, which is bound in " \
    "red cloth and lists the ships that never came.</p>"
#define STYLED(css, attributes) "<html><head><style>" css "</style></head><body><article>" \
    "<h1>The last ferry</h1>" LONG_PROSE "<div " attributes ">" REST "</div></article></body></html>"

static bool
is_read(const char *page)
{
	struct reading reading;
	bool found;

	reading_of_page(page, &reading);
	assert_true(reading_holds(&reading, "nobody on the quay"));
	found = reading_holds(&reading, "seventh ledger");
	reading_free(&reading);
	return found;
}

static void
what_a_rule_hides_is_not_read(void **state)
{
	static const char *const cases[] = {
		STYLED(".rest{display:none}", "class='text rest'"),
		STYLED("#rest { DISPLAY : none !important }", "id=rest"),
		STYLED("div.rest{color:red;visibility:hidden}", "class=rest"),
		STYLED(".a,\n.b , .rest\n{display:none}", "class=rest"),
		STYLED("/* {.rest{display:block} */ .rest{display:none}", "class=rest"),
		STYLED("@charset 'a{';@import url(a.css);.rest{display:none}", "class=rest"),
		STYLED("@media print{.a{color:red}}.rest{display:none}", "class=rest"),
		STYLED("p::after{content:'.rest{display:block}'}.rest{display:none}", "class=rest"),
		STYLED(".rest::before{display:table}.rest{display:none}", "class=rest"),
		STYLED(".rest .more{display:block}.rest{display:none}", "class=rest"),
		STYLED("}.rest{display:none", "class=rest"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (is_read(cases[i]))
			fail_msg("%s", cases[i]);
	}
}

static void
what_is_shown_at_times_is_read(void **state)
{
	static const char *const cases[] = {
		STYLED(".rest{display:block}", "class=rest"),
		STYLED(".rest{display:none}.rest{display:block}", "class=rest"),
		STYLED(".rest{display:none}@media screen{.rest{display:block}}", "class=rest"),
		STYLED(".rest{display:none}.open > .rest.wide{display:flex}", "class=rest"),
		STYLED("@media print{.rest{display:none}}", "class=rest"),
		STYLED("@media print{@supports(a:b){.rest{display:none}}}", "class=rest"),
		STYLED(".closed .rest{display:none}", "class=rest"),
		STYLED(".rest.closed{display:none}", "class=rest"),
		STYLED(".rest:empty{display:none}", "class=rest"),
		STYLED(".res{display:none}", "class=rest"),
		STYLED(".rest{display:none}", "class=Rest"),
		STYLED("/*.rest{display:none}*/", "class=rest"),
		STYLED(".a{b:'.rest{display:none}'}", "class=rest"),
		STYLED("{}{}.{display:none}#{display:none},{display:none}", "class='' id=''"),
		STYLED("div{display:none}", "class=rest"),
		"<head><style media=print>.rest{display:none}</style></head><body><article><h1>A</h1>"
		    LONG_PROSE "<div class=rest>" REST "</div></article>",
		"<head><noscript><style>.rest{display:none}</style></noscript></head><body><article>"
		    "<h1>A</h1>" LONG_PROSE "<div class=rest>" REST "</div></article>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!is_read(cases[i]))
			fail_msg("%s", cases[i]);
	}
}

/* The page would be empty: a script shows it as soon as it runs. */
static void
what_holds_the_headline_is_read(void **state)
{
	(void)state;
	assert_true(is_read("<head><style>.page{display:none}.rest{display:none}</style></head><body>"
	    "<div class=page><article><h1>The last ferry</h1>" LONG_PROSE REST "</article></div>"));
	assert_false(is_read("<head><style>.page{display:none}.rest{display:none}</style></head><body>"
	    "<div class=page><article><h1>The last ferry</h1>" LONG_PROSE "<div class=rest>" REST
	    "</div></article></div>"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_rule_hides_is_not_read),
		cmocka_unit_test(what_is_shown_at_times_is_read),
		cmocka_unit_test(what_holds_the_headline_is_read),
	};

	return cmocka_run_group_tests_name("daemon/page/stylesheet", tests, NULL, NULL);
}
