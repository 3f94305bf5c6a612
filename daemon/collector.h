/*
 * The collector: once a day, what says nothing and every device has heard of is forgotten.
 *
 * It goes over proto/replica/collect.h in small steps on the vault thread, each a commit of its
 * own, so that whoever waits for the vault waits for one step.
 */
#ifndef DAEMON_COLLECTOR_H
#define DAEMON_COLLECTOR_H

#include <stdbool.h>

#include <uv.h>

#include "daemon/base/vault_thread.h"
#include "proto/replica/collect.h"

/* The loop's, but for the job and what stands below it while that is posted. */
struct collector {
	struct vault_job job;		/* first: a job is cast back to its collector */
	struct collect pass;
	bool begun;			/* a pass */
	bool more;			/* it goes on */
	int err;

	struct vault_thread *vault;	/* NULL: not started */
	uv_timer_t timer;		/* the next pass */
	bool busy;			/* a pass is under way, and the job is posted */
	bool stopping;
};

/**
 * collector_start(collector, loop, vault):
 * Begin a pass now, and then one a day.  ${collector}, all zeroes, must outlive the loop's run.
 */
void collector_start(struct collector *collector, uv_loop_t *loop, struct vault_thread *vault);

/**
 * collector_stop(collector):
 * Begin nothing more; a step that is under way ends before the vault thread does.  For one
 * that was never started too.
 */
void collector_stop(struct collector *collector);

#endif
