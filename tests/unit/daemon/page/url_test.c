#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/url.h"
#include "proto/base/err.h"

/* RFC 3986, section 5.4, with the base that it uses. */
static const char rfc_base[] = "http://a/b/c/d;p?q";

static void
resolves_as_the_standard_says(void **state)
{
	static const struct { const char *reference, *url; } cases[] = {
		{ "g", "http://a/b/c/g" }, { "./g", "http://a/b/c/g" }, { "g/", "http://a/b/c/g/" },
		{ "/g", "http://a/g" }, { "//g", "http://g/" }, { "?y", "http://a/b/c/d;p?y" },
		{ "g?y", "http://a/b/c/g?y" }, { "#s", "http://a/b/c/d;p?q#s" },
		{ "g#s", "http://a/b/c/g#s" }, { "g?y#s", "http://a/b/c/g?y#s" },
		{ ";x", "http://a/b/c/;x" }, { "g;x", "http://a/b/c/g;x" },
		{ "", "http://a/b/c/d;p?q" }, { ".", "http://a/b/c/" }, { "./", "http://a/b/c/" },
		{ "..", "http://a/b/" }, { "../", "http://a/b/" }, { "../g", "http://a/b/g" },
		{ "../..", "http://a/" }, { "../../g", "http://a/g" },
		{ "../../../g", "http://a/g" }, { "/./g", "http://a/g" }, { "/../g", "http://a/g" },
		{ "g.", "http://a/b/c/g." }, { "..g", "http://a/b/c/..g" },
		{ "./../g", "http://a/b/g" }, { "g/../h", "http://a/b/c/h" },
		{ "g;x=1/../y", "http://a/b/c/y" }, { "g?y/../x", "http://a/b/c/g?y/../x" },
	};
	char *url;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		url = NULL;
		assert_int_equal(url_resolve(rfc_base, cases[i].reference, &url), 0);
		assert_string_equal(url, cases[i].url);
		free(url);
	}
}

static void
forgives_what_browsers_forgive(void **state)
{
	static const struct { const char *reference, *url; } cases[] = {
		{ "  /x y\n", "https://e.org/x%20y" }, { "/a\nb\tc", "https://e.org/abc" },
		{ "\\x\\y", "https://e.org/x/y" }, { "\\\\other.org\\x", "https://other.org/x" },
		{ "/caf\xc3\xa9?q=\xc3\xa9", "https://e.org/caf%C3%A9?q=%C3%A9" },
		{ "HTTP://Other.org/", "http://Other.org/" }, { "/a%20b%zz", "https://e.org/a%20b%zz" },
		{ "/\"<x>", "https://e.org/%22%3Cx%3E" }, { "x?a[]=1", "https://e.org/x?a[]=1" },
		{ "mailto:who@e.org", "mailto:who@e.org" },
		{ "//b\xc3\xbc" "cher.example/", "https://b\xc3\xbc" "cher.example/" },
	};
	char *url;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		url = NULL;
		assert_int_equal(url_resolve("https://e.org", cases[i].reference, &url), 0);
		assert_string_equal(url, cases[i].url);
		free(url);
	}
}

static void
refuses_all_other_schemes(void **state)
{
	static const char *const references[] = {
		"http://u\xc2\x95r/", "javascript:alert(1)", "JavaScript:x",
		" java\nscript:x", "\x01javascript:x", "data:text/html,x", "vbscript:x", "file:///x",
		"ftp://e.org/", "blob:https://e.org/x", "https:", "https://", "https:///x", "mailto:",
		"mailto://host\\\\path",
		"//a b/", "//%65/", "//\xe9.org/", "about:blank", "tel:1" };
	char *url = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(references) / sizeof(references[0]); i++)
		assert_int_equal(url_resolve("https://e.org/", references[i], &url), RS_EINVAL);
	assert_int_equal(url_resolve("file:///home/", "x", &url), RS_EINVAL);
	assert_int_equal(url_resolve(NULL, "x", &url), RS_EINVAL);
	assert_null(url);
}

static void
refuses_what_is_too_long(void **state)
{
	char reference[URL_MAX + 2], *url = NULL;

	(void)state;
	memset(reference, 'x', sizeof(reference) - 1);
	reference[sizeof(reference) - 1] = '\0';
	assert_int_equal(url_resolve("https://e.org/", reference, &url), RS_EINVAL);
	reference[URL_MAX - 20] = '\0';
	assert_int_equal(url_resolve("https://e.org/", reference, &url), 0);
	free(url);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolves_as_the_standard_says),
		cmocka_unit_test(forgives_what_browsers_forgive),
		cmocka_unit_test(refuses_all_other_schemes),
		cmocka_unit_test(refuses_what_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
