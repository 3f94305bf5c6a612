#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/pipeline.h"
#include "daemon/session/session.h"
#include "daemon/task.h"
#include "proto/replica/item.h"

/* How long everything waits when the vault cannot take more (a full disk). */
#define VAULT_PAUSE_MS (5 * 1000)
#define LOOK_AGAIN_MS (24 * 60 * 60 * 1000)

/* Twice the tasks, as those in hand may be the first that the table gives. */
#define FETCHED_ROWS (2 * PIPELINE_TASKS)
#define HOLDS 64			/* put aside in one job */
#define QUEUED_ROWS 512			/* looked at in one job, so that others have their turn */

/* An item whose site is left alone. */
struct hold {
	uint8_t item[HASH_NAME_LEN];
	char site[SITE_NAME_SIZE];
	char why[ITEM_WAITS_MAX + 1];
	int64_t due_ms;			/* until then; 0: until the reader says something */
};

/* One look at the work table: at what lies fetched, and at a window of what is queued. */
struct scan {
	struct vault_job job;		/* first: a job is cast back to its scan */
	struct pipeline *pipeline;
	struct replica *replica;	/* the vault thread's, during the job */
	struct task_place places[PIPELINE_TASKS];	/* in hand, then those found */
	size_t place_count;
	struct task *found[PIPELINE_TASKS];
	size_t found_count;
	struct hold holds[HOLDS];
	size_t hold_count;
	unsigned skip;			/* where the window begins */
	unsigned looked;		/* how many rows of it were there */
	bool wait_set;			/* the replica knows how long others may be first */
	int64_t next_due_ms;		/* 0: nothing falls due later */
	int err;
};

struct pipeline {
	struct pipeline_settings settings;
	struct task_parts parts;
	uv_timer_t timer;		/* the next row that falls due */
	struct scan scan;
	struct task *tasks[PIPELINE_TASKS];
	size_t task_count;
	bool scanning;
	bool scan_again;		/* woken while a scan was under way */
	bool stopping;
	int64_t paused_until_ms;	/* the vault refused; 0: it did not */
	void (*on_stopped)(void *context);
	void *stopped_context;
};

static void stop_when_empty(struct pipeline *pipeline);

/* ------------------------------------------------------------- what tasks tell */

/* Its item may be looked at again. */
static void
on_task_end(void *context, struct task *task)
{
	struct pipeline *pipeline = context;
	size_t i;

	for (i = 0; pipeline->tasks[i] != task; i++)
		continue;
	pipeline->tasks[i] = pipeline->tasks[--pipeline->task_count];
	task_free(task);
	pipeline_wake(pipeline);
}

/* Nothing else begins for a while; the parked are repeated then. */
static void
on_vault_refused(void *context, struct task *task, int err)
{
	struct pipeline *pipeline = context;

	/* Told once, not with each task and each pause. */
	if (pipeline->paused_until_ms == 0) {
		LOG(LOG_LEVEL_ERROR, "vault-refused", log_text("home", pipeline->settings.home),
		    log_text("item", task_name(task)), log_text("error", rs_err_text(err)));
	}
	pipeline->paused_until_ms = clock_now_ms(pipeline->settings.clock) + VAULT_PAUSE_MS;
	pipeline_wake(pipeline);
}

static void
on_vault_took(void *context)
{
	struct pipeline *pipeline = context;

	if (pipeline->paused_until_ms == 0)
		return;
	pipeline->paused_until_ms = 0;
	LOG(LOG_LEVEL_NOTICE, "vault-works-again", log_text("home", pipeline->settings.home));
}

/* Where one has to be alone, nobody else is. */
static bool
is_taken(void *context, const struct task *task, const struct task_place *place)
{
	const struct pipeline *pipeline = context;
	size_t i;

	for (i = 0; i < pipeline->task_count; i++) {
		const struct task_place *other = task_place(pipeline->tasks[i]);

		if (pipeline->tasks[i] != task && (place->alone || other->alone) &&
		    memcmp(other->site, place->site, sizeof(place->site)) == 0)
			return true;
	}
	return false;
}

static bool
any_parked(const struct pipeline *pipeline)
{
	size_t i;

	for (i = 0; i < pipeline->task_count; i++) {
		if (task_is_parked(pipeline->tasks[i]))
			return true;
	}
	return false;
}

static void
repeat_parked(struct pipeline *pipeline)
{
	size_t i;

	for (i = 0; i < pipeline->task_count; i++) {
		if (task_is_parked(pipeline->tasks[i]))
			task_repeat(pipeline->tasks[i]);
	}
}

/* -------------------------------------------------------- finding the work */

/* Hash the host in ${url}, with its port; user names do not make it another. */
static void
hash_host(const char *url, uint8_t hash[HASH_NAME_LEN])
{
	const char *start = strstr(url, "://"), *at;
	struct bytes host;

	start = start == NULL ? url : start + 3;
	host = bytes_of(start, strcspn(start, "/?#"));
	at = memrchr(host.data, '@', host.len);
	if (at != NULL)
		host = bytes_of(at + 1, host.len - (size_t)(at + 1 - start));
	hash_name(bytes_of(NULL, 0), &host, 1, hash);
}

/*
 * Tell whether a row may have a place.  One that is in hand has one; and of those that
 * are still to be fetched no host fills more than its share, however many it has and
 * however long it takes to answer.
 */
static bool
may_have_place(const struct scan *scan, const struct task_place *place, enum work_state state)
{
	unsigned same_host = 0;
	size_t i;

	for (i = 0; i < scan->place_count; i++) {
		if (memcmp(scan->places[i].item, place->item, HASH_NAME_LEN) == 0)
			return false;
		if (memcmp(scan->places[i].host, place->host, HASH_NAME_LEN) != 0)
			continue;
		if (scan->places[i].alone)
			return false;
		same_host++;
	}
	return state != WORK_QUEUED || same_host < scan->pipeline->settings.host_tasks;
}

/* Tell whether somebody is in hand of the same site as ${place}. */
static bool
has_neighbour(const struct scan *scan, const struct task_place *place)
{
	size_t i;

	for (i = 0; i < scan->place_count; i++) {
		if (memcmp(scan->places[i].site, place->site, HASH_NAME_LEN) == 0)
			return true;
	}
	return false;
}

/*
 * Decide how the page of ${work} is fetched.  ${ret_session} stays NULL when it is not, for now:
 * its site is left alone, or somebody is there already.
 */
static int
plan(struct scan *scan, const struct work *work, struct task_place *place,
    struct session **ret_session)
{
	struct session *session;
	struct hold *hold;
	int err = session_plan(scan->replica, work->url, &session);

	if (err != RS_OK)
		return err;
	session_name_place(session, place->site, &place->alone);
	if (session->hold[0] == '\0' && !(place->alone && has_neighbour(scan, place))) {
		err = session_read_rule(session, scan->pipeline->settings.home, work->url);
		if (err == RS_OK)
			*ret_session = session;
		else
			session_free(session);
		return err;
	}
	if (session->hold[0] != '\0') {
		hold = &scan->holds[scan->hold_count++];
		memcpy(hold->item, work->item, sizeof(hold->item));
		snprintf(hold->site, sizeof(hold->site), "%s", session->site.name);
		snprintf(hold->why, sizeof(hold->why), "%s", session->hold);
		hold->due_ms = session->due_ms;
	}
	session_free(session);
	return RS_OK;
}

static bool
collect(void *context, const struct work *work)
{
	struct scan *scan = context;
	struct task_place place = { .alone = false };
	struct session *session = NULL;
	struct task *task;

	scan->looked += work->state == WORK_QUEUED;
	memcpy(place.item, work->item, HASH_NAME_LEN);
	hash_host(work->url, place.host);
	if (!may_have_place(scan, &place, work->state))
		return true;
	if (work->state == WORK_QUEUED) {
		scan->err = plan(scan, work, &place, &session);
		if (scan->err != RS_OK)
			return false;
		if (session == NULL)
			return scan->hold_count < HOLDS;
	}
	scan->err = task_new(&scan->pipeline->parts, work, &place, session, &task);
	if (scan->err != RS_OK) {
		session_free(session);
		return false;
	}
	scan->found[scan->found_count++] = task;
	scan->places[scan->place_count++] = place;
	return scan->place_count < PIPELINE_TASKS;
}

static int
set_wait(struct scan *scan, struct replica *replica)
{
	int err = scan->wait_set ? RS_OK : replica_begin(replica);

	if (scan->wait_set || err != RS_OK)
		return err;
	err = replica_settle(replica, work_wait(replica, scan->pipeline->settings.wait_ms));
	scan->wait_set = err == RS_OK;
	return err;
}

/* Put aside what waits for the reader, or for a new month. */
static int
put_aside(struct scan *scan, struct replica *replica)
{
	const struct hold *hold = scan->holds;
	int err = replica_begin(replica);

	for (; err == RS_OK && hold < scan->holds + scan->hold_count; hold++)
		err = session_put_aside(replica, hold->item, hold->site, hold->why, hold->due_ms);
	return replica_settle(replica, err);
}

static void
scan_work(struct vault_job *job, struct replica *replica)
{
	struct scan *scan = (struct scan *)job;
	int64_t now_ms = clock_now_ms(replica_clock(replica));
	int err;

	scan->err = RS_OK;
	scan->replica = replica;
	scan->hold_count = 0;
	scan->looked = 0;
	scan->next_due_ms = 0;
	err = set_wait(scan, replica);
	if (err == RS_OK)
		err = work_due(replica, WORK_FETCHED, now_ms, 0, FETCHED_ROWS, collect, scan);
	if (err == RS_OK && scan->err == RS_OK && scan->place_count < PIPELINE_TASKS)
		err = work_due(replica, WORK_QUEUED, now_ms, scan->skip, QUEUED_ROWS, collect,
		    scan);
	if (err == RS_OK && scan->err == RS_OK && scan->hold_count > 0)
		err = put_aside(scan, replica);
	if (err == RS_OK)
		err = work_next_due(replica, now_ms, &scan->next_due_ms);
	/* The clock was set back: what was put off before would wait for it. */
	if (err == RS_OK && scan->next_due_ms > now_ms + WORK_WAIT_MAX_MS) {
		err = replica_begin(replica);
		if (err == RS_OK)
			err = replica_settle(replica, work_hasten(replica, now_ms));
	}
	if (err != RS_OK && err != RS_ENOTFOUND)
		scan->err = err;
}

static void
on_timer(uv_timer_t *timer)
{
	pipeline_wake(timer->data);
}

/* Look again at ${at_ms}, or in a day at the latest. */
static void
set_timer(struct pipeline *pipeline, int64_t at_ms)
{
	int64_t wait_ms = at_ms - clock_now_ms(pipeline->settings.clock);

	if (wait_ms < 0)
		wait_ms = 0;
	if (wait_ms > LOOK_AGAIN_MS)
		wait_ms = LOOK_AGAIN_MS;
	uv_timer_start(&pipeline->timer, on_timer, (uint64_t)wait_ms, 0);
}

static void on_scanned(struct vault_job *job);

/* Look at the table, at the window of the queued behind the first ${skip}. */
static void
scan_begin(struct pipeline *pipeline, unsigned skip)
{
	struct scan *scan = &pipeline->scan;
	size_t i;

	pipeline->scanning = true;
	scan->pipeline = pipeline;
	scan->skip = skip;
	scan->place_count = 0;
	for (i = 0; i < pipeline->task_count; i++)
		scan->places[scan->place_count++] = *task_place(pipeline->tasks[i]);
	scan->job.work = scan_work;
	scan->job.on_done = on_scanned;
	vault_thread_post(pipeline->settings.vault, &scan->job);
}

static void
on_scanned(struct vault_job *job)
{
	struct scan *scan = (struct scan *)job;
	struct pipeline *pipeline = scan->pipeline;
	size_t i;

	pipeline->scanning = false;
	for (i = 0; i < scan->found_count; i++) {
		if (pipeline->stopping) {
			task_free(scan->found[i]);
			continue;
		}
		pipeline->tasks[pipeline->task_count++] = scan->found[i];
		task_start(scan->found[i]);
	}
	scan->found_count = 0;
	if (pipeline->stopping) {
		stop_when_empty(pipeline);
	} else if (scan->err != RS_OK) {
		LOG(LOG_LEVEL_ERROR, "scan-failed", log_text("error", rs_err_text(scan->err)));
		pipeline->scan_again = false;
		set_timer(pipeline, clock_now_ms(pipeline->settings.clock) + VAULT_PAUSE_MS);
	} else if (scan->looked == QUEUED_ROWS && scan->place_count < PIPELINE_TASKS) {
		/* Hosts that have their share fill the window: there may be others behind it. */
		scan_begin(pipeline, scan->skip + QUEUED_ROWS);
	} else if (pipeline->scan_again || scan->hold_count == HOLDS) {
		pipeline->scan_again = false;
		pipeline_wake(pipeline);
	} else if (any_parked(pipeline)) {
		set_timer(pipeline, pipeline->paused_until_ms);
	} else if (scan->next_due_ms != 0) {
		set_timer(pipeline, scan->next_due_ms);
	}
}

void
pipeline_wake(struct pipeline *pipeline)
{
	int64_t pause_ms = pipeline->paused_until_ms - clock_now_ms(pipeline->settings.clock);

	if (pipeline->stopping) {
		stop_when_empty(pipeline);
		return;
	}
	/* A longer one is none: the clock was set back. */
	if (pause_ms > 0 && pause_ms <= VAULT_PAUSE_MS) {
		set_timer(pipeline, pipeline->paused_until_ms);
		return;
	}
	repeat_parked(pipeline);
	if (pipeline->scanning)
		pipeline->scan_again = true;
	else if (pipeline->task_count < PIPELINE_TASKS)
		/* A full house looks again when somebody leaves. */
		scan_begin(pipeline, 0);
}

/* ------------------------------------------------------------ begin and end */

int
pipeline_new(const struct pipeline_settings *settings, struct pipeline **ret_pipeline)
{
	struct pipeline *pipeline = calloc(1, sizeof(*pipeline));

	if (pipeline == NULL)
		return RS_ENOMEM;
	pipeline->settings = *settings;
	pipeline->parts = (struct task_parts){
		.vault = settings->vault,
		.fetcher = settings->fetcher,
		.pool = settings->pool,
		.clock = settings->clock,
		.random = settings->random,
		.home = settings->home,
		.images = settings->images,
		.on_end = on_task_end,
		.on_refused = on_vault_refused,
		.on_taken = on_vault_took,
		.is_taken = is_taken,
		.context = pipeline
	};
	pipeline->timer.data = pipeline;
	uv_timer_init(settings->loop, &pipeline->timer);
	*ret_pipeline = pipeline;
	return RS_OK;
}

static void
on_timer_closed(uv_handle_t *timer)
{
	struct pipeline *pipeline = timer->data;
	void (*on_stopped)(void *) = pipeline->on_stopped;
	void *context = pipeline->stopped_context;

	free(pipeline);
	on_stopped(context);
}

static void
stop_when_empty(struct pipeline *pipeline)
{
	if (pipeline->task_count == 0 && !pipeline->scanning &&
	    !uv_is_closing((uv_handle_t *)&pipeline->timer))
		uv_close((uv_handle_t *)&pipeline->timer, on_timer_closed);
}

void
pipeline_stop(struct pipeline *pipeline, void (*on_stopped)(void *context), void *context)
{
	size_t i;

	pipeline->stopping = true;
	pipeline->on_stopped = on_stopped;
	pipeline->stopped_context = context;
	uv_timer_stop(&pipeline->timer);
	/* From the last: one that ends at once leaves its place to that. */
	for (i = pipeline->task_count; i-- > 0;)
		task_stop(pipeline->tasks[i]);
	stop_when_empty(pipeline);
}
