#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/page/page.h"
#include "daemon/page_job.h"
#include "daemon/task_internal.h"
#include "proto/base/encode.h"
#include "proto/replica/page.h"

_Static_assert((int)FETCH_BODY_MAX <= (int)PAGE_MAX, "what is fetched can be read");

/* --------------------------------------------------------- beginning and end */

int
task_new(const struct task_parts *parts, const struct work *work,
    const struct task_place *place, struct session *session, struct task **ret_task)
{
	struct task *task = calloc(1, sizeof(*task));

	if (task == NULL)
		return RS_ENOMEM;
	task->parts = parts;
	task->place = *place;
	memcpy(task->fetch, work->fetch, HASH_NAME_LEN);
	encode_hex(bytes_of(work->item, TASK_NAME_BYTES), task->name);
	task->attempts = work->attempts;
	task->state = work->state == WORK_FETCHED ? TASK_LOADING : TASK_FETCHING;
	task->url = strdup(work->url);
	task->etag = strdup(work->etag);
	task->last_modified = strdup(work->last_modified);
	buffer_init(&task->page, PAGE_MAX);
	if (task->url == NULL || task->etag == NULL || task->last_modified == NULL) {
		task_free(task);
		return RS_ENOMEM;
	}
	task->session = session;
	*ret_task = task;
	return RS_OK;
}

void
task_free(struct task *task)
{
	if (task == NULL)
		return;
	free(task->url);
	free(task->etag);
	free(task->last_modified);
	session_free(task->session);
	session_free(task->there);
	free(task->location);
	readsync__fetch__free_unpacked(task->record, NULL);
	readsync__job_result__free_unpacked(task->result, NULL);
	buffer_release(&task->page);
	pages_release(&task->pages);
	free(task);
}

const struct task_place *
task_place(const struct task *task)
{
	return &task->place;
}

const char *
task_name(const struct task *task)
{
	return task->name;
}

bool
task_is_parked(const struct task *task)
{
	return task->parked;
}

void
task_set_state(struct task *task, enum task_state state)
{
	static const char *const names[] = {
		"fetching", "moving", "storing", "loading", "reading", "following", "keeping",
		"failing"
	};

	task->state = state;
	LOG(LOG_LEVEL_DEBUG, "task", log_text("item", task->name), log_text("state", names[state]));
}

/* It is over, one way or another; ${task} is gone after that. */
void
task_finish(struct task *task)
{
	task->parts->on_end(task->parts->context, task);
}

/* ---------------------------------------------------------------- the vault */

/* Post the task's job; ${on_done} checks task->err and goes on. */
void
task_post(struct task *task, void (*work)(struct vault_job *, struct replica *),
    void (*on_done)(struct vault_job *))
{
	task->job.work = work;
	task->job.on_done = on_done;
	task->err = RS_OK;
	vault_thread_post(task->parts->vault, &task->job);
}

/* Note why something did not work: for whoever may know, and for the log. */
void
task_problem(struct task *task, const char *problem, const char *reason)
{
	snprintf(task->problem, sizeof(task->problem), "%s", problem);
	snprintf(task->reason, sizeof(task->reason), "%s", reason);
}

/*
 * The vault cannot take more for now.  The task keeps what it has, so that nothing is
 * fetched again, and its job is repeated when the owner says so.
 */
static void
vault_refused(struct task *task)
{
	/* The item was removed meanwhile. */
	if (task->err == RS_ENOTFOUND) {
		task_finish(task);
		return;
	}
	/* One that will be refused for ever must not keep the others waiting. */
	if (!vault_thread_failed(task->err) && task->state != TASK_FAILING) {
		task_problem(task, rs_err_text(task->err), rs_err_text(task->err));
		task->postponed = false;
		task_fail(task, 0);
		return;
	}
	task->parked = true;
	task->parts->on_refused(task->parts->context, task, task->err);
}

/* Tell whether ${task} goes on after its vault job; it has been dealt with otherwise. */
bool
task_took(struct task *task)
{
	if (task->stopped) {
		task_finish(task);
		return false;
	}
	if (task->err != RS_OK) {
		vault_refused(task);
		return false;
	}
	task->parts->on_taken(task->parts->context);
	return true;
}

void
task_repeat(struct task *task)
{
	task->parked = false;
	vault_thread_post(task->parts->vault, &task->job);
}

/* What the page tells of its site, unless the reader saved it themselves. */
static int
learn(struct task *task, struct replica *replica)
{
	const Readsync__JobResult *result = task->result;

	if (task->record == NULL || result == NULL || result->verdict == NULL ||
	    result->verdict->session == READSYNC__SESSION__SESSION_UNKNOWN)
		return RS_OK;
	return session_learn(replica, task->record, task->place.item, result->verdict,
	    &task->news);
}

/* The item is done, or a page of the article failed for now, and all of them are tried again. */
static int
end_work(struct task *task, struct replica *replica)
{
	char why[ITEM_WAITS_MAX + 1];

	if (task->due_ms == 0)
		return work_done(replica, task->place.item, task->fetch);
	snprintf(why, sizeof(why), "%s failed (%s); it is tried again by itself", task->missing,
	    task->reason);
	return work_again(replica, task->place.item, task->fetch,
	    task->attempts + !task->postponed, why, task->due_ms);
}

static void
keep_work(struct vault_job *job, struct replica *replica)
{
	struct task *task = (struct task *)job;
	uint8_t reading[HASH_NAME_LEN];
	int err = replica_begin(replica);

	if (err == RS_OK) {
		if (task->record != NULL)
			err = page_job_keep(replica, task->fetch, task->record, task->result,
			    task->problem, reading);
		if (err == RS_OK && task->record != NULL)
			err = page_was_read(replica, task->fetch);
		if (err == RS_OK)
			err = end_work(task, replica);
		if (err == RS_OK && task->session != NULL)
			err = session_store(replica, task->session, false);
		if (err == RS_OK)
			err = learn(task, replica);
		err = replica_settle(replica, err);
	}
	task->err = err;
}

/* What is told once, and not with every page that suffers from it. */
static void
tell_news(const struct task *task)
{
	static const char *const events[] = {
		[SESSION_WORKS] = "session-works",
		[SESSION_EXPIRED] = "session-expired",
		[SESSION_ELSEWHERE] = "signed-in-elsewhere",
		[SESSION_METERED] = "site-meters",
	};

	if (task->news != SESSION_SAME)
		LOG(LOG_LEVEL_NOTICE, events[task->news], log_text("item", task->name),
		    log_private("url", task->record->final_url));
}

static void
on_kept(struct vault_job *job)
{
	struct task *task = (struct task *)job;
	int64_t wait_ms = task->due_ms - clock_now_ms(task->parts->clock);

	if (!task_took(task))
		return;
	tell_news(task);
	if (task->due_ms != 0)
		LOG(LOG_LEVEL_INFO, task->postponed ? "page-postponed" : "page-failed",
		    log_text("item", task->name),
		    log_number("attempt", task->attempts + 1), log_text("reason", task->reason),
		    log_number("wait_s", wait_ms / 1000));
	LOG(LOG_LEVEL_INFO, task->problem[0] == '\0' ? "kept" : "kept-without-article",
	    log_text("item", task->name),
	    log_text("reason", task->reason[0] == '\0' ? NULL : task->reason),
	    log_private("url", task->url), log_private("problem", task->problem));
	task_finish(task);
}

/* Keep what was made of the page: a reading, or why there is none. */
void
task_keep(struct task *task)
{
	task_set_state(task, TASK_KEEPING);
	task_post(task, keep_work, on_kept);
}

/* -------------------------------------------------------- from the outside */

void
task_start(struct task *task)
{
	if (task->state == TASK_LOADING)
		task_load(task);
	else
		task_ask(task, task->url);
}

void
task_stop(struct task *task)
{
	task->stopped = true;
	/* What is with the vault thread ends in its on_done. */
	if (task->fetching == NULL && task->reading == NULL && !task->parked)
		return;
	if (task->fetching != NULL)
		fetcher_cancel(task->fetching);
	if (task->reading != NULL)
		pool_cancel(task->reading);
	task_finish(task);
}
