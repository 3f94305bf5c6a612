#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/rule/rule.h"
#include "daemon/session/keeper.h"
#include "daemon/session/login.h"
#include "daemon/session/session.h"
#include "daemon/session/site_request.h"
#include "proto/base/secret.h"
#include "proto/replica/work.h"

enum {
	MORE_WORDS = 150,	/* that only the reader gets, and */
	MORE_SHARE = 150	/* percent of a stranger's, prove a session */
};

/* What a page that was fetched for a test turned out to be. */
struct sight {
	Readsync__Copy copy;
	bool closed;		/* it asks who is there, or for money, in place of an article */
	unsigned words;
};

struct keeper {
	struct vault_job job;		/* first: a job is cast back to its keeper */
	struct vault_thread *vault;
	struct fetcher *fetcher;
	struct pool *pool;
	const char *home;

	struct site site;		/* whose errand it is; no name: at rest */
	Readsync__SiteRule *rule;	/* of the site, or NULL */
	struct buffer jar;
	struct buffer new_jar;		/* what an exchange left; empty: as it was */
	struct sight own;		/* with the reader's session */
	struct sight stranger;		/* and without */
	bool proved;			/* a page showed the session at work, */
	bool refused;			/* or that it does not work */
	bool as_stranger;		/* the request under way goes out without the session */

	struct login *login;		/* pending, or NULL */
	struct fetch *fetching;		/* pending, or NULL */
	struct pool_job *reading;	/* pending, or NULL */
	bool at_vault;			/* the job is the vault thread's */
	bool woken;			/* while it was busy */
	bool stopping;
	int err;			/* of the last vault job */
	void (*on_stopped)(void *context);
	void *stopped_context;
};

static void look(struct keeper *keeper);
static void test(struct keeper *keeper);

/* ------------------------------------------------------------ beginning and end */

int
keeper_new(struct vault_thread *vault, struct fetcher *fetcher, struct pool *pool,
    const char *home, struct keeper **ret_keeper)
{
	struct keeper *keeper = calloc(1, sizeof(*keeper));

	if (keeper == NULL)
		return RS_ENOMEM;
	keeper->vault = vault;
	keeper->fetcher = fetcher;
	keeper->pool = pool;
	keeper->home = home;
	buffer_init(&keeper->jar, FETCH_JAR_MAX);
	buffer_init(&keeper->new_jar, FETCH_JAR_MAX);
	*ret_keeper = keeper;
	return RS_OK;
}

static void
wipe_jar(struct buffer *jar)
{
	if (jar->data != NULL)
		secret_wipe(jar->data, jar->capacity);
	buffer_release(jar);
}

/* Forget the errand in hand. */
static void
rest(struct keeper *keeper)
{
	site_wipe(&keeper->site);
	readsync__site_rule__free_unpacked(keeper->rule, NULL);
	keeper->rule = NULL;
	wipe_jar(&keeper->jar);
	wipe_jar(&keeper->new_jar);
	keeper->own = keeper->stranger = (struct sight){ .words = 0 };
	keeper->proved = keeper->refused = keeper->as_stranger = false;
}

static void
stopped(struct keeper *keeper)
{
	void (*on_stopped)(void *) = keeper->on_stopped;
	void *context = keeper->stopped_context;

	rest(keeper);
	free(keeper);
	on_stopped(context);
}

void
keeper_stop(struct keeper *keeper, void (*on_stopped)(void *context), void *context)
{
	keeper->stopping = true;
	keeper->on_stopped = on_stopped;
	keeper->stopped_context = context;
	login_cancel(keeper->login);
	if (keeper->fetching != NULL)
		fetcher_cancel(keeper->fetching);
	if (keeper->reading != NULL)
		pool_cancel(keeper->reading);
	if (!keeper->at_vault)
		stopped(keeper);
}

void
keeper_wake(struct keeper *keeper)
{
	if (keeper->site.name[0] == '\0' && !keeper->at_vault && !keeper->stopping)
		look(keeper);
	else
		keeper->woken = true;
}

static void
post(struct keeper *keeper, void (*work)(struct vault_job *, struct replica *),
    void (*on_done)(struct vault_job *))
{
	keeper->at_vault = true;
	keeper->job.work = work;
	keeper->job.on_done = on_done;
	vault_thread_post(keeper->vault, &keeper->job);
}

/* The vault thread has handed the job back; false when it was the last. */
static bool
taken_back(struct keeper *keeper)
{
	keeper->at_vault = false;
	if (!keeper->stopping)
		return true;
	stopped(keeper);
	return false;
}

/* --------------------------------------------------------------- the next errand */

/* A rule may know where the login is, and what its fields are called. */
static int
use_rule(struct keeper *keeper)
{
	struct site *site = &keeper->site;
	char front[SITE_NAME_MAX + sizeof("https:///")], name[SITE_NAME_SIZE];
	int err;

	snprintf(front, sizeof(front), "https://%s/", site->name);
	err = rule_find(keeper->home, site->test_url[0] == '\0' ? front : site->test_url,
	    &keeper->rule);
	if (err != RS_OK || site->login_url[0] != '\0')
		return err == RS_ENOTFOUND ? RS_OK : err;
	/* A rule is not the reader's own word: what is typed stays at the site. */
	if (strncmp(keeper->rule->login_uri, "https://", 8) != 0 ||
	    site_name_of(keeper->rule->login_uri, name) != RS_OK || strcmp(name, site->name) != 0)
		return RS_OK;
	snprintf(site->login_url, sizeof(site->login_url), "%s", keeper->rule->login_uri);
	snprintf(site->user_field, sizeof(site->user_field), "%s", keeper->rule->user_field);
	snprintf(site->password_field, sizeof(site->password_field), "%s",
	    keeper->rule->password_field);
	return RS_OK;
}

static void
look_work(struct vault_job *job, struct replica *replica)
{
	struct keeper *keeper = (struct keeper *)job;
	struct site *site = &keeper->site;
	int err = site_next_errand(replica, "", site);

	if (err == RS_OK)
		err = site_jar(replica, site->name, &keeper->jar);
	if (err == RS_OK && site->test_url[0] == '\0') {
		err = site_sample(replica, site->name, site->test_url);
		err = err == RS_ENOTFOUND ? RS_OK : err;
	}
	keeper->err = err == RS_OK ? use_rule(keeper) : err;
}

static void store(struct keeper *keeper, const char *outcome);

static void
on_logged_in(void *context, const struct login_outcome *outcome)
{
	struct keeper *keeper = context;

	keeper->login = NULL;
	LOG(LOG_LEVEL_NOTICE, outcome->err == RS_OK ? "logged-in" : "login-failed",
	    log_text("reason", outcome->err == RS_OK ? NULL : rs_err_text(outcome->err)),
	    log_private("site", keeper->site.name), log_private("detail", outcome->text));
	keeper->site.failed = outcome->err == RS_EAUTH || outcome->err == RS_EREFUSED ||
	    outcome->err == RS_ENOTFOUND || outcome->err == RS_ELIMIT;
	keeper->refused = outcome->err != RS_OK;
	if (buffer_append(&keeper->new_jar, outcome->jar.data, outcome->jar.len) != RS_OK)
		keeper->refused = true;
	store(keeper, outcome->text);
}

static void
on_looked(struct vault_job *job)
{
	struct keeper *keeper = (struct keeper *)job;
	int err;

	if (!taken_back(keeper))
		return;
	if (keeper->err != RS_OK) {
		if (keeper->err != RS_ENOTFOUND)
			LOG(LOG_LEVEL_ERROR, "keeper-failed",
			    log_text("error", rs_err_text(keeper->err)));
		rest(keeper);
		if (keeper->woken)
			look(keeper);
		return;
	}
	if (keeper->site.errand == SITE_TEST) {
		test(keeper);
		return;
	}
	err = login_start(keeper->fetcher, keeper->pool, &keeper->site,
	    buffer_bytes(&keeper->jar), on_logged_in, keeper, &keeper->login);
	if (err != RS_OK) {
		keeper->refused = true;
		store(keeper, rs_err_text(err));
	}
}

static void
look(struct keeper *keeper)
{
	keeper->woken = false;
	post(keeper, look_work, on_looked);
}

/* ------------------------------------------------------------------ the outcome */

/* Write down what came of a login: it is tested next, or it failed. */
static void
note_login(struct keeper *keeper, struct site *site, int64_t now_ms)
{
	site->failed = keeper->site.failed;
	site->login_ms = now_ms;
	site->told = true;
	site->errand = keeper->refused ? SITE_NOTHING : SITE_TEST;
	site->session = keeper->refused ? SITE_OUT : SITE_UNTRIED;
	site->since_ms = now_ms;
	snprintf(site->problem, sizeof(site->problem), "%s",
	    keeper->refused ? keeper->site.outcome : "");
}

/* Write down what a test showed. */
static void
note_test(struct keeper *keeper, struct site *site, int64_t now_ms)
{
	enum site_session before = site->session;

	site->errand = SITE_NOTHING;
	if (keeper->proved)
		site->session = SITE_IN;
	else if (keeper->refused && before != SITE_STRANGER)
		site->session = SITE_OUT;
	site->told = keeper->proved || keeper->refused;
	if (site->told)
		site->seen_ms = now_ms;
	if (site->session == SITE_OUT)
		snprintf(site->problem, sizeof(site->problem), "%s", keeper->site.outcome);
	else
		site->problem[0] = '\0';
	if (site->session != before)
		site->since_ms = now_ms;
}

/* Write ${site} down; with a session that may work, what is not whole is fetched again. */
static int
note(struct replica *replica, struct keeper *keeper, struct site *site)
{
	int64_t now_ms = clock_now_ms(replica_clock(replica));
	bool tested = site->errand == SITE_TEST;
	int err;

	snprintf(site->outcome, sizeof(site->outcome), "%s", keeper->site.outcome);
	if (tested)
		note_test(keeper, site, now_ms);
	else
		note_login(keeper, site, now_ms);
	err = site_put(replica, site);
	if (err == RS_OK && tested && site->session != SITE_OUT &&
	    site->session != SITE_STRANGER)
		err = work_renew(replica, site->name, SITE_RENEW_SPACING_MS);
	return err;
}

static void
store_work(struct vault_job *job, struct replica *replica)
{
	struct keeper *keeper = (struct keeper *)job;
	struct site site;
	int err = replica_begin(replica);

	if (err == RS_OK) {
		/* The reader may have changed or forgotten it meanwhile: then this is no news. */
		err = site_get(replica, keeper->site.name, &site);
		if (err == RS_OK && keeper->new_jar.len > 0)
			err = site_jar_merge(replica, site.name, buffer_bytes(&keeper->jar),
			    buffer_bytes(&keeper->new_jar));
		if (err == RS_OK && site.errand == keeper->site.errand)
			err = note(replica, keeper, &site);
		site_wipe(&site);
		err = replica_settle(replica, err);
	}
	keeper->err = err;
}

static void
on_stored(struct vault_job *job)
{
	struct keeper *keeper = (struct keeper *)job;

	if (!taken_back(keeper))
		return;
	if (keeper->err != RS_OK)
		LOG(LOG_LEVEL_ERROR, "keeper-failed", log_text("error", rs_err_text(keeper->err)));
	rest(keeper);
	/* A vault that takes nothing is not asked in a circle. */
	if (keeper->err == RS_OK)
		look(keeper);
}

static void
store(struct keeper *keeper, const char *outcome)
{
	snprintf(keeper->site.outcome, sizeof(keeper->site.outcome), "%s", outcome);
	post(keeper, store_work, on_stored);
}

/* --------------------------------------------------------------------- the test */

static bool
is_whole(const struct sight *sight)
{
	return sight->copy == READSYNC__COPY__COPY_FULL;
}

/* Does the reader get what a stranger does not?  What merely failed for that one proves nothing. */
static bool
gets_more(const struct sight *own, const struct sight *stranger)
{
	if (stranger->copy == READSYNC__COPY__COPY_BLOCKED && !stranger->closed)
		return false;
	return (is_whole(own) && !is_whole(stranger)) ||
	    (own->words >= stranger->words + MORE_WORDS &&
	    (uint64_t)own->words * 100 >= (uint64_t)stranger->words * MORE_SHARE);
}

/* Both were seen. */
static void
compare(struct keeper *keeper)
{
	const struct sight *own = &keeper->own, *stranger = &keeper->stranger;
	char text[SITE_PROBLEM_MAX + 1];

	keeper->proved = gets_more(own, stranger);
	if (keeper->proved)
		snprintf(text, sizeof(text), "logged in: %u words with your session, %u without",
		    own->words, stranger->words);
	else if (stranger->copy == READSYNC__COPY__COPY_BLOCKED)
		snprintf(text, sizeof(text), "unknown: without your session no article came, for "
		    "another reason");
	else if (is_whole(own))
		snprintf(text, sizeof(text), "unknown: strangers get the whole of %.150s too; name "
		    "an article for subscribers", keeper->site.test_url);
	else
		snprintf(text, sizeof(text), "unknown: %.150s is not whole, with your session or "
		    "without", keeper->site.test_url);
	store(keeper, text);
}

/* What the page says of the session by itself; true when that settles it. */
static bool
settle_by_page(struct keeper *keeper, const Readsync__Verdict *verdict)
{
	keeper->proved = session_shows(verdict, SESSION_EVIDENCE_IN);
	keeper->refused = !keeper->proved && session_shows(verdict, SESSION_EVIDENCE_OUT);
	if (keeper->proved)
		store(keeper, "logged in: the page greets you");
	else if (keeper->refused)
		store(keeper, "logged out: the page asks to log in");
	return keeper->proved || keeper->refused;
}

/* Does the page ask who is there, or for money? */
static bool
is_closed(const Readsync__Verdict *verdict)
{
	return session_shows(verdict, "http-login") || session_shows(verdict, "login-page") ||
	    session_shows(verdict, "http-payment");
}

static void
on_read(void *context, int err, Readsync__JobResult *result, const char *detail)
{
	struct keeper *keeper = context;
	struct sight *sight = keeper->as_stranger ? &keeper->stranger : &keeper->own;
	char text[SITE_PROBLEM_MAX + 1];

	keeper->reading = NULL;
	if (err != RS_OK) {
		snprintf(text, sizeof(text), "unknown: the page cannot be read: %.150s", detail);
		store(keeper, text);
		return;
	}
	sight->copy = result->verdict->copy;
	sight->closed = is_closed(result->verdict);
	sight->words = result->article == NULL ? 0 : result->article->words;
	if (keeper->as_stranger) {
		compare(keeper);
	} else if (!settle_by_page(keeper, result->verdict)) {
		if (keeper->site.meters) {
			store(keeper, "unknown: the page does not tell, and a stranger's view is "
			    "not spent to find out");
		} else {
			keeper->as_stranger = true;
			test(keeper);
		}
	}
	readsync__job_result__free_unpacked(result, NULL);
}

/* Have a worker read the page as if all of it could be kept: it is only measured. */
static int
read_page(struct keeper *keeper, const struct fetch_result *result)
{
	Readsync__Job job = READSYNC__JOB__INIT;

	job.kind = READSYNC__JOB__KIND__PAGE;
	job.url = result->url;
	job.asked_url = keeper->site.test_url;
	job.status = result->status;
	job.content_type = result->content_type == NULL ? "" : result->content_type;
	job.session = READSYNC__SESSION__SESSION_OUT;
	job.given = !keeper->as_stranger;
	job.allowed = true;
	job.rule = keeper->rule;
	job.body = (ProtobufCBinaryData){ result->body.len, result->body.data };
	return pool_submit(keeper->pool, &job, on_read, keeper, &keeper->reading);
}

/* What another site shows tells nothing of the session at this one. */
static bool
is_of_site(const struct keeper *keeper, const char *url)
{
	char name[SITE_NAME_SIZE];

	return site_name_of(url, name) == RS_OK && strcmp(name, keeper->site.name) == 0;
}

static void
on_fetched(void *context, struct fetch_result *result)
{
	struct keeper *keeper = context;
	char text[SITE_PROBLEM_MAX + 1];
	int err = result->err;

	keeper->fetching = NULL;
	if (result->cookies.len > 0 && !keeper->as_stranger) {
		wipe_jar(&keeper->new_jar);
		keeper->new_jar = result->cookies;
		buffer_init(&result->cookies, 0);
	}
	if (err == RS_OK && !is_of_site(keeper, result->url)) {
		snprintf(text, sizeof(text), "unknown: it leads to another site: %.150s",
		    result->url);
		store(keeper, text);
		fetch_result_free(result);
		return;
	}
	if (err == RS_OK)
		err = read_page(keeper, result);
	if (err != RS_OK) {
		snprintf(text, sizeof(text), "unknown: %.200s", result->err == RS_OK ?
		    rs_err_text(err) : result->detail.text);
		store(keeper, text);
	}
	fetch_result_free(result);
}

/* Fetch the article, with the session or as a stranger. */
static void
test(struct keeper *keeper)
{
	const struct site *site = &keeper->site;
	struct fetch_request request = {
		.url = site->test_url, .kind = FETCH_PAGE,
		.agent = site->agent[0] == '\0' ? NULL : site->agent
	};
	int err;

	if (site->test_url[0] == '\0') {
		store(keeper, "unknown: nothing of the site was fetched yet; name an article for "
		    "subscribers");
		return;
	}
	if (site->session == SITE_STRANGER) {
		store(keeper, "unknown: you have given no session here yet");
		return;
	}
	if (!keeper->as_stranger) {
		request.cookies = buffer_bytes(&keeper->jar);
		if (site->http_auth && session_is_private(site->test_url)) {
			request.user = site->user;
			request.password = site->password;
		}
	}
	err = fetcher_start(keeper->fetcher, &request, on_fetched, keeper, &keeper->fetching);
	if (err != RS_OK)
		store(keeper, rs_err_text(err));
}
