#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <curl/curl.h>

#include "daemon/fetch/fetcher.h"
#include "daemon/fetch/guard.h"
#include "daemon/fetch/host.h"
#include "daemon/fetch/multi.h"
#include "daemon/fetch/transfer.h"

enum fetch_state {
	FETCH_REFUSED,		/* has its result; on_turn tells it */
	FETCH_WAITING,		/* in its host's queue */
	FETCH_RUNNING		/* in the multi handle */
};

struct fetch {
	struct host_entry entry;	/* first: an entry is its fetch */
	TAILQ_ENTRY(fetch) link;	/* in the fetcher's list of its state */
	struct fetcher *fetcher;
	enum fetch_state state;
	struct transfer *transfer;	/* NULL when it is the request that is wrong */
	struct fetch_result *refusal;	/* NULL unless refused */
	fetcher_done *on_done;
	void *context;
};

TAILQ_HEAD(fetch_list, fetch);

struct fetcher {
	uv_loop_t *loop;
	uv_timer_t *turn;		/* on its own: it outlives us until uv lets go */
	struct transfer_setting setting;
	struct host_table hosts;
	struct fetch_list lists[FETCH_RUNNING + 1];
	unsigned running;
	unsigned running_max;
	const struct clock *clock;
};

static void on_transfer_done(void *context, CURL *easy, CURLcode code);

static struct fetch_limits
limits_complete(struct fetch_limits limits)
{
	if (limits.body_max == 0)
		limits.body_max = FETCH_BODY_MAX;
	if (limits.redirects_max == 0)
		limits.redirects_max = FETCH_REDIRECTS_DEFAULT;
	if (limits.total_ms == 0)
		limits.total_ms = FETCH_TOTAL_DEFAULT_MS;
	if (limits.connect_ms == 0)
		limits.connect_ms = FETCH_CONNECT_DEFAULT_MS;
	if (limits.stall_ms == 0)
		limits.stall_ms = FETCH_STALL_DEFAULT_MS;
	return limits;
}

/* Fill what the transfers share; on failure fetcher_free takes it away. */
static int
setting_fill(struct transfer_setting *setting, const struct fetcher_settings *settings,
    struct rs_err_detail *detail)
{
	const char *url = settings->agent_url;
	size_t i;
	int err;

	setting->limits = limits_complete(settings->limits);
	setting->proxy = strdup(settings->proxy == NULL ? "" : settings->proxy);
	if (setting->proxy == NULL)
		return RS_ENOMEM;
	if (asprintf(&setting->agent, "readsync/%s%s%s%s", READSYNC_VERSION,
	    url == NULL ? "" : " (+", url == NULL ? "" : url, url == NULL ? "" : ")") < 0) {
		setting->agent = NULL;
		return RS_ENOMEM;
	}
	err = guard_new(&setting->guard);
	for (i = 0; err == RS_OK && i < settings->allow_count; i++)
		err = guard_allow(setting->guard, settings->allow[i], detail);
	return err;
}

int
fetcher_new(uv_loop_t *loop, const struct fetcher_settings *settings,
    struct fetcher **ret_fetcher, struct rs_err_detail *detail)
{
	struct fetcher *fetcher = calloc(1, sizeof(*fetcher));
	int err, state;

	if (fetcher == NULL)
		return RS_ENOMEM;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(fetcher);
		return RS_ENOMEM;
	}
	fetcher->loop = loop;
	fetcher->clock = settings->clock != NULL ? settings->clock : clock_system();
	fetcher->running_max = settings->transfers != 0 ? settings->transfers :
	    FETCHER_TRANSFERS;
	for (state = FETCH_REFUSED; state <= FETCH_RUNNING; state++)
		TAILQ_INIT(&fetcher->lists[state]);
	host_table_init(&fetcher->hosts, settings->connections != 0 ? settings->connections :
	    FETCHER_CONNECTIONS, settings->spacing_ms);
	err = setting_fill(&fetcher->setting, settings, detail);
	if (err != RS_OK)
		goto out;
	err = RS_ENOMEM;
	fetcher->turn = malloc(sizeof(*fetcher->turn));
	if (fetcher->turn == NULL)
		goto out;
	uv_timer_init(loop, fetcher->turn);
	fetcher->turn->data = fetcher;
	err = multi_new(loop, on_transfer_done, fetcher, &fetcher->setting.multi);
out:
	if (err != RS_OK) {
		fetcher_free(fetcher);
		return err;
	}
	*ret_fetcher = fetcher;
	return RS_OK;
}

/* The only place where a fetch changes its state after its start. */
static void
set_state(struct fetch *fetch, enum fetch_state state)
{
	TAILQ_REMOVE(&fetch->fetcher->lists[fetch->state], fetch, link);
	fetch->state = state;
	TAILQ_INSERT_TAIL(&fetch->fetcher->lists[state], fetch, link);
}

static void on_turn(uv_timer_t *timer);

static int
fetch_new(struct fetcher *fetcher, fetcher_done *on_done, void *context,
    struct fetch **ret_fetch)
{
	struct fetch *fetch = calloc(1, sizeof(*fetch));

	if (fetch == NULL)
		return RS_ENOMEM;
	fetch->fetcher = fetcher;
	fetch->on_done = on_done;
	fetch->context = context;
	*ret_fetch = fetch;
	return RS_OK;
}

static void
fetch_free(struct fetch *fetch)
{
	transfer_free(fetch->transfer);
	fetch_result_free(fetch->refusal);
	free(fetch);
}

/* Prepare the exchange and find its queue. */
static int
fetch_prepare(struct fetch *fetch, const struct fetch_request *request, struct host **ret_host,
    struct rs_err_detail *detail)
{
	char *name;
	int err;

	err = transfer_host(request->url, &name, detail);
	if (err != RS_OK)
		return err;
	err = transfer_new(&fetch->fetcher->setting, request, &fetch->transfer);
	if (err == RS_EINVAL)
		rs_err_detail_set(detail, "%s: a validator holds control characters", name);
	if (err == RS_OK)
		err = host_find(&fetch->fetcher->hosts, name, ret_host);
	free(name);
	return err;
}

int
fetcher_start(struct fetcher *fetcher, const struct fetch_request *request,
    fetcher_done *on_done, void *context, struct fetch **ret_fetch)
{
	struct rs_err_detail detail = { "" };
	struct fetch *fetch;
	struct host *host;
	int err, reason;

	err = fetch_new(fetcher, on_done, context, &fetch);
	if (err != RS_OK)
		return err;
	reason = fetch_prepare(fetch, request, &host, &detail);
	if (reason == RS_ENOMEM)
		err = RS_ENOMEM;
	else if (reason != RS_OK)
		err = fetch_result_new(request->url, 0, &fetch->refusal);
	if (err != RS_OK) {
		fetch_free(fetch);
		return err;
	}
	if (reason == RS_OK) {
		fetch->state = FETCH_WAITING;
		host_enqueue(host, &fetch->entry);
	} else {
		fetch->state = FETCH_REFUSED;
		fetch->refusal->err = reason;
		fetch->refusal->detail = detail;
		fetch->refusal->reason = reason == RS_EREFUSED ?
		    "only http and https are fetched" : "not a URL that can be fetched";
	}
	TAILQ_INSERT_TAIL(&fetcher->lists[fetch->state], fetch, link);
	/* Its turn may have come already, but nothing is told before we return. */
	uv_timer_start(fetcher->turn, on_turn, 0, 0);
	if (ret_fetch != NULL)
		*ret_fetch = fetch;
	return RS_OK;
}

/* The one end of every fetch that is not cancelled. */
static void
finish(struct fetch *fetch, struct fetch_result *result)
{
	fetcher_done *on_done = fetch->on_done;
	void *context = fetch->context;

	TAILQ_REMOVE(&fetch->fetcher->lists[fetch->state], fetch, link);
	fetch->refusal = NULL;
	fetch_free(fetch);
	on_done(context, result);
}

/* What waits for a host that has closed gets its result: until when. */
static void
refuse_closed(struct fetcher *fetcher, int64_t now_ms)
{
	struct host_entry *entry;
	struct fetch *fetch;
	struct fetch_result *result;
	char until[21];

	while ((entry = host_take_refused(&fetcher->hosts, now_ms)) != NULL) {
		fetch = (struct fetch *)entry;
		result = transfer_result(fetch->transfer, CURLE_OK);
		result->err = RS_EREFUSED;
		result->reason = "the host asks to be left alone";
		result->retry_after_ms = host_closed_until(entry->host) - now_ms;
		clock_format(clock_now_ms(fetcher->clock) + result->retry_after_ms, until);
		rs_err_detail_set(&result->detail, "%s: asks to be left alone until %s",
		    host_name(entry->host), until);
		fetch->refusal = result;
		set_state(fetch, FETCH_REFUSED);
	}
}

static void
start_transfer(struct fetch *fetch)
{
	struct fetcher *fetcher = fetch->fetcher;
	CURL *easy = transfer_easy(fetch->transfer);

	curl_easy_setopt(easy, CURLOPT_PRIVATE, fetch);
	if (multi_add(fetcher->setting.multi, easy) != RS_OK) {
		host_finished(fetch->entry.host);
		fetch->refusal = transfer_result(fetch->transfer, CURLE_OUT_OF_MEMORY);
		set_state(fetch, FETCH_REFUSED);
		return;
	}
	set_state(fetch, FETCH_RUNNING);
	fetcher->running++;
}

/* Come back when the next turn is due. */
static void
set_timer(struct fetcher *fetcher, int64_t now_ms)
{
	int64_t due_ms = host_due(&fetcher->hosts, now_ms);

	/* Without room it is the end of a transfer that brings the next turn. */
	if (due_ms == INT64_MAX || fetcher->running >= fetcher->running_max)
		uv_timer_stop(fetcher->turn);
	else
		uv_timer_start(fetcher->turn, on_turn, (uint64_t)(due_ms - now_ms), 0);
}

/* Tell those that got no exchange; those that a callback adds, the next time. */
static void
tell_refused(struct fetcher *fetcher)
{
	struct fetch_list *refused = &fetcher->lists[FETCH_REFUSED];
	struct fetch *fetch;
	size_t count = 0;

	TAILQ_FOREACH(fetch, refused, link)
		count++;
	for (; count > 0 && (fetch = TAILQ_FIRST(refused)) != NULL; count--)
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it has left the list */
		finish(fetch, fetch->refusal);
}

/* Give out turns.  The callbacks come last, for they may start and cancel. */
static void
take_turns(struct fetcher *fetcher)
{
	int64_t now_ms = (int64_t)uv_now(fetcher->loop);
	struct host_entry *entry;

	refuse_closed(fetcher, now_ms);
	while (fetcher->running < fetcher->running_max &&
	    (entry = host_take(&fetcher->hosts, now_ms)) != NULL)
		start_transfer((struct fetch *)entry);
	host_table_purge(&fetcher->hosts, now_ms);
	set_timer(fetcher, now_ms);
	tell_refused(fetcher);
}

static void
on_turn(uv_timer_t *timer)
{
	take_turns(timer->data);
}

/* The host that answered last asks to be left alone, not the one first asked. */
static void
close_host(struct fetcher *fetcher, const struct fetch_result *result)
{
	struct rs_err_detail ignored;
	struct host *host;
	char *name;

	if (transfer_host(result->url, &name, &ignored) != RS_OK)
		return;
	if (host_find(&fetcher->hosts, name, &host) == RS_OK)
		host_close(host, (int64_t)uv_now(fetcher->loop) + result->retry_after_ms);
	free(name);
}

static void
on_transfer_done(void *context, CURL *easy, CURLcode code)
{
	struct fetcher *fetcher = context;
	struct fetch_result *result;
	struct fetch *fetch;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&fetch);
	fetcher->running--;
	host_finished(fetch->entry.host);
	result = transfer_result(fetch->transfer, code);
	if (result->retry_after_ms > 0)
		close_host(fetcher, result);
	finish(fetch, result);
	take_turns(fetcher);
}

/* Take a fetch out of all that points at it, and free it. */
static void
abandon(struct fetch *fetch)
{
	struct fetcher *fetcher = fetch->fetcher;

	switch (fetch->state) {
	case FETCH_REFUSED:
		break;
	case FETCH_WAITING:
		host_dequeue(&fetch->entry);
		break;
	case FETCH_RUNNING:
		multi_remove(fetcher->setting.multi, transfer_easy(fetch->transfer));
		host_finished(fetch->entry.host);
		fetcher->running--;
		break;
	}
	TAILQ_REMOVE(&fetcher->lists[fetch->state], fetch, link);
	fetch_free(fetch);
}

void
fetcher_cancel(struct fetch *fetch)
{
	struct fetcher *fetcher = fetch->fetcher;

	abandon(fetch);
	/* Another may have its turn now, but not before the caller is done. */
	uv_timer_start(fetcher->turn, on_turn, 0, 0);
}

static void
on_turn_closed(uv_handle_t *handle)
{
	free(handle);
}

void
fetcher_free(struct fetcher *fetcher)
{
	struct fetch *fetch;
	int state;

	if (fetcher == NULL)
		return;
	for (state = FETCH_REFUSED; state <= FETCH_RUNNING; state++) {
		while ((fetch = TAILQ_FIRST(&fetcher->lists[state])) != NULL)
			/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it has left the list */
			abandon(fetch);
	}
	multi_free(fetcher->setting.multi);
	if (fetcher->turn != NULL)
		uv_close((uv_handle_t *)fetcher->turn, on_turn_closed);
	host_table_release(&fetcher->hosts);
	guard_free(fetcher->setting.guard);
	free(fetcher->setting.agent);
	free(fetcher->setting.proxy);
	free(fetcher);
	curl_global_cleanup();
}
