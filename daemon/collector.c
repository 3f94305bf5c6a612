#include "daemon/base/log.h"
#include "daemon/collector.h"

#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)

static void
step(struct vault_job *job, struct replica *replica)
{
	struct collector *collector = (struct collector *)job;
	int err = replica_begin(replica);

	collector->more = false;
	if (err == RS_OK) {
		if (!collector->begun) {
			err = collect_begin(replica, &collector->pass);
			collector->begun = err == RS_OK;
		}
		if (err == RS_OK)
			err = collect_step(replica, &collector->pass, &collector->more);
		err = replica_settle(replica, err);
	}
	collector->err = err;
}

static void
on_stepped(struct vault_job *job)
{
	struct collector *collector = (struct collector *)job;

	if (collector->err != RS_OK)
		LOG(LOG_LEVEL_ERROR, "collect-failed",
		    log_text("error", rs_err_text(collector->err)));
	if (collector->err == RS_OK && collector->more && !collector->stopping) {
		vault_thread_post(collector->vault, &collector->job);
		return;
	}
	if (collector->begun)
		collect_release(&collector->pass);
	collector->begun = collector->busy = false;
}

static void
on_day(uv_timer_t *timer)
{
	struct collector *collector = timer->data;

	/* A pass that takes a day goes on by itself. */
	if (collector->busy)
		return;
	collector->busy = true;
	vault_thread_post(collector->vault, &collector->job);
}

void
collector_start(struct collector *collector, uv_loop_t *loop, struct vault_thread *vault)
{
	collector->vault = vault;
	collector->job.work = step;
	collector->job.on_done = on_stepped;
	uv_timer_init(loop, &collector->timer);
	collector->timer.data = collector;
	uv_timer_start(&collector->timer, on_day, 0, DAY_MS);
}

void
collector_stop(struct collector *collector)
{
	collector->stopping = true;
	if (collector->vault != NULL)
		uv_close((uv_handle_t *)&collector->timer, NULL);
}
