#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "daemon/fetch/referrer.h"
#include "proto/base/err.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PAGE "https://user:secret@News.example.org:443/a/b?c=d#part"

static void
the_last_policy_that_is_known_counts(void **state)
{
	static const struct {
		const char *text;
		enum referrer_policy policy;
	} cases[] = {
		{ NULL, REFERRER_STRICT_ORIGIN_WHEN_CROSS_ORIGIN },
		{ "", REFERRER_STRICT_ORIGIN_WHEN_CROSS_ORIGIN },
		{ "no-referrer", REFERRER_NO_REFERRER },
		{ " Origin ", REFERRER_ORIGIN },
		{ "no-referrer, same-origin", REFERRER_SAME_ORIGIN },
		{ "unsafe-url,,of-a-later-time", REFERRER_UNSAFE_URL },
		{ "no-referrer-x", REFERRER_STRICT_ORIGIN_WHEN_CROSS_ORIGIN },
		{ "always", REFERRER_STRICT_ORIGIN_WHEN_CROSS_ORIGIN },
		{ "never", REFERRER_NO_REFERRER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum referrer_policy policy = REFERRER_STRICT_ORIGIN_WHEN_CROSS_ORIGIN, again;

		referrer_read(cases[i].text, &policy);
		if (policy != cases[i].policy)
			fail_msg("case %zu: %s", i, referrer_policy_name(policy));
		again = REFERRER_UNSAFE_URL;
		referrer_read(referrer_policy_name(policy), &again);
		assert_int_equal(again, policy);
	}
}

/* The table of the specification, section 3: to the same origin, another, and a plain one. */
static void
each_policy_tells_what_it_should(void **state)
{
	static const char whole[] = "https://News.example.org/a/b?c=d";
	static const char origin[] = "https://News.example.org/";
	static const struct {
		enum referrer_policy policy;
		const char *same, *other, *plain;
	} cases[] = {
		{ REFERRER_NO_REFERRER, NULL, NULL, NULL },
		{ REFERRER_NO_REFERRER_WHEN_DOWNGRADE, whole, whole, NULL },
		{ REFERRER_SAME_ORIGIN, whole, NULL, NULL },
		{ REFERRER_ORIGIN, origin, origin, origin },
		{ REFERRER_STRICT_ORIGIN, origin, origin, NULL },
		{ REFERRER_ORIGIN_WHEN_CROSS_ORIGIN, whole, origin, origin },
		{ REFERRER_STRICT_ORIGIN_WHEN_CROSS_ORIGIN, whole, origin, NULL },
		{ REFERRER_UNSAFE_URL, whole, whole, whole },
	};
	static const char *const targets[] = { "https://news.example.org/i.png",
	    "https://cdn.example.org/i.png", "http://news.example.org/i.png" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *expected[] = { cases[i].same, cases[i].other, cases[i].plain };

		for (size_t j = 0; j < COUNT(targets); j++) {
			char *found = NULL;

			assert_int_equal(referrer_make(cases[i].policy, PAGE, targets[j], &found),
			    RS_OK);
			if ((found == NULL) != (expected[j] == NULL) ||
			    (found != NULL && strcasecmp(found, expected[j]) != 0))
				fail_msg("%s to %s: %s", referrer_policy_name(cases[i].policy),
				    targets[j], found == NULL ? "nothing" : found);
			free(found);
		}
	}
}

static void
what_is_no_page_is_not_named(void **state)
{
	static const char *const cases[][2] = {
		{ "", "https://example.org/i.png" },
		{ "file:///home/reader/a.html", "https://example.org/i.png" },
		{ "https://example.org/", "data:image/png;base64,AA" },
		{ "https://example.org/", "not a url" },
	};
	char *found, *page = malloc(6000);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		found = (char *)"untouched";
		assert_int_equal(referrer_make(REFERRER_UNSAFE_URL, cases[i][0], cases[i][1],
		    &found), RS_OK);
		assert_null(found);
	}
	/* Of a page with a very long address the origin is enough. */
	assert_non_null(page);
	memset(page, 'a', 5999);
	page[5999] = '\0';
	memcpy(page, "https://example.org/", 20);
	assert_int_equal(referrer_make(REFERRER_UNSAFE_URL, page, "https://example.org/i.png",
	    &found), RS_OK);
	assert_string_equal(found, "https://example.org/");
	free(found);
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_policy_that_is_known_counts),
		cmocka_unit_test(each_policy_tells_what_it_should),
		cmocka_unit_test(what_is_no_page_is_not_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
