#include "tests/unit/proto/replica/fixture.h"

#include "proto/replica/site.h"

#define DAY_MS (24 * 60 * 60 * INT64_C(1000))
#define LINE(name, value) ".example.org\tTRUE\t/\tTRUE\t0\t" name "\t" value "\n"

static void
assert_jar(struct node *node, const char *name, const char *expected)
{
	struct buffer out;

	buffer_init(&out, SITE_JAR_MAX);
	OK(site_jar(node->replica, name, true, &out));
	assert_string_equal(buffer_text(&out), expected);
	buffer_release(&out);
}

static void
merge(struct node *node, const char *before, const char *after)
{
	IN(node, site_jar_merge(node->replica, "example.org", true, bytes_of_text(before),
	    bytes_of_text(after)));
}

static void
a_site_that_nothing_is_known_of_has_an_empty_row(void **state)
{
	struct node *node = *state;
	struct site site;
	char long_name[SITE_NAME_MAX + 2];

	OK(site_get(node->replica, "example.org", &site));
	assert_string_equal(site.name, "example.org");
	assert_int_equal(site.session, SITE_STRANGER);
	assert_int_equal(site.metered, SITE_METERED_ASK);
	assert_string_equal(site.user, "");
	assert_int_equal(site_get(node->replica, "", &site), RS_EINVAL);
	memset(long_name, 'a', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	assert_int_equal(site_get(node->replica, long_name, &site), RS_EINVAL);
}

static void
what_is_known_is_kept(void **state)
{
	struct node *node = *state;
	struct site site, again;

	OK(site_get(node->replica, "example.org", &site));
	site.session = SITE_OUT;
	site.since_ms = 5;
	site.seen_ms = 6;
	site.held = site.http_auth = site.meters = site.json = site.failed =
	    site.told = true;
	strcpy(site.login_url, "https://example.org/login");
	strcpy(site.user_field, "email");
	strcpy(site.password_field, "pass");
	strcpy(site.outcome, "logged in");
	site.errand = SITE_TEST;
	strcpy(site.problem, "expired");
	strcpy(site.user, "reader");
	strcpy(site.password, "correct horse");
	strcpy(site.agent, "Browser/1");
	strcpy(site.test_url, "https://example.org/members");
	site.metered = SITE_METERED_ALLOW;
	site.allowed = 3;
	site_count_view(&site, node->now_ms);
	IN(node, site_put(node->replica, &site));
	node_close(node);
	node_open(node);
	OK(site_get(node->replica, "example.org", &again));
	assert_memory_equal(&site, &again, sizeof(site));
	OK(site_next_errand(node->replica, "", &again));
	assert_string_equal(again.name, "example.org");
	assert_int_equal(site_next_errand(node->replica, "example.org", &again), RS_ENOTFOUND);
	site_wipe(&again);
	assert_string_equal(again.password, "");
}

static bool
append_name(void *context, const struct site *site)
{
	OK(buffer_printf(context, "%s ", site->name));
	return true;
}

static void
a_row_that_says_nothing_any_more_goes(void **state)
{
	struct node *node = *state;
	struct site site;
	struct buffer names;

	buffer_init(&names, 1000);
	OK(site_get(node->replica, "b.example", &site));
	strcpy(site.user, "u");
	IN(node, site_put(node->replica, &site));
	strcpy(site.name, "a.example");
	IN(node, site_put(node->replica, &site));
	OK(site_each(node->replica, append_name, &names));
	assert_string_equal(buffer_text(&names), "a.example b.example ");
	site.user[0] = '\0';
	IN(node, site_put(node->replica, &site));
	buffer_clear(&names);
	OK(site_each(node->replica, append_name, &names));
	assert_string_equal(buffer_text(&names), "b.example ");
	buffer_release(&names);
}

static void
an_exchange_brings_the_jar_up_to_date(void **state)
{
	struct node *node = *state;
	uint64_t count;

	merge(node, "", LINE("a", "1") LINE("b", "2") "a line that is none\n");
	assert_jar(node, "example.org", LINE("a", "1") LINE("b", "2"));
	/* It changed one, dropped one, and set a new one. */
	merge(node, LINE("a", "1") LINE("b", "2"), LINE("b", "3") LINE("c", "4"));
	assert_jar(node, "example.org", LINE("b", "3") LINE("c", "4"));
	OK(site_jar_count(node->replica, "example.org", &count));
	assert_int_equal(count, 2);
	assert_jar(node, "example.net", "");
}

static void
what_another_exchange_changed_meanwhile_stays(void **state)
{
	struct node *node = *state;

	merge(node, "", LINE("a", "1"));
	/* Two begin with the same jar. */
	merge(node, LINE("a", "1"), LINE("a", "2") LINE("b", "1"));
	merge(node, LINE("a", "1"), LINE("a", "1") LINE("c", "1"));
	assert_jar(node, "example.org", LINE("a", "2") LINE("b", "1") LINE("c", "1"));
}

/* A stranger's jar outlives a session that comes and goes: a meter goes on counting by it. */
static void
a_stranger_has_a_jar_of_its_own(void **state)
{
	struct node *node = *state;
	struct buffer out;
	uint64_t count;

	IN(node, site_jar_merge(node->replica, "example.org", false, bytes_of_text(""),
	    bytes_of_text(LINE("seen", "3"))));
	merge(node, "", LINE("session", "1"));
	assert_jar(node, "example.org", LINE("session", "1"));
	OK(site_jar_count(node->replica, "example.org", &count));
	assert_int_equal(count, 1);
	IN(node, site_log_out(node->replica, "example.org"));
	assert_jar(node, "example.org", "");
	IN(node, site_forget(node->replica, "example.org"));
	buffer_init(&out, SITE_JAR_MAX);
	OK(site_jar(node->replica, "example.org", false, &out));
	assert_string_equal(buffer_text(&out), LINE("seen", "3"));
	buffer_release(&out);
}

static void
a_jar_has_a_bound(void **state)
{
	struct node *node = *state;
	char *long_jar = calloc(1, SITE_JAR_MAX + 2);

	memset(long_jar, 'x', SITE_JAR_MAX + 1);
	OK(replica_begin(node->replica));
	assert_int_equal(site_jar_merge(node->replica, "example.org", true, bytes_of_text(""),
	    bytes_of_text(long_jar)), RS_ELIMIT);
	replica_rollback(node->replica);
	assert_jar(node, "example.org", "");
	free(long_jar);
}

static void
logging_out_forgets_the_session_and_not_what_the_reader_has_set(void **state)
{
	struct node *node = *state;
	struct site site;

	merge(node, "", LINE("a", "1"));
	OK(site_get(node->replica, "example.org", &site));
	site.session = SITE_IN;
	strcpy(site.user, "reader");
	strcpy(site.password, "secret");
	site.metered = SITE_METERED_NEVER;
	IN(node, site_put(node->replica, &site));
	IN(node, site_log_out(node->replica, "example.org"));
	OK(site_get(node->replica, "example.org", &site));
	assert_int_equal(site.session, SITE_STRANGER);
	assert_string_equal(site.user, "");
	assert_string_equal(site.password, "");
	assert_int_equal(site.metered, SITE_METERED_NEVER);
	assert_jar(node, "example.org", "");
}

static void
forgetting_gives_no_views_back(void **state)
{
	struct node *node = *state;
	struct site site;

	merge(node, "", LINE("a", "1"));
	OK(site_get(node->replica, "example.org", &site));
	strcpy(site.user, "reader");
	site.meters = true;
	site_count_view(&site, node->now_ms);
	IN(node, site_put(node->replica, &site));
	IN(node, site_forget(node->replica, "example.org"));
	OK(site_get(node->replica, "example.org", &site));
	assert_string_equal(site.user, "");
	assert_true(site.meters);
	assert_int_equal(site_views(&site, node->now_ms), 1);
	assert_jar(node, "example.org", "");
}

static void
views_are_counted_by_the_month(void **state)
{
	struct node *node = *state;
	struct site site;

	OK(site_get(node->replica, "example.org", &site));
	assert_int_equal(site_views(&site, node->now_ms), 0);
	site_count_view(&site, node->now_ms);
	site_count_view(&site, node->now_ms);
	assert_int_equal(site_views(&site, node->now_ms), 2);
	assert_int_equal(site_views(&site, node->now_ms + 31 * DAY_MS), 0);
	/* A clock that is set back renews nothing. */
	site_count_view(&site, node->now_ms - 62 * DAY_MS);
	assert_int_equal(site_views(&site, node->now_ms - 62 * DAY_MS), 3);
	site_count_view(&site, node->now_ms + 31 * DAY_MS);
	assert_int_equal(site_views(&site, node->now_ms + 31 * DAY_MS), 1);
}

#define WITH_ARCHIVE(test) cmocka_unit_test_setup_teardown(test, archive_setup, node_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARCHIVE(a_site_that_nothing_is_known_of_has_an_empty_row),
		WITH_ARCHIVE(what_is_known_is_kept),
		WITH_ARCHIVE(a_row_that_says_nothing_any_more_goes),
		WITH_ARCHIVE(an_exchange_brings_the_jar_up_to_date),
		WITH_ARCHIVE(what_another_exchange_changed_meanwhile_stays),
		WITH_ARCHIVE(a_stranger_has_a_jar_of_its_own),
		WITH_ARCHIVE(a_jar_has_a_bound),
		WITH_ARCHIVE(logging_out_forgets_the_session_and_not_what_the_reader_has_set),
		WITH_ARCHIVE(forgetting_gives_no_views_back),
		WITH_ARCHIVE(views_are_counted_by_the_month),
	};

	return cmocka_run_group_tests_name("proto/replica/site", tests, NULL, NULL);
}
