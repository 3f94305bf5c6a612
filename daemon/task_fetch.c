#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/base/log.h"
#include "daemon/fetch/backoff.h"
#include "daemon/fetch/referrer.h"
#include "daemon/task_internal.h"
#include "proto/base/utf8.h"
#include "proto/record/canonical_url.h"
#include "proto/replica/reading.h"

#define NEIGHBOUR_WAIT_MS (5 * 1000)

_Static_assert(BACKOFF_LAST_MS + BACKOFF_LAST_MS / 4 < WORK_WAIT_MAX_MS, "a wait is in bounds");

/* An answer that says "not now" rather than anything about the article. */
static bool
asks_to_come_back(unsigned status)
{
	return status == 408 || status == 425 || status == 429 || status >= 500;
}

/* Return a validator to send, or NULL: none is sent on to where the first address leads. */
static const char *
validator(const struct task *task, const char *value)
{
	return value[0] == '\0' || task->hops > 0 ? NULL : value;
}

/* Tell whether the site was told what is here, and asked for anything else. */
static bool
is_conditional(const struct task *task)
{
	return validator(task, task->etag) != NULL || validator(task, task->last_modified) != NULL;
}

/* What no later try can change: policy, size, a URL that is none. */
static bool
can_never_succeed(int err)
{
	return err == RS_EREFUSED || err == RS_ELIMIT || err == RS_EINVAL;
}

bool
task_may_come_later(const struct fetch_result *result)
{
	if (result->err == RS_OK)
		return asks_to_come_back(result->status);
	/* A host that asks for time refuses for now. */
	return !can_never_succeed(result->err) ||
	    (result->err == RS_EREFUSED && result->retry_after_ms > 0);
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
			err = session_store(replica, task->session, task->record->status == 200);
		if (err == RS_OK) {
			err = work_fetched(replica, task->place.item, task->fetch,
			    task->session->site.name, task->sender, task->etag,
			    task->last_modified);
		}
		err = replica_settle(replica, err);
	}
	if (err == RS_OK)
		err = session_read_rule(task->session, task->parts->home, task->record->final_url);
	task->err = err;
}

static void
on_stored(struct vault_job *job)
{
	struct task *task = (struct task *)job;

	if (!task_took(task))
		return;
	if (task->problem[0] != '\0')
		task_keep(task);
	else
		task_read(task);
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
	record->final_url = strdup(result->url);
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

/* Validators are kept only of the address that they are sent to again: the first. */
static char *
copy_validator(const struct task *task, const char *value)
{
	return strdup(value == NULL || task->hops > 0 ? "" : value);
}

static void
task_store(struct task *task, struct fetch_result *result)
{
	free(task->etag);
	free(task->last_modified);
	task->etag = copy_validator(task, result->etag);
	task->last_modified = copy_validator(task, result->last_modified);
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
		if (err == RS_OK)
			err = session_read_rule(task->there, task->parts->home, task->location);
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

	if (!task_took(task))
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
		snprintf(task->sender, sizeof(task->sender), "%s", task->session->site.name);
		session_free(task->session);
		task->session = task->there;
		task->there = NULL;
		task->place = place;
		task_ask(task, task->location);
	}
}

/* Tell whether ${url} is of the site that ${task} has its session at. */
bool
task_is_of_site(const struct task *task, const char *url)
{
	char site[SITE_NAME_SIZE];

	return site_name_of(url, site) == RS_OK && strcmp(site, task->session->site.name) == 0;
}

static bool
is_redirect(const struct fetch_result *result)
{
	return result->status / 100 == 3 && result->location != NULL;
}

static bool
is_web(const char *url)
{
	return strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0;
}

/* Tell whether ${result} leads to another address that may be asked. */
bool
task_leads_on(const struct task *task, const struct fetch_result *result)
{
	return result->err == RS_OK && is_redirect(result) && is_web(result->location) &&
	    strlen(result->location) <= CANONICAL_URL_MAX &&
	    utf8_valid(bytes_of_text(result->location)) && task->hops < TASK_REDIRECTS_MAX;
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
	} else if (task_is_of_site(task, task->location)) {
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
	else if (is_redirect(result) && !is_web(result->location))
		task_problem(task, "it redirects to something that is not http or https",
		    "redirects to something that is not http or https");
	else if (is_redirect(result) && task->hops >= TASK_REDIRECTS_MAX)
		task_problem(task, "it redirects more than 10 times",
		    "redirects more than 10 times");
	else if (is_redirect(result))
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
	session_took(task->session, result);
	if (result->retry_after_ms > 0)
		due_ms = clock_now_ms(task->parts->clock) + result->retry_after_ms;
	if (result->err == RS_OK && result->status == 304 && is_conditional(task)) {
		/* Not modified: what is kept stands. */
		task_keep(task);
	} else if (result->err == RS_OK && asks_to_come_back(result->status) && !last_try) {
		snprintf(answered, sizeof(answered), "the site answered %u", result->status);
		task_problem(task, answered, answered);
		task_fail(task, due_ms);
	} else if (task_leads_on(task, result)) {
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

void
task_ask(struct task *task, const char *url)
{
	struct fetch_request request = {
		.url = url,
		.kind = FETCH_PAGE,
		.one_hop = true,
		.etag = validator(task, task->etag),
		.last_modified = validator(task, task->last_modified)
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
		    work_failed(replica, task->place.item, task->attempts, task->problem,
		    task->due_ms);
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

	if (task_took(task))
		task_finish(task);
}

void
task_set_due(struct task *task, int64_t due_ms)
{
	int64_t usual_ms = clock_now_ms(task->parts->clock) +
	    backoff_ms(task->attempts + 1, task->parts->random);

	task->due_ms = due_ms > usual_ms ? due_ms : usual_ms;
}

/*
 * Write down that the try failed; it is repeated at ${due_ms}, 0 for the usual wait.
 * What was postponed comes back when the host wants it.
 */
void
task_fail(struct task *task, int64_t due_ms)
{
	int64_t now_ms = clock_now_ms(task->parts->clock);

	task_set_due(task, due_ms);
	if (task->postponed)
		task->due_ms = due_ms;
	LOG(LOG_LEVEL_INFO, task->postponed ? "postponed" : "try-failed",
	    log_text("item", task->name),
	    log_number("attempt", task->attempts + 1), log_text("reason", task->reason),
	    log_number("wait_s", (task->due_ms - now_ms) / 1000),
	    log_private("problem", task->problem));
	task_set_state(task, TASK_FAILING);
	task_post(task, fail_work, on_failed);
}
