/*
 * Goal: jobs run in order on one other thread, are handed back on the loop, and none is
 * lost when the thread is stopped.
 */
#include "tests/unit/proto/replica/fixture.h"

#include <uv.h>

#include "daemon/base/vault_thread.h"

enum { JOBS = 200 };

struct fixture {
	uv_loop_t loop;
	struct node *node;
	struct vault_thread *vault;
	uv_thread_t loop_thread;
	unsigned worked;		/* the vault thread's until the loop has ended */
	unsigned done;
	unsigned changes;
	unsigned follow;		/* jobs that an on_done is still to post */
	bool stopped;
};

struct job {
	struct vault_job job;		/* first: cast back */
	struct fixture *fixture;
	unsigned number;
};

static void
on_change(void *context, const struct replica_change *change)
{
	struct fixture *fixture = context;

	assert_true(change->registers);
	fixture->changes++;
}

static void
on_stopped(void *context)
{
	((struct fixture *)context)->stopped = true;
}

static int
setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->node = node_new(REPLICA_ARCHIVE, 1);
	fixture->loop_thread = uv_thread_self();
	assert_int_equal(uv_loop_init(&fixture->loop), 0);
	OK(vault_thread_start(&fixture->loop, fixture->node->replica, on_change, fixture,
	    &fixture->vault));
	*state = fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(uv_loop_close(&fixture->loop), 0);
	node_open(fixture->node);
	node_free(fixture->node);
	free(fixture);
	return 0;
}

/* Save an item in a transaction of its own, on the right thread and in its turn. */
static void
work(struct vault_job *base, struct replica *replica)
{
	struct job *job = (struct job *)base;
	uv_thread_t self = uv_thread_self();
	struct item_save what = { .title = "Title" };
	uint8_t id[HASH_NAME_LEN];
	char url[64];
	bool new;

	assert_false(uv_thread_equal(&self, &job->fixture->loop_thread));
	assert_int_equal(job->number, job->fixture->worked);
	job->fixture->worked++;
	snprintf(url, sizeof(url), "https://example.org/%u", job->number);
	OK(replica_begin(replica));
	OK(item_save(replica, url, &what, id, &new, NULL));
	OK(replica_commit(replica));
}

static void
on_done(struct vault_job *base)
{
	struct job *job = (struct job *)base;
	struct fixture *fixture = job->fixture;
	uv_thread_t self = uv_thread_self();

	assert_true(uv_thread_equal(&self, &fixture->loop_thread));
	assert_false(fixture->stopped);
	fixture->done++;
	if (fixture->follow > 0) {
		fixture->follow--;
		job->number = fixture->done;
		vault_thread_post(fixture->vault, &job->job);
	}
}

static void
post_all(struct fixture *fixture, struct job jobs[JOBS])
{
	unsigned i;

	for (i = 0; i < JOBS; i++) {
		jobs[i] = (struct job){ { work, on_done, NULL }, fixture, i };
		vault_thread_post(fixture->vault, &jobs[i].job);
	}
}

static void
jobs_run_in_order_and_none_is_lost(void **state)
{
	struct fixture *fixture = *state;
	struct job *jobs = calloc(JOBS, sizeof(*jobs));

	assert_non_null(jobs);
	post_all(fixture, jobs);
	assert_int_equal(fixture->done, 0);
	vault_thread_stop(fixture->vault, on_stopped, fixture);
	uv_run(&fixture->loop, UV_RUN_DEFAULT);
	assert_true(fixture->stopped);
	assert_int_equal(fixture->worked, JOBS);
	assert_int_equal(fixture->done, JOBS);
	assert_in_range(fixture->changes, 1, JOBS);
	free(jobs);
	node_open(fixture->node);
	assert_int_equal(ask(fixture->node, "SELECT count(*) FROM item"), JOBS);
	node_close(fixture->node);
}

static void
a_job_may_follow_another_while_it_stops(void **state)
{
	struct fixture *fixture = *state;
	struct job first = { { work, on_done, NULL }, fixture, 0 };

	fixture->follow = 3;
	vault_thread_post(fixture->vault, &first.job);
	vault_thread_stop(fixture->vault, on_stopped, fixture);
	uv_run(&fixture->loop, UV_RUN_DEFAULT);
	assert_int_equal(fixture->done, 4);
	assert_true(fixture->stopped);
}

static void
it_stops_without_a_job(void **state)
{
	struct fixture *fixture = *state;

	vault_thread_stop(fixture->vault, on_stopped, fixture);
	assert_false(fixture->stopped);
	uv_run(&fixture->loop, UV_RUN_DEFAULT);
	assert_true(fixture->stopped);
}

#define WITH_THREAD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_THREAD(jobs_run_in_order_and_none_is_lost),
		WITH_THREAD(a_job_may_follow_another_while_it_stops),
		WITH_THREAD(it_stops_without_a_job),
	};

	return cmocka_run_group_tests_name("daemon/base/vault_thread", tests, NULL, NULL);
}
