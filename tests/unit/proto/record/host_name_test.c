#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/record/host_name.h"

/* NULL: no host can be called so. */
static const struct {
	const char *host;
	const char *expected;
} cases[] = {
	{ "EXAMPLE.com", "example.com" },
	{ "example.com.", "example.com" },
	{ "ex%41mple.com", "example.com" },
	{ "a_b-c.example", "a_b-c.example" },
	{ "127.0.0.1", "127.0.0.1" },
	/* The spellings of RFC 3492, section 7.1, and of everyday domains. */
	{ "b\xc3\xbc" "cher.example", "xn--bcher-kva.example" },
	{ "B\xc3\x9c" "CHER.example", "xn--bcher-kva.example" },
	{ "b%C3%BCcher.example", "xn--bcher-kva.example" },
	{ "XN--Bcher-KVA.example", "xn--bcher-kva.example" },
	{ "m\xc3\xbcnchen.de", "xn--mnchen-3ya.de" },
	{ "\xd0\xbf\xd1\x80\xd0\xb8\xd0\xbc\xd0\xb5\xd1\x80.\xd1\x80\xd1\x84",
	    "xn--e1afmkfd.xn--p1ai" },
	{ "\xd0\x9f\xd0\xa0\xd0\x98\xd0\x9c\xd0\x95\xd0\xa0.\xd0\xa0\xd0\xa4",
	    "xn--e1afmkfd.xn--p1ai" },
	{ "\xe4\xbe\x8b\xe3\x81\x88.\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88",
	"xn--r8jz45g.xn--zckzah" },
	{ "\xe4\xbe\x8b\xe3\x81\x88\xe3\x80\x82jp", "xn--r8jz45g.jp" },
	{ "\xe4\xbb\x96\xe4\xbb\xac\xe4\xb8\xba\xe4\xbb\x80\xe4\xb9\x88\xe4\xb8\x8d\xe8\xaf\xb4"
	  "\xe4\xb8\xad\xe6\x96\x87", "xn--ihqwcrb4cv8a8dqg056pqjye" },
	{ "3\xe5\xb9\xb4" "b\xe7\xb5\x84\xe9\x87\x91\xe5\x85\xab\xe5\x85\x88\xe7\x94\x9f",
	    "xn--3b-ww4c5e180e575a65lsy2b" },
	{ "[::1]", "[::1]" },
	{ "[2001:DB8:0:0:0:0:0:1]", "[2001:db8::1]" },
	{ "", NULL },
	{ ".", NULL },
	{ "a..b", NULL },
	{ ".a", NULL },
	{ "a..", NULL },
	{ "a b", NULL },
	{ "a%20b", NULL },
	{ "a%2", NULL },
	{ "a%zzb", NULL },
	{ "a/b", NULL },
	{ "a<b", NULL },
	{ "\xc3(", NULL },
	{ "\xed\xa0\x80", NULL },
	{ "\xf8\x88\x80\x80\x80", NULL },
	{ "\xc3", NULL },
	{ "[::1", NULL },
	{ "[]", NULL },
	{ "[::1%25eth0]", NULL },
	{ "[1.2.3.4]", NULL },
};

static void
one_spelling(void **state)
{
	struct buffer out;
	size_t i;
	int err;

	(void)state;
	buffer_init(&out, 4096);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buffer_clear(&out);
		err = host_name_append(bytes_of_text(cases[i].host), &out);
		if (err != (cases[i].expected == NULL ? RS_EINVAL : RS_OK))
			fail_msg("%s: %s", cases[i].host, rs_err_text(err));
		if (err == RS_OK)
			assert_string_equal(buffer_text(&out), cases[i].expected);
	}
	buffer_release(&out);
}

static void
the_bounds_of_names(void **state)
{
	char host[400];
	struct buffer out;
	size_t len;
	int err;

	(void)state;
	buffer_init(&out, 4096);
	memset(host, 'a', sizeof(host));
	assert_int_equal(host_name_append(bytes_of(host, 63), &out), RS_OK);
	assert_int_equal(host_name_append(bytes_of(host, 64), &out), RS_EINVAL);
	for (len = 0; len < sizeof(host); len++)
		host[len] = len % 50 == 49 ? '.' : 'a';
	for (len = 240; len < 260; len++) {
		if (len % 50 == 0)
			continue;
		err = host_name_append(bytes_of(host, len), &out);
		assert_int_equal(err, len <= HOST_NAME_MAX_LEN ? RS_OK : RS_EINVAL);
		buffer_clear(&out);
	}
	/* Many letters far apart: the longest deltas that a label can hold. */
	for (len = 0; len + 4 <= 252; len += 4)
		memcpy(host + len, len % 8 == 0 ? "\xf4\x8f\xbf\xbf" : "\xf0\x90\x80\x80", 4);
	assert_int_equal(host_name_append(bytes_of(host, len), &out), RS_EINVAL);
	buffer_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_spelling),
		cmocka_unit_test(the_bounds_of_names),
	};

	return cmocka_run_group_tests_name("host_name", tests, NULL, NULL);
}
