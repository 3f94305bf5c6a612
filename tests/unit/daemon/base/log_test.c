#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/base/log.h"
#include "proto/base/err.h"

static int pipe_ends[2];

static int
open_pipe(void **state)
{
	struct log_settings settings = { .level = LOG_LEVEL_INFO };

	(void)state;
	unsetenv("JOURNAL_STREAM");
	if (pipe(pipe_ends) != 0)
		return -1;
	settings.fd = pipe_ends[1];
	log_set(&settings);
	return 0;
}

static int
close_pipe(void **state)
{
	(void)state;
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	return 0;
}

/* What was written since the last call, which was something. */
static const char *
written(void)
{
	static char text[8192];
	ssize_t len = read(pipe_ends[0], text, sizeof(text) - 1);

	assert_true(len > 0);
	text[len] = '\0';
	return text;
}

static void
an_event_is_one_line(void **state)
{
	(void)state;
	LOG(LOG_LEVEL_INFO, "fetched", log_text("item", "3f2a91"), log_number("status", 200),
	    log_number("delta", -7));
	assert_string_equal(written(), "info: fetched item=3f2a91 status=200 delta=-7\n");
	LOG(LOG_LEVEL_ERROR, "stopped");
	assert_string_equal(written(), "error: stopped\n");
	log_event(LOG_LEVEL_WARNING, "plain", NULL, 0);
	assert_string_equal(written(), "warning: plain\n");
}

static void
values_cannot_forge_anything(void **state)
{
	(void)state;
	LOG(LOG_LEVEL_INFO, "e", log_text("a", "two words"), log_text("b", ""),
	    log_text("c", "x=\"y\\z\""), log_text("d", NULL), log_text("e", "caf\xc3\xa9"));
	assert_string_equal(written(),
	    "info: e a=\"two words\" b=\"\" c=\"x=\\\"y\\\\z\\\"\" e=caf\xc3\xa9\n");
	LOG(LOG_LEVEL_INFO, "e", log_text("a", "x\ny\r\x1b[2J\x7f\xc2\x9b"));
	assert_string_equal(written(),
	    "info: e a=\"x\\ny\\x0d\\x1b[2J\\x7f\\xc2\\x9b\"\n");
}

static void
private_fields_wait_to_be_asked_for(void **state)
{
	struct log_settings settings = { .fd = pipe_ends[1], .level = LOG_LEVEL_INFO,
		.titles = true };

	(void)state;
	LOG(LOG_LEVEL_INFO, "kept", log_text("item", "3f"), log_private("title", "A title"));
	assert_string_equal(written(), "info: kept item=3f\n");
	log_set(&settings);
	LOG(LOG_LEVEL_INFO, "kept", log_text("item", "3f"), log_private("title", "A title"));
	assert_string_equal(written(), "info: kept item=3f title=\"A title\"\n");
}

static void
levels_are_left_out_from_below(void **state)
{
	struct log_settings settings = { .fd = pipe_ends[1] };
	enum log_level level = LOG_LEVEL_INFO;

	(void)state;
	LOG(LOG_LEVEL_DEBUG, "unseen");
	assert_int_equal(log_level_read("warning", &settings.level), RS_OK);
	log_set(&settings);
	LOG(LOG_LEVEL_NOTICE, "unseen");
	LOG(LOG_LEVEL_WARNING, "seen");
	assert_string_equal(written(), "warning: seen\n");
	assert_int_equal(log_level_read("loud", &level), RS_EINVAL);
	assert_int_equal(level, LOG_LEVEL_INFO);
}

static void
a_line_has_its_bound(void **state)
{
	char value[4000];
	const char *text;

	(void)state;
	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	LOG(LOG_LEVEL_INFO, "e", log_text("a", value), log_text("b", value),
	    log_text("c", "last"));
	text = written();
	assert_int_equal(text[strlen(text) - 1], '\n');
	assert_true(strlen(text) <= 2048);
	assert_non_null(strstr(text, "vvv...\" c=last\n"));
	assert_null(strstr(text, " b="));
}

static void
the_journal_gets_priorities(void **state)
{
	struct log_settings settings = { .fd = pipe_ends[1], .level = LOG_LEVEL_INFO };
	char stream[64];
	struct stat status;

	(void)state;
	assert_int_equal(fstat(pipe_ends[1], &status), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)status.st_dev,
	    (unsigned long long)status.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_set(&settings);
	LOG(LOG_LEVEL_WARNING, "slow", log_number("ms", 12));
	assert_string_equal(written(), "<4>slow ms=12\n");
	/* Inherited, but our output goes elsewhere. */
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)status.st_dev,
	    (unsigned long long)status.st_ino + 1);
	setenv("JOURNAL_STREAM", stream, 1);
	log_set(&settings);
	LOG(LOG_LEVEL_WARNING, "slow");
	assert_string_equal(written(), "warning: slow\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_pipe, close_pipe)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_event_is_one_line),
		TEST(values_cannot_forge_anything),
		TEST(private_fields_wait_to_be_asked_for),
		TEST(levels_are_left_out_from_below),
		TEST(a_line_has_its_bound),
		TEST(the_journal_gets_priorities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
