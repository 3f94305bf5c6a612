#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/record/alias_url.h"

#define STORY "https://example.org/2024/story"

static void
only_an_article_of_the_same_site_is_credible(void **state)
{
	static const struct {
		const char *from;
		const char *to;
		bool credible;
	} cases[] = {
		{ "https://example.org/?p=17", STORY, true },
		{ "https://example.org/s/17", STORY, true },
		{ "https://news.example.org/s/17", STORY, true },
		{ STORY, "https://news.example.org/s/17", true },
		{ STORY, "https://example.org/en/login-of-the-year", true },
		{ "https://a.github.io/x", "https://a.github.io/y", true },
		{ STORY, STORY, false },
		/* Another site, however alike. */
		{ STORY, "https://example.com/2024/story", false },
		{ STORY, "https://myexample.org/2024/story", false },
		{ "https://news.example.org/1", "https://sport.example.org/1", false },
		{ "https://a.github.io/x", "https://b.github.io/x", false },
		{ "https://a.github.io/x", "https://github.io/x", false },
		{ "https://example.org/x", "https://org/x", false },
		{ "https://9.1.2.3.4/x", "https://1.2.3.4/x", false },
		{ STORY, "https://example.org:8443/2024/story", false },
		/* Front pages. */
		{ STORY, "https://example.org/", false },
		{ STORY, "https://example.org/?from=story", false },
		{ STORY, "https://example.org/#!/story", false },
		{ STORY, "https://example.org/index.html", false },
		{ STORY, "https://example.org/en", false },
		{ STORY, "https://example.org/en-gb/Home", false },
		{ STORY, "https://example.org/404.html", false },
		/* Logins and what else stands in the way. */
		{ STORY, "https://example.org/login", false },
		{ STORY, "https://example.org/user/SignIn.aspx?to=story", false },
		{ STORY, "https://login.example.org/story", false },
		{ STORY, "https://example.org/de/anmelden/story", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (alias_url_credible(cases[i].from, cases[i].to) != cases[i].credible)
			fail_msg("%s as an alias of %s", cases[i].from, cases[i].to);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_an_article_of_the_same_site_is_credible),
	};

	return cmocka_run_group_tests_name("proto/record/alias_url", tests, NULL, NULL);
}
