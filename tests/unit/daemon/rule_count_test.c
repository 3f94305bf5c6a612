/*
 * Goal: the lines of site rules that are left out are counted on a real vault thread, file by
 * file, so that other jobs have their turn after each; told once, and anew when asked.
 */
#include "tests/unit/proto/replica/fixture.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <uv.h>

#include "daemon/base/log.h"
#include "daemon/rule_count.h"
#include "proto/base/file.h"

enum { FILES = 30 };

/* Somebody who wants something of the vault again and again, while rules are counted. */
struct asker {
	struct vault_job job;		/* first: a job is cast back to its asker */
	const struct rule_count *count;
	struct vault_thread *vault;
	unsigned turns;
	bool done;
};

struct fixture {
	uv_loop_t loop;
	struct node *node;
	struct vault_thread *vault;
	struct rule_count count;
	char home[40];
	int log;
	bool stopped;
};

static void
rule_path(const struct fixture *fixture, int number, char path[100])
{
	snprintf(path, 100, "%s/sites/site%d.example.txt", fixture->home, number);
}

static void
on_change(void *context, const struct replica_change *change)
{
	(void)context;
	(void)change;
}

static int
setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	char path[100];

	assert_non_null(fixture);
	fixture->node = node_new(REPLICA_ARCHIVE, 1);
	strcpy(fixture->home, "/tmp/rule-count-XXXXXX");
	assert_non_null(mkdtemp(fixture->home));
	snprintf(path, sizeof(path), "%s/sites", fixture->home);
	assert_int_equal(mkdir(path, 0700), 0);
	for (int i = 0; i < FILES; i++) {
		rule_path(fixture, i, path);
		OK(file_create(path, bytes_of_text("title: //h1[\nbody: //article\n"), 0600));
	}
	fixture->log = memfd_create("log", MFD_CLOEXEC);
	assert_true(fixture->log >= 0);
	log_set(&(struct log_settings){ fixture->log, LOG_LEVEL_INFO, false });
	assert_int_equal(uv_loop_init(&fixture->loop), 0);
	OK(vault_thread_start(&fixture->loop, fixture->node->replica, on_change, NULL,
	    &fixture->vault));
	*state = fixture;
	return 0;
}

static void
on_stopped(void *context)
{
	((struct fixture *)context)->stopped = true;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;
	char path[100];

	rule_count_stop(&fixture->count);
	vault_thread_stop(fixture->vault, on_stopped, fixture);
	uv_run(&fixture->loop, UV_RUN_DEFAULT);
	assert_true(fixture->stopped);
	assert_false(fixture->count.busy);
	assert_null(fixture->count.folder);
	assert_int_equal(uv_loop_close(&fixture->loop), 0);
	log_set(&(struct log_settings){ STDERR_FILENO, LOG_LEVEL_INFO, false });
	close(fixture->log);
	for (int i = 0; i < FILES; i++) {
		rule_path(fixture, i, path);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/sites", fixture->home);
	rmdir(path);
	rmdir(fixture->home);
	node_open(fixture->node);
	node_free(fixture->node);
	free(fixture);
	return 0;
}

/* How often the log tells that all of the broken lines are left out. */
static int
told(const struct fixture *fixture)
{
	char log[8192], line[100];
	ssize_t len = pread(fixture->log, log, sizeof(log) - 1, 0);
	int count = 0;

	assert_in_range(len, 0, sizeof(log) - 2);
	log[len] = '\0';
	snprintf(line, sizeof(line), "rules-left-out directory=%s/sites broken=%d refused=0",
	    fixture->home, FILES);
	for (const char *at = log; (at = strstr(at, line)) != NULL; at++)
		count++;
	return count;
}

static void
start(struct fixture *fixture)
{
	rule_count_start(&fixture->count, fixture->vault, fixture->home);
}

static void
run_to_its_end(struct fixture *fixture)
{
	while (fixture->count.busy)
		uv_run(&fixture->loop, UV_RUN_ONCE);
}

static void
look(struct vault_job *job, struct replica *replica)
{
	(void)job;
	(void)replica;
}

static void
on_looked(struct vault_job *job)
{
	struct asker *asker = (struct asker *)job;

	asker->turns++;
	asker->done = !asker->count->busy;
	if (!asker->done)
		vault_thread_post(asker->vault, &asker->job);
}

/* Jobs run in their order, and a step is posted when the one before it is done. */
static void
others_have_their_turn_after_each_file(void **state)
{
	struct fixture *fixture = *state;
	struct asker asker = { .job = { .work = look, .on_done = on_looked },
	    .count = &fixture->count, .vault = fixture->vault };

	start(fixture);
	vault_thread_post(fixture->vault, &asker.job);
	while (!asker.done)
		uv_run(&fixture->loop, UV_RUN_ONCE);
	assert_int_equal(told(fixture), 1);
	assert_true(asker.turns >= FILES);
}

static void
they_are_counted_anew_when_asked(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	run_to_its_end(fixture);
	assert_int_equal(told(fixture), 1);
	/* Twice at once is once. */
	start(fixture);
	start(fixture);
	run_to_its_end(fixture);
	assert_int_equal(told(fixture), 2);
}

static void
one_that_is_stopped_tells_nothing(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	rule_count_stop(&fixture->count);
	run_to_its_end(fixture);
	assert_int_equal(told(fixture), 0);
}

#define WITH_RULES(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RULES(others_have_their_turn_after_each_file),
		WITH_RULES(they_are_counted_anew_when_asked),
		WITH_RULES(one_that_is_stopped_tells_nothing),
	};

	return cmocka_run_group_tests_name("daemon/rule_count", tests, NULL, NULL);
}
