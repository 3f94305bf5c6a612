#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/page/evidence.h"
#include "daemon/rule/rule.h"
#include "daemon/session/keeper.h"
#include "daemon/session/login.h"
#include "daemon/session/session.h"
#include "daemon/session/site_request.h"
#include "proto/record/evidence_reason.h"
#include "proto/replica/work.h"

enum {
	MORE_WORDS = 150,	/* that only the reader gets, and */
	MORE_SHARE = 150,	/* percent of a stranger's, prove a session */
	REDIRECTS_MAX = 10	/* within the site, of one visit */
};

/* Who fetches the page of a test, and what it turned out to be for them. */
struct visitor {
	struct buffer jar;	/* as the vault has it */
	struct buffer now;	/* as the exchanges have left it, if any changed it */
	bool changed;
	Readsync__Copy copy;
	bool closed;		/* the page asks who is there, or for money */
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
	bool by_rule;			/* it says where the login is */
	struct visitor own;		/* with the reader's session */
	struct visitor stranger;	/* and without */
	struct visitor *visitor;	/* who is on the way */
	unsigned hops;			/* redirects that were followed */
	bool proved;			/* a page showed the session at work, */
	bool refused;			/* or that it does not work, */
	bool elsewhere;			/* or that they are signed in elsewhere */
	bool meters;			/* a page told that strangers' views are counted, */
	bool viewed;			/* and the stranger's was one */

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
static void visit(struct keeper *keeper, struct visitor *visitor);

/* ------------------------------------------------------------ beginning and end */

static void
begin_visitor(struct visitor *visitor)
{
	*visitor = (struct visitor){ .words = 0 };
	buffer_init_secret(&visitor->jar, FETCH_JAR_MAX);
	buffer_init_secret(&visitor->now, FETCH_JAR_MAX);
}

static void
forget_visitor(struct visitor *visitor)
{
	buffer_release(&visitor->jar);
	buffer_release(&visitor->now);
	begin_visitor(visitor);
}

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
	begin_visitor(&keeper->own);
	begin_visitor(&keeper->stranger);
	*ret_keeper = keeper;
	return RS_OK;
}

/* Forget the errand in hand. */
static void
rest(struct keeper *keeper)
{
	site_wipe(&keeper->site);
	readsync__site_rule__free_unpacked(keeper->rule, NULL);
	keeper->rule = NULL;
	keeper->by_rule = false;
	forget_visitor(&keeper->own);
	forget_visitor(&keeper->stranger);
	keeper->proved = keeper->refused = keeper->elsewhere = false;
	keeper->meters = keeper->viewed = false;
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
	if (!session_is_private(keeper->rule->login_uri) ||
	    site_name_of(keeper->rule->login_uri, name) != RS_OK || strcmp(name, site->name) != 0)
		return RS_OK;
	snprintf(site->login_url, sizeof(site->login_url), "%s", keeper->rule->login_uri);
	snprintf(site->user_field, sizeof(site->user_field), "%s", keeper->rule->user_field);
	snprintf(site->password_field, sizeof(site->password_field), "%s",
	    keeper->rule->password_field);
	keeper->by_rule = true;
	return RS_OK;
}

static void
look_work(struct vault_job *job, struct replica *replica)
{
	struct keeper *keeper = (struct keeper *)job;
	struct site *site = &keeper->site;
	int err = site_next_errand(replica, "", site);

	if (err == RS_OK)
		err = site_jar(replica, site->name, true, &keeper->own.jar);
	if (err == RS_OK)
		err = site_jar(replica, site->name, false, &keeper->stranger.jar);
	if (err == RS_OK && site->test_url[0] == '\0') {
		err = site_sample(replica, site->name, site->test_url);
		err = err == RS_ENOTFOUND ? RS_OK : err;
	}
	keeper->err = err == RS_OK ? use_rule(keeper) : err;
}

static void store(struct keeper *keeper, const char *outcome);

/* Why a login failed, for the log. */
static const char *
reason_of(int err)
{
	return err == RS_OK ? NULL : err == RS_EAUTH ? "user or password refused" :
	    rs_err_text(err);
}

static void
on_logged_in(void *context, const struct login_outcome *outcome)
{
	struct keeper *keeper = context;

	keeper->login = NULL;
	LOG(LOG_LEVEL_NOTICE, outcome->err == RS_OK ? "logged-in" : "login-failed",
	    log_text("reason", reason_of(outcome->err)),
	    log_private("site", keeper->site.name), log_private("detail", outcome->text));
	keeper->site.failed = outcome->err == RS_EAUTH || outcome->err == RS_EREFUSED ||
	    outcome->err == RS_ENOTFOUND || outcome->err == RS_ELIMIT;
	keeper->refused = outcome->err != RS_OK;
	keeper->own.changed = true;
	if (buffer_append(&keeper->own.now, outcome->jar.data, outcome->jar.len) != RS_OK)
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
	    keeper->by_rule ? keeper->rule : NULL, buffer_bytes(&keeper->own.jar), on_logged_in,
	    keeper, &keeper->login);
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
	site->errand = SITE_NOTHING;
	site->meters = site->meters || keeper->meters;
	if (keeper->viewed)
		site_count_view(site, now_ms);
	if (keeper->elsewhere)
		site->held = true;
	if (keeper->proved)
		site_set_session(site, SITE_IN, now_ms);
	else if (keeper->refused && site->session != SITE_STRANGER)
		site_set_session(site, SITE_OUT, now_ms);
	site->told = keeper->proved || keeper->refused;
	if (site->told)
		site->seen_ms = now_ms;
	if (keeper->elsewhere)
		snprintf(site->problem, sizeof(site->problem), "signed in elsewhere");
	else if (site->session == SITE_OUT)
		snprintf(site->problem, sizeof(site->problem), "%s", keeper->site.outcome);
	else
		site->problem[0] = '\0';
}

/*
 * Write ${site} down.  What is not whole is fetched again once for each session: when a login
 * has given it, or when a test has shown at work what was not before.
 */
static int
note(struct replica *replica, struct keeper *keeper, struct site *site)
{
	int64_t now_ms = clock_now_ms(replica_clock(replica));
	enum site_session before = site->session;
	bool renewed;
	int err;

	snprintf(site->outcome, sizeof(site->outcome), "%s", keeper->site.outcome);
	if (site->errand == SITE_TEST) {
		note_test(keeper, site, now_ms);
		renewed = site->session == SITE_IN && before != SITE_IN;
	} else {
		note_login(keeper, site, now_ms);
		renewed = !keeper->refused;
	}
	err = site_put(replica, site);
	return err == RS_OK && renewed ? work_renew(replica, site->name, SITE_RENEW_SPACING_MS) :
	    err;
}

static int
store_jar(struct replica *replica, const struct keeper *keeper, const struct visitor *visitor)
{
	return visitor->changed ? site_jar_keep(replica, &keeper->site,
	    visitor == &keeper->own, buffer_bytes(&visitor->jar), buffer_bytes(&visitor->now)) :
	    RS_OK;
}

/*
 * Is the errand still the one that was done?  The reader may have changed or forgotten it
 * meanwhile, or given another session: then what came of it says nothing.
 */
static bool
is_same(const struct site *done, const struct site *now)
{
	return now->errand == done->errand && site_same_session(done, now) &&
	    (now->test_url[0] == '\0' || strcmp(now->test_url, done->test_url) == 0);
}

static void
store_work(struct vault_job *job, struct replica *replica)
{
	struct keeper *keeper = (struct keeper *)job;
	struct site site;
	int err = replica_begin(replica);

	if (err == RS_OK) {
		err = site_get(replica, keeper->site.name, &site);
		if (err == RS_OK)
			err = store_jar(replica, keeper, &keeper->own);
		if (err == RS_OK)
			err = store_jar(replica, keeper, &keeper->stranger);
		if (err == RS_OK && is_same(&keeper->site, &site))
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
is_whole(const struct visitor *visitor)
{
	return visitor->copy == READSYNC__COPY__COPY_FULL;
}

/* Does the reader get what a stranger does not?  What merely failed for that one proves nothing. */
static bool
gets_more(const struct visitor *own, const struct visitor *stranger)
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
	const struct visitor *own = &keeper->own, *stranger = &keeper->stranger;
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

/* Why a page has no article: the first that was seen and would tell it alone. */
static const char *
why_blocked(const Readsync__Verdict *verdict)
{
	for (size_t i = 0; i < verdict->n_evidence; i++) {
		if (verdict->evidence[i]->weight >= EVIDENCE_DOUBT)
			return evidence_reason(verdict->evidence[i]->id);
	}
	return "nothing tells why";
}

/* What the page says of the session by itself; true when that settles it. */
static bool
settle_by_page(struct keeper *keeper, const Readsync__Verdict *verdict)
{
	char blocked[SITE_PROBLEM_MAX + 1];
	const char *text = NULL;

	if (session_shows(verdict, SESSION_EVIDENCE_ELSEWHERE)) {
		keeper->elsewhere = true;
		text = "unknown: you are signed in elsewhere";
	} else if (session_shows(verdict, SESSION_EVIDENCE_IN)) {
		keeper->proved = true;
		text = "logged in: the page greets you";
	} else if (session_shows(verdict, SESSION_EVIDENCE_OUT)) {
		keeper->refused = true;
		text = "logged out: the page asks to log in";
	} else if (verdict->copy == READSYNC__COPY__COPY_BLOCKED) {
		snprintf(blocked, sizeof(blocked), "unknown: with your session no article came: %s",
		    why_blocked(verdict));
		text = blocked;
	} else if (keeper->site.meters || keeper->meters) {
		text = "unknown: the page does not tell, and a stranger's view is not spent to "
		    "find out";
	}
	if (text != NULL)
		store(keeper, text);
	return text != NULL;
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
	struct visitor *visitor = keeper->visitor;
	char text[SITE_PROBLEM_MAX + 1];

	keeper->reading = NULL;
	if (err != RS_OK) {
		snprintf(text, sizeof(text), "unknown: the page cannot be read: %.150s", detail);
		store(keeper, text);
		return;
	}
	visitor->copy = result->verdict->copy;
	visitor->closed = is_closed(result->verdict);
	visitor->words = result->article == NULL ? 0 : result->article->words;
	keeper->meters = keeper->meters || session_counts(result->verdict);
	if (visitor == &keeper->stranger) {
		keeper->viewed = keeper->meters;
		compare(keeper);
	} else if (!settle_by_page(keeper, result->verdict)) {
		visit(keeper, &keeper->stranger);
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
	job.given = keeper->visitor == &keeper->own;
	job.allowed = true;
	job.rule = keeper->rule;
	job.body = (ProtobufCBinaryData){ result->body.len, result->body.data };
	return pool_submit(keeper->pool, &job, on_read, keeper, &keeper->reading);
}

static int ask(struct keeper *keeper, const char *url);

/*
 * Go where ${result} leads, within the site: what another shows tells nothing of the session
 * at this one, and is not asked.
 */
static int
follow(struct keeper *keeper, const struct fetch_result *result)
{
	char name[SITE_NAME_SIZE], text[SITE_PROBLEM_MAX + 1];

	if (site_name_of(result->location, name) != RS_OK ||
	    strcmp(name, keeper->site.name) != 0) {
		snprintf(text, sizeof(text), "unknown: it leads to another site: %.150s",
		    result->location);
		store(keeper, text);
		return RS_OK;
	}
	if (keeper->hops++ == REDIRECTS_MAX) {
		store(keeper, "unknown: it redirects more than 10 times");
		return RS_OK;
	}
	return ask(keeper, result->location);
}

static void
on_fetched(void *context, struct fetch_result *result)
{
	struct keeper *keeper = context;
	struct visitor *visitor = keeper->visitor;
	char text[SITE_PROBLEM_MAX + 1];
	int err = result->err;

	keeper->fetching = NULL;
	if (result->cookies_changed) {
		buffer_release(&visitor->now);
		buffer_take(&visitor->now, &result->cookies);
		visitor->changed = true;
	}
	if (err == RS_OK)
		err = result->location != NULL ? follow(keeper, result) :
		    read_page(keeper, result);
	if (err != RS_OK) {
		snprintf(text, sizeof(text), "unknown: %.200s", result->err == RS_OK ?
		    rs_err_text(err) : result->detail.text);
		store(keeper, text);
	}
	fetch_result_free(result);
}

/* Fetch ${url} as who is on the way. */
static int
ask(struct keeper *keeper, const char *url)
{
	const struct site *site = &keeper->site;
	const struct visitor *visitor = keeper->visitor;
	struct fetch_request request = {
		.url = url, .kind = FETCH_PAGE, .one_hop = true,
		.agent = site->agent[0] == '\0' ? NULL : site->agent,
		.cookies = buffer_bytes(visitor->changed ? &visitor->now : &visitor->jar)
	};

	if (keeper->rule != NULL && keeper->rule->accept[0] != '\0')
		request.accept = keeper->rule->accept;
	if (keeper->rule != NULL && keeper->rule->accept_language[0] != '\0')
		request.accept_language = keeper->rule->accept_language;

	if (visitor == &keeper->own && site->http_auth && session_is_private(url)) {
		request.user = site->user;
		request.password = site->password;
	}
	return fetcher_start(keeper->fetcher, &request, on_fetched, keeper, &keeper->fetching);
}

/* Fetch the article as ${visitor}. */
static void
visit(struct keeper *keeper, struct visitor *visitor)
{
	int err;

	keeper->visitor = visitor;
	keeper->hops = 0;
	err = ask(keeper, keeper->site.test_url);
	if (err != RS_OK)
		store(keeper, rs_err_text(err));
}

static void
test(struct keeper *keeper)
{
	const struct site *site = &keeper->site;

	if (site->test_url[0] == '\0')
		store(keeper, "unknown: nothing of the site was fetched yet; name an article for "
		    "subscribers");
	else if (site->session == SITE_STRANGER)
		store(keeper, "unknown: you have given no session here yet");
	else
		visit(keeper, &keeper->own);
}
