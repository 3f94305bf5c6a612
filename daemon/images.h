/*
 * The images of articles: fetched once an article is kept, a few articles at a time.
 *
 * It takes the readings whose images are due from the vault (proto/replica/image_work.h),
 * makes a task of each (daemon/image_task.h), and waits with all of them when the vault
 * takes nothing.  Apart from the pipeline, so that no article waits for another's images.
 */
#ifndef DAEMON_IMAGES_H
#define DAEMON_IMAGES_H

#include <uv.h>

#include "daemon/base/vault_thread.h"
#include "daemon/fetch/fetcher.h"
#include "daemon/worker/pool.h"
#include "proto/base/clock.h"
#include "proto/base/random.h"

enum {
	IMAGES_TASKS = 4		/* articles at a time, each with one request */
};

struct images;

struct images_settings {
	uv_loop_t *loop;
	struct vault_thread *vault;
	struct fetcher *fetcher;
	struct pool *pool;
	const struct clock *clock;
	const struct random *random;
	size_t image_max;		/* bytes of one image */
	size_t article_max;		/* and of all of one article */
	unsigned redirects_max;
};

/**
 * images_new(settings, ret_images):
 * Make it over parts that outlive it.  It begins with the first images_wake.  RS_ENOMEM.
 */
int images_new(const struct images_settings *settings, struct images **ret_images);

/**
 * images_wake(images):
 * There may be new work: look.  Cheap when there is none.
 */
void images_wake(struct images *images);

/**
 * images_stop(images, on_stopped, context):
 * Cancel what is in hand (it goes on where it was the next time), wait for commits that are
 * under way, then call on_stopped(context) from the loop and free ${images}.
 */
void images_stop(struct images *images, void (*on_stopped)(void *context), void *context);

#endif
