/* What goes along to a site, and where it may. */
#include "tests/unit/proto/replica/fixture.h"

#include <limits.h>
#include <sys/stat.h>

#include "daemon/session/session.h"
#include "proto/replica/work.h"

#define URL "https://example.org/a"
#define COOKIE "example.org\tFALSE\t/\tFALSE\t0\tsession\ta\n"
#define RENEWED COOKIE "example.org\tFALSE\t/\tFALSE\t0\tseen\tb\n"
#define DAY_MS (24 * 60 * 60 * INT64_C(1000))

static void
a_password_goes_where_nobody_reads_it(void **state)
{
	static const struct { const char *url; bool is_private; } cases[] = {
		{ "https://example.org/a", true },
		{ "http://example.org/a", false },
		{ "http://127.0.0.1/", true },
		{ "http://127.0.0.1:8080/a", true },
		{ "http://[::1]:8080/a", true },
		{ "http://localhost?a", true },
		{ "http://news.localhost:80/", true },
		{ "http://.localhost/", false },
		{ "http://127.0.0.1.example.org/", false },
		{ "http://127.0.0.1@example.org/", false },
		{ "http://localhost:80@example.org/", false },
		{ "http://localhost.example.org/", false },
		{ "http://notlocalhost/", false },
		{ "http://example.org/.localhost", false },
		{ "http://example.org#.localhost", false },
		{ "http://[::1].localhost@example.org", false },
		{ "ftp://localhost/", false },
		{ "", false },
	};
	struct session session = { .site = { .http_auth = true, .user = "u", .password = "p" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fetch_request request = { .url = cases[i].url };

		if (session_is_private(cases[i].url) != cases[i].is_private)
			fail_msg("%s", cases[i].url);
		session_ask(&session, &request);
		assert_int_equal(request.password != NULL, cases[i].is_private);
	}
}

/* Let the page that ${url} led to tell how the session is. */
static enum session_news
learn_at(struct node *node, const char *url, int64_t at_ms, const char *evidence)
{
	Readsync__Fetch fetch = READSYNC__FETCH__INIT;
	Readsync__Evidence one = READSYNC__EVIDENCE__INIT, *list = &one;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	enum session_news news = SESSION_SAME;
	uint8_t item[HASH_NAME_LEN];

	one.id = (char *)evidence;
	verdict.evidence = &list;
	verdict.n_evidence = 1;
	fetch.url = (char *)URL;
	fetch.final_url = (char *)url;
	fetch.given = strcmp(url, URL) == 0;
	fetch.at_ms = at_ms;
	save(node, URL, NULL, item);
	if (!fetch.given)
		IN(node, work_fetched(node->replica, item, item, "example.net", "example.org", "",
		    ""));
	IN(node, session_learn(node->replica, &fetch, item, &verdict, &news));
	return news;
}

static enum session_news
learn(struct node *node, int64_t at_ms, const char *evidence)
{
	return learn_at(node, URL, at_ms, evidence);
}

static void
put_session(struct node *node, enum site_session session, int64_t login_ms)
{
	struct site site;

	OK(site_get(node->replica, "example.org", &site));
	site.session = session;
	site.since_ms = node->now_ms;
	site.login_ms = login_ms;
	snprintf(site.user, sizeof(site.user), "reader");
	site.errand = SITE_NOTHING;
	IN(node, site_put(node->replica, &site));
}

static enum site_errand
errand(struct node *node)
{
	struct site site;

	OK(site_get(node->replica, "example.org", &site));
	return site.errand;
}

static void
a_page_older_than_the_session_tells_nothing_of_it(void **state)
{
	struct node *node = *state;

	put_session(node, SITE_UNTRIED, node->now_ms);
	assert_int_equal(learn(node, node->now_ms - 1, SESSION_EVIDENCE_OUT), SESSION_SAME);
	assert_int_equal(learn(node, node->now_ms, SESSION_EVIDENCE_IN), SESSION_WORKS);
	node->now_ms += 10;
	assert_int_equal(learn(node, node->now_ms, SESSION_EVIDENCE_OUT), SESSION_EXPIRED);
}

/* The site of the login page knows nothing of the session that was given for the first. */
static void
a_site_that_sends_to_a_login_elsewhere_has_no_session(void **state)
{
	struct node *node = *state;
	struct site site;

	put_session(node, SITE_IN, node->now_ms);
	assert_int_equal(learn_at(node, "https://accounts.example.net/in", node->now_ms,
	    SESSION_EVIDENCE_IN), SESSION_SAME);
	assert_int_equal(learn_at(node, "https://accounts.example.net/in", node->now_ms - 1,
	    "login-page"), SESSION_SAME);
	assert_int_equal(learn_at(node, "https://accounts.example.net/in", node->now_ms,
	    "login-page"), SESSION_EXPIRED);
	OK(site_get(node->replica, "example.org", &site));
	assert_int_equal(site.session, SITE_OUT);
	OK(site_get(node->replica, "example.net", &site));
	assert_int_equal(site.session, SITE_STRANGER);
	assert_int_equal(ask(node, "SELECT count(*) FROM work WHERE sender = 'example.org'"), 1);
	assert_int_equal(ask(node, "SELECT count(*) FROM item WHERE waits LIKE '%example.org%'"), 1);
}

/* Where a login works and the page is not for this reader all the same, it changes nothing. */
static void
a_login_is_repeated_once_a_day_at_most(void **state)
{
	struct node *node = *state;

	put_session(node, SITE_IN, node->now_ms);
	node->now_ms += DAY_MS - 1;
	assert_int_equal(learn(node, node->now_ms, SESSION_EVIDENCE_OUT), SESSION_EXPIRED);
	assert_int_equal(errand(node), SITE_NOTHING);
	put_session(node, SITE_IN, node->now_ms - DAY_MS);
	assert_int_equal(learn(node, node->now_ms, SESSION_EVIDENCE_OUT), SESSION_EXPIRED);
	assert_int_equal(errand(node), SITE_LOGIN);
}

static void
put_jar(struct node *node, const char *lines)
{
	IN(node, site_jar_merge(node->replica, "example.org", true, bytes_of(NULL, 0),
	    bytes_of_text(lines)));
}

/* End an exchange, begun with ${session}, that renewed the cookie; how many are there now? */
static uint64_t
renew(struct node *node, struct session *session)
{
	uint64_t count;

	OK(buffer_append(&session->now, RENEWED, sizeof(RENEWED) - 1));
	session->changed = true;
	IN(node, session_store(node->replica, session, false));
	session_free(session);
	OK(site_jar_count(node->replica, "example.org", &count));
	return count;
}

static struct session *
plan(struct node *node)
{
	struct session *session;

	OK(session_plan(node->replica, URL, &session));
	assert_true(session->given);
	return session;
}

static void
a_session_that_the_reader_ended_is_not_renewed(void **state)
{
	struct node *node = *state;
	struct session *session;

	put_session(node, SITE_IN, node->now_ms);
	put_jar(node, COOKIE);
	session = plan(node);
	IN(node, site_log_out(node->replica, "example.org"));
	assert_int_equal(renew(node, session), 0);
}

static void
a_session_that_the_reader_replaced_is_not_renewed(void **state)
{
	struct node *node = *state;
	struct session *session;

	put_session(node, SITE_IN, node->now_ms);
	put_jar(node, COOKIE);
	session = plan(node);
	IN(node, site_log_out(node->replica, "example.org"));
	node->now_ms++;
	put_session(node, SITE_UNTRIED, node->now_ms);
	assert_int_equal(renew(node, session), 0);
}

/* Another page shows meanwhile that it works: it is the session that was given. */
static void
a_session_seen_at_work_meanwhile_is_renewed(void **state)
{
	struct node *node = *state;
	struct session *session;

	put_session(node, SITE_UNTRIED, node->now_ms);
	put_jar(node, COOKIE);
	session = plan(node);
	node->now_ms++;
	assert_int_equal(learn(node, node->now_ms, SESSION_EVIDENCE_IN), SESSION_WORKS);
	assert_int_equal(renew(node, session), 2);
}

/* Write the rule of ${host} that wants ${language}. */
static void
write_rule(const struct node *node, const char *host, const char *language)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/sites", node->directory);
	(void)mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/sites/%s.txt", node->directory, host);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "http_header(accept-language): %s\n", language);
	fclose(file);
}

static void
assert_language(struct session *session, struct node *node, const char *url,
    const char *expected)
{
	struct fetch_request request = { .url = url };

	OK(session_read_rule(session, node->directory, url));
	session_ask(session, &request);
	if (expected == NULL)
		assert_null(request.accept_language);
	else
		assert_string_equal(request.accept_language, expected);
}

/* A file is read once for each page: what is read is kept while the host is the same. */
static void
a_rule_is_read_once_for_a_host(void **state)
{
	struct node *node = *state;
	struct session *session;

	OK(session_plan(node->replica, URL, &session));
	write_rule(node, "example.org", "de");
	write_rule(node, "m.example.org", "fr");
	assert_language(session, node, "https://example.org/a", "de");
	write_rule(node, "example.org", "it");
	assert_language(session, node, "https://WWW.example.org:443/b", "de");
	assert_language(session, node, "https://m.example.org/a", "fr");
	assert_language(session, node, "https://example.net/a", NULL);
	write_rule(node, "example.net", "es");
	assert_language(session, node, "https://example.net/b", NULL);
	assert_language(session, node, "https://example.org/a", "it");
	session_free(session);
}

#define WITH_ARCHIVE(test) cmocka_unit_test_setup_teardown(test, archive_setup, node_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_goes_where_nobody_reads_it),
		WITH_ARCHIVE(a_page_older_than_the_session_tells_nothing_of_it),
		WITH_ARCHIVE(a_site_that_sends_to_a_login_elsewhere_has_no_session),
		WITH_ARCHIVE(a_login_is_repeated_once_a_day_at_most),
		WITH_ARCHIVE(a_session_that_the_reader_ended_is_not_renewed),
		WITH_ARCHIVE(a_session_that_the_reader_replaced_is_not_renewed),
		WITH_ARCHIVE(a_session_seen_at_work_meanwhile_is_renewed),
		WITH_ARCHIVE(a_rule_is_read_once_for_a_host),
	};

	return cmocka_run_group_tests_name("daemon/session/session", tests, NULL, NULL);
}
