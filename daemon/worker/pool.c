#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "daemon/base/log.h"
#include "daemon/worker/pool.h"
#include "daemon/worker/process.h"
#include "daemon/worker/worker.h"
#include "proto/base/buffer.h"
#include "proto/base/secret.h"
#include "proto/record/article.h"
#include "proto/record/unpack.h"
#include "proto/replica/text.h"

enum {
	WORKERS_MAX = 64,
	START_LIMIT_MS = 10 * 1000,	/* from exec to a closed sandbox */
	RESTART_FIRST_MS = 100,		/* doubled with each worker that does not start */
	RESTART_LAST_MS = 30 * 1000,
	GIVE_UP_AFTER = 5,		/* such workers in a row: waiting jobs fail */
	RESULT_MEMORY = 128 * 1024 * 1024,	/* of an unpacked result */
	EXCERPT_MAX = 200		/* bytes, as readsync.proto says of evidence */
};

struct pool_job {
	TAILQ_ENTRY(pool_job) link;	/* while it waits */
	struct pool *pool;
	struct slot *slot;		/* the worker that has it, or NULL: it waits */
	uint8_t *packed;		/* while it waits */
	size_t len;
	Readsync__Job__Kind kind;
	pool_on_done *on_done;		/* NULL once it is cancelled */
	void *context;
};

enum slot_state {
	SLOT_DOWN,		/* no process; the timer brings one */
	SLOT_STARTING,		/* a process, not ready yet; the timer limits that */
	SLOT_IDLE,
	SLOT_BUSY,		/* has a job; the timer limits that */
	SLOT_ENDING		/* killed; its end will be told */
};

/* The place of one worker: the process changes, the slot stays. */
struct slot {
	struct pool *pool;
	enum slot_state state;
	struct process *process;
	struct pool_job *job;
	unsigned jobs_done;
	bool timed_out;
	uv_timer_t timer;
};

struct pool {
	uv_loop_t *loop;
	struct pool_options options;
	TAILQ_HEAD(, pool_job) waiting;
	size_t waiting_bytes;
	struct pool_status status;
	unsigned start_failures;	/* in a row */
	bool freed;
	unsigned open_timers;
	unsigned slot_count;
	struct slot slots[];
};

static void on_process_message(void *context, struct bytes message);
static void on_process_end(void *context, const char *how);

static const struct process_events events = { on_process_message, on_process_end };

static void slot_start(struct slot *slot);

static void
wipe_text(char *text)
{
	/* An empty one is protobuf-c's own, and constant. */
	if (text != NULL && text[0] != '\0')
		secret_wipe(text, strlen(text));
}

void
pool_form_free(Readsync__Form *form)
{
	if (form == NULL)
		return;
	for (size_t i = 0; i < form->n_fields; i++)
		wipe_text(form->fields[i]->value);
	for (size_t i = 0; i < form->n_extra; i++)
		wipe_text(form->extra[i]->value);
	wipe_text(form->refusal);
	readsync__form__free_unpacked(form, NULL);
}

void
pool_result_free(Readsync__JobResult *result)
{
	if (result == NULL)
		return;
	pool_form_free(result->form);
	result->form = NULL;
	readsync__job_result__free_unpacked(result, NULL);
}

/* Free ${job}, and what it would have sent. */
static void
job_free(struct pool_job *job)
{
	if (job->packed != NULL)
		secret_wipe(job->packed, job->len);
	free(job->packed);
	free(job);
}

/* End ${job}.  The callback may free the pool; pool->freed then says so. */
static void
finish(struct pool_job *job, int err, Readsync__JobResult *result, const char *detail)
{
	pool_on_done *on_done = job->on_done;
	void *context = job->context;

	job_free(job);
	if (on_done != NULL)
		on_done(context, err, result, detail);
	else
		pool_result_free(result);
}

static struct pool_job *
take_waiting(struct pool *pool)
{
	struct pool_job *job = TAILQ_FIRST(&pool->waiting);

	if (job == NULL)
		return NULL;
	TAILQ_REMOVE(&pool->waiting, job, link);
	pool->status.waiting--;
	pool->waiting_bytes -= job->len;
	return job;
}

static void
on_slow_job(uv_timer_t *timer)
{
	struct slot *slot = timer->data;

	slot->timed_out = true;
	slot->state = SLOT_ENDING;
	process_kill(slot->process);
}

/* Give the jobs that wait to the workers that are idle. */
static void
dispatch(struct pool *pool)
{
	struct slot *slot;
	struct pool_job *job;

	for (slot = pool->slots; slot < pool->slots + pool->slot_count; slot++) {
		if (slot->state != SLOT_IDLE)
			continue;
		if ((job = take_waiting(pool)) == NULL)
			return;
		slot->state = SLOT_BUSY;
		slot->job = job;
		job->slot = slot;
		uv_timer_start(&slot->timer, on_slow_job, pool->options.time_limit_ms, 0);
		process_send(slot->process, job->packed, job->len);
		job->packed = NULL;
	}
}

/* No worker starts: tell the jobs that wait now (callbacks may add others). */
static void
fail_waiting(struct pool *pool)
{
	size_t count = pool->status.waiting;
	char detail[256];

	snprintf(detail, sizeof(detail), "%s", pool->status.problem);
	while (count-- > 0 && !pool->freed && pool->status.waiting > 0)
		finish(take_waiting(pool), RS_EIO, NULL, detail);
}

static void
on_restart(uv_timer_t *timer)
{
	slot_start(timer->data);
}

/* A worker has died before its first job: the next one comes later. */
static void
start_failed(struct slot *slot, const char *why)
{
	struct pool *pool = slot->pool;
	uint64_t delay = RESTART_FIRST_MS;
	unsigned i;

	slot->state = SLOT_DOWN;
	snprintf(pool->status.problem, sizeof(pool->status.problem),
	    "no worker: the last one %s", why);
	for (i = 0; i < pool->start_failures && delay < RESTART_LAST_MS; i++)
		delay *= 2;
	uv_timer_start(&slot->timer, on_restart,
	    delay < RESTART_LAST_MS ? delay : RESTART_LAST_MS, 0);
	if (++pool->start_failures == GIVE_UP_AFTER)
		LOG(LOG_LEVEL_ERROR, "no-worker", log_text("reason", pool->status.problem));
	if (pool->start_failures >= GIVE_UP_AFTER)
		fail_waiting(pool);
}

static void
slot_start(struct slot *slot)
{
	struct rs_err_detail detail = { "could not be started: out of memory" };

	slot->jobs_done = 0;
	slot->timed_out = false;
	if (process_start(slot->pool->loop, &events, slot, &slot->process, &detail) != RS_OK) {
		start_failed(slot, detail.text);
		return;
	}
	slot->state = SLOT_STARTING;
	uv_timer_start(&slot->timer, on_slow_job, START_LIMIT_MS, 0);
}

static void
on_ready(struct slot *slot)
{
	uv_timer_stop(&slot->timer);
	slot->state = SLOT_IDLE;
	slot->pool->start_failures = 0;
	slot->pool->status.problem[0] = '\0';
	dispatch(slot->pool);
}

/*
 * Tell whether ${result} is what a job of ${kind} makes, and a replica can keep it: an honest
 * worker sends nothing else, and one that its page has taken over must not bring the pipeline to
 * a stop.
 */
static bool
is_sound(Readsync__Job__Kind kind, const Readsync__JobResult *result)
{
	const Readsync__Article *article = result->article;
	const Readsync__Verdict *verdict = result->verdict;

	if ((article == NULL) != (verdict == NULL) ||
	    (kind == READSYNC__JOB__KIND__PAGE && article == NULL) ||
	    (kind == READSYNC__JOB__KIND__FORM && (result->form == NULL ||
	    !text_is_line(bytes_of_text(result->form->refusal)))))
		return false;
	if (article == NULL)
		return true;
	for (size_t i = 0; i < verdict->n_evidence; i++)
		if (strlen(verdict->evidence[i]->id) > EXCERPT_MAX ||
		    strlen(verdict->evidence[i]->excerpt) > EXCERPT_MAX)
			return false;
	return article_validate(article) == RS_OK &&
	    readsync__article__get_packed_size(article) <= ARTICLE_PACKED_MAX;
}

/*
 * Unpack what the worker answered to a job of ${kind}.  An answer that carries an error of the page
 * becomes that error, with its ${detail}.
 */
static int
read_result(Readsync__Job__Kind kind, struct bytes message, Readsync__JobResult **ret_result,
    struct rs_err_detail *detail)
{
	ProtobufCMessage *unpacked;
	Readsync__JobResult *result;
	int err;

	err = unpack_bounded(&readsync__job_result__descriptor, message, RESULT_MEMORY, &unpacked);
	if (err != RS_OK) {
		rs_err_detail_set(detail, "the worker's answer: %s", rs_err_text(err));
		return err;
	}
	result = (Readsync__JobResult *)unpacked;
	if (result->err == 0 && is_sound(kind, result)) {
		*ret_result = result;
		return RS_OK;
	}
	err = result->err < 0 ? result->err : RS_EPROTOCOL;
	rs_err_detail_set(detail, "%s", result->err == 0 ?
	    "what the worker made of it is not what was asked for, or not valid" : result->detail);
	pool_result_free(result);
	return err;
}

static void
on_result(struct slot *slot, struct bytes message)
{
	struct pool *pool = slot->pool;
	struct pool_job *job = slot->job;
	Readsync__JobResult *result = NULL;
	struct rs_err_detail detail = { "" };
	int err;

	uv_timer_stop(&slot->timer);
	slot->job = NULL;
	pool->status.done++;
	err = read_result(job->kind, message, &result, &detail);
	/* Nor is one that ran out of memory, talks nonsense, or may have a password, used again. */
	if (++slot->jobs_done >= pool->options.jobs_per_worker || err == RS_ENOMEM ||
	    err == RS_EPROTOCOL || job->kind == READSYNC__JOB__KIND__FORM) {
		slot->state = SLOT_ENDING;
		process_kill(slot->process);
	} else {
		slot->state = SLOT_IDLE;
		dispatch(pool);
	}
	finish(job, err, result, detail.text);
}

static void
on_process_message(void *context, struct bytes message)
{
	struct slot *slot = context;

	if (slot->state == SLOT_STARTING && message.len == 0)
		on_ready(slot);
	else if (slot->state == SLOT_BUSY)
		on_result(slot, message);
	else
		/* Unasked.  A worker that is ready and says so again is a broken one. */
		process_kill(slot->process);
}

/* The worker is gone with the job that it had: say why. */
static void
job_lost(struct pool *pool, struct pool_job *job, bool timed_out, const char *how)
{
	char detail[128];

	if (timed_out) {
		pool->status.timed_out++;
		snprintf(detail, sizeof(detail), "the worker took longer than %u ms",
		    pool->options.time_limit_ms);
		finish(job, RS_ETIMEOUT, NULL, detail);
	} else {
		pool->status.crashed++;
		snprintf(detail, sizeof(detail), "the worker %s", how);
		finish(job, RS_ECRASHED, NULL, detail);
	}
}

static void
on_process_end(void *context, const char *how)
{
	struct slot *slot = context;
	struct pool *pool = slot->pool;
	struct pool_job *job = slot->job;
	bool timed_out = slot->timed_out;
	bool proven = job != NULL || slot->jobs_done > 0;

	uv_timer_stop(&slot->timer);
	process_free(slot->process);
	slot->process = NULL;
	slot->job = NULL;
	slot->state = SLOT_DOWN;
	if (job != NULL)
		job_lost(pool, job, timed_out, how);
	if (pool->freed)
		return;
	/* One that did nothing at all might be followed by many that do the same. */
	if (proven)
		slot_start(slot);
	else
		start_failed(slot, timed_out ? "was not ready in time" : how);
}

static void
set_defaults(struct pool_options *options)
{
	uv_cpu_info_t *cores;
	int count;

	if (options->workers == 0 && uv_cpu_info(&cores, &count) == 0) {
		options->workers = (unsigned)count;
		uv_free_cpu_info(cores, count);
	}
	if (options->workers == 0)
		options->workers = 1;
	if (options->workers > WORKERS_MAX)
		options->workers = WORKERS_MAX;
	if (options->time_limit_ms == 0)
		options->time_limit_ms = 30 * 1000;
	if (options->jobs_per_worker == 0)
		options->jobs_per_worker = 500;
	if (options->waiting_max == 0)
		options->waiting_max = 256;
	if (options->waiting_bytes_max == 0)
		options->waiting_bytes_max = 256 * 1024 * 1024;
}

int
pool_new(uv_loop_t *loop, const struct pool_options *options, struct pool **ret_pool)
{
	struct pool_options chosen = { 0 };
	struct pool *pool;
	unsigned i;

	if (options != NULL)
		chosen = *options;
	set_defaults(&chosen);
	pool = calloc(1, sizeof(*pool) + chosen.workers * sizeof(pool->slots[0]));
	if (pool == NULL)
		return RS_ENOMEM;
	pool->loop = loop;
	pool->options = chosen;
	TAILQ_INIT(&pool->waiting);
	pool->slot_count = pool->open_timers = chosen.workers;
	for (i = 0; i < pool->slot_count; i++) {
		pool->slots[i].pool = pool;
		uv_timer_init(loop, &pool->slots[i].timer);
		pool->slots[i].timer.data = &pool->slots[i];
	}
	for (i = 0; i < pool->slot_count; i++)
		slot_start(&pool->slots[i]);
	*ret_pool = pool;
	return RS_OK;
}

int
pool_submit(struct pool *pool, const Readsync__Job *job, pool_on_done *on_done,
    void *context, struct pool_job **ret_job)
{
	size_t len = readsync__job__get_packed_size(job);
	struct pool_job *waiting;

	if (len > WORKER_JOB_MAX || pool->status.waiting >= pool->options.waiting_max ||
	    pool->waiting_bytes + len > pool->options.waiting_bytes_max)
		return RS_ELIMIT;
	waiting = calloc(1, sizeof(*waiting));
	if (waiting == NULL || (waiting->packed = malloc(len)) == NULL) {
		free(waiting);
		return RS_ENOMEM;
	}
	waiting->pool = pool;
	waiting->kind = job->kind;
	waiting->len = readsync__job__pack(job, waiting->packed);
	waiting->on_done = on_done;
	waiting->context = context;
	TAILQ_INSERT_TAIL(&pool->waiting, waiting, link);
	pool->status.waiting++;
	pool->waiting_bytes += len;
	if (ret_job != NULL)
		*ret_job = waiting;
	dispatch(pool);
	return RS_OK;
}

const char *
pool_reason(int err, const char *detail)
{
	return err == RS_EIO || err == RS_ECRASHED || err == RS_ETIMEOUT ? detail :
	    rs_err_text(err);
}

void
pool_cancel(struct pool_job *job)
{
	if (job == NULL)
		return;
	job->on_done = NULL;
	if (job->slot != NULL)
		return;		/* freed when its worker is done with it */
	TAILQ_REMOVE(&job->pool->waiting, job, link);
	job->pool->status.waiting--;
	job->pool->waiting_bytes -= job->len;
	job_free(job);
}

void
pool_get_status(const struct pool *pool, struct pool_status *ret_status)
{
	const struct slot *slot;

	*ret_status = pool->status;
	for (slot = pool->slots; slot < pool->slots + pool->slot_count; slot++) {
		if (slot->state == SLOT_BUSY)
			ret_status->busy++;
		if (slot->state == SLOT_BUSY || slot->state == SLOT_IDLE)
			ret_status->ready++;
	}
}

size_t
pool_pids(const struct pool *pool, pid_t *pids, size_t max)
{
	const struct slot *slot;
	size_t count = 0;
	int busy;

	for (busy = 1; busy >= 0; busy--) {
		for (slot = pool->slots; slot < pool->slots + pool->slot_count; slot++) {
			if (slot->process == NULL || (slot->state == SLOT_BUSY) != busy)
				continue;
			if (count < max)
				pids[count++] = process_pid(slot->process);
		}
	}
	return count;
}

static void
on_timer_closed(uv_handle_t *timer)
{
	struct slot *slot = timer->data;
	struct pool *pool = slot->pool;

	if (--pool->open_timers == 0)
		free(pool);
}

void
pool_free(struct pool *pool)
{
	struct slot *slot;

	if (pool == NULL || pool->freed)
		return;
	pool->freed = true;
	while (!TAILQ_EMPTY(&pool->waiting))
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it has left the list */
		pool_cancel(TAILQ_FIRST(&pool->waiting));
	for (slot = pool->slots; slot < pool->slots + pool->slot_count; slot++) {
		process_free(slot->process);
		slot->process = NULL;
		free(slot->job);
		slot->job = NULL;
		slot->state = SLOT_DOWN;
		uv_close((uv_handle_t *)&slot->timer, on_timer_closed);
	}
}
