/*
 * Goal: an image that cannot be had is tried again for two hours, is said to be missing
 * then, and costs a host that is away or asks for time no more than it must.  A real vault
 * thread, fetcher and pool, a server of our own, and a clock that the test turns.
 */
#include "tests/unit/proto/replica/fixture.h"

#include <signal.h>

#include <uv.h>

#include "daemon/image_task.h"
#include "daemon/images.h"
#include "daemon/worker/worker.h"
#include "proto/replica/image.h"
#include "proto/replica/image_work.h"
#include "tests/server/server.h"

#define PATIENCE_MS (60 * 1000)
#define SOURCES_MAX 4

static struct server server;

/* What the vault says of the one reading; a job of its own asks. */
struct probe {
	struct vault_job job;		/* first */
	uint8_t reading[HASH_NAME_LEN];
	bool asked;
	bool waiting;			/* its row is there */
	int64_t due_ms;
	uint32_t attempts;
	Readsync__Images *images;
};

struct fixture {
	uv_loop_t loop;
	uv_timer_t patience;
	struct node *node;
	uint8_t item[HASH_NAME_LEN], reading[HASH_NAME_LEN];
	struct vault_thread *vault;
	struct fetcher *fetcher;
	struct pool *pool;
	struct images *images;
	bool stopped;
};

static void
on_change(void *context, const struct replica_change *change)
{
	(void)context;
	(void)change;
}

static void
on_late(uv_timer_t *timer)
{
	(void)timer;
	fail_msg("it takes too long");
}

static void
on_stopped(void *context)
{
	((struct fixture *)context)->stopped = true;
}

static void
run_until_stopped(struct fixture *fixture)
{
	while (!fixture->stopped)
		uv_run(&fixture->loop, UV_RUN_ONCE);
	fixture->stopped = false;
}

/* Record a reading of an article that shows the images at ${paths}, of the server or whole URLs. */
static void
add_article(struct fixture *fixture, const char *const *paths)
{
	Readsync__Article article = READSYNC__ARTICLE__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	Readsync__Block blocks[SOURCES_MAX], *list[SOURCES_MAX];
	static char urls[SOURCES_MAX][200];
	uint8_t fetch[HASH_NAME_LEN];

	for (size_t i = 0; i < SOURCES_MAX && paths[i] != NULL; i++) {
		if (paths[i][0] == '/')
			snprintf(urls[i], sizeof(urls[i]), "http://127.0.0.1:%d%s", server.port,
			    paths[i]);
		else
			snprintf(urls[i], sizeof(urls[i]), "%s", paths[i]);
		readsync__block__init(&blocks[i]);
		blocks[i].kind = READSYNC__BLOCK__KIND__IMAGE;
		blocks[i].source = urls[i];
		list[article.n_blocks++] = &blocks[i];
	}
	article.blocks = list;
	save(fixture->node, "https://example.org/a", NULL, fixture->item);
	add_fetch(fixture->node, fixture->item, "<p>page", fetch);
	IN(fixture->node, reading_add(fixture->node->replica, fetch, 1, &article, &verdict, NULL,
	    fixture->reading));
}

static struct fixture *
begin(const char *const *paths)
{
	static const char *const allow[] = { "127.0.0.1" };
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct fetcher_settings fetching = { .allow = allow, .allow_count = 1 };
	struct pool_options pool = { .workers = 1 };
	struct images_settings settings;

	assert_non_null(fixture);
	fixture->node = node_new(REPLICA_ARCHIVE, 1);
	add_article(fixture, paths);
	assert_int_equal(uv_loop_init(&fixture->loop), 0);
	uv_timer_init(&fixture->loop, &fixture->patience);
	uv_timer_start(&fixture->patience, on_late, PATIENCE_MS, 0);
	OK(vault_thread_start(&fixture->loop, fixture->node->replica, on_change, NULL,
	    &fixture->vault));
	OK(fetcher_new(&fixture->loop, &fetching, &fixture->fetcher, NULL));
	OK(pool_new(&fixture->loop, &pool, &fixture->pool));
	settings = (struct images_settings){ &fixture->loop, fixture->vault, fixture->fetcher,
	    fixture->pool, &fixture->node->clock, random_system(), 1 << 20, 1 << 20, 5 };
	OK(images_new(&settings, &fixture->images));
	return fixture;
}

static void
end(struct fixture *fixture)
{
	images_stop(fixture->images, on_stopped, fixture);
	run_until_stopped(fixture);
	fetcher_free(fixture->fetcher);
	pool_free(fixture->pool);
	vault_thread_stop(fixture->vault, on_stopped, fixture);
	run_until_stopped(fixture);
	uv_close((uv_handle_t *)&fixture->patience, NULL);
	uv_run(&fixture->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&fixture->loop), 0);
	node_open(fixture->node);
	node_free(fixture->node);
	free(fixture);
}

static bool
take_row(void *context, const struct image_work *work)
{
	struct probe *probe = context;

	probe->waiting = true;
	probe->attempts = work->attempts;
	return true;
}

static void
probe_work(struct vault_job *job, struct replica *replica)
{
	struct probe *probe = (struct probe *)job;

	/* As of a day on, all that waits is due. */
	OK(image_work_due(replica, INT64_MAX / 2, 10, take_row, probe));
	if (probe->waiting)
		OK(image_work_next_due(replica, 0, &probe->due_ms));
	OK(image_list(replica, probe->reading, &probe->images));
}

static void
on_probed(struct vault_job *job)
{
	((struct probe *)job)->asked = true;
}

/* Ask the vault how the images stand; the caller frees probe.images. */
static struct probe
look(struct fixture *fixture)
{
	struct probe probe = { .job = { .work = probe_work, .on_done = on_probed } };

	memcpy(probe.reading, fixture->reading, sizeof(probe.reading));
	vault_thread_post(fixture->vault, &probe.job);
	while (!probe.asked)
		uv_run(&fixture->loop, UV_RUN_ONCE);
	return probe;
}

/* Run until the row has ${attempts}, or is gone. */
static struct probe
pass(struct fixture *fixture, uint32_t attempts)
{
	struct probe probe;

	images_wake(fixture->images);
	for (;;) {
		probe = look(fixture);
		if (!probe.waiting || probe.attempts == attempts)
			return probe;
		readsync__images__free_unpacked(probe.images, NULL);
	}
}

static const char *
problem_of(const struct probe *probe, size_t i)
{
	assert_true(i < probe->images->n_images);
	assert_int_equal(probe->images->images[i]->kind, READSYNC__IMAGE__KIND__NONE);
	return probe->images->images[i]->problem;
}

static void
what_fails_is_tried_again_and_is_missing_at_last(void **state)
{
	static const char *const paths[SOURCES_MAX] = { "/status/404", "/bytes/100" };
	struct fixture *fixture = begin(paths);
	int64_t begun_ms = fixture->node->now_ms;
	struct probe probe;

	(void)state;
	for (uint32_t attempt = 1; attempt < IMAGE_TASK_ATTEMPTS; attempt++) {
		probe = pass(fixture, attempt);
		assert_true(probe.waiting);
		/* Noted is only what is settled. */
		assert_int_equal(probe.images->n_images, 1);
		assert_string_equal(problem_of(&probe, 0), "not an image");
		assert_true(probe.due_ms > fixture->node->now_ms);
		fixture->node->now_ms = probe.due_ms;
		readsync__images__free_unpacked(probe.images, NULL);
	}
	assert_true(fixture->node->now_ms - begun_ms > 60 * 60 * 1000);
	probe = pass(fixture, IMAGE_TASK_ATTEMPTS);
	assert_false(probe.waiting);
	assert_int_equal(probe.images->n_images, 2);
	assert_string_equal(problem_of(&probe, 1), "the site answered 404");
	readsync__images__free_unpacked(probe.images, NULL);
	end(fixture);
}

/* Two tell enough of a host; the images of others are asked for all the same. */
static void
a_host_that_is_away_is_not_asked_for_each(void **state)
{
	static const char *const paths[SOURCES_MAX] = { "http://127.0.0.1:1/a.png",
	    "http://127.0.0.1:1/b.png", "http://127.0.0.1:1/c.png", "/bytes/100" };
	struct fixture *fixture = begin(paths);
	struct probe probe;

	(void)state;
	for (uint32_t attempt = 1; attempt < IMAGE_TASK_ATTEMPTS; attempt++) {
		probe = pass(fixture, attempt);
		assert_int_equal(probe.images->n_images, 1);
		fixture->node->now_ms = probe.due_ms;
		readsync__images__free_unpacked(probe.images, NULL);
	}
	probe = pass(fixture, IMAGE_TASK_ATTEMPTS);
	assert_false(probe.waiting);
	assert_string_equal(problem_of(&probe, 0), "not an image");
	assert_string_equal(problem_of(&probe, 1), "Connection refused");
	assert_string_equal(problem_of(&probe, 2), "Connection refused");
	assert_string_equal(problem_of(&probe, 3), "its host could not be reached");
	readsync__images__free_unpacked(probe.images, NULL);
	end(fixture);
}

static void
a_host_that_asks_for_time_gets_it(void **state)
{
	static const char *const paths[SOURCES_MAX] = { "/status/503?Retry-After:%204000",
	    "/bytes/100" };
	struct fixture *fixture = begin(paths);
	struct probe probe = pass(fixture, 1);

	(void)state;
	assert_true(probe.waiting);
	assert_int_equal(probe.images->n_images, 0);
	assert_true(probe.due_ms >= fixture->node->now_ms + 4000 * 1000);
	readsync__images__free_unpacked(probe.images, NULL);
	end(fixture);
}

static void
what_was_removed_needs_no_images(void **state)
{
	static const char *const paths[SOURCES_MAX] = { "/silent" };
	struct fixture *fixture = begin(paths);
	struct probe probe;

	(void)state;
	/* Nothing runs yet: the replica is still ours. */
	IN(fixture->node, item_remove(fixture->node->replica, fixture->item));
	probe = pass(fixture, 1);
	assert_false(probe.waiting);
	assert_int_equal(probe.images->n_images, 0);
	readsync__images__free_unpacked(probe.images, NULL);
	end(fixture);
}

/* Stopped amid a request, it leaves the row for the next start. */
static void
a_stop_loses_nothing(void **state)
{
	static const char *const paths[SOURCES_MAX] = { "/bytes/100", "/silent" };
	struct fixture *fixture = begin(paths);
	struct probe probe;

	(void)state;
	images_wake(fixture->images);
	for (probe = look(fixture); probe.images->n_images == 0; probe = look(fixture))
		readsync__images__free_unpacked(probe.images, NULL);
	assert_true(probe.waiting);
	assert_int_equal(probe.attempts, 0);
	readsync__images__free_unpacked(probe.images, NULL);
	end(fixture);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fails_is_tried_again_and_is_missing_at_last),
		cmocka_unit_test(a_host_that_is_away_is_not_asked_for_each),
		cmocka_unit_test(a_host_that_asks_for_time_gets_it),
		cmocka_unit_test(what_was_removed_needs_no_images),
		cmocka_unit_test(a_stop_loses_nothing),
	};
	int status;

	if (argc == 2 && strcmp(argv[1], WORKER_ARGUMENT) == 0)
		return worker_run(STDIN_FILENO);
	signal(SIGPIPE, SIG_IGN);
	if (server_start(&server, NULL, NULL) != 0)
		return 1;
	status = cmocka_run_group_tests(tests, NULL, NULL);
	server_stop(&server);
	return status;
}
