/*
 * The fetcher against a server that misbehaves in every way we know: each
 * ends in its own error, with a line that names the host, within its bounds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <uv.h>

#include "daemon/fetch/fetcher.h"
#include "tests/server/server.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct server server;
static const char *const loopback[] = { "127.0.0.1" };

/* Where a callback leaves what it got. */
struct outcome {
	struct fetch_result *result;
	unsigned calls;
};

static void
on_done(void *context, struct fetch_result *result)
{
	struct outcome *outcome = context;

	outcome->result = result;
	outcome->calls++;
}

static struct fetcher_settings
settings_for_tests(void)
{
	struct fetcher_settings settings = {
		.allow = loopback,
		.allow_count = COUNT(loopback),
		.limits = { .total_ms = 20000 },
	};

	return settings;
}

static struct fetcher *
make_fetcher(uv_loop_t *loop, const struct fetcher_settings *settings)
{
	struct fetcher *fetcher;

	assert_int_equal(fetcher_new(loop, settings, &fetcher, NULL), RS_OK);
	return fetcher;
}

static void
free_fetcher(uv_loop_t *loop, struct fetcher *fetcher)
{
	fetcher_free(fetcher);
	uv_run(loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(loop), 0);
}

static const char *
url_of(const char *path)
{
	static char url[512];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", server.port, path);
	return url;
}

/* Start, and check that nothing was told inside the start. */
static struct fetch *
start(struct fetcher *fetcher, const struct fetch_request *request, struct outcome *outcome)
{
	unsigned calls = outcome->calls;
	struct fetch *fetch;

	assert_int_equal(fetcher_start(fetcher, request, on_done, outcome, &fetch), RS_OK);
	assert_int_equal(outcome->calls, calls);
	return fetch;
}

static void
wait_for(uv_loop_t *loop, const struct outcome *outcome, unsigned calls)
{
	while (outcome->calls < calls)
		assert_true(uv_run(loop, UV_RUN_ONCE) != 0 || outcome->calls >= calls);
}

/* One request on a fetcher of its own. */
static struct fetch_result *
fetch_once(const struct fetcher_settings *settings, const struct fetch_request *request)
{
	struct outcome outcome = { NULL, 0 };
	struct fetcher *fetcher;
	uv_loop_t loop;

	uv_loop_init(&loop);
	fetcher = make_fetcher(&loop, settings);
	start(fetcher, request, &outcome);
	wait_for(&loop, &outcome, 1);
	free_fetcher(&loop, fetcher);
	assert_int_equal(outcome.calls, 1);
	return outcome.result;
}

static struct fetch_result *
fetch_path(const char *path)
{
	struct fetcher_settings settings = settings_for_tests();
	struct fetch_request request = { .url = url_of(path) };

	return fetch_once(&settings, &request);
}

enum { ANY = 999 };	/* a status that depends on which packet came first */

static const struct expectation {
	const char *path;
	int err;
	unsigned status;
	const char *text;		/* in the body, or in the detail on an error */
	struct fetch_limits limits;
} expectations[] = {
	{ "/page", RS_OK, 200, "Words of the page", { 0 } },
	{ "/page#part", RS_OK, 200, "Words of the page", { 0 } },
	{ "/nothing", RS_OK, 404, "nothing here", { 0 } },
	{ "/status/500", RS_OK, 500, "the body of an error", { 0 } },
	{ "/bytes/1000", RS_OK, 200, "xxx", { .body_max = 1000 } },
	{ "/bytes/1001", RS_ELIMIT, 200, "longer than 1000 bytes", { .body_max = 1000 } },
	{ "/gzip/60000000", RS_ELIMIT, 200, "longer than 33554432 bytes",
	{ .body_max = SIZE_MAX } },
	{ "/endless", RS_ELIMIT, 200, "longer than 1000000 bytes", { .body_max = 1000000 } },
	{ "/gzip/999999", RS_OK, 200, "", { .body_max = 1000000 } },
	{ "/gzip/50000000", RS_ELIMIT, 200, "longer than 1000000 bytes", { .body_max = 1000000 } },
	{ "/headers", RS_ELIMIT, 200, "headers are longer", { 0 } },
	{ "/chain/10", RS_OK, 200, "Words of the page", { 0 } },
	{ "/chain/11", RS_ELIMIT, 302, "redirects", { 0 } },
	{ "/loop", RS_ELIMIT, 302, "redirects", { 0 } },
	{ "/redirect?file:///etc/passwd", RS_EREFUSED, 302, "not http or https", { 0 } },
	{ "/redirect?ftp://127.0.0.1/", RS_EREFUSED, 302, "not http or https", { 0 } },
	{ "/redirect?http://127.0.0.2:9/", RS_EREFUSED, 302, "127.0.0.2 is not public", { 0 } },
	{ "/redirect?http://[::1]:9/", RS_EREFUSED, 302, "::1 is not public", { 0 } },
	{ "/redirect?http://[::ffff:10.0.0.1]/", RS_EREFUSED, 302, "is not public", { 0 } },
	{ "/redirect?http://2130706434/", RS_EREFUSED, 302, "127.0.0.2 is not public", { 0 } },
	{ "/silent", RS_ETIMEOUT, 0, "127.0.0.1:", { .total_ms = 200 } },
	{ "/drip", RS_ETIMEOUT, 200, "127.0.0.1:", { .total_ms = 300 } },
	{ "/drip", RS_ETIMEOUT, 200, "too slow", { .stall_ms = 1000 } },
	{ "/short", RS_ENETWORK, 200, "127.0.0.1:", { 0 } },
	{ "/long", RS_OK, 200, "four", { 0 } },
	{ "/raw", RS_ENETWORK, 0, "127.0.0.1:", { 0 } },
	{ "/garbled", RS_ENETWORK, 200, "127.0.0.1:", { 0 } },
	{ "/encoding", RS_ENETWORK, 200, "127.0.0.1:", { 0 } },
	{ "/reset", RS_ENETWORK, ANY, "127.0.0.1:", { 0 } },
	{ "/hangup", RS_ENETWORK, 0, "127.0.0.1:", { 0 } },
};

static void
every_behaviour_has_its_end(void **state)
{
	struct fetcher_settings settings = settings_for_tests();
	struct fetch_result *result;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(expectations); i++) {
		const struct expectation *expected = &expectations[i];
		struct fetch_request request = {
			.url = url_of(expected->path),
			.limits = expected->limits,
		};
		const char *text;

		result = fetch_once(&settings, &request);
		text = expected->err == RS_OK ? buffer_text(&result->body) : result->detail.text;
		if (result->err != expected->err ||
		    (result->status != expected->status && expected->status != ANY) ||
		    strstr(text, expected->text) == NULL)
			fail_msg("%s: got %s, status %u, '%.200s'", expected->path,
			    rs_err_text(result->err), result->status, text);
		assert_true(result->err == RS_OK || result->body.len == 0);
		assert_true(result->err != RS_OK || result->detail.text[0] == '\0');
		/* The reason is there with every error, and names no host. */
		assert_true((result->err != RS_OK) == (result->reason[0] != '\0'));
		assert_null(strstr(result->reason, "127.0"));
		fetch_result_free(result);
	}
}

static const struct {
	const char *url;
	int err;
	const char *text;
} wrong_urls[] = {
	{ "", RS_EINVAL, "not an absolute URL" },
	{ "/path", RS_EINVAL, "not an absolute URL" },
	{ "http://", RS_EINVAL, "not an absolute URL" },
	{ "http://exa mple/", RS_EINVAL, "not an absolute URL" },
	{ "http://127.0.0.1:99999/", RS_EINVAL, "not an absolute URL" },
	{ "file:///etc/passwd", RS_EREFUSED, "only http and https" },
	{ "gopher://127.0.0.1/", RS_EREFUSED, "only http and https" },
	{ "javascript:alert(1)", RS_EINVAL, "not an absolute URL" },
	{ "http://127.0.0.2/", RS_EREFUSED, "127.0.0.2:80: its address 127.0.0.2 is not public" },
	{ "http://0/", RS_EREFUSED, "0.0.0.0 is not public" },
	{ "https://169.254.169.254/latest/", RS_EREFUSED, "169.254.169.254 is not public" },
	{ "http://localhost:1/", RS_ENETWORK, "localhost:1:" },
	{ "http://nowhere.invalid/", RS_ENETWORK, "nowhere.invalid:80:" },
};

static void
a_wrong_url_is_told_and_not_fetched(void **state)
{
	struct fetcher_settings settings = settings_for_tests();
	struct fetch_result *result;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(wrong_urls); i++) {
		struct fetch_request request = { .url = wrong_urls[i].url };

		result = fetch_once(&settings, &request);
		if (result->err != wrong_urls[i].err ||
		    strstr(result->detail.text, wrong_urls[i].text) == NULL)
			fail_msg("%s: got %s, '%s'", wrong_urls[i].url, rs_err_text(result->err),
			    result->detail.text);
		assert_non_null(result->url);
		assert_int_equal(result->status, 0);
		fetch_result_free(result);
	}
}

static void
settings_are_checked(void **state)
{
	const char *const wrong[] = { "127.0.0.1/33" };
	struct fetcher_settings settings = settings_for_tests();
	struct rs_err_detail detail;
	struct fetcher *fetcher;
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	settings.allow = wrong;
	assert_int_equal(fetcher_new(&loop, &settings, &fetcher, &detail), RS_EINVAL);
	assert_non_null(strstr(detail.text, "'127.0.0.1/33'"));
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void
the_request_says_who_and_what(void **state)
{
	static const struct {
		enum fetch_kind kind;
		const char *accept;
	} kinds[] = {
		{ FETCH_PAGE, "Accept: text/html," },
		{ FETCH_FEED, "Accept: application/atom+xml," },
		{ FETCH_IMAGE, "Accept: image/*," },
	};
	struct fetcher_settings settings = settings_for_tests();
	struct fetch_result *result;
	size_t i;

	(void)state;
	/* Neither of these may have an effect. */
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	settings.agent_url = "https://example.org/me";
	for (i = 0; i < COUNT(kinds); i++) {
		struct fetch_request request = { .url = url_of("/echo"), .kind = kinds[i].kind };

		result = fetch_once(&settings, &request);
		assert_int_equal(result->err, RS_OK);
		assert_non_null(strstr(buffer_text(&result->body), kinds[i].accept));
		assert_non_null(strstr(buffer_text(&result->body),
		    "User-Agent: readsync/" READSYNC_VERSION " (+https://example.org/me)\n"));
		assert_non_null(strstr(buffer_text(&result->body), "Accept-Encoding: "));
		assert_null(strstr(buffer_text(&result->body), "Cookie"));
		assert_null(strstr(buffer_text(&result->body), "Referer"));
		fetch_result_free(result);
	}
	unsetenv("http_proxy");
	unsetenv("all_proxy");
}

static void
an_unchanged_page_is_304(void **state)
{
	struct fetcher_settings settings = settings_for_tests();
	struct fetch_request request = { .url = url_of("/page") };
	struct fetch_result *first, *second;

	(void)state;
	first = fetch_once(&settings, &request);
	assert_string_equal(first->etag, "\"v1\"");
	assert_string_equal(first->last_modified, "Sat, 03 Jan 2004 10:00:00 GMT");
	assert_string_equal(first->content_type, "text/html; charset=utf-8");
	assert_true(first->wire_bytes > first->body.len);
	request.etag = first->etag;
	second = fetch_once(&settings, &request);
	assert_int_equal(second->err, RS_OK);
	assert_int_equal(second->status, 304);
	assert_int_equal(second->body.len, 0);
	fetch_result_free(second);
	request.etag = NULL;
	request.last_modified = first->last_modified;
	second = fetch_once(&settings, &request);
	assert_int_equal(second->status, 304);
	fetch_result_free(second);
	request.etag = "\"x\"\r\nCookie: forged=1";
	second = fetch_once(&settings, &request);
	assert_int_equal(second->err, RS_EINVAL);
	assert_non_null(strstr(second->detail.text, "control characters"));
	fetch_result_free(second);
	fetch_result_free(first);
}

static void
a_redirect_changes_the_url(void **state)
{
	struct fetch_result *result = fetch_path("/chain/3");

	(void)state;
	assert_string_equal(result->url, url_of("/page"));
	fetch_result_free(result);
}

static void
one_hop_gives_the_redirect_itself(void **state)
{
	struct fetcher_settings settings = settings_for_tests();
	struct fetch_request request = { .url = url_of("/chain/3"), .one_hop = true };
	struct fetch_result *result = fetch_once(&settings, &request);

	(void)state;
	assert_int_equal(result->err, RS_OK);
	assert_int_equal(result->status, 302);
	assert_string_equal(result->location, url_of("/chain/2"));
	fetch_result_free(result);
	request.url = url_of("/page");
	result = fetch_once(&settings, &request);
	assert_int_equal(result->status, 200);
	assert_null(result->location);
	fetch_result_free(result);
}

static void
the_referer_is_what_is_asked_for(void **state)
{
	struct fetcher_settings settings = settings_for_tests();
	struct fetch_request request = { .url = url_of("/echo"), .kind = FETCH_IMAGE,
	    .referer = "https://example.org/a" };
	struct fetch_result *result = fetch_once(&settings, &request);

	(void)state;
	assert_non_null(strstr(buffer_text(&result->body), "Referer: https://example.org/a"));
	fetch_result_free(result);
}

static void
the_last_referrer_policy_is_told(void **state)
{
	struct fetch_result *result = fetch_path("/status/200?Referrer-Policy:%20origin");

	(void)state;
	assert_string_equal(result->referrer_policy, "origin");
	fetch_result_free(result);
}

static void
a_certificate_nobody_signed_is_refused(void **state)
{
	struct fetcher_settings settings = settings_for_tests();
	struct fetch_request request = { 0 };
	struct fetch_result *result;
	struct server tls;
	char url[64];

	(void)state;
	assert_int_equal(server_start(&tls, "--tls", "tests/server/self-signed.pem"), 0);
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/page", tls.port);
	request.url = url;
	result = fetch_once(&settings, &request);
	assert_int_equal(result->err, RS_ENETWORK);
	assert_non_null(strstr(result->detail.text, "certificate"));
	fetch_result_free(result);
	server_stop(&tls);
}

static void
a_name_is_judged_by_its_address(void **state)
{
	struct fetcher_settings settings = settings_for_tests();
	struct fetch_request request = { .url = "http://localhost:1/" };
	struct fetch_result *result;

	(void)state;
	settings.allow_count = 0;
	result = fetch_once(&settings, &request);
	assert_int_equal(result->err, RS_EREFUSED);
	assert_non_null(strstr(result->detail.text, "localhost:1: its address"));
	fetch_result_free(result);
}

/* The proxy may be private: it is the reader's own. */
static void
behind_a_proxy_the_guard_steps_back(void **state)
{
	struct fetcher_settings settings = settings_for_tests();
	struct fetch_request request = { .url = "http://10.1.2.3/page" };
	struct fetch_result *result;
	char proxy[64];

	(void)state;
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", server.port);
	settings.proxy = proxy;
	settings.allow_count = 0;
	result = fetch_once(&settings, &request);
	/* The server sees the absolute form, which it has no page for. */
	assert_int_equal(result->err, RS_OK);
	assert_int_equal(result->status, 404);
	fetch_result_free(result);
	/* Whatever the environment says, nothing goes past the proxy, where no guard stands. */
	setenv("no_proxy", "*", 1);
	request.url = url_of("/page");
	result = fetch_once(&settings, &request);
	unsetenv("no_proxy");
	assert_int_equal(result->status, 404);
	fetch_result_free(result);
}

static void
connections_are_kept_and_their_loss_is_survived(void **state)
{
	static const char *const paths[] = { "/keep", "/keep", "/leave", "/keep" };
	struct fetcher_settings settings = settings_for_tests();
	struct outcome outcome = { NULL, 0 };
	struct fetcher *fetcher;
	unsigned numbers[COUNT(paths)], i;
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	fetcher = make_fetcher(&loop, &settings);
	for (i = 0; i < COUNT(paths); i++) {
		struct fetch_request request = { .url = url_of(paths[i]) };

		start(fetcher, &request, &outcome);
		wait_for(&loop, &outcome, i + 1);
		assert_int_equal(outcome.result->err, RS_OK);
		numbers[i] = (unsigned)atoi(buffer_text(&outcome.result->body));
		fetch_result_free(outcome.result);
	}
	assert_int_equal(numbers[0], numbers[1]);
	assert_int_equal(numbers[1], numbers[2]);
	assert_int_not_equal(numbers[2], numbers[3]);
	/* An idle connection does not keep the loop alive. */
	assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
	free_fetcher(&loop, fetcher);
}

enum { MANY = 12 };

static void
few_run_at_once_on_one_host(void **state)
{
	struct fetcher_settings settings = settings_for_tests();
	struct fetch_request request = { .url = url_of("/hold/20") };
	struct outcome outcomes[MANY] = { { NULL, 0 } };
	struct fetch_result *peak;
	struct fetcher *fetcher;
	uv_loop_t loop;
	int i;

	(void)state;
	uv_loop_init(&loop);
	fetcher = make_fetcher(&loop, &settings);
	for (i = 0; i < MANY; i++)
		start(fetcher, &request, &outcomes[i]);
	for (i = 0; i < MANY; i++) {
		wait_for(&loop, &outcomes[i], 1);
		assert_int_equal(outcomes[i].result->err, RS_OK);
		fetch_result_free(outcomes[i].result);
	}
	free_fetcher(&loop, fetcher);
	peak = fetch_path("/peak");
	assert_string_equal(buffer_text(&peak->body), "2");
	fetch_result_free(peak);
}

/* The pause is a least time, so that this cannot fail on a slow machine. */
static void
starts_on_one_host_are_spaced(void **state)
{
	struct fetcher_settings settings = settings_for_tests();
	struct fetch_request request = { .url = url_of("/page") };
	struct outcome outcomes[4] = { { NULL, 0 } };
	struct fetcher *fetcher;
	uint64_t started_ms;
	uv_loop_t loop;
	int i;

	(void)state;
	settings.spacing_ms = 50;
	uv_loop_init(&loop);
	fetcher = make_fetcher(&loop, &settings);
	started_ms = uv_now(&loop);
	for (i = 0; i < 4; i++)
		start(fetcher, &request, &outcomes[i]);
	for (i = 0; i < 4; i++) {
		wait_for(&loop, &outcomes[i], 1);
		assert_true(uv_now(&loop) >= started_ms + (uint64_t)(50 * i));
		assert_int_equal(outcomes[i].result->err, RS_OK);
		fetch_result_free(outcomes[i].result);
	}
	free_fetcher(&loop, fetcher);
}

static void
a_host_that_asks_for_it_is_left_alone(void **state)
{
	struct fetcher_settings settings = settings_for_tests();
	struct fetch_request request = { .url = url_of("/status/429?Retry-After:%20120") };
	struct outcome asked = { NULL, 0 }, waiting = { NULL, 0 }, later = { NULL, 0 };
	struct fetcher *fetcher;
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	settings.connections = 1;
	fetcher = make_fetcher(&loop, &settings);
	start(fetcher, &request, &asked);
	start(fetcher, &request, &waiting);
	wait_for(&loop, &waiting, 1);
	assert_int_equal(asked.result->err, RS_OK);
	assert_int_equal(asked.result->status, 429);
	assert_int_equal(asked.result->retry_after_ms, 120000);
	assert_int_equal(waiting.result->err, RS_EREFUSED);
	assert_int_equal(waiting.result->status, 0);
	assert_string_equal(waiting.result->url, request.url);
	assert_in_range(waiting.result->retry_after_ms, 1, 120000);
	assert_non_null(strstr(waiting.result->detail.text, "asks to be left alone until 2"));
	start(fetcher, &request, &later);
	wait_for(&loop, &later, 1);
	assert_int_equal(later.result->err, RS_EREFUSED);
	fetch_result_free(asked.result);
	fetch_result_free(waiting.result);
	fetch_result_free(later.result);
	free_fetcher(&loop, fetcher);
}

static void
what_a_host_asks_for_has_bounds(void **state)
{
	static const struct {
		const char *path;
		int64_t least_ms, most_ms;
	} cases[] = {
		{ "/status/503", 60000, 60000 },
		{ "/status/503?Retry-After:%207", 7000, 7000 },
		{ "/status/429?Retry-After:%20soon", 60000, 60000 },
		{ "/status/429?Retry-After:%20-5", 60000, 60000 },
		{ "/status/429?Retry-After:%2099999999999999999999", 60000, 86400000 },
		{ "/status/429?Retry-After:%2031536000", 86400000, 86400000 },
		{ "/status/429?Retry-After:%20Sat,%2003%20Jan%202004%2010:00:00%20GMT",
		    60000, 60000 },
		{ "/status/429?Retry-After:%20Fri,%2001%20Jan%202100%2000:00:00%20GMT",
		    86400000, 86400000 },
		{ "/status/200?Retry-After:%207", 0, 0 },
	};
	struct fetch_result *result;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		result = fetch_path(cases[i].path);
		assert_in_range(result->retry_after_ms, cases[i].least_ms, cases[i].most_ms);
		fetch_result_free(result);
	}
}

static void
start_drips(struct fetcher *fetcher, struct outcome *outcome, struct fetch **ret_drips)
{
	struct fetch_request request = { .url = url_of("/drip") };
	int i;

	for (i = 0; i < 3; i++)
		ret_drips[i] = start(fetcher, &request, outcome);
}

/* Cancelled while refused, waiting for its turn, and running. */
static void
cancelled_is_never_told(void **state)
{
	struct fetcher_settings settings = settings_for_tests();
	struct fetch_request wrong = { .url = "gopher://127.0.0.1/" };
	struct outcome cancelled = { NULL, 0 }, last = { NULL, 0 };
	struct fetch_request good;
	struct fetch *drips[3];
	struct fetcher *fetcher;
	uv_loop_t loop;
	int i;

	(void)state;
	uv_loop_init(&loop);
	fetcher = make_fetcher(&loop, &settings);
	start_drips(fetcher, &cancelled, drips);
	fetcher_cancel(start(fetcher, &wrong, &cancelled));
	/* Two run now and hold the host; the third waits. */
	good = (struct fetch_request){ .url = url_of("/page") };
	start(fetcher, &good, &last);
	for (i = 0; i < 20; i++)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(last.calls, 0);
	for (i = 0; i < 3; i++)
		fetcher_cancel(drips[i]);
	/* The host is free again, and only the last is told. */
	wait_for(&loop, &last, 1);
	assert_int_equal(last.result->err, RS_OK);
	assert_int_equal(cancelled.calls, 0);
	fetch_result_free(last.result);
	free_fetcher(&loop, fetcher);
}

enum { CALLERS = 3, TURNS = 8 };

/* Make a port of which the queue is full: whoever calls now gets no answer. */
static int
open_deaf_port(int sockets[CALLERS + 1])
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i <= CALLERS; i++) {
		sockets[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		assert_true(sockets[i] >= 0);
	}
	assert_int_equal(bind(sockets[0], (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(sockets[0], 0), 0);
	assert_int_equal(getsockname(sockets[0], (struct sockaddr *)&address, &len), 0);
	for (int i = 1; i <= CALLERS; i++)
		connect(sockets[i], (struct sockaddr *)&address, len);
	return ntohs(address.sin_port);
}

/*
 * libcurl closes a socket that is still connecting without telling us: its watch must
 * not stay, for the loop to poll it, or the next socket that gets its number to meet it.
 */
static void
cancelled_while_connecting_no_watch_stays(void **state)
{
	struct fetcher_settings settings = settings_for_tests();
	struct outcome cancelled = { NULL, 0 }, last = { NULL, 0 };
	struct fetch_request deaf, good = { .url = url_of("/page") };
	int sockets[CALLERS + 1];
	struct fetcher *fetcher;
	struct fetch *fetch;
	uv_loop_t loop;
	char url[64];

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", open_deaf_port(sockets));
	deaf = (struct fetch_request){ .url = url };
	uv_loop_init(&loop);
	fetcher = make_fetcher(&loop, &settings);
	for (int turns = 0; turns < TURNS; turns++) {
		for (int again = 0; again < 2; again++) {
			fetch = start(fetcher, &deaf, &cancelled);
			for (int i = 0; i < turns; i++)
				uv_run(&loop, UV_RUN_NOWAIT);
			assert_int_equal(cancelled.calls, 0);
			fetcher_cancel(fetch);
		}
		uv_run(&loop, UV_RUN_NOWAIT);
	}
	start(fetcher, &good, &last);
	wait_for(&loop, &last, 1);
	assert_int_equal(last.result->err, RS_OK);
	fetch_result_free(last.result);
	free_fetcher(&loop, fetcher);
	for (int i = 0; i <= CALLERS; i++)
		close(sockets[i]);
}

static void
freed_with_work_in_hand_nothing_is_told(void **state)
{
	struct fetcher_settings settings = settings_for_tests();
	struct fetch_request wrong = { .url = "gopher://127.0.0.1/" };
	struct outcome never = { NULL, 0 };
	struct fetch *drips[3];
	struct fetcher *fetcher;
	uv_loop_t loop;
	int i;

	(void)state;
	uv_loop_init(&loop);
	fetcher = make_fetcher(&loop, &settings);
	start_drips(fetcher, &never, drips);
	for (i = 0; i < 5; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	start(fetcher, &wrong, &never);
	free_fetcher(&loop, fetcher);
	assert_int_equal(never.calls, 0);
}

/* A callback that starts the next and cancels a third. */
struct juggler {
	struct fetcher *fetcher;
	struct fetch *other;
	struct outcome next;
	unsigned calls;
};

static void
on_juggled(void *context, struct fetch_result *result)
{
	struct juggler *juggler = context;
	struct fetch_request request = { .url = url_of("/page") };

	juggler->calls++;
	fetch_result_free(result);
	fetcher_cancel(juggler->other);
	start(juggler->fetcher, &request, &juggler->next);
}

static void
a_callback_may_start_and_cancel(void **state)
{
	static const char *const firsts[] = { "/page", "gopher://127.0.0.1/" };
	struct fetcher_settings settings = settings_for_tests();
	uv_loop_t loop;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(firsts); i++) {
		struct fetch_request first = { .url = firsts[i] };
		struct fetch_request drip = { .url = NULL };
		struct juggler juggler = { .calls = 0 };
		struct outcome never = { NULL, 0 };
		char url[512];

		uv_loop_init(&loop);
		juggler.fetcher = make_fetcher(&loop, &settings);
		snprintf(url, sizeof(url), "%s", url_of("/drip"));
		drip.url = url;
		juggler.other = start(juggler.fetcher, &drip, &never);
		if (firsts[i][0] == '/')
			first.url = url_of(firsts[i]);
		assert_int_equal(fetcher_start(juggler.fetcher, &first, on_juggled, &juggler,
		    NULL), RS_OK);
		wait_for(&loop, &juggler.next, 1);
		assert_int_equal(juggler.calls, 1);
		assert_int_equal(juggler.next.result->err, RS_OK);
		assert_int_equal(never.calls, 0);
		fetch_result_free(juggler.next.result);
		free_fetcher(&loop, juggler.fetcher);
	}
}

static int
start_server(void **state)
{
	(void)state;
	/* A test that hangs ends here instead of never. */
	alarm(120);
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
		cmocka_unit_test(every_behaviour_has_its_end),
		cmocka_unit_test(a_wrong_url_is_told_and_not_fetched),
		cmocka_unit_test(settings_are_checked),
		cmocka_unit_test(the_request_says_who_and_what),
		cmocka_unit_test(an_unchanged_page_is_304),
		cmocka_unit_test(a_redirect_changes_the_url),
		cmocka_unit_test(one_hop_gives_the_redirect_itself),
		cmocka_unit_test(the_referer_is_what_is_asked_for),
		cmocka_unit_test(the_last_referrer_policy_is_told),
		cmocka_unit_test(a_certificate_nobody_signed_is_refused),
		cmocka_unit_test(a_name_is_judged_by_its_address),
		cmocka_unit_test(behind_a_proxy_the_guard_steps_back),
		cmocka_unit_test(connections_are_kept_and_their_loss_is_survived),
		cmocka_unit_test(few_run_at_once_on_one_host),
		cmocka_unit_test(starts_on_one_host_are_spaced),
		cmocka_unit_test(a_host_that_asks_for_it_is_left_alone),
		cmocka_unit_test(what_a_host_asks_for_has_bounds),
		cmocka_unit_test(cancelled_is_never_told),
		cmocka_unit_test(cancelled_while_connecting_no_watch_stays),
		cmocka_unit_test(freed_with_work_in_hand_nothing_is_told),
		cmocka_unit_test(a_callback_may_start_and_cancel),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
