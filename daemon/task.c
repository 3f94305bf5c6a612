#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/fetch/backoff.h"
#include "daemon/fetch/referrer.h"
#include "daemon/page/page.h"
#include "daemon/page_job.h"
#include "daemon/pages.h"
#include "daemon/rule/rule.h"
#include "daemon/task.h"
#include "proto/base/encode.h"
#include "proto/base/utf8.h"
#include "proto/record/canonical_url.h"
#include "proto/replica/blob.h"
#include "proto/replica/page.h"
#include "proto/replica/reading.h"

#define REDIRECTS_MAX 10
#define NEIGHBOUR_WAIT_MS (5 * 1000)
#define PROBLEM_MAX 256
#define REASON_MAX 96
#define SINGLE_WORDS_PERCENT 80	/* of the first page's, that all in one page has at least */
#define TASK_NAME_BYTES 4

_Static_assert(BACKOFF_LAST_MS + BACKOFF_LAST_MS / 4 < WORK_WAIT_MAX_MS, "a wait is in bounds");
_Static_assert((int)FETCH_BODY_MAX <= (int)PAGE_MAX, "what is fetched can be read");

enum task_state {
	TASK_FETCHING,		/* a request is under way */
	TASK_MOVING,		/* it led to another site: may that be asked, and how? */
	TASK_STORING,		/* its answer goes into the vault */
	TASK_LOADING,		/* or a page that was stored before comes out of it */
	TASK_READING,		/* a worker judges and extracts */
	TASK_FOLLOWING,		/* the next page of the article is fetched, to be read with it */
	TASK_KEEPING,		/* the reading goes into the vault */
	TASK_FAILING		/* a failed try is written down */
};

/* Its job is the vault thread's while posted, all the rest the loop's. */
struct task {
	struct vault_job job;		/* first: a job is cast back to its task */
	const struct task_parts *parts;
	enum task_state state;
	struct task_place place;
	uint8_t fetch[HASH_NAME_LEN];
	char name[2 * TASK_NAME_BYTES + 1];	/* the item's first digits, for the log */
	uint32_t attempts;
	char *url;
	char *etag;
	char *last_modified;

	struct fetch *fetching;		/* pending, or NULL */
	struct pool_job *reading;	/* pending, or NULL */

	struct session *session;	/* what the request goes out with */
	struct session *there;		/* and, in TASK_MOVING, what one to where it led would */
	char *location;			/* which is this */
	unsigned hops;			/* redirects that were followed */

	Readsync__Fetch *record;	/* what was got */
	struct buffer page;		/* its bytes */
	struct pages pages;		/* those that follow it */
	Readsync__SiteRule *rule;	/* how the site's pages are read, or NULL */
	bool single;			/* the page that has all of it was asked for */
	Readsync__JobResult *result;	/* what the worker made of it */
	char problem[PROBLEM_MAX];	/* "" or why there is no article, or no answer */
	char reason[REASON_MAX];	/* the same without anything private, for the log */
	int64_t due_ms;			/* of the next try, for TASK_FAILING */
	bool postponed;			/* for TASK_FAILING: nothing was tried */
	bool parked;			/* its vault job failed, and waits for task_repeat */
	bool stopped;			/* it ends when the vault thread hands its job back */
	enum session_news news;		/* what the reading told of its site */
	int err;			/* of the last vault job */
};

static void task_read(struct task *task);
static void task_go_on(struct task *task);
static void task_keep(struct task *task);
static void task_fail(struct task *task, int64_t due_ms);

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
	readsync__site_rule__free_unpacked(task->rule, NULL);
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

static void
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
static void
task_finish(struct task *task)
{
	task->parts->on_end(task->parts->context, task);
}

/* ---------------------------------------------------------------- the vault */

/* Post the task's job; ${on_done} checks task->err and goes on. */
static void
task_post(struct task *task, void (*work)(struct vault_job *, struct replica *),
    void (*on_done)(struct vault_job *))
{
	task->job.work = work;
	task->job.on_done = on_done;
	task->err = RS_OK;
	vault_thread_post(task->parts->vault, &task->job);
}

/* Note why something did not work: for whoever may know, and for the log. */
static void
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
		task_fail(task, 0);
		return;
	}
	task->parked = true;
	task->parts->on_refused(task->parts->context, task, task->err);
}

/* Tell whether ${task} goes on after its vault job; it has been dealt with otherwise. */
static bool
vault_took(struct task *task)
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

/* ---------------------------------------------------------------- fetching */

/* An answer that says "not now" rather than anything about the article. */
static bool
asks_to_come_back(unsigned status)
{
	return status == 408 || status == 425 || status == 429 || status >= 500;
}

/* Tell whether the site was told what is here, and asked for anything else. */
static bool
is_conditional(const struct task *task)
{
	return task->etag[0] != '\0' || task->last_modified[0] != '\0';
}

/* What no later try can change: policy, size, a URL that is none. */
static bool
can_never_succeed(int err)
{
	return err == RS_EREFUSED || err == RS_ELIMIT || err == RS_EINVAL;
}

/* Find the rule of the site that the page is of, if there is one. */
static int
find_rule(struct task *task)
{
	int err = rule_find(task->parts->home, task->record->final_url, &task->rule);

	return err == RS_ENOTFOUND ? RS_OK : err;
}

static void
store_work(struct vault_job *job, struct replica *replica)
{
	struct task *task = (struct task *)job;
	int err = replica_begin(replica);

	if (err == RS_OK) {
		err = reading_add_fetch(replica, task->record, buffer_bytes(&task->page),
		    task->fetch);
		if (err == RS_OK)
			err = session_store(replica, task->session, true);
		if (err == RS_OK) {
			err = work_fetched(replica, task->place.item, task->fetch,
			    task->session->site.name, task->etag, task->last_modified);
		}
		err = replica_settle(replica, err);
	}
	task->err = err == RS_OK && task->rule == NULL ? find_rule(task) : err;
}

static void
on_stored(struct vault_job *job)
{
	struct task *task = (struct task *)job;

	if (!vault_took(task))
		return;
	if (task->problem[0] != '\0')
		task_keep(task);
	else
		task_read(task);
}

/*
 * Return where the answer came from.  What no vault could keep (a redirect may lead to a
 * megabyte of URL) becomes a problem, with the URL that was asked for.
 */
static const char *
final_url(struct task *task, struct fetch_result *result)
{
	struct bytes url = bytes_of_text(result->url);

	if (url.len <= CANONICAL_URL_MAX && utf8_valid(url))
		return result->url;
	if (task->problem[0] == '\0')
		task_problem(task, "it redirects to an address that is too long",
		    "redirects to an address that is too long");
	buffer_release(&result->body);
	return task->url;
}

/* Return how much of a header's value is printable ASCII, which is all that RFC 9110 allows. */
static size_t
printable(const char *value)
{
	size_t len = 0;

	while (value[len] >= 0x20 && value[len] < 0x7f)
		len++;
	return len;
}

/* Return what the answer's header says of its referrer, by the name that we know it by. */
static const char *
referrer_policy(const struct fetch_result *result)
{
	enum referrer_policy policy = REFERRER_STRICT_ORIGIN_WHEN_CROSS_ORIGIN;

	referrer_read(result->referrer_policy, &policy);
	return result->referrer_policy == NULL ? "" : referrer_policy_name(policy);
}

/* Make task->record out of what came back.  RS_ENOMEM. */
static int
describe_fetch(struct task *task, struct fetch_result *result)
{
	Readsync__Fetch *record = malloc(sizeof(*record));
	const char *type = result->content_type == NULL ? "" : result->content_type;

	if (record == NULL)
		return RS_ENOMEM;
	readsync__fetch__init(record);
	task->record = record;
	record->item.data = malloc(HASH_NAME_LEN);
	record->url = strdup(task->url);
	record->final_url = strdup(final_url(task, result));
	record->content_type = strndup(type, printable(type));
	record->referrer_policy = strdup(referrer_policy(result));
	if (record->item.data == NULL || record->url == NULL || record->final_url == NULL ||
	    record->content_type == NULL || record->referrer_policy == NULL)
		return RS_ENOMEM;
	memcpy(record->item.data, task->place.item, HASH_NAME_LEN);
	record->item.len = HASH_NAME_LEN;
	record->at_ms = clock_now_ms(task->parts->clock);
	record->status = result->status;
	record->session = task->session->site.session == SITE_IN ?
	    READSYNC__SESSION__SESSION_IN : READSYNC__SESSION__SESSION_OUT;
	record->given = task->session->given;
	record->allowed = task->session->view;
	return RS_OK;
}

static void
task_store(struct task *task, struct fetch_result *result)
{
	free(task->etag);
	free(task->last_modified);
	task->etag = strdup(result->etag == NULL ? "" : result->etag);
	task->last_modified = strdup(result->last_modified == NULL ? "" : result->last_modified);
	if (task->etag == NULL || task->last_modified == NULL ||
	    describe_fetch(task, result) != RS_OK) {
		task_fail(task, 0);
		return;
	}
	task->page = result->body;
	buffer_init(&result->body, 0);
	task_set_state(task, TASK_STORING);
	task_post(task, store_work, on_stored);
}

static void task_ask(struct task *task, const char *url);

/* The jar of the site that sent us away is kept; the other site has its own session. */
static void
move_work(struct vault_job *job, struct replica *replica)
{
	struct task *task = (struct task *)job;
	const struct session *there;
	int err = replica_begin(replica);

	if (err == RS_OK) {
		session_free(task->there);
		task->there = NULL;
		err = session_store(replica, task->session, false);
		if (err == RS_OK)
			err = session_plan(replica, task->location, &task->there);
		there = task->there;
		if (err == RS_OK && there->hold[0] != '\0')
			err = session_put_aside(replica, task->place.item, there->site.name,
			    there->hold, there->due_ms);
		err = replica_settle(replica, err);
	}
	task->err = err;
}

static void
on_moved(struct vault_job *job)
{
	struct task *task = (struct task *)job;
	struct task_place place = task->place;

	if (!vault_took(task))
		return;
	session_name_place(task->there, place.site, &place.alone);
	if (task->there->hold[0] != '\0') {
		task_finish(task);
	} else if (task->parts->is_taken(task->parts->context, task, &place)) {
		task_problem(task, "another article of its site is being fetched",
		    "another article of its site is being fetched");
		task->postponed = true;
		task_fail(task, clock_now_ms(task->parts->clock) + NEIGHBOUR_WAIT_MS);
	} else {
		session_free(task->session);
		task->session = task->there;
		task->there = NULL;
		task->place = place;
		task_ask(task, task->location);
	}
}

/* Tell whether ${url} is of the site that ${task} has its session at. */
static bool
is_of_site(const struct task *task, const char *url)
{
	char site[SITE_NAME_SIZE];

	return site_name_of(url, site) == RS_OK && strcmp(site, task->session->site.name) == 0;
}

/* Tell whether ${result} leads to another address that may be asked. */
static bool
leads_on(const struct task *task, const struct fetch_result *result)
{
	return result->err == RS_OK && result->status / 100 == 3 && result->location != NULL &&
	    strlen(result->location) <= CANONICAL_URL_MAX &&
	    utf8_valid(bytes_of_text(result->location)) && task->hops < REDIRECTS_MAX;
}

/* Go where ${result} leads: with the session that is at hand, or with that of another site. */
static void
task_hop(struct task *task, const struct fetch_result *result)
{
	task->hops++;
	free(task->location);
	task->location = strdup(result->location);
	if (task->location == NULL) {
		task_fail(task, 0);
	} else if (is_of_site(task, task->location)) {
		task_ask(task, task->location);
	} else {
		task_set_state(task, TASK_MOVING);
		task_post(task, move_work, on_moved);
	}
}

/* An answer that says something about the article. */
static void
task_take(struct task *task, struct fetch_result *result)
{
	if (result->status == 304)
		task_problem(task, "the site answered 304, not modified, unasked",
		    "the site answered 304, not modified, unasked");
	else if (result->location != NULL && task->hops >= REDIRECTS_MAX)
		task_problem(task, "it redirects more than 10 times",
		    "it redirects more than 10 times");
	else if (result->location != NULL)
		task_problem(task, "it redirects to an address that is too long",
		    "redirects to an address that is too long");
	task_store(task, result);
}

static void
on_fetched(void *context, struct fetch_result *result)
{
	struct task *task = context;
	bool last_try = task->attempts + 1 >= TASK_ATTEMPTS;
	int64_t due_ms = 0;
	char answered[32];

	task->fetching = NULL;
	session_took(task->session, &result->cookies);
	if (result->retry_after_ms > 0)
		due_ms = clock_now_ms(task->parts->clock) + result->retry_after_ms;
	if (result->err == RS_OK && result->status == 304 && is_conditional(task)) {
		/* Not modified: what is kept stands. */
		task_keep(task);
	} else if (result->err == RS_OK && asks_to_come_back(result->status) && !last_try) {
		snprintf(answered, sizeof(answered), "the site answered %u", result->status);
		task_problem(task, answered, answered);
		task_fail(task, due_ms);
	} else if (leads_on(task, result)) {
		task_hop(task, result);
	} else if (result->err == RS_OK) {
		task_take(task, result);
	} else {
		task_problem(task, result->detail.text, result->reason);
		/* A host that asks for time refuses for now, and nothing was asked of it. */
		task->postponed = result->err == RS_EREFUSED && result->retry_after_ms > 0;
		if (!task->postponed && (last_try || can_never_succeed(result->err)))
			task_store(task, result);
		else
			task_fail(task, due_ms);
	}
	fetch_result_free(result);
}

static void
task_ask(struct task *task, const char *url)
{
	struct fetch_request request = {
		.url = url,
		.kind = FETCH_PAGE,
		.one_hop = true,
		.etag = task->etag[0] == '\0' ? NULL : task->etag,
		.last_modified = task->last_modified[0] == '\0' ? NULL : task->last_modified
	};
	int err;

	session_ask(task->session, &request);
	task_set_state(task, TASK_FETCHING);
	err = fetcher_start(task->parts->fetcher, &request, on_fetched, task,
	    &task->fetching);
	if (err != RS_OK) {
		task_problem(task, rs_err_text(err), rs_err_text(err));
		task_fail(task, 0);
	}
}

static void
fail_work(struct vault_job *job, struct replica *replica)
{
	struct task *task = (struct task *)job;
	int err = replica_begin(replica);

	if (err == RS_OK) {
		err = task->postponed ?
		    work_postponed(replica, task->place.item, task->problem, task->due_ms) :
		    work_failed(replica, task->place.item, task->problem, task->due_ms);
		if (err == RS_OK && task->session != NULL)
			err = session_store(replica, task->session, false);
		err = replica_settle(replica, err);
	}
	task->err = err;
}

static void
on_failed(struct vault_job *job)
{
	struct task *task = (struct task *)job;

	if (vault_took(task))
		task_finish(task);
}

/*
 * Write down that the try failed; it is repeated at ${due_ms}, 0 for the usual wait.
 * What was postponed comes back when the host wants it.
 */
static void
task_fail(struct task *task, int64_t due_ms)
{
	int64_t now_ms = clock_now_ms(task->parts->clock);
	int64_t usual_ms = now_ms + backoff_ms(task->attempts + 1, task->parts->random);

	task->due_ms = due_ms > usual_ms || task->postponed ? due_ms : usual_ms;
	LOG(LOG_LEVEL_INFO, task->postponed ? "postponed" : "try-failed",
	    log_text("item", task->name),
	    log_number("attempt", task->attempts + 1), log_text("reason", task->reason),
	    log_number("wait_s", (task->due_ms - now_ms) / 1000),
	    log_private("problem", task->problem));
	task_set_state(task, TASK_FAILING);
	task_post(task, fail_work, on_failed);
}

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
	task->err = err == RS_OK ? find_rule(task) : err;
}

static void
on_loaded(struct vault_job *job)
{
	struct task *task = (struct task *)job;
	char problem[REASON_MAX];

	if (task->err == RS_EDAMAGED || (task->err != RS_OK && !vault_thread_failed(task->err))) {
		snprintf(problem, sizeof(problem), "the stored page cannot be read: %s",
		    rs_err_text(task->err));
		task_problem(task, problem, problem);
		task->err = RS_OK;
	}
	if (!vault_took(task))
		return;
	if (task->problem[0] != '\0')
		task_keep(task);
	else
		task_read(task);
}

static void
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

/* Tell whether other pages may be fetched at all; not of one that the reader saved. */
static bool
may_ask_more(const struct task *task)
{
	return task->session != NULL && task->session->hold[0] == '\0' && task->page.len > 0 &&
	    task->result->article != NULL &&
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
	session_took(task->session, &result->cookies);
	if (!leads_on(task, result) || !is_of_site(task, result->location))
		return false;
	task->hops++;
	return task_ask_more(task, result->location, body_max, on_done) == RS_OK;
}

/* The next page, or none: then the copy is partial, and kept as it is. */
static void
on_followed(void *context, struct fetch_result *result)
{
	struct task *task = context;

	if (!took_more(task, result, PAGES_BYTES_MAX, on_followed)) {
		if (pages_add(&task->pages, task->result->article->next_page, result) == RS_OK)
			task_read(task);
		else
			task_keep(task);
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
	Readsync__Job job;
	int err = RS_ENOTPAGE;

	if (took_more(task, result, 0, on_single)) {
		fetch_result_free(result);
		return;
	}
	if (result->err == RS_OK && result->status == 200) {
		page_job_fill(&job, task->record, task->rule, buffer_bytes(&result->body));
		job.url = result->url;
		job.content_type = result->content_type == NULL ? "" : result->content_type;
		job.status = result->status;
		task_set_state(task, TASK_READING);
		err = pool_submit(task->parts->pool, &job, on_single_read, task,
		    &task->reading);
	}
	if (err != RS_OK)
		task_go_on(task);
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

static void
task_read(struct task *task)
{
	Readsync__Job job;
	int err;

	page_job_fill(&job, task->record, task->rule, buffer_bytes(&task->page));
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

/* What the page tells of its site, unless the reader saved it themselves. */
static int
learn(struct task *task, struct replica *replica)
{
	const Readsync__JobResult *result = task->result;

	if (task->record == NULL || result == NULL || result->verdict == NULL ||
	    result->verdict->session == READSYNC__SESSION__SESSION_UNKNOWN)
		return RS_OK;
	return session_learn(replica, task->record->final_url, task->place.item,
	    task->record->given, task->record->at_ms, result->verdict, &task->news);
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
			err = work_done(replica, task->place.item);
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

	if (!vault_took(task))
		return;
	tell_news(task);
	LOG(LOG_LEVEL_INFO, task->problem[0] == '\0' ? "kept" : "kept-without-article",
	    log_text("item", task->name),
	    log_text("reason", task->reason[0] == '\0' ? NULL : task->reason),
	    log_private("url", task->url), log_private("problem", task->problem));
	task_finish(task);
}

/* Keep what was made of the page: a reading, or why there is none. */
static void
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
