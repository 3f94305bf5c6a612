/*
 * Goal: a queue is polled at its own pace, whatever the clock on the wall does.  The
 * polls run on a real vault thread, over an empty drop folder.
 */
#include "tests/unit/proto/replica/fixture.h"

#include <limits.h>
#include <unistd.h>

#include <uv.h>

#include "daemon/config/config.h"
#include "daemon/source/queues.h"

#define PATIENCE_MS (60 * 1000)
#define YEAR_MS (INT64_C(365) * 24 * 60 * 60 * 1000)

struct fixture {
	uv_loop_t loop;
	uv_timer_t patience;
	struct node *node;
	struct vault_thread *vault;
	struct queues *queues;
	char folder[PATH_MAX];
	struct config_queue queue;
	struct config config;
	struct clock clock;
	int64_t now_ms;			/* of the clock that the queues see */
	bool stopped;
	bool late;
};

static int64_t
fixture_now(void *context)
{
	return ((struct fixture *)context)->now_ms;
}

static void
on_change(void *context, const struct replica_change *change)
{
	(void)context;
	(void)change;
}

static void
on_stopped(void *context)
{
	((struct fixture *)context)->stopped = true;
}

static void
on_late(uv_timer_t *timer)
{
	((struct fixture *)timer->data)->late = true;
}

static void
read_polled(void *context, const struct queue_status *status)
{
	*(int64_t *)context = status->polled_ms;
}

/* Run the loop until a poll has ended at ${at_ms}. */
static void
wait_polled(struct fixture *fixture, int64_t at_ms)
{
	int64_t polled_ms = 0;

	while (polled_ms != at_ms && !fixture->late) {
		uv_run(&fixture->loop, UV_RUN_ONCE);
		queues_status(fixture->queues, read_polled, &polled_ms);
	}
	assert_int_equal(polled_ms, at_ms);
}

static void
stop(struct fixture *fixture)
{
	fixture->stopped = false;
	queues_stop(fixture->queues, on_stopped, fixture);
	while (!fixture->stopped)
		uv_run(&fixture->loop, UV_RUN_ONCE);
	fixture->stopped = false;
	vault_thread_stop(fixture->vault, on_stopped, fixture);
	while (!fixture->stopped)
		uv_run(&fixture->loop, UV_RUN_ONCE);
	node_open(fixture->node);
}

static int
setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct queues_settings settings;

	assert_non_null(fixture);
	fixture->node = node_new(REPLICA_ARCHIVE, 1);
	assert_int_equal(uv_loop_init(&fixture->loop), 0);
	OK(vault_thread_start(&fixture->loop, fixture->node->replica, on_change, NULL,
	    &fixture->vault));
	uv_timer_init(&fixture->loop, &fixture->patience);
	fixture->patience.data = fixture;
	uv_timer_start(&fixture->patience, on_late, PATIENCE_MS, 0);
	strcpy(fixture->folder, "/tmp/readsync-queues-XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	fixture->now_ms = FIXTURE_START_MS;
	fixture->clock = (struct clock){ fixture_now, fixture };
	fixture->queue = (struct config_queue){
		.name = (char *)"drop", .kind = (char *)"folder", .path = fixture->folder,
		.every_ms = 5
	};
	fixture->config.queues = &fixture->queue;
	fixture->config.queue_count = 1;
	settings = (struct queues_settings){
		.parts = { .loop = &fixture->loop }, .vault = fixture->vault,
		.clock = &fixture->clock, .random = random_system()
	};
	OK(queues_new(&settings, &fixture->config, &fixture->queues));
	*state = fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;

	stop(fixture);
	uv_close((uv_handle_t *)&fixture->patience, NULL);
	uv_run(&fixture->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&fixture->loop), 0);
	assert_int_equal(rmdir(fixture->folder), 0);
	node_free(fixture->node);
	free(fixture);
	return 0;
}

static void
a_clock_that_is_set_back_stops_no_queue(void **state)
{
	struct fixture *fixture = *state;

	wait_polled(fixture, FIXTURE_START_MS);
	fixture->now_ms -= YEAR_MS;
	wait_polled(fixture, FIXTURE_START_MS - YEAR_MS);
	fixture->now_ms += 2 * YEAR_MS;
	wait_polled(fixture, FIXTURE_START_MS + YEAR_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_clock_that_is_set_back_stops_no_queue, setup,
		    teardown),
	};

	return cmocka_run_group_tests_name("daemon/source/queues", tests, NULL, NULL);
}
