/*
 * The images of one article in hand: fetched one after the other, looked at by a worker,
 * and noted in the vault each in a commit of its own.
 *
 * What is noted is settled: an image that is kept, or one that cannot be had.  An image
 * that may yet be had is not noted before its last attempt.  So whatever ends a task,
 * the next one for the same reading goes on where it was.  Redirects are followed here, as the
 * Referer is another for each hop.
 */
#ifndef DAEMON_IMAGE_TASK_H
#define DAEMON_IMAGE_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/base/vault_thread.h"
#include "daemon/fetch/fetcher.h"
#include "daemon/worker/pool.h"
#include "proto/base/clock.h"
#include "proto/base/random.h"
#include "proto/replica/image_work.h"

enum {
	IMAGE_TASK_ATTEMPTS = 8,	/* passes, over two hours */
	IMAGE_TASK_UNREACHABLE = 2	/* of one host; then it is not asked again in a pass */
};

struct image_task;

/* What tasks work with, and whom they tell; all on the loop, never inside image_task_start. */
struct image_parts {
	struct vault_thread *vault;
	struct fetcher *fetcher;
	struct pool *pool;
	const struct clock *clock;
	const struct random *random;
	size_t image_max;		/* bytes of one image */
	size_t article_max;		/* and of all of one article */
	unsigned redirects_max;

	/* ${task} is over; the owner frees it. */
	void (*on_end)(void *context, struct image_task *task);

	/* The vault failed with ${err}: ${task} is parked until image_task_repeat. */
	void (*on_refused)(void *context, struct image_task *task, int err);
	void *context;
};

/**
 * image_task_new(parts, work, ret_task):
 * Make a task of the row ${work}; ${parts} outlives it.  It touches no part yet, so that
 * the vault thread may call it.  RS_ENOMEM.
 */
int image_task_new(const struct image_parts *parts, const struct image_work *work,
    struct image_task **ret_task);

/**
 * image_task_start(task):
 * Begin.  What comes of it is told by on_end, once.
 */
void image_task_start(struct image_task *task);

/**
 * image_task_repeat(task):
 * Try again what the vault refused; nothing for a task that is not parked.
 */
void image_task_repeat(struct image_task *task);

/**
 * image_task_stop(task):
 * Cancel what is under way; the row stays as it is.  on_end follows: inside this call, or
 * when the vault thread hands back what it is at.
 */
void image_task_stop(struct image_task *task);

/**
 * image_task_free(task):
 * Free a task that was never started, or is over.  NULL is ignored.
 */
void image_task_free(struct image_task *task);

/**
 * image_task_reading(task):
 * Return the id of its reading.
 */
const uint8_t *image_task_reading(const struct image_task *task);

/**
 * image_task_name(task):
 * Return the reading's first digits, for the log.
 */
const char *image_task_name(const struct image_task *task);

#endif
