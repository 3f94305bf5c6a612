/* What goes along with a login: texts, and where the rest is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/rule/field.h"
#include "proto/base/err.h"

#define TEXT READSYNC__RULE_FIELD__HOW__TEXT
#define XPATH READSYNC__RULE_FIELD__HOW__XPATH
#define PATTERN READSYNC__RULE_FIELD__HOW__PATTERN

static const struct {
	const char *text;
	const char *name;		/* NULL: it is none */
	Readsync__RuleField__How how;
	const char *value;		/* or a part of the reason */
	const char *page;
} cases[] = {
	{ "remember=1", "remember", TEXT, "1", "" },
	{ "next = a=b ", "next", TEXT, "a=b ", "" },
	{ "empty=", "empty", TEXT, "", "" },
	{ "csrf=@=xpath('//input[@name=\"csrf\"]', request_html('https://example.org/in'))", "csrf",
	    XPATH, "//input[@name=\"csrf\"]", "https://example.org/in" },
	{ "csrf=@=xpath(\"//a[@x='y']\",request_html(config.getLoginUri()))", "csrf", XPATH,
	    "//a[@x='y']", "" },
	{ "t=@=preg_match('/\"token\":\"([^\"]+)\"/si', request_html(\"https://example.org/t\") )",
	    "t", PATTERN, "(?s)(?i)\"token\":\"([^\"]+)\"", "https://example.org/t" },
	{ "t=@=preg_match('#it\\'s (\\\\d+)#', request_html('p'))", "t", PATTERN,
	    "it's (\\d+)", "p" },
	{ "nothing", NULL, TEXT, "not name=value", NULL },
	{ "=1", NULL, TEXT, "not name=value", NULL },
	{ "a=@=system('rm')", NULL, TEXT, "neither", NULL },
	{ "a=@=xpath('//a')", NULL, TEXT, "neither", NULL },
	{ "a=@=xpath('//a', request_html('p')) or 1", NULL, TEXT, "neither", NULL },
	{ "a=@=xpath('//a, request_html(p))", NULL, TEXT, "neither", NULL },
	{ "a=@=xpath('//a[', request_html('p'))", NULL, TEXT, "not an XPath", NULL },
	{ "a=@=preg_match('/(/', request_html('p'))", NULL, TEXT, "regular expression", NULL },
	{ "a=@=preg_match('/a/e', request_html('p'))", NULL, TEXT, "regular expression", NULL },
	{ "a=@=preg_match('a', request_html('p'))", NULL, TEXT, "regular expression", NULL },
};

static void
a_field_is_read(void **state)
{
	Readsync__RuleField *field;
	const char *reason;
	int err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		field = NULL;
		err = field_parse(cases[i].text, &field, &reason);
		if (cases[i].name == NULL) {
			if (err != RS_EINVAL || strstr(reason, cases[i].value) == NULL)
				fail_msg("%s: %d", cases[i].text, err);
			continue;
		}
		if (err != RS_OK)
			fail_msg("%s: %s", cases[i].text, reason);
		assert_string_equal(field->name, cases[i].name);
		assert_int_equal(field->how, cases[i].how);
		assert_string_equal(field->value, cases[i].value);
		assert_string_equal(field->page, cases[i].page);
		readsync__rule_field__free_unpacked(field, NULL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_is_read),
	};

	return cmocka_run_group_tests_name("daemon/rule/field", tests, NULL, NULL);
}
