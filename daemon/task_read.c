#include <stdio.h>
#include <string.h>

#include "daemon/page/evidence.h"
#include "daemon/page_job.h"
#include "daemon/task_internal.h"
#include "proto/replica/blob.h"
#include "proto/replica/reading.h"

#define SINGLE_WORDS_PERCENT 80	/* of the first page's, that all in one page has at least */

static void task_go_on(struct task *task);

/* ------------------------------------------- loading what was stored before */

static void
load_work(struct vault_job *job, struct replica *replica)
{
	struct task *task = (struct task *)job;
	int err = reading_get_fetch(replica, task->fetch, &task->record);

	if (err == RS_OK && task->record->page.len == HASH_CONTENT_LEN)
		err = blob_get_packed(replica, task->record->page.data, &task->page);
	/* It may go on at a further page. */
	if (err == RS_OK && task->session == NULL)
		err = session_plan(replica, task->record->final_url, &task->session);
	if (err == RS_OK)
		err = session_read_rule(task->session, task->parts->home, task->record->final_url);
	task->err = err;
}

static void
on_loaded(struct vault_job *job)
{
	struct task *task = (struct task *)job;
	char problem[TASK_REASON_MAX];

	if (task->err == RS_EDAMAGED || (task->err != RS_OK && !vault_thread_failed(task->err))) {
		snprintf(problem, sizeof(problem), "the stored page cannot be read: %s",
		    rs_err_text(task->err));
		task_problem(task, problem, problem);
		task->err = RS_OK;
	}
	if (!task_took(task))
		return;
	if (task->problem[0] != '\0')
		task_keep(task);
	else
		task_read(task);
}

void
task_load(struct task *task)
{
	task_set_state(task, TASK_LOADING);
	task_post(task, load_work, on_loaded);
}

/* ------------------------------------------------------- judge and extract */

/* Tell whether to have the page read again: it may not be the page's fault. */
static bool
reads_again(const struct task *task, int err)
{
	/* No worker starts: that is nobody's fault but ours. */
	if (err == RS_EIO)
		return true;
	return (err == RS_ECRASHED || err == RS_ETIMEOUT || err == RS_ENOMEM) &&
	    task->attempts + 1 < TASK_STRIKES;
}

/* Tell whether a stranger's views are counted there: each further page may be one more. */
static bool
costs_views(const struct task *task)
{
	return !task->session->given &&
	    (task->session->site.meters || session_counts(task->result->verdict));
}

/* Tell whether other pages may be fetched at all; not of one that the reader saved. */
static bool
may_ask_more(const struct task *task)
{
	return task->session != NULL && task->session->hold[0] == '\0' && task->page.len > 0 &&
	    task->result->article != NULL && !costs_views(task) &&
	    task->result->verdict->copy > READSYNC__COPY__COPY_BLOCKED &&
	    task->record->session != READSYNC__SESSION__SESSION_UNKNOWN;
}

/* Tell whether there is a page with all of the article. */
static bool
has_single(const struct task *task)
{
	return !task->single && task->pages.count == 0 && may_ask_more(task) &&
	    pages_may_go_on(&task->pages, task->record->final_url, task->result->single_page);
}

/* Tell whether there is a further page to fetch. */
static bool
goes_on(const struct task *task)
{
	return may_ask_more(task) && pages_may_go_on(&task->pages, task->record->final_url,
	    task->result->article->next_page);
}

/* Ask for a further page at ${url}, in the session of the first. */
static int
task_ask_more(struct task *task, const char *url, size_t body_max, fetcher_done *on_done)
{
	struct fetch_request request = {
		.url = url, .kind = FETCH_PAGE, .one_hop = true, .limits.body_max = body_max
	};

	session_ask(task->session, &request);
	task_set_state(task, TASK_FOLLOWING);
	return fetcher_start(task->parts->fetcher, &request, on_done, task, &task->fetching);
}

/* Take what a further page has left in the jar; true when it leads on, within the site. */
static bool
took_more(struct task *task, struct fetch_result *result, size_t body_max,
    fetcher_done *on_done)
{
	task->fetching = NULL;
	session_took(task->session, result);
	if (!task_leads_on(task, result) || !task_is_of_site(task, result->location))
		return false;
	task->hops++;
	return task_ask_more(task, result->location, body_max, on_done) == RS_OK;
}

/* Why a page did not come: ${result} tells, or, where that is one, ${err}. */
static void
describe(const struct fetch_result *result, int err, char reason[TASK_REASON_MAX])
{
	if (result->err != RS_OK)
		snprintf(reason, TASK_REASON_MAX, "%s", result->reason);
	else if (result->status != 200)
		snprintf(reason, TASK_REASON_MAX, "the site answered %u", result->status);
	else
		snprintf(reason, TASK_REASON_MAX, "%s", rs_err_text(err));
}

/*
 * What is ${missing} of the article did not come, for ${reason}.  What may come later is tried
 * again, from the first page on; that is told then, and nothing else that is missing.
 */
static void
note_missing(struct task *task, const struct fetch_result *result, const char *reason,
    const char *missing)
{
	/* A host that asks for time refuses for now, and nothing was asked of it. */
	bool postponed = result->err == RS_EREFUSED && result->retry_after_ms > 0;
	bool later = task_may_come_later(result) &&
	    (postponed || task->attempts + 1 < TASK_ATTEMPTS);

	if (!later && task->due_ms != 0)
		return;
	snprintf(task->reason, sizeof(task->reason), "%s", reason);
	snprintf(task->missing, sizeof(task->missing), "%s", missing);
	task->postponed = postponed;
	if (later)
		task_set_due(task, clock_now_ms(task->parts->clock) + result->retry_after_ms);
}

/* The next page is not here: the copy is partial, and kept as it is. */
static void
task_miss(struct task *task, const struct fetch_result *result, int err)
{
	char reason[TASK_REASON_MAX], missing[TASK_MISSING_MAX];
	char quote[EVIDENCE_EXCERPT + TASK_REASON_MAX];

	describe(result, err, reason);
	snprintf(missing, sizeof(missing), "page %zu", task->pages.count + 2);
	note_missing(task, result, reason, missing);
	snprintf(quote, sizeof(quote), "%s: %s", reason, task->result->article->next_page);
	evidence_quote(task->result->verdict, EVIDENCE_NEXT_PAGE, quote);
	task_keep(task);
}

/* The next page, or none. */
static void
on_followed(void *context, struct fetch_result *result)
{
	struct task *task = context;
	int err;

	if (!took_more(task, result, PAGES_BYTES_MAX, on_followed)) {
		err = pages_add(&task->pages, task->result->article->next_page, result);
		if (err == RS_OK)
			task_read(task);
		else
			task_miss(task, result, err);
	}
	fetch_result_free(result);
}

static void
task_follow(struct task *task)
{
	if (task_ask_more(task, task->result->article->next_page, PAGES_BYTES_MAX,
	    on_followed) != RS_OK)
		task_keep(task);
}

/* Tell whether ${result} has no less of the article than the page before it. */
static bool
is_as_good(const Readsync__JobResult *result, const Readsync__JobResult *before)
{
	return result->article != NULL && result->verdict->copy >= before->verdict->copy &&
	    (uint64_t)result->article->words * 100 >=
	    (uint64_t)before->article->words * SINGLE_WORDS_PERCENT;
}

/* All of the article in one page was read; else the first page stands, and goes on. */
static void
on_single_read(void *context, int err, Readsync__JobResult *result, const char *detail)
{
	struct task *task = context;

	(void)detail;
	task->reading = NULL;
	if (err == RS_OK && is_as_good(result, task->result)) {
		readsync__job_result__free_unpacked(task->result, NULL);
		task->result = result;
		task_keep(task);
		return;
	}
	readsync__job_result__free_unpacked(result, NULL);
	task_go_on(task);
}

static void
on_single(void *context, struct fetch_result *result)
{
	struct task *task = context;
	char reason[TASK_REASON_MAX];
	Readsync__Job job;
	int err = RS_ENOTPAGE;

	if (took_more(task, result, 0, on_single)) {
		fetch_result_free(result);
		return;
	}
	if (result->err == RS_OK && result->status == 200) {
		page_job_fill(&job, task->record, task->session->rule, &task->parts->images,
		    buffer_bytes(&result->body));
		job.url = result->url;
		job.content_type = result->content_type == NULL ? "" : result->content_type;
		job.status = result->status;
		task_set_state(task, TASK_READING);
		err = pool_submit(task->parts->pool, &job, on_single_read, task,
		    &task->reading);
	}
	if (err != RS_OK) {
		describe(result, err, reason);
		note_missing(task, result, reason, "the page with all of it");
		task_go_on(task);
	}
	fetch_result_free(result);
}

/* What was read is followed by more, or it is kept as it is. */
static void
task_go_on(struct task *task)
{
	if (has_single(task)) {
		task->single = true;
		if (task_ask_more(task, task->result->single_page, 0, on_single) != RS_OK)
			task_go_on(task);
	} else if (goes_on(task)) {
		task_follow(task);
	} else {
		/* Where all of it came page by page, the page with all of it is not missed. */
		if (task->pages.count > 0 && task->result->article->next_page[0] == '\0')
			task->due_ms = 0;
		task_keep(task);
	}
}

static void
on_read(void *context, int err, Readsync__JobResult *result, const char *detail)
{
	struct task *task = context;

	task->reading = NULL;
	if (err != RS_OK && task->result != NULL) {
		/* What the pages before this one gave stands. */
		task_keep(task);
		return;
	}
	readsync__job_result__free_unpacked(task->result, NULL);
	task->result = result;
	if (err != RS_OK)
		task_problem(task, detail, pool_reason(err, detail));
	if (reads_again(task, err))
		task_fail(task, 0);
	else if (err == RS_OK)
		task_go_on(task);
	else
		task_keep(task);
}

void
task_read(struct task *task)
{
	Readsync__Job job;
	int err;

	page_job_fill(&job, task->record, task->session->rule, &task->parts->images,
	    buffer_bytes(&task->page));
	pages_fill(&task->pages, &job);
	task_set_state(task, TASK_READING);
	err = pool_submit(task->parts->pool, &job, on_read, task, &task->reading);
	/* The worker has its own copy: two of a large page are not kept, so it does not go on. */
	if (task->page.len > PAGES_BYTES_MAX)
		buffer_release(&task->page);
	if (err != RS_OK) {
		task_problem(task, rs_err_text(err), rs_err_text(err));
		task_fail(task, 0);
	}
}
