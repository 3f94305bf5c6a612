/*
 * Fetching over HTTP, politely and within bounds.
 *
 * A fetcher runs any number of requests on one uv loop: few at once from each
 * host, with a pause between two starts (host.h says how turns are taken),
 * and within the bounds of struct fetch_limits.  It follows redirects by
 * itself; a redirect to another host does not wait for a turn there.  A host
 * that answers 429 or 503 is left alone for as long as it asks: until then,
 * requests for it, those that wait among them, end at once with RS_EREFUSED
 * and how long to stay away, so that the caller keeps them where waiting
 * costs no memory.
 *
 * Only public addresses are reached, and those that the settings allow
 * (guard.h).  Behind a proxy it is the proxy that connects, and this cannot be
 * checked.  TLS is always verified.  Nothing is read from the environment.
 * Cookies, passwords and the reader's own agent come with a request and go back with
 * its result; the fetcher keeps none of them.
 *
 * Everything happens on the thread of the loop, but for getaddrinfo, for which
 * libcurl makes threads.  The program ignores SIGPIPE.
 */
#ifndef DAEMON_FETCH_FETCHER_H
#define DAEMON_FETCH_FETCHER_H

#include <stdbool.h>

#include <uv.h>

#include "daemon/fetch/fetch.h"
#include "proto/base/clock.h"

struct fetcher;
struct fetch;

enum {
	FETCHER_TRANSFERS = 16,
	FETCHER_CONNECTIONS = 2
};

struct fetcher_settings {
	const char *agent_url;		/* told to the sites beside our name, or NULL */
	const char *proxy;		/* URL of an HTTP or SOCKS proxy, or NULL */
	const char *const *allow;	/* networks to reach though not public (guard.h) */
	size_t allow_count;
	struct fetch_limits limits;	/* a field of 0 takes its default */
	unsigned transfers;		/* at once in all; 0 takes FETCHER_TRANSFERS */
	unsigned connections;		/* at once for each host; 0: FETCHER_CONNECTIONS */
	int64_t spacing_ms;		/* between two starts on one host; 0: none */
	const struct clock *clock;	/* to name times of day; NULL: the machine's */
};

/**
 * fetcher_new(loop, settings, ret_fetcher, detail):
 * Make a fetcher on ${loop}; nothing of ${settings} is needed afterwards but
 * the clock.  RS_EINVAL when a network is malformed, with ${detail}; RS_ENOMEM.
 */
int fetcher_new(uv_loop_t *loop, const struct fetcher_settings *settings,
    struct fetcher **ret_fetcher, struct rs_err_detail *detail);

/**
 * fetcher_free(fetcher):
 * Cancel everything, without a callback, and free ${fetcher}; NULL is ignored.
 * Never called inside one of its callbacks.  Its handles leave the loop when
 * that next runs.
 */
void fetcher_free(struct fetcher *fetcher);

/**
 * on_done(context, result):
 * A fetch has ended; its handle is no longer valid.  The callee owns
 * ${result} and frees it with fetch_result_free.  It may start and cancel
 * other fetches.
 */
typedef void fetcher_done(void *context, struct fetch_result *result);

/**
 * fetcher_start(fetcher, request, on_done, context, ret_fetch):
 * Fetch what ${request} asks, of which nothing is needed afterwards.
 * ${on_done} is called once with ${context}, from the loop and never inside
 * this function, also when it is the request that is wrong; unless the fetch
 * is cancelled before.  ${ret_fetch} may be NULL.  RS_ENOMEM.
 */
int fetcher_start(struct fetcher *fetcher, const struct fetch_request *request,
    fetcher_done *on_done, void *context, struct fetch **ret_fetch);

/**
 * fetcher_cancel(fetch):
 * End ${fetch} now; its callback will not be called.
 */
void fetcher_cancel(struct fetch *fetch);

#endif
