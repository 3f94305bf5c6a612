#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/encode.h"
#include "proto/record/canonical_url.h"

/* The table of PROTOCOL.md, "Canonical URL", and more of each kind. */
static const struct {
	const char *url;
	const char *form;
} forms[] = {
	/* scheme, user, port */
	{ "http://example.com", "https://example.com/" },
	{ "HTTPS://Example.COM/", "https://example.com/" },
	{ "http://user:secret@example.com/a", "https://example.com/a" },
	{ "http://a@b@example.com/a", "https://example.com/a" },
	{ "http://example.com:80/a", "https://example.com/a" },
	{ "https://example.com:443/a", "https://example.com/a" },
	{ "https://example.com:/a", "https://example.com/a" },
	{ "https://example.com:08080/a", "https://example.com:8080/a" },
	{ "http://[2001:DB8::0:1]:80/a", "https://[2001:db8::1]/a" },
	{ "http://[::1]:8080/a", "https://[::1]:8080/a" },
	/* what people paste */
	{ "  https://example.com/a\n", "https://example.com/a" },
	{ "https://example.com/a\r\n b", "https://example.com/a%20b" },
	{ "https:\\\\example.com\\a?b=\\", "https://example.com/a?b=%5C" },
	/* host */
	{ "https://example.com./a", "https://example.com/a" },
	{ "https://b\xc3\xbc" "cher.example/a", "https://xn--bcher-kva.example/a" },
	{ "https://xn--bcher-kva.example/a", "https://xn--bcher-kva.example/a" },
	{ "https://www.example.com/a", "https://example.com/a" },
	{ "https://m.example.com/a", "https://example.com/a" },
	{ "https://www.m.example.com/a", "https://example.com/a" },
	{ "https://mobile.example.com/a", "https://example.com/a" },
	{ "https://amp.example.com/a", "https://example.com/a" },
	{ "https://amp.dev/a", "https://amp.dev/a" },
	{ "https://www.com/a", "https://www.com/a" },
	{ "https://mobile.substack.com/p/a", "https://mobile.substack.com/p/a" },
	{ "https://www.substack.com/p/a", "https://substack.com/p/a" },
	{ "https://en.m.wikipedia.org/wiki/A", "https://en.wikipedia.org/wiki/A" },
	{ "https://de.m.example.org/a", "https://de.m.example.org/a" },
	{ "https://my.m.wikipedia.org.example.com/a", "https://my.m.wikipedia.org.example.com/a" },
	/* path */
	{ "https://example.com/a/./b/../c", "https://example.com/a/c" },
	{ "https://example.com/../../a", "https://example.com/a" },
	{ "https://example.com/a/%2E%2e/b", "https://example.com/b" },
	{ "https://example.com/a/..", "https://example.com/" },
	{ "https://example.com/a/.../b", "https://example.com/a/.../b" },
	{ "https://example.com/a/", "https://example.com/a" },
	{ "https://example.com/a//b", "https://example.com/a//b" },
	{ "https://example.com/%7euser/%c3%a9/%2f", "https://example.com/~user/%C3%A9/%2F" },
	{ "https://example.com/\xc3\xa9", "https://example.com/%C3%A9" },
	{ "https://example.com/A_%28b%29", "https://example.com/A_(b)" },
	{ "https://example.com/100%", "https://example.com/100%25" },
	{ "https://example.com/%zz", "https://example.com/%25zz" },
	{ "https://example.com/a[1]|b", "https://example.com/a%5B1%5D%7Cb" },
	{ "https://example.com/Case", "https://example.com/Case" },
	/* query */
	{ "https://example.com?b=2&a=1", "https://example.com/?b=2&a=1" },
	{ "https://example.com/a?", "https://example.com/a" },
	{ "https://example.com/a?&&b=1&", "https://example.com/a?b=1" },
	{ "https://example.com/a?utm_source=x&id=7&UTM_Medium=y&fbclid=z",
	    "https://example.com/a?id=7" },
	{ "https://example.com/a?gclid=1", "https://example.com/a" },
	{ "https://example.com/a?utm=1&utmost=2", "https://example.com/a?utm=1&utmost=2" },
	{ "https://example.com/a?%75tm_source=x", "https://example.com/a" },
	{ "https://example.com/a?ref=b&source=c", "https://example.com/a?ref=b&source=c" },
	{ "https://example.com/a?q=a%20b+c&r=%3d", "https://example.com/a?q=a%20b+c&r=%3D" },
	{ "https://example.com/a?q=a b", "https://example.com/a?q=a%20b" },
	{ "https://example.com/a?x[]=1", "https://example.com/a?x%5B%5D=1" },
	{ "https://example.com/a?x%5b%5d=1", "https://example.com/a?x%5B%5D=1" },
	{ "https://example.com/a?u=https://b.example/?c",
	"https://example.com/a?u=https://b.example/?c" },
	/* fragment */
	{ "https://example.com/a#section", "https://example.com/a" },
	{ "https://example.com/a#:~:text=words", "https://example.com/a" },
	{ "https://example.com/#!/story/7", "https://example.com/#!/story/7" },
	{ "https://example.com/#/story/7", "https://example.com/#/story/7" },
	{ "https://example.com/a#!", "https://example.com/a" },
	{ "https://example.com/a#x?utm_source=y", "https://example.com/a" },
	/* AMP */
	{ "https://example.com/story/amp", "https://example.com/story" },
	{ "https://example.com/story/amp/", "https://example.com/story" },
	{ "https://example.com/story.amp.html", "https://example.com/story.html" },
	{ "https://example.com/story.amp", "https://example.com/story" },
	{ "https://example.com/amp", "https://example.com/amp" },
	{ "https://example.com/amp/story", "https://example.com/amp/story" },
	{ "https://example.com/guitar-amp", "https://example.com/guitar-amp" },
	{ "https://example.com/story?amp=1", "https://example.com/story" },
	{ "https://example.com/story?amp", "https://example.com/story" },
	{ "https://example.com/story?amp=230v", "https://example.com/story?amp=230v" },
	{ "https://example.com/story?outputType=amp", "https://example.com/story" },
	{ "https://www.google.com/amp/s/www.example.com/story/amp?usqp=mq3",
	    "https://example.com/story" },
	{ "https://www.google.com/amp/example.com/story", "https://example.com/story" },
	{ "https://www.google.com/amp/s/story", "https://google.com/amp/s/story" },
	{ "https://www-example-com.cdn.ampproject.org/c/s/www.example.com/story?id=7#x",
	    "https://example.com/story?id=7" },
	{ "https://www-example-com.cdn.ampproject.org/v/s/www.google.com/amp/s/example.com/story",
	    "https://example.com/story" },
};

static const struct {
	const char *url;
	int err;
} refused[] = {
	{ "", RS_EINVAL },
	{ "example.com/a", RS_EINVAL },
	{ "//example.com/a", RS_EINVAL },
	{ "ftp://example.com/a", RS_EINVAL },
	{ "javascript:alert(1)", RS_EINVAL },
	{ "https:/example.com", RS_EINVAL },
	{ "https://", RS_EINVAL },
	{ "https:///a", RS_EINVAL },
	{ "https://?a", RS_EINVAL },
	{ "https://user@/a", RS_EINVAL },
	{ "https://example.com:x/a", RS_EINVAL },
	{ "https://example.com:65536/a", RS_EINVAL },
	{ "https://exa mple.com/a", RS_EINVAL },
	{ "https://[::1/a", RS_EINVAL },
	{ "https://[::1]x/a", RS_EINVAL },
};

static void
variants_have_one_form(void **state)
{
	struct rs_err_detail detail;
	struct buffer out, again;
	size_t i;

	(void)state;
	buffer_init(&out, CANONICAL_URL_MAX);
	buffer_init(&again, CANONICAL_URL_MAX);
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		buffer_clear(&out);
		if (canonical_url_make(forms[i].url, &out, &detail) != RS_OK)
			fail_msg("%s: %s", forms[i].url, detail.text);
		if (strcmp(buffer_text(&out), forms[i].form) != 0)
			fail_msg("%s: %s, not %s", forms[i].url, buffer_text(&out), forms[i].form);
		buffer_clear(&again);
		assert_int_equal(canonical_url_make(buffer_text(&out), &again, &detail), RS_OK);
		assert_string_equal(buffer_text(&again), forms[i].form);
	}
	buffer_release(&out);
	buffer_release(&again);
}

static void
what_is_no_web_address_is_refused(void **state)
{
	struct rs_err_detail detail;
	struct buffer out;
	size_t i;

	(void)state;
	buffer_init(&out, CANONICAL_URL_MAX);
	assert_int_equal(buffer_append_text(&out, "kept"), RS_OK);
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		detail.text[0] = '\0';
		if (canonical_url_make(refused[i].url, &out, &detail) != refused[i].err)
			fail_msg("%s: %s", refused[i].url, buffer_text(&out));
		assert_true(strlen(detail.text) > 0);
		assert_string_equal(buffer_text(&out), "kept");
	}
	buffer_release(&out);
}

static void
long_addresses_are_refused(void **state)
{
	static char url[2 * CANONICAL_URL_MAX];
	struct rs_err_detail detail;
	struct buffer out;

	(void)state;
	buffer_init(&out, CANONICAL_URL_MAX);
	memset(url, 'a', sizeof(url) - 1);
	memcpy(url, "https://b.example/", 18);
	url[CANONICAL_URL_MAX + 1] = '\0';
	assert_int_equal(canonical_url_make(url, &out, &detail), RS_ELIMIT);
	url[CANONICAL_URL_MAX] = '\0';
	assert_int_equal(canonical_url_make(url, &out, &detail), RS_OK);
	buffer_clear(&out);
	/* It is the form that must fit: here it is three times as long. */
	memset(url + 18, 0xe9, CANONICAL_URL_MAX - 18);
	assert_int_equal(canonical_url_make(url, &out, &detail), RS_ELIMIT);
	buffer_release(&out);
}

/* Whatever comes in: a form of a form is itself. */
static void
the_form_is_a_fixed_point(void **state)
{
	static const char *const pieces[] = { "/", ".", "..", "amp", ".amp", ".html", "?", "&", "#",
		"#!", "=", "%2e", "%", "%61", "utm_x", "www.", "m.", "a.b", ":", "80", "443", "@",
		"\\",
		"google.com", "/amp/s/", "cdn.ampproject.org", "/c/", "\xc3\xbc", ";", "+", "x",
		"//" };
	const size_t count = sizeof(pieces) / sizeof(pieces[0]);
	struct rs_err_detail detail;
	struct buffer out, again;
	char url[256];
	int round, piece;

	(void)state;
	srandom(1);
	buffer_init(&out, CANONICAL_URL_MAX);
	buffer_init(&again, CANONICAL_URL_MAX);
	for (round = 0; round < 100000; round++) {
		strcpy(url, round % 2 ? "http://a.b" : "https://");
		for (piece = 0; piece < 12; piece++)
			strcat(url, pieces[(size_t)random() % count]);
		buffer_clear(&out);
		if (canonical_url_make(url, &out, &detail) != RS_OK)
			continue;
		buffer_clear(&again);
		if (canonical_url_make(buffer_text(&out), &again, &detail) != RS_OK ||
		    strcmp(buffer_text(&out), buffer_text(&again)) != 0)
			fail_msg("%s: %s, then %s", url, buffer_text(&out), buffer_text(&again));
	}
	buffer_release(&out);
	buffer_release(&again);
}

static void
the_id_is_keyed(void **state)
{
	uint8_t secret[32], id[HASH_NAME_LEN];
	char text[2 * HASH_NAME_LEN + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)i;
	canonical_url_item_id(bytes_of_text("https://example.com/story"), secret, id);
	encode_hex(bytes_of(id, sizeof(id)), text);
	/* The example of PROTOCOL.md. */
	assert_string_equal(text, "a69c8e4ef5578568638fcaa56a2abc2f");
	secret[0] = 1;
	canonical_url_item_id(bytes_of_text("https://example.com/story"), secret, id);
	encode_hex(bytes_of(id, sizeof(id)), text);
	assert_string_not_equal(text, "a69c8e4ef5578568638fcaa56a2abc2f");
}

static void
a_user_is_left_out_of_what_is_kept(void **state)
{
	static const char *const cases[][2] = {
		{ "https://user:secret@example.com/a@b?c=d@e", "https://example.com/a@b?c=d@e" },
		{ "https://a@b@example.com", "https://example.com" },
		{ "https:\\\\user@example.com\\a", "https:\\\\example.com\\a" },
		{ "https:user@example.com/", "https:example.com/" },
		{ "https://example.com/a@b", "https://example.com/a@b" },
		{ "https://example.com?a@b", "https://example.com?a@b" },
		{ "no address", "no address" },
		{ "", "" },
	};
	char url[100];
	bool named;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(url, sizeof(url), "%s", cases[i][0]);
		canonical_url_drop_user(url, &named);
		assert_string_equal(url, cases[i][1]);
		assert_int_equal(named, strcmp(cases[i][0], cases[i][1]) != 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(variants_have_one_form),
		cmocka_unit_test(what_is_no_web_address_is_refused),
		cmocka_unit_test(long_addresses_are_refused),
		cmocka_unit_test(the_form_is_a_fixed_point),
		cmocka_unit_test(the_id_is_keyed),
		cmocka_unit_test(a_user_is_left_out_of_what_is_kept),
	};

	return cmocka_run_group_tests_name("canonical_url", tests, NULL, NULL);
}
