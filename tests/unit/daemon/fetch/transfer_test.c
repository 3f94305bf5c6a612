/*
 * Names that resolve to what an attacker likes, or not at all: this program
 * has a getaddrinfo of its own, which libcurl calls instead of libc's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dlfcn.h>
#include <netdb.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <uv.h>

#include "daemon/fetch/fetcher.h"
#include "tests/server/server.h"

static struct server server;
static atomic_int rebinds;
static sem_t asked, answer;	/* of slow.test: it has been, it may be given */

typedef int resolver(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int
getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
    struct addrinfo **ret_list)
{
	resolver *real = (resolver *)dlsym(RTLD_NEXT, "getaddrinfo");
	struct addrinfo *list;
	int err;

	if (strcmp(name, "slow.test") == 0) {
		sem_post(&asked);
		sem_wait(&answer);
		return EAI_AGAIN;
	}
	if (strcmp(name, "rebind.test") == 0)
		name = rebinds++ == 0 ? "127.0.0.1" : "10.0.0.1";
	if (strcmp(name, "mixed.test") != 0)
		return real(name, service, hints, ret_list);
	err = real("10.0.0.1", service, hints, &list);
	if (err == 0)
		err = real("127.0.0.1", service, hints, &list->ai_next);
	*ret_list = list;
	return err;
}

static void
on_done(void *context, struct fetch_result *result)
{
	*(struct fetch_result **)context = result;
}

static struct fetcher *
make_fetcher(uv_loop_t *loop)
{
	static const char *const allow[] = { "127.0.0.1" };
	struct fetcher_settings settings = { .allow = allow, .allow_count = 1 };
	struct fetcher *fetcher;

	uv_loop_init(loop);
	assert_int_equal(fetcher_new(loop, &settings, &fetcher, NULL), RS_OK);
	return fetcher;
}

static void
free_fetcher(uv_loop_t *loop, struct fetcher *fetcher)
{
	fetcher_free(fetcher);
	uv_run(loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(loop), 0);
}

static struct fetch *
start(struct fetcher *fetcher, const char *host, int64_t total_ms,
    struct fetch_result **ret_result)
{
	struct fetch_request request = { .limits = { .total_ms = total_ms } };
	struct fetch *fetch;
	char url[128];

	snprintf(url, sizeof(url), "http://%s:%d/page", host, server.port);
	request.url = url;
	*ret_result = NULL;
	assert_int_equal(fetcher_start(fetcher, &request, on_done, ret_result, &fetch), RS_OK);
	return fetch;
}

static struct fetch_result *
fetch_from(const char *host)
{
	struct fetch_result *result;
	struct fetcher *fetcher;
	uv_loop_t loop;

	fetcher = make_fetcher(&loop);
	start(fetcher, host, 20000, &result);
	while (result == NULL)
		uv_run(&loop, UV_RUN_ONCE);
	free_fetcher(&loop, fetcher);
	return result;
}

static void
each_connection_is_judged_by_its_address(void **state)
{
	struct fetch_result *result;

	(void)state;
	result = fetch_from("rebind.test");
	assert_int_equal(result->err, RS_OK);
	assert_int_equal(result->status, 200);
	fetch_result_free(result);
	result = fetch_from("rebind.test");
	assert_int_equal(result->err, RS_EREFUSED);
	assert_non_null(strstr(result->detail.text, "its address 10.0.0.1 is not public"));
	fetch_result_free(result);
}

static void
one_good_address_is_enough(void **state)
{
	struct fetch_result *result;

	(void)state;
	result = fetch_from("mixed.test");
	assert_int_equal(result->err, RS_OK);
	assert_int_equal(result->status, 200);
	fetch_result_free(result);
}

/* The name server answers only when all is over: had anything waited for it,
 * the alarm would end this test. */
static void
a_slow_name_server_stops_nothing(void **state)
{
	struct fetch_result *late, *cancelled, *page;
	struct fetcher *fetcher;
	struct fetch *fetch;
	uv_loop_t loop;

	(void)state;
	fetcher = make_fetcher(&loop);
	start(fetcher, "slow.test", 300, &late);
	fetch = start(fetcher, "slow.test", 20000, &cancelled);
	start(fetcher, "127.0.0.1", 20000, &page);
	while (page == NULL || late == NULL)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(page->err, RS_OK);
	assert_int_equal(late->err, RS_ETIMEOUT);
	fetch_result_free(page);
	fetch_result_free(late);
	sem_wait(&asked);
	sem_wait(&asked);
	fetcher_cancel(fetch);
	assert_null(cancelled);
	start(fetcher, "slow.test", 20000, &late);
	while (sem_trywait(&asked) != 0)
		uv_run(&loop, UV_RUN_ONCE);
	free_fetcher(&loop, fetcher);
	assert_null(late);
	sem_post(&answer);
	sem_post(&answer);
	sem_post(&answer);
}

static int
start_all(void **state)
{
	(void)state;
	alarm(60);
	sem_init(&asked, 0, 0);
	sem_init(&answer, 0, 0);
	return server_start(&server, NULL, NULL);
}

static int
stop_all(void **state)
{
	(void)state;
	server_stop(&server);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_connection_is_judged_by_its_address),
		cmocka_unit_test(one_good_address_is_enough),
		cmocka_unit_test(a_slow_name_server_stops_nothing),
	};

	return cmocka_run_group_tests(tests, start_all, stop_all);
}
