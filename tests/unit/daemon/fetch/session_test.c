/*
 * What is the reader's own in an exchange: cookies, passwords and the agent go where
 * they belong, nowhere else, and come back as the site left them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <uv.h>

#include "daemon/fetch/fetcher.h"
#include "daemon/fetch/site_name.h"
#include "tests/server/server.h"

#define COOKIE(domain, path, name, value) \
	domain "\tFALSE\t" path "\tFALSE\t0\t" name "\t" value "\n"

static struct server server;

static void
on_done(void *context, struct fetch_result *result)
{
	*(struct fetch_result **)context = result;
}

static const char *
url_of(const char *host, const char *path)
{
	static char urls[2][512];
	static unsigned turn;

	turn ^= 1;
	snprintf(urls[turn], sizeof(urls[turn]), "http://%s:%d%s", host, server.port, path);
	return urls[turn];
}

static struct fetch_result *
fetch(const struct fetch_request *request)
{
	static const char *const loopback[] = { "127.0.0.1" };
	struct fetcher_settings settings = {
		.allow = loopback, .allow_count = 1, .limits = { .total_ms = 20000 }
	};
	struct fetch_result *result = NULL;
	struct fetcher *fetcher;
	uv_loop_t loop;

	uv_loop_init(&loop);
	assert_int_equal(fetcher_new(&loop, &settings, &fetcher, NULL), RS_OK);
	assert_int_equal(fetcher_start(fetcher, request, on_done, &result, NULL), RS_OK);
	while (result == NULL)
		uv_run(&loop, UV_RUN_ONCE);
	fetcher_free(fetcher);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	return result;
}

static void
assert_has(const struct fetch_result *result, const char *text, bool has)
{
	if ((strstr(buffer_text(&result->body), text) != NULL) != has)
		fail_msg("'%s' %s in: %s", text, has ? "is not" : "is",
		    buffer_text(&result->body));
}

static void
cookies_go_where_they_belong(void **state)
{
	struct fetch_request request = {
		.url = url_of("127.0.0.1", "/echo"),
		.cookies = bytes_of_text(COOKIE("127.0.0.1", "/", "mine", "1")
		    COOKIE("127.0.0.1", "/elsewhere", "deep", "2")
		    COOKIE("example.org", "/", "other", "3") "no line of a cookies.txt\n")
	};
	struct fetch_result *result = fetch(&request);

	(void)state;
	assert_int_equal(result->err, RS_OK);
	assert_has(result, "Cookie: mine=1", true);
	assert_has(result, "deep", false);
	assert_has(result, "other", false);
	/* Nothing was set, so nothing is to be kept. */
	assert_int_equal(result->cookies.len, 0);
	fetch_result_free(result);
}

/* As a login's answer is, which may repeat the password. */
static void
a_body_is_wiped_where_that_is_asked_for(void **state)
{
	struct fetch_request request = { .url = url_of("127.0.0.1", "/echo") };
	struct fetch_result *result = fetch(&request);

	(void)state;
	assert_false(result->body.secret);
	fetch_result_free(result);
	request.secret = true;
	result = fetch(&request);
	assert_has(result, "Host: ", true);
	assert_true(result->body.secret);
	fetch_result_free(result);
}

static void
a_redirect_takes_no_session_to_another_host(void **state)
{
	char path[300];
	struct fetch_request request = {
		.cookies = bytes_of_text(COOKIE("127.0.0.1", "/", "mine", "1")),
		.user = "reader", .password = "secret", .agent = "Browser/7"
	};
	struct fetch_result *result;

	(void)state;
	request.url = url_of("127.0.0.1", "/redirect?/echo");
	result = fetch(&request);
	assert_has(result, "Cookie: mine=1", true);
	assert_has(result, "User-Agent: Browser/7", true);
	fetch_result_free(result);
	snprintf(path, sizeof(path), "/redirect?%s", url_of("localhost", "/basic"));
	request.url = url_of("127.0.0.1", path);
	result = fetch(&request);
	assert_int_equal(result->err, RS_OK);
	assert_non_null(strstr(result->url, "localhost"));
	assert_int_equal(result->status, 401);
	fetch_result_free(result);
	snprintf(path, sizeof(path), "/redirect?%s", url_of("localhost", "/echo"));
	request.url = url_of("127.0.0.1", path);
	result = fetch(&request);
	assert_has(result, "mine", false);
	assert_has(result, "Authorization", false);
	fetch_result_free(result);
}

static void
the_jar_comes_back_as_the_site_left_it(void **state)
{
	struct fetch_request request = {
		.url = url_of("127.0.0.1", "/status/200?Set-Cookie:%20new=2;%20Path=/"),
		.cookies = bytes_of_text(COOKIE("127.0.0.1", "/", "old", "1"))
	};
	struct fetch_result *result = fetch(&request);
	char *large;
	size_t len;

	(void)state;
	assert_non_null(strstr(buffer_text(&result->cookies), "\told\t1\n"));
	assert_non_null(strstr(buffer_text(&result->cookies), "\tnew\t2\n"));
	fetch_result_free(result);
	request.url = url_of("127.0.0.1",
	    "/status/200?Set-Cookie:%20old=;%20Path=/;%20Max-Age=0");
	result = fetch(&request);
	assert_null(strstr(buffer_text(&result->cookies), "old"));
	fetch_result_free(result);
	/* A site sets no cookies for another one, nor for all of a public suffix. */
	request.url = url_of("127.0.0.1",
	    "/status/200?Set-Cookie:%20evil=1;%20Domain=example.org;%20Path=/");
	result = fetch(&request);
	assert_null(strstr(buffer_text(&result->cookies), "evil"));
	fetch_result_free(result);
	/* What does not fit as a whole leaves the jar as it was: a cut one would lose cookies. */
	large = malloc(FETCH_JAR_MAX + 1000);
	assert_non_null(large);
	for (len = 0; len < FETCH_JAR_MAX - 40; len += strlen(large + len))
		snprintf(large + len, 1000, COOKIE("127.0.0.1", "/", "n%05zu", "%0900d"), len, 0);
	request.url = url_of("127.0.0.1", "/status/200?Set-Cookie:%20one=more;%20Path=/");
	request.cookies = bytes_of_text(large);
	result = fetch(&request);
	assert_int_equal(result->err, RS_OK);
	assert_int_equal(result->cookies.len, 0);
	free(large);
	fetch_result_free(result);
}

static void
a_password_answers_a_challenge(void **state)
{
	struct fetch_request request = {
		.url = url_of("127.0.0.1", "/basic"), .user = "reader", .password = "secret"
	};
	struct fetch_result *result = fetch(&request);

	(void)state;
	assert_int_equal(result->status, 200);
	fetch_result_free(result);
	request.password = "wrong";
	result = fetch(&request);
	assert_int_equal(result->err, RS_OK);
	assert_int_equal(result->status, 401);
	fetch_result_free(result);
}

static void
a_form_is_sent_once_and_not_redirected(void **state)
{
	struct fetch_request request = {
		.url = url_of("127.0.0.1", "/echo"), .post = "user=a&password=b",
		.post_type = "application/x-www-form-urlencoded",
		.referer = "https://example.org/login"
	};
	struct fetch_result *result = fetch(&request);

	(void)state;
	assert_has(result, "POST /echo", true);
	assert_has(result, "Content-Type: application/x-www-form-urlencoded", true);
	assert_has(result, "Referer: https://example.org/login", true);
	assert_has(result, "user=a&password=b", true);
	assert_null(result->location);
	fetch_result_free(result);
	request.url = url_of("127.0.0.1", "/redirect?/page");
	result = fetch(&request);
	assert_int_equal(result->status, 302);
	assert_string_equal(result->location, url_of("127.0.0.1", "/page"));
	fetch_result_free(result);
	request.post_type = "text/plain\r\nCookie: forged=1";
	result = fetch(&request);
	assert_int_equal(result->err, RS_EINVAL);
	fetch_result_free(result);
}

static void
a_site_is_a_registrable_domain(void **state)
{
	static const char *const names[][2] = {
		{ "https://www.example.org/a?b", "example.org" },
		{ "http://News.Example.CO.UK:8080/", "example.co.uk" },
		{ "https://reader.github.io/x", "reader.github.io" },
		{ "https://co.uk/", "co.uk" },
		{ "http://127.0.0.1:81/", "127.0.0.1" },
		{ "http://[::1]:81/", "[::1]" },
		{ "http://localhost/", "localhost" },
		{ "https://user:secret@a.example.org./", "example.org" },
		{ "https://b\u00fccher.example/", "xn--bcher-kva.example" },
	};
	char name[SITE_NAME_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(site_name_of(names[i][0], name), RS_OK);
		assert_string_equal(name, names[i][1]);
	}
	assert_int_equal(site_name_of("nothing", name), RS_EINVAL);
	assert_int_equal(site_name_of_host(".www.example.org", name), RS_OK);
	assert_string_equal(name, "example.org");
	assert_int_equal(site_name_of_host("", name), RS_EINVAL);
	assert_int_equal(site_name_of_host("a/b", name), RS_EINVAL);
	assert_int_equal(site_name_of_host("a@b", name), RS_EINVAL);
}

static int
start_server(void **state)
{
	(void)state;
	/* A test that hangs ends here instead of never. */
	alarm(60);
	return server_start(&server, NULL, NULL);
}

static int
stop_server(void **state)
{
	(void)state;
	server_stop(&server);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cookies_go_where_they_belong),
		cmocka_unit_test(a_body_is_wiped_where_that_is_asked_for),
		cmocka_unit_test(a_redirect_takes_no_session_to_another_host),
		cmocka_unit_test(the_jar_comes_back_as_the_site_left_it),
		cmocka_unit_test(a_password_answers_a_challenge),
		cmocka_unit_test(a_form_is_sent_once_and_not_redirected),
		cmocka_unit_test(a_site_is_a_registrable_domain),
	};

	return cmocka_run_group_tests_name("daemon/fetch/session", tests, start_server,
	    stop_server);
}
