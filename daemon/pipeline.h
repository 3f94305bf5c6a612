/*
 * The pipeline: queued ▶ fetched ▶ judged ▶ extracted ▶ kept.
 *
 * It takes what is due from the work table, makes a task of each (daemon/task.h), and
 * waits with all of them when the vault takes nothing.
 * The item that is due the longest goes first, but no host has
 * more than its share of the places, so that one that is slow keeps no other waiting.
 */
#ifndef DAEMON_PIPELINE_H
#define DAEMON_PIPELINE_H

#include <uv.h>

#include "daemon/base/vault_thread.h"
#include "daemon/fetch/fetcher.h"
#include "daemon/page_job.h"
#include "daemon/worker/pool.h"
#include "proto/base/clock.h"
#include "proto/base/random.h"

enum {
	PIPELINE_TASKS = 32		/* items in hand at a time */
};

struct pipeline;

struct pipeline_settings {
	uv_loop_t *loop;
	struct vault_thread *vault;
	struct fetcher *fetcher;
	struct pool *pool;
	const struct clock *clock;
	const struct random *random;
	const char *home;		/* where the vault is; outlives the pipeline */
	unsigned host_tasks;		/* items in hand of one host, that were to be fetched */
	int64_t wait_ms;		/* how long others may fetch first: see work_wait */
	struct page_job_images images;
};

/**
 * pipeline_new(settings, ret_pipeline):
 * Make a pipeline over parts that outlive it.  It begins with the first
 * pipeline_wake.  RS_ENOMEM.
 */
int pipeline_new(const struct pipeline_settings *settings, struct pipeline **ret_pipeline);

/**
 * pipeline_wake(pipeline):
 * There may be new work: look.  Cheap when there is none.
 */
void pipeline_wake(struct pipeline *pipeline);

/**
 * pipeline_stop(pipeline, on_stopped, context):
 * Cancel fetches and readings in hand (their items stay as they are in the work table),
 * wait for commits that are under way, then call on_stopped(context) from the
 * loop and free the pipeline.
 */
void pipeline_stop(struct pipeline *pipeline, void (*on_stopped)(void *context), void *context);

#endif
