#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/base/helper.h"

#define COUNT 1000

struct count {
	struct helper_job job;
	int *next;		/* what the jobs before have counted to */
	int seen;
	pthread_t thread;
	sigset_t blocked;
};

static void
count(struct helper_job *job)
{
	struct count *it = (struct count *)job;

	it->seen = (*it->next)++;
	it->thread = pthread_self();
	pthread_sigmask(SIG_SETMASK, NULL, &it->blocked);
}

static void
give(struct helper *helper, struct count *jobs, size_t job_count, int *next)
{
	for (size_t i = 0; i < job_count; i++) {
		jobs[i].job.work = count;
		jobs[i].next = next;
		helper_give(helper, &jobs[i].job);
	}
}

static void
works_in_order_in_a_thread_of_its_own(void **state)
{
	static struct count jobs[COUNT];
	struct helper helper;
	int next = 0;

	(void)state;
	helper_init(&helper);
	give(&helper, jobs, COUNT, &next);
	helper_wait(&helper, &jobs[COUNT - 1].job);
	for (int i = 0; i < COUNT; i++) {
		assert_int_equal(jobs[i].seen, i);
		assert_false(pthread_equal(jobs[i].thread, pthread_self()));
	}
	assert_true(sigismember(&jobs[0].blocked, SIGTERM));
	helper_stop(&helper);
}

static void
ends_when_all_is_done_and_begins_anew(void **state)
{
	static struct count jobs[COUNT];
	struct helper helper;
	int next = 0;

	(void)state;
	helper_init(&helper);
	helper_stop(&helper);
	for (int round = 1; round <= 3; round++) {
		give(&helper, jobs, COUNT, &next);
		helper_stop(&helper);
		assert_int_equal(next, round * COUNT);
		/* It is done: nobody waits. */
		helper_wait(&helper, &jobs[0].job);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(works_in_order_in_a_thread_of_its_own),
		cmocka_unit_test(ends_when_all_is_done_and_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
