/*
 * The queues: every configured source, polled when it is time.
 *
 * One timer serves all of them and stands at the next that is due.  What a poll
 * found is saved together with the source's new cursor in one commit.  A poll
 * that fails is told in the queue's status and tried again with back-off; it
 * never touches what was saved before.
 */
#ifndef DAEMON_SOURCE_QUEUES_H
#define DAEMON_SOURCE_QUEUES_H

#include "daemon/base/vault_thread.h"
#include "daemon/source/source.h"
#include "proto/base/clock.h"
#include "proto/base/random.h"

struct queues;

struct queues_settings {
	struct source_parts parts;
	struct vault_thread *vault;
	const struct clock *clock;
	const struct random *random;
};

/* How one queue stands; texts are borrowed until the loop goes on. */
struct queue_status {
	const char *name;
	const char *kind;
	int64_t polled_ms;		/* 0: never */
	int64_t next_ms;
	uint32_t entries;		/* that the last good poll found */
	const char *problem;		/* "" when the last poll succeeded */
};

/**
 * queues_new(settings, config, ret_queues):
 * Begin polling the queues of ${config}, which must stay until they are
 * stopped; each is polled once at the start.  A changed configuration means
 * new queues.  RS_ENOMEM.
 */
int queues_new(const struct queues_settings *settings, const struct config *config,
    struct queues **ret_queues);

/**
 * queues_poll_now(queues):
 * Poll every queue that is not being polled.
 */
void queues_poll_now(struct queues *queues);

/**
 * queues_status(queues, on_status, context):
 * Hand the status of each queue to on_status(context, status).
 */
void queues_status(const struct queues *queues,
    void (*on_status)(void *context, const struct queue_status *status), void *context);

/**
 * queues_stop(queues, on_stopped, context):
 * Cancel the polls under way, wait for commits, then call on_stopped(context)
 * from the loop and free the queues.
 */
void queues_stop(struct queues *queues, void (*on_stopped)(void *context), void *context);

#endif
