#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/image_task.h"
#include "daemon/images.h"

/* How long everything waits when the vault cannot take more (a full disk). */
#define VAULT_PAUSE_MS (5 * 1000)
#define LOOK_AGAIN_MS (24 * 60 * 60 * 1000)

/* One look at what is due. */
struct scan {
	struct vault_job job;		/* first: a job is cast back to its scan */
	struct images *images;
	uint8_t in_hand[IMAGES_TASKS][HASH_NAME_LEN];
	size_t in_hand_count;
	struct image_task *found[IMAGES_TASKS];
	size_t found_count;
	int64_t next_due_ms;		/* 0: nothing falls due later */
	int err;
};

struct images {
	struct images_settings settings;
	struct image_parts parts;
	uv_timer_t timer;		/* the next row that falls due, or the end of a pause */
	struct scan scan;
	struct image_task *tasks[IMAGES_TASKS];
	size_t task_count;
	bool scanning;
	bool scan_again;		/* woken while a scan was under way */
	bool paused;			/* the vault refused; what is parked is repeated then */
	bool stopping;
	void (*on_stopped)(void *context);
	void *stopped_context;
};

static void on_scanned(struct vault_job *job);
static void stop_when_empty(struct images *images);

/* ------------------------------------------------------------- what tasks tell */

static void
on_task_end(void *context, struct image_task *task)
{
	struct images *images = context;
	size_t i;

	for (i = 0; images->tasks[i] != task; i++)
		continue;
	images->tasks[i] = images->tasks[--images->task_count];
	image_task_free(task);
	images_wake(images);
}

static void
on_pause_over(uv_timer_t *timer)
{
	struct images *images = timer->data;
	size_t i;

	images->paused = false;
	for (i = 0; i < images->task_count; i++)
		image_task_repeat(images->tasks[i]);
	images_wake(images);
}

static void
on_vault_refused(void *context, struct image_task *task, int err)
{
	struct images *images = context;

	LOG(images->paused ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, "vault-refused",
	    log_text("reading", image_task_name(task)), log_text("error", rs_err_text(err)));
	images->paused = true;
	uv_timer_start(&images->timer, on_pause_over, VAULT_PAUSE_MS, 0);
}

/* -------------------------------------------------------- finding the work */

static bool
is_in_hand(const struct scan *scan, const uint8_t *reading)
{
	size_t i;

	for (i = 0; i < scan->in_hand_count; i++) {
		if (memcmp(scan->in_hand[i], reading, HASH_NAME_LEN) == 0)
			return true;
	}
	return false;
}

static bool
collect(void *context, const struct image_work *work)
{
	struct scan *scan = context;

	if (is_in_hand(scan, work->reading))
		return true;
	scan->err = image_task_new(&scan->images->parts, work, &scan->found[scan->found_count]);
	if (scan->err != RS_OK)
		return false;
	scan->found_count++;
	return scan->in_hand_count + scan->found_count < IMAGES_TASKS;
}

static void
scan_work(struct vault_job *job, struct replica *replica)
{
	struct scan *scan = (struct scan *)job;
	int64_t now_ms = clock_now_ms(replica_clock(replica));
	int err;

	scan->err = RS_OK;
	scan->next_due_ms = 0;
	/* Twice as many, as those in hand may be the first. */
	err = image_work_due(replica, now_ms, 2 * IMAGES_TASKS, collect, scan);
	if (err == RS_OK)
		err = image_work_next_due(replica, now_ms, &scan->next_due_ms);
	if (err != RS_OK && err != RS_ENOTFOUND)
		scan->err = err;
}

static void
scan_begin(struct images *images)
{
	struct scan *scan = &images->scan;
	size_t i;

	images->scanning = true;
	scan->images = images;
	for (i = 0; i < images->task_count; i++)
		memcpy(scan->in_hand[i], image_task_reading(images->tasks[i]), HASH_NAME_LEN);
	scan->in_hand_count = images->task_count;
	scan->job.work = scan_work;
	scan->job.on_done = on_scanned;
	vault_thread_post(images->settings.vault, &scan->job);
}

static void
on_timer(uv_timer_t *timer)
{
	images_wake(timer->data);
}

/* Look again in ${wait_ms}, or in a day at the latest. */
static void
set_timer(struct images *images, int64_t wait_ms)
{
	if (wait_ms < 0)
		wait_ms = 0;
	if (wait_ms > LOOK_AGAIN_MS)
		wait_ms = LOOK_AGAIN_MS;
	uv_timer_start(&images->timer, on_timer, (uint64_t)wait_ms, 0);
}

static void
take_found(struct images *images)
{
	struct scan *scan = &images->scan;
	size_t i;

	for (i = 0; i < scan->found_count; i++) {
		if (images->stopping) {
			image_task_free(scan->found[i]);
			continue;
		}
		images->tasks[images->task_count++] = scan->found[i];
		image_task_start(scan->found[i]);
	}
	scan->found_count = 0;
}

static void
on_scanned(struct vault_job *job)
{
	struct scan *scan = (struct scan *)job;
	struct images *images = scan->images;

	images->scanning = false;
	take_found(images);
	if (images->stopping) {
		stop_when_empty(images);
	} else if (images->paused) {
		/* Its end looks again. */
		return;
	} else if (scan->err != RS_OK) {
		LOG(LOG_LEVEL_ERROR, "scan-failed", log_text("error", rs_err_text(scan->err)));
		set_timer(images, VAULT_PAUSE_MS);
	} else if (images->scan_again) {
		images_wake(images);
	} else if (scan->next_due_ms != 0) {
		set_timer(images, scan->next_due_ms - clock_now_ms(images->settings.clock));
	}
}

void
images_wake(struct images *images)
{
	if (images->stopping) {
		stop_when_empty(images);
		return;
	}
	images->scan_again = images->scanning;
	/* A full house looks again when somebody leaves. */
	if (!images->scanning && !images->paused && images->task_count < IMAGES_TASKS)
		scan_begin(images);
}

/* ------------------------------------------------------------ begin and end */

int
images_new(const struct images_settings *settings, struct images **ret_images)
{
	struct images *images = calloc(1, sizeof(*images));

	if (images == NULL)
		return RS_ENOMEM;
	images->settings = *settings;
	images->parts = (struct image_parts){
		.vault = settings->vault,
		.fetcher = settings->fetcher,
		.pool = settings->pool,
		.clock = settings->clock,
		.random = settings->random,
		.image_max = settings->image_max,
		.article_max = settings->article_max,
		.redirects_max = settings->redirects_max,
		.on_end = on_task_end,
		.on_refused = on_vault_refused,
		.context = images
	};
	images->timer.data = images;
	uv_timer_init(settings->loop, &images->timer);
	*ret_images = images;
	return RS_OK;
}

static void
on_timer_closed(uv_handle_t *timer)
{
	struct images *images = timer->data;
	void (*on_stopped)(void *) = images->on_stopped;
	void *context = images->stopped_context;

	free(images);
	on_stopped(context);
}

static void
stop_when_empty(struct images *images)
{
	if (images->task_count == 0 && !images->scanning &&
	    !uv_is_closing((uv_handle_t *)&images->timer))
		uv_close((uv_handle_t *)&images->timer, on_timer_closed);
}

void
images_stop(struct images *images, void (*on_stopped)(void *context), void *context)
{
	size_t i;

	images->stopping = true;
	images->on_stopped = on_stopped;
	images->stopped_context = context;
	uv_timer_stop(&images->timer);
	/* From the last: one that ends at once leaves its place to that. */
	for (i = images->task_count; i-- > 0;)
		image_task_stop(images->tasks[i]);
	stop_when_empty(images);
}
