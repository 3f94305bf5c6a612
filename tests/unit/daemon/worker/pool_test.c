/*
 * Goal: whatever happens to a worker costs one job and no more, and nothing
 * fires that was cancelled.  The workers are this program itself, started anew;
 * where a test writes an act into its marker file, the next ones misbehave.
 */
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <uv.h>

#include "daemon/worker/pool.h"
#include "daemon/worker/worker.h"
#include "proto/base/buffer.h"

enum {
	PATIENCE_MS = 60 * 1000,	/* a test that waits longer has failed */
	JOBS = 64
};

#define FEED "<rss><channel><title>%s</title><item><link>/a</link></item></channel></rss>"

/* What on_done told about one job. */
struct outcome {
	uv_loop_t *loop;
	struct pool *to_free;	/* freed in the callback, when set */
	unsigned calls;
	unsigned order;		/* how many had ended before */
	int err;
	char title[200];	/* of the feed or the article */
	char words[200];	/* that a form is refused with, or has in its first field */
	char detail[256];
	size_t entries;
};

struct fixture {
	uv_loop_t loop;
	struct pool *pool;
	uv_timer_t patience;
};

static unsigned ended;

static const char *watched;	/* what no block may have that is given back, or NULL */
static unsigned found;		/* such blocks that had it */

#ifndef PLAIN_MEMORY
/* The C library's, looked over its shoulder. */
void
free(void *block)
{
	static void (*real)(void *block);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "free");
	if (watched != NULL && block != NULL &&
	    memmem(block, malloc_usable_size(block), watched, strlen(watched)) != NULL)
		found++;
	real(block);
}
#endif

static void
on_done(void *context, int err, Readsync__JobResult *result, const char *detail)
{
	struct outcome *outcome = context;

	outcome->calls++;
	outcome->order = ended++;
	outcome->err = err;
	snprintf(outcome->detail, sizeof(outcome->detail), "%s", detail);
	if (result != NULL) {
		snprintf(outcome->title, sizeof(outcome->title), "%s",
		    result->article != NULL ? result->article->title : result->feed_title);
		outcome->entries = result->n_entries;
		if (result->form != NULL)
			snprintf(outcome->words, sizeof(outcome->words), "%s",
			    result->form->n_fields > 0 ? result->form->fields[0]->value :
			    result->form->refusal);
	}
	pool_result_free(result);
	pool_free(outcome->to_free);
	uv_stop(outcome->loop);
}

static void
on_impatient(uv_timer_t *timer)
{
	(void)timer;
	/* Not by a jump out of the loop's own frames. */
	print_error("nothing happened for a minute\n");
	exit(1);
}

static void
marker_path(char path[64], pid_t parent)
{
	snprintf(path, 64, "/tmp/readsync-pool-test-%d", (int)parent);
}

/* Make the workers that start from now on ${act}; NULL: be honest. */
static void
workers_shall(const char *act)
{
	char path[64];
	FILE *marker;

	marker_path(path, getpid());
	unlink(path);
	if (act == NULL)
		return;
	marker = fopen(path, "w");
	assert_non_null(marker);
	fputs(act, marker);
	fclose(marker);
}

static void
open_pool(struct fixture *fixture, unsigned workers, unsigned limit_ms, unsigned jobs)
{
	struct pool_options options = {
		.workers = workers, .time_limit_ms = limit_ms, .jobs_per_worker = jobs,
		.waiting_max = JOBS,
	};

	ended = 0;
	assert_int_equal(uv_loop_init(&fixture->loop), 0);
	uv_timer_init(&fixture->loop, &fixture->patience);
	uv_timer_start(&fixture->patience, on_impatient, PATIENCE_MS, 0);
	assert_int_equal(pool_new(&fixture->loop, &options, &fixture->pool), RS_OK);
}

/* Free the pool; the loop then runs out of work, and no child is left. */
static void
close_pool(struct fixture *fixture)
{
	pool_free(fixture->pool);
	uv_close((uv_handle_t *)&fixture->patience, NULL);
	uv_run(&fixture->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&fixture->loop), 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	workers_shall(NULL);
}

static int
submit(struct fixture *fixture, Readsync__Job__Kind kind, const char *type,
    struct bytes body, struct outcome *outcome)
{
	Readsync__Job job;
	unsigned calls = outcome->calls;
	int err;

	readsync__job__init(&job);
	job.kind = kind;
	job.url = (char *)"http://example.org/feed";
	job.content_type = (char *)type;
	job.body.data = (uint8_t *)body.data;
	job.body.len = body.len;
	outcome->loop = &fixture->loop;
	err = pool_submit(fixture->pool, &job, on_done, outcome, NULL);
	assert_int_equal(outcome->calls, calls);
	return err;
}

static int
submit_feed(struct fixture *fixture, const char *title, struct outcome *outcome)
{
	char feed[300];

	snprintf(feed, sizeof(feed), FEED, title);
	return submit(fixture, READSYNC__JOB__KIND__FEED, "", bytes_of_text(feed), outcome);
}

static void
wait_for(struct fixture *fixture, const struct outcome *outcome)
{
	while (outcome->calls == 0)
		uv_run(&fixture->loop, UV_RUN_ONCE);
}

/* Run the loop until ${count} workers are ready, and return the first one's id. */
static pid_t
wait_ready(struct fixture *fixture, unsigned count)
{
	struct pool_status status;
	pid_t pid = 0;

	for (;;) {
		pool_get_status(fixture->pool, &status);
		if (status.ready >= count)
			break;
		uv_run(&fixture->loop, UV_RUN_ONCE);
	}
	assert_int_equal(pool_pids(fixture->pool, &pid, 1), 1);
	return pid;
}

static void
does_jobs_in_their_order(void **state)
{
	struct fixture fixture;
	struct outcome outcomes[JOBS] = { { 0 } };
	char title[20];
	unsigned i;

	(void)state;
	open_pool(&fixture, 1, 0, 0);
	for (i = 0; i < JOBS; i++) {
		snprintf(title, sizeof(title), "feed %u", i);
		assert_int_equal(submit_feed(&fixture, title, &outcomes[i]), RS_OK);
	}
	assert_int_equal(submit_feed(&fixture, "one too many", &outcomes[0]), RS_ELIMIT);
	wait_for(&fixture, &outcomes[JOBS - 1]);
	for (i = 0; i < JOBS; i++) {
		snprintf(title, sizeof(title), "feed %u", i);
		assert_int_equal(outcomes[i].calls, 1);
		assert_int_equal(outcomes[i].err, RS_OK);
		assert_int_equal(outcomes[i].order, i);
		assert_int_equal(outcomes[i].entries, 1);
		assert_string_equal(outcomes[i].title, title);
	}
	close_pool(&fixture);
}

static void
tells_what_is_wrong_with_a_page(void **state)
{
	struct fixture fixture;
	struct outcome feed = { 0 }, kind = { 0 };

	(void)state;
	open_pool(&fixture, 1, 0, 0);
	submit(&fixture, READSYNC__JOB__KIND__FEED, "", bytes_of_text("<html><p>x"), &feed);
	submit(&fixture, READSYNC__JOB__KIND__NONE, "", bytes_of_text("x"), &kind);
	wait_for(&fixture, &kind);
	assert_int_equal(feed.err, RS_ENOTPAGE);
	assert_string_equal(feed.detail, "not a feed: an HTML page");
	assert_int_equal(kind.err, RS_EINVAL);
	close_pool(&fixture);
}

/* iconv cannot load its converters in the sandbox: everything must do without. */
static void
decodes_every_charset_inside(void **state)
{
	static const struct {
		const char *type;
		const char *title;
		const char *expected;
	} cases[] = {
		{ "text/html; charset=gb2312", "\xc4\xe3\xba\xc3", "你好" },
		{ "text/html; charset=shift_jis", "\x93\xfa\x96\x7b", "日本" },
		{ "text/html; charset=windows-1251", "\xcf\xf0\xe8", "При" },
		{ "text/html; charset=big5", "\xa7\x41\xa6\x6e", "你好" },
		{ "text/html; charset=euc-kr", "\xc7\xd1\xb1\xdb", "한글" },
		{ "text/html; charset=koi8-r", "\xf0\xd2\xc9", "При" },
	};
	struct fixture fixture;
	char body[300];
	size_t i;

	(void)state;
	open_pool(&fixture, 1, 0, 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome page = { 0 }, feed = { 0 };

		snprintf(body, sizeof(body), "<html><head><title>%s</title></head>"
		    "<body><p>%s</p></body></html>", cases[i].title, cases[i].title);
		submit(&fixture, READSYNC__JOB__KIND__PAGE, cases[i].type,
		    bytes_of_text(body), &page);
		snprintf(body, sizeof(body), FEED, cases[i].title);
		submit(&fixture, READSYNC__JOB__KIND__FEED, cases[i].type,
		    bytes_of_text(body), &feed);
		wait_for(&fixture, &feed);
		assert_string_equal(page.title, cases[i].expected);
		assert_string_equal(feed.title, cases[i].expected);
	}
	close_pool(&fixture);
}

/* A stopped worker cannot finish, so the job is surely under way when it dies. */
static void
a_crash_costs_one_job(void **state)
{
	struct fixture fixture;
	struct outcome before = { 0 }, lost = { 0 }, after = { 0 };
	struct pool_status status;
	pid_t pid;

	(void)state;
	open_pool(&fixture, 1, 0, 0);
	submit_feed(&fixture, "before", &before);
	wait_for(&fixture, &before);
	pid = wait_ready(&fixture, 1);
	kill(pid, SIGSTOP);
	submit_feed(&fixture, "lost", &lost);
	submit_feed(&fixture, "after", &after);
	kill(pid, SIGKILL);
	wait_for(&fixture, &after);
	assert_int_equal(lost.err, RS_ECRASHED);
	assert_string_equal(lost.detail, "the worker was killed by SIGKILL");
	assert_int_equal(after.err, RS_OK);
	assert_string_equal(after.title, "after");
	pool_get_status(fixture.pool, &status);
	assert_int_equal(status.crashed, 1);
	assert_int_equal(status.done, 2);
	assert_true(wait_ready(&fixture, 1) != pid);
	close_pool(&fixture);
}

static void
a_hang_costs_one_job(void **state)
{
	struct fixture fixture;
	struct outcome slow = { 0 }, after = { 0 };
	pid_t pid;

	(void)state;
	open_pool(&fixture, 1, 1500, 0);
	pid = wait_ready(&fixture, 1);
	kill(pid, SIGSTOP);
	submit_feed(&fixture, "slow", &slow);
	submit_feed(&fixture, "after", &after);
	wait_for(&fixture, &after);
	assert_int_equal(slow.err, RS_ETIMEOUT);
	assert_string_equal(slow.detail, "the worker took longer than 1500 ms");
	assert_int_equal(after.err, RS_OK);
	close_pool(&fixture);
}

static void
an_idle_worker_that_dies_is_replaced(void **state)
{
	struct fixture fixture;
	struct outcome after = { 0 };
	pid_t pid;

	(void)state;
	open_pool(&fixture, 1, 0, 0);
	pid = wait_ready(&fixture, 1);
	kill(pid, SIGKILL);
	while (kill(pid, 0) == 0)
		uv_run(&fixture.loop, UV_RUN_ONCE);
	assert_true(wait_ready(&fixture, 1) != pid);
	submit_feed(&fixture, "after", &after);
	wait_for(&fixture, &after);
	assert_int_equal(after.err, RS_OK);
	close_pool(&fixture);
}

static void
a_worker_is_retired_after_its_jobs(void **state)
{
	struct fixture fixture;
	struct outcome outcomes[5] = { { 0 } };
	pid_t first, later;
	unsigned i;

	(void)state;
	open_pool(&fixture, 1, 0, 2);
	first = wait_ready(&fixture, 1);
	for (i = 0; i < 5; i++)
		submit_feed(&fixture, "x", &outcomes[i]);
	wait_for(&fixture, &outcomes[4]);
	for (i = 0; i < 5; i++)
		assert_int_equal(outcomes[i].err, RS_OK);
	later = wait_ready(&fixture, 1);
	assert_int_not_equal(first, later);
	assert_int_equal(kill(first, 0), -1);
	close_pool(&fixture);
}

#define PASSWORD "correct-horse"

/*
 * A site may answer to a login with the password.  Nothing that the daemon gives back has it then,
 * and no page that comes later is read by the worker whose memory had it.
 */
static void
the_answer_to_a_login_is_left_nowhere(void **state)
{
	static const char *const answers[] = {
		"{\"error\": \"" PASSWORD " is wrong\"}",
		"<form method=post><input type=hidden name=h value=" PASSWORD "><input name=user>"
		    "<input type=password name=p></form>"
	};
	struct fixture fixture;
	Readsync__Job job;
	struct pool_job *canceled;
	pid_t pid;

	(void)state;
#ifdef PLAIN_MEMORY
	skip();
#endif
	open_pool(&fixture, 1, 0, 0);
	watched = PASSWORD;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct outcome outcome = { 0 };

		pid = wait_ready(&fixture, 1);
		submit(&fixture, READSYNC__JOB__KIND__FORM, "", bytes_of_text(answers[i]), &outcome);
		wait_for(&fixture, &outcome);
		assert_int_equal(outcome.err, RS_OK);
		assert_non_null(strstr(outcome.words, PASSWORD));
		while (kill(pid, 0) == 0)
			uv_run(&fixture.loop, UV_RUN_ONCE);
	}
	/* Nor when it is not wanted any more. */
	kill(wait_ready(&fixture, 1), SIGSTOP);
	readsync__job__init(&job);
	job.kind = READSYNC__JOB__KIND__FORM;
	job.body = (ProtobufCBinaryData){ strlen(answers[0]), (uint8_t *)answers[0] };
	for (int i = 0; i < 3; i++) {
		assert_int_equal(pool_submit(fixture.pool, &job, on_done, NULL, &canceled), RS_OK);
		pool_cancel(i == 1 ? canceled : NULL);
	}
	close_pool(&fixture);
	watched = NULL;
	assert_int_equal(found, 0);
}

static void
nothing_fires_after_cancel_or_free(void **state)
{
	struct fixture fixture;
	struct outcome running = { 0 }, waiting = { 0 }, last = { 0 }, never = { 0 };
	struct pool_job *jobs[2];
	Readsync__Job job;
	pid_t pid;

	(void)state;
	open_pool(&fixture, 1, 0, 0);
	pid = wait_ready(&fixture, 1);
	kill(pid, SIGSTOP);
	readsync__job__init(&job);
	job.kind = READSYNC__JOB__KIND__FEED;
	assert_int_equal(pool_submit(fixture.pool, &job, on_done, &running, &jobs[0]), RS_OK);
	assert_int_equal(pool_submit(fixture.pool, &job, on_done, &waiting, &jobs[1]), RS_OK);
	submit_feed(&fixture, "last", &last);
	pool_cancel(jobs[0]);
	pool_cancel(jobs[1]);
	kill(pid, SIGCONT);
	/* Freed in a callback, with one job at the worker and one that waits. */
	last.to_free = fixture.pool;
	submit_feed(&fixture, "never", &never);
	submit_feed(&fixture, "never", &never);
	wait_for(&fixture, &last);
	fixture.pool = NULL;
	close_pool(&fixture);
	assert_int_equal(last.err, RS_OK);
	assert_int_equal(running.calls + waiting.calls + never.calls, 0);
}

static void
workers_that_do_not_start_are_told(void **state)
{
	struct fixture fixture;
	struct outcome outcome = { 0 }, honest = { 0 };
	struct pool_status status;

	(void)state;
	workers_shall("exit");
	open_pool(&fixture, 1, 0, 0);
	submit_feed(&fixture, "x", &outcome);
	wait_for(&fixture, &outcome);
	assert_int_equal(outcome.err, RS_EIO);
	assert_string_equal(outcome.detail, "no worker: the last one exited with status 3");
	/* And they are tried again. */
	workers_shall(NULL);
	submit_feed(&fixture, "honest", &honest);
	wait_for(&fixture, &honest);
	assert_int_equal(honest.err, RS_OK);
	pool_get_status(fixture.pool, &status);
	assert_string_equal(status.problem, "");
	close_pool(&fixture);
}

/* A worker that was taken over can send what it likes. */
static void
nonsense_costs_one_job(void **state)
{
	static const struct {
		const char *act;
		int err;
		Readsync__Job__Kind kind;	/* of the job; 0: a feed */
	} cases[] = {
		{ "garbage", RS_EPROTOCOL, 0 },	/* bytes that are no JobResult */
		{ "long", RS_ECRASHED, 0 },	/* a length of 4 GB */
		{ "bomb", RS_ELIMIT, 0 },		/* 8 MB that would unpack to 1 GB */
		{ "cut", RS_ECRASHED, 0 },		/* half a message, then the end */
		{ "article", RS_EPROTOCOL, 0 },	/* a caption without its figure */
		{ "verdict", RS_EPROTOCOL, 0 },	/* an article without one */
		{ "evidence", RS_EPROTOCOL, 0 },	/* longer than a record */
		/* Not what was asked for. */
		{ "nothing", RS_EPROTOCOL, READSYNC__JOB__KIND__PAGE },
		{ "nothing", RS_EPROTOCOL, READSYNC__JOB__KIND__FORM },
		{ "words", RS_EPROTOCOL, READSYNC__JOB__KIND__FORM },	/* that a terminal obeys */
	};
	struct fixture fixture;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome outcome = { 0 }, honest = { 0 };

		workers_shall(cases[i].act);
		open_pool(&fixture, 1, 0, 1);
		if (cases[i].kind == 0)
			submit_feed(&fixture, "x", &outcome);
		else
			submit(&fixture, cases[i].kind, "", bytes_of_text("<p>x"), &outcome);
		wait_ready(&fixture, 1);
		workers_shall(NULL);
		wait_for(&fixture, &outcome);
		assert_int_equal(outcome.err, cases[i].err);
		submit_feed(&fixture, "honest", &honest);
		wait_for(&fixture, &honest);
		assert_int_equal(honest.err, RS_OK);
		close_pool(&fixture);
	}
}

static void
put(const void *data, size_t len)
{
	if (write(STDIN_FILENO, data, len) < 0)
		_exit(4);
}

static void
put_result(const Readsync__JobResult *result)
{
	uint8_t packed[50000];
	size_t len = readsync__job_result__pack(result, packed + WORKER_HEADER);

	for (size_t i = 0; i < WORKER_HEADER; i++)
		packed[i] = (uint8_t)(len >> 8 * i);
	put(packed, WORKER_HEADER + len);
}

/* Send what a site is said to have said. */
static void
put_words(void)
{
	Readsync__JobResult result = READSYNC__JOB_RESULT__INIT;
	Readsync__Form form = READSYNC__FORM__INIT;

	form.refused = true;
	form.refusal = (char *)"no\033[2J";
	result.form = &form;
	put_result(&result);
}

/* Send an article that no replica could keep. */
static void
put_article(const char *act)
{
	Readsync__JobResult result = READSYNC__JOB_RESULT__INIT;
	Readsync__Article article = READSYNC__ARTICLE__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	Readsync__Evidence evidence = READSYNC__EVIDENCE__INIT, *list[] = { &evidence };
	Readsync__Block block = READSYNC__BLOCK__INIT, *blocks[] = { &block };
	char excerpt[40000] = "";

	article.n_blocks = 1;
	article.blocks = blocks;
	block.kind = strcmp(act, "article") == 0 ? READSYNC__BLOCK__KIND__CAPTION :
	    READSYNC__BLOCK__KIND__PARAGRAPH;
	if (strcmp(act, "evidence") == 0)
		memset(excerpt, 'x', sizeof(excerpt) - 1);
	evidence.excerpt = excerpt;
	verdict.n_evidence = 1;
	verdict.evidence = list;
	result.article = &article;
	result.verdict = strcmp(act, "verdict") == 0 ? NULL : &verdict;
	put_result(&result);
}

/* A worker that does what the marker file of its parent says. */
static int
misbehave(const char *act)
{
	static const char ready[WORKER_HEADER];
	static uint8_t bomb[8 * 1024 * 1024 + WORKER_HEADER];
	char job[1000];
	size_t i;

	if (strcmp(act, "exit") == 0)
		return 3;
	put(ready, sizeof(ready));
	if (read(STDIN_FILENO, job, sizeof(job)) <= 0)
		return 0;
	if (strcmp(act, "garbage") == 0)
		put("\5\0\0\0\xff\xff\xff\xff\xff", 9);
	if (strcmp(act, "long") == 0)
		put("\xff\xff\xff\xff", 4);
	if (strcmp(act, "cut") == 0)
		put("\5\0\0\0\1", 5);
	if (strcmp(act, "bomb") == 0) {
		/* Field 6, an entry, empty: two bytes that become a hundred. */
		bomb[2] = 0x80;
		for (i = WORKER_HEADER; i < sizeof(bomb); i += 2)
			bomb[i] = 6 << 3 | 2;
		for (i = 0; i < sizeof(bomb); i += 65536)
			put(bomb + i, sizeof(bomb) - i < 65536 ? sizeof(bomb) - i : 65536);
	}
	if (strcmp(act, "nothing") == 0)
		put(ready, sizeof(ready));
	if (strcmp(act, "words") == 0)
		put_words();
	if (strcmp(act, "article") == 0 || strcmp(act, "verdict") == 0 ||
	    strcmp(act, "evidence") == 0)
		put_article(act);
	if (strcmp(act, "cut") != 0)
		pause();
	return 0;
}

static int
be_worker(void)
{
	char path[64], act[20] = "";
	FILE *marker;

	marker_path(path, getppid());
	marker = fopen(path, "r");
	if (marker == NULL)
		return worker_run(STDIN_FILENO);
	if (fgets(act, sizeof(act), marker) == NULL)
		return 5;
	fclose(marker);
	return misbehave(act);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(does_jobs_in_their_order),
		cmocka_unit_test(tells_what_is_wrong_with_a_page),
		cmocka_unit_test(decodes_every_charset_inside),
		cmocka_unit_test(a_crash_costs_one_job),
		cmocka_unit_test(a_hang_costs_one_job),
		cmocka_unit_test(an_idle_worker_that_dies_is_replaced),
		cmocka_unit_test(a_worker_is_retired_after_its_jobs),
		cmocka_unit_test(the_answer_to_a_login_is_left_nowhere),
		cmocka_unit_test(nothing_fires_after_cancel_or_free),
		cmocka_unit_test(workers_that_do_not_start_are_told),
		cmocka_unit_test(nonsense_costs_one_job),
	};

	if (argc == 2 && strcmp(argv[1], WORKER_ARGUMENT) == 0)
		return be_worker();
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
