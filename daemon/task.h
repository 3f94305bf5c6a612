/*
 * A task: one item in hand, from its row of the work table to what is kept of it.
 *
 * It fetches the page (each redirect by itself, so that every site is asked as the reader is known
 * there, or not at all) and stores it, or loads the one that was stored before; has a
 * worker judge and extract it; and keeps the reading.  Each arrow is a commit on the
 * vault thread, so that a kill repeats at most one fetch.  What fails for the moment is
 * written down in the row, with the time of the next try; what can never succeed is kept
 * as a reading that says why.  Where it is a further page of the article that fails for the moment,
 * both: what came before it is kept, and the item is queued for another try.  A task
 * holds what it has while the vault takes nothing.
 */
#ifndef DAEMON_TASK_H
#define DAEMON_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/base/vault_thread.h"
#include "daemon/fetch/fetcher.h"
#include "daemon/page_job.h"
#include "daemon/session/session.h"
#include "daemon/worker/pool.h"
#include "proto/base/clock.h"
#include "proto/base/hash.h"
#include "proto/base/random.h"
#include "proto/replica/work.h"

enum {
	TASK_ATTEMPTS = 10,		/* failed tries before the answer is kept as it is */
	TASK_STRIKES = 3		/* times that a page may kill its worker */
};

/* Whom one of the places of the pipeline is given to. */
struct task_place {
	uint8_t item[HASH_NAME_LEN];
	uint8_t host[HASH_NAME_LEN];	/* hash of the host in its URL */
	uint8_t site[HASH_NAME_LEN];	/* and of its site; zeros unless it is to be fetched */
	bool alone;			/* nobody else is in hand of that site */
};

struct task;

/* What tasks work with, and whom they tell; all on the loop, never inside task_start. */
struct task_parts {
	struct vault_thread *vault;
	struct fetcher *fetcher;
	struct pool *pool;
	const struct clock *clock;
	const struct random *random;
	const char *home;		/* with the reader's own site rules */
	struct page_job_images images;

	/* ${task} is over; the owner frees it. */
	void (*on_end)(void *context, struct task *task);

	/* The vault failed with ${err}: ${task} is parked until task_repeat. */
	void (*on_refused)(void *context, struct task *task, int err);

	/* The vault took something. */
	void (*on_taken)(void *context);

	/* Tell whether another task keeps ${task} from being at ${place}, for now. */
	bool (*is_taken)(void *context, const struct task *task, const struct task_place *place);
	void *context;
};

/**
 * task_new(parts, work, place, session, ret_task):
 * Make a task of the row ${work}, whose texts are copied; ${parts} outlives it.  It
 * owns ${session}, with which the page is fetched (NULL where it was already), from the moment
 * that this succeeds.  It touches no part yet, so that the vault thread may call it.  RS_ENOMEM.
 */
int task_new(const struct task_parts *parts, const struct work *work,
    const struct task_place *place, struct session *session, struct task **ret_task);

/**
 * task_start(task):
 * Begin.  What comes of it is told by on_end, once.
 */
void task_start(struct task *task);

/**
 * task_repeat(task):
 * Try again what the vault refused; for a parked task only.
 */
void task_repeat(struct task *task);

/**
 * task_stop(task):
 * Cancel what is under way; the row stays as it is.  on_end follows: inside this call, or
 * when the vault thread hands back what it is at.
 */
void task_stop(struct task *task);

/**
 * task_free(task):
 * Free a task that was never started, or is over.  NULL is ignored.
 */
void task_free(struct task *task);

/**
 * task_place(task), task_name(task), task_is_parked(task):
 * Its place; the item's first digits, for the log; whether it waits for task_repeat.
 */
const struct task_place *task_place(const struct task *task);
/** The item's first digits, for the log. */
const char *task_name(const struct task *task);
/** Tell whether it waits for task_repeat. */
bool task_is_parked(const struct task *task);

#endif
