#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/session/session.h"
#include "proto/replica/work.h"

/* A month's end is looked for once a day: nothing is put off for longer (work.h). */
#define METER_WAIT_MS (24 * 60 * 60 * INT64_C(1000))

/* A session that ends sooner after its login is not begun anew unasked: a login does not help. */
#define LOGIN_AGAIN_MS (24 * 60 * 60 * INT64_C(1000))

_Static_assert((int)SITE_JAR_MAX <= (int)FETCH_JAR_MAX, "a jar goes along whole");

/* ----------------------------------------------------------------- beforehand */

/* A stranger's views are counted there: may one be spent? */
static void
plan_view(struct session *session, int64_t now_ms)
{
	const struct site *site = &session->site;

	switch (site->metered) {
	case SITE_METERED_ALLOW:
		if (site_views(site, now_ms) < site->allowed) {
			session->view = true;
			return;
		}
		session->due_ms = now_ms + METER_WAIT_MS;
		snprintf(session->hold, sizeof(session->hold),
		    "the %u views of this month are spent at %s", site->allowed, site->name);
		return;
	case SITE_METERED_NEVER:
		snprintf(session->hold, sizeof(session->hold),
		    "%s counts what strangers read, and none is to be spent", site->name);
		return;
	case SITE_METERED_ASK:
		snprintf(session->hold, sizeof(session->hold),
		    "%s counts what strangers read: see readsync site metered", site->name);
		return;
	}
}

static void
plan(struct session *session, bool known, int64_t now_ms)
{
	const struct site *site = &session->site;

	session->given = site->session != SITE_STRANGER;
	/* The first page of a site may show that it counts what strangers read. */
	session->alone = session->given || site->meters || !known;
	if (site->held)
		snprintf(session->hold, sizeof(session->hold),
		    "you are signed in to %s elsewhere", site->name);
	else if (site->session == SITE_OUT)
		snprintf(session->hold, sizeof(session->hold),
		    "the session at %s does not work: log in again", site->name);
	else if (!session->given && site->meters)
		plan_view(session, now_ms);
}

int
session_plan(struct replica *replica, const char *url, struct session **ret_session)
{
	struct session *session = calloc(1, sizeof(*session));
	char name[SITE_NAME_SIZE];
	bool known = true;
	int err;

	if (session == NULL)
		return RS_ENOMEM;
	buffer_init_secret(&session->jar, FETCH_JAR_MAX);
	buffer_init_secret(&session->now, FETCH_JAR_MAX);
	err = site_name_of(url, name);
	if (err == RS_OK)
		err = site_get(replica, name, &session->site);
	if (err == RS_OK)
		err = site_jar(replica, name, session->site.session != SITE_STRANGER,
		    &session->jar);
	if (err == RS_OK)
		err = work_knows_site(replica, name, &known);
	/* An address without a host is a stranger's, and fails where it is fetched. */
	if (err != RS_OK && err != RS_EINVAL) {
		session_free(session);
		return err;
	}
	plan(session, known, clock_now_ms(replica_clock(replica)));
	*ret_session = session;
	return RS_OK;
}

int
session_read_rule(struct session *session, const char *home, const char *url)
{
	Readsync__SiteRule *rule = NULL;
	char host[RULE_HOST_SIZE];
	int err = rule_host(url, host);

	if (err != RS_OK || (host[0] != '\0' && strcmp(host, session->rule_host) == 0))
		return err;
	err = rule_find(home, url, &rule);
	if (err != RS_OK && err != RS_ENOTFOUND)
		return err;
	readsync__site_rule__free_unpacked(session->rule, NULL);
	session->rule = rule;
	snprintf(session->rule_host, sizeof(session->rule_host), "%s", host);
	return RS_OK;
}

void
session_name_place(const struct session *session, uint8_t site[HASH_NAME_LEN], bool *alone)
{
	struct bytes name = bytes_of_text(session->site.name);

	hash_name(bytes_of(NULL, 0), &name, 1, site);
	*alone = session->alone;
}

int
session_put_aside(struct replica *replica, const uint8_t *item, const char *name,
    const char *why, int64_t due_ms)
{
	int err;

	if (due_ms == 0)
		return work_hold(replica, item, name, why);
	err = work_postponed(replica, item, why, due_ms);
	return err == RS_OK ? item_set_waits(replica, item, why) : err;
}

void
session_free(struct session *session)
{
	if (session == NULL)
		return;
	buffer_release(&session->jar);
	buffer_release(&session->now);
	readsync__site_rule__free_unpacked(session->rule, NULL);
	site_wipe(&session->site);
	free(session);
}

bool
session_is_private(const char *url)
{
	static const char *const here[] = { "127.0.0.1", "[::1]", "localhost" };
	static const char inside[] = ".localhost";
	const char *host;
	size_t len;

	if (strncmp(url, "https://", 8) == 0)
		return true;
	if (strncmp(url, "http://", 7) != 0)
		return false;
	host = url + 7;
	len = host[0] == '[' ? strcspn(host, "]/?#") + 1 : strcspn(host, ":/?#");
	if (memchr(host, '@', strcspn(host, "/?#")) != NULL)
		return false;
	for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++) {
		if (strlen(here[i]) == len && memcmp(host, here[i], len) == 0)
			return true;
	}
	return len >= sizeof(inside) && memcmp(host + len - (sizeof(inside) - 1), inside,
	    sizeof(inside) - 1) == 0;
}

void
session_ask(const struct session *session, struct fetch_request *request)
{
	const struct site *site = &session->site;

	request->cookies = buffer_bytes(session->changed ? &session->now : &session->jar);
	if (site->agent[0] != '\0')
		request->agent = site->agent;
	if (session->rule != NULL && session->rule->accept[0] != '\0')
		request->accept = session->rule->accept;
	if (session->rule != NULL && session->rule->accept_language[0] != '\0')
		request->accept_language = session->rule->accept_language;
	if (site->http_auth && site->user[0] != '\0' && session_is_private(request->url)) {
		request->user = site->user;
		request->password = site->password;
	}
}

/* ---------------------------------------------------------------- afterwards */

void
session_took(struct session *session, struct fetch_result *result)
{
	if (!result->cookies_changed)
		return;
	buffer_release(&session->now);
	buffer_take(&session->now, &result->cookies);
	session->changed = true;
}

int
session_store(struct replica *replica, const struct session *session, bool view)
{
	struct site site;
	int err = RS_OK;

	if (session->site.name[0] == '\0')
		return RS_OK;
	if (session->changed)
		err = site_jar_keep(replica, &session->site, session->given,
		    buffer_bytes(&session->jar), buffer_bytes(&session->now));
	/* Who sets more than a jar holds is not remembered any better for that. */
	if (err == RS_ELIMIT)
		err = RS_OK;
	if (err != RS_OK || !session->view || !view)
		return err;
	err = site_get(replica, session->site.name, &site);
	if (err != RS_OK)
		return err;
	site_count_view(&site, clock_now_ms(replica_clock(replica)));
	err = site_put(replica, &site);
	site_wipe(&site);
	return err;
}

bool
session_shows(const Readsync__Verdict *verdict, const char *evidence)
{
	size_t i;

	for (i = 0; i < verdict->n_evidence; i++) {
		if (strcmp(verdict->evidence[i]->id, evidence) == 0)
			return true;
	}
	return false;
}

bool
session_counts(const Readsync__Verdict *verdict)
{
	return verdict->gated == READSYNC__GATED__GATED_YES &&
	    verdict->kind == READSYNC__GATE_KIND__GATE_KIND_METERED;
}

/* A session that worked for a while is begun anew once, with what the reader has given. */
static bool
may_log_in_again(const struct site *site, int64_t now_ms)
{
	return site->user[0] != '\0' && !site->http_auth && !site->failed &&
	    now_ms - site->login_ms >= LOGIN_AGAIN_MS;
}

/* The session at ${site} was seen at work, or seen not to. */
static enum session_news
see_session(struct site *site, bool works, int64_t now_ms)
{
	enum site_session before = site->session;

	site_set_session(site, works ? SITE_IN : SITE_OUT, now_ms);
	site->seen_ms = now_ms;
	if (site->session == before)
		return SESSION_SAME;
	if (before == SITE_IN && may_log_in_again(site, now_ms))
		site->errand = SITE_LOGIN;
	snprintf(site->problem, sizeof(site->problem), "%s", works ? "" :
	    before == SITE_IN ? "the session has expired" : "the session given does not work");
	return works ? SESSION_WORKS : SESSION_EXPIRED;
}

/* Bring ${site} in line with what a page that came with the reader's session tells. */
static enum session_news
learn_session(struct site *site, const Readsync__Verdict *verdict, int64_t now_ms)
{
	if (session_shows(verdict, SESSION_EVIDENCE_ELSEWHERE)) {
		site->held = true;
		snprintf(site->problem, sizeof(site->problem), "signed in elsewhere");
		return SESSION_ELSEWHERE;
	}
	if (session_shows(verdict, SESSION_EVIDENCE_IN))
		return see_session(site, true, now_ms);
	if (session_shows(verdict, SESSION_EVIDENCE_OUT))
		return see_session(site, false, now_ms);
	return SESSION_SAME;
}

/* A session that was given, and that no page tells of, is tested once it matters. */
static bool
wants_test(const struct site *site, const Readsync__Verdict *verdict)
{
	return site->session == SITE_UNTRIED && site->errand == SITE_NOTHING &&
	    site->outcome[0] == '\0' && verdict->gated == READSYNC__GATED__GATED_YES &&
	    verdict->copy < READSYNC__COPY__COPY_FULL;
}

/* A stranger's page may tell that the site counts; that view was one. */
static enum session_news
learn_meter(struct site *site, const Readsync__Verdict *verdict, int64_t now_ms)
{
	if (site->meters || !session_counts(verdict))
		return SESSION_SAME;
	site->meters = true;
	site_count_view(site, now_ms);
	return SESSION_METERED;
}

/* What a page tells of a site: of its own, or of one that sent the reader away to a login. */
enum told {
	TOLD_OWN,
	TOLD_AWAY
};

/* Note what ${verdict} tells of the site ${name}. */
static int
learn_of(struct replica *replica, const char *name, enum told told,
    const Readsync__Fetch *fetch, const uint8_t *item, const Readsync__Verdict *verdict,
    enum session_news *ret_news)
{
	int64_t now_ms = clock_now_ms(replica_clock(replica));
	bool given = told == TOLD_AWAY || fetch->given, tests;
	enum session_news news = SESSION_SAME;
	struct site site;
	struct session holding = { .hold = "" };
	int err;

	err = site_get(replica, name, &site);
	if (err != RS_OK)
		return err;
	if (!given)
		news = learn_meter(&site, verdict, now_ms);
	else if (site.session != SITE_STRANGER && fetch->at_ms >= site.since_ms)
		news = told == TOLD_AWAY ? see_session(&site, false, now_ms) :
		    learn_session(&site, verdict, now_ms);
	tests = given && news == SESSION_SAME && fetch->at_ms >= site.since_ms &&
	    wants_test(&site, verdict);
	if (tests)
		site.errand = SITE_TEST;
	if (news != SESSION_SAME || site.seen_ms == now_ms || tests)
		err = site_put(replica, &site);
	if (err == RS_OK && (news == SESSION_EXPIRED || news == SESSION_ELSEWHERE)) {
		holding.site = site;
		plan(&holding, true, now_ms);
		err = item_set_waits(replica, item, holding.hold);
		site_wipe(&holding.site);
	}
	site_wipe(&site);
	if (err == RS_OK && news != SESSION_SAME)
		*ret_news = news;
	return err;
}

static bool
is_login(const Readsync__Verdict *verdict)
{
	return session_shows(verdict, "login-page") || session_shows(verdict, "http-login");
}

int
session_learn(struct replica *replica, const Readsync__Fetch *fetch, const uint8_t *item,
    const Readsync__Verdict *verdict, enum session_news *ret_news)
{
	char name[SITE_NAME_SIZE];
	int err = site_name_of(fetch->final_url, name);

	if (err != RS_OK)
		return RS_OK;
	err = learn_of(replica, name, TOLD_OWN, fetch, item, verdict, ret_news);
	if (err != RS_OK)
		return err;
	if (!is_login(verdict))
		return work_forget_sender(replica, item);
	err = work_sender(replica, item, name);
	return err == RS_OK && name[0] != '\0' ?
	    learn_of(replica, name, TOLD_AWAY, fetch, item, verdict, ret_news) : err;
}
