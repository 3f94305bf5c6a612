#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/fetch/backoff.h"
#include "daemon/source/queues.h"
#include "proto/replica/item.h"
#include "proto/replica/local.h"

#define CURSOR_MAX 65536
#define CURSOR_NAME_MAX 160

enum queue_state {
	QUEUE_WAITING,		/* for its time */
	QUEUE_RECALLING,	/* its cursor comes out of the vault */
	QUEUE_POLLING,		/* the source is asked */
	QUEUE_SAVING		/* what was found goes into the vault */
};

struct queue {
	struct vault_job job;		/* first: a job is cast back to its queue */
	struct queues *queues;
	struct queue *next;
	const struct config_queue *config;
	const struct source_ops *ops;
	enum queue_state state;
	struct source_poll *poll;
	const struct source_found *found;	/* during QUEUE_SAVING */
	struct buffer cursor;
	char problem[256];			/* "", or why the last poll failed */
	char reason[96];			/* the same without anything private, for the log */
	unsigned failures;			/* in a row */
	int64_t polled_ms;
	int64_t next_ms;			/* for the status */
	uint64_t due_ms;			/* the same in the loop's time, which nobody sets */
	uint32_t entries;
	int err;				/* of the last vault job */
};

struct queues {
	struct queues_settings settings;
	uv_timer_t timer;
	struct queue *first;
	bool stopping;
	void (*on_stopped)(void *context);
	void *stopped_context;
};

static void set_timer(struct queues *queues);
static void stop_when_idle(struct queues *queues);

/* ---------------------------------------------------------------- one queue */

static void
queue_set_state(struct queue *queue, enum queue_state state)
{
	static const char *const names[] = { "waiting", "recalling", "polling", "saving" };

	queue->state = state;
	LOG(LOG_LEVEL_DEBUG, "queue", log_text("name", queue->config->name),
	    log_text("state", names[state]));
}

static void
queue_free(struct queue *queue)
{
	buffer_release(&queue->cursor);
	free(queue);
}

/* Set the time of the next poll by how this one went. */
static void
queue_schedule(struct queue *queue)
{
	struct queues *queues = queue->queues;
	int64_t now_ms = clock_now_ms(queues->settings.clock);
	int64_t wait_ms = queue->config->every_ms;

	if (queue->problem[0] == '\0') {
		queue->failures = 0;
		queue->polled_ms = now_ms;
	} else {
		int64_t backoff = backoff_ms(++queue->failures, queues->settings.random);

		/* Sooner than usual at first, never more often than usual. */
		if (backoff < wait_ms)
			wait_ms = backoff;
		LOG(LOG_LEVEL_WARNING, "poll-failed", log_text("queue", queue->config->name),
		    log_text("reason", queue->reason), log_private("problem", queue->problem));
	}
	if (queue->found != NULL && queue->found->not_before_ms > now_ms + wait_ms)
		wait_ms = queue->found->not_before_ms - now_ms;
	queue->next_ms = now_ms + wait_ms;
	queue->due_ms = uv_now(queues->settings.parts.loop) + (uint64_t)wait_ms;
}

/* Note why a poll failed: for whoever may know, and for the log. */
static void
queue_failed(struct queue *queue, const char *problem, const char *reason)
{
	snprintf(queue->problem, sizeof(queue->problem), "%s", problem);
	snprintf(queue->reason, sizeof(queue->reason), "%s", reason);
}

/* A poll is over, well or not. */
static void
queue_finish(struct queue *queue, bool kept)
{
	struct queues *queues = queue->queues;

	queue_schedule(queue);
	queue->found = NULL;
	if (queue->poll != NULL) {
		queue->ops->finish(queue->poll, kept);
		queue->poll = NULL;
	}
	queue_set_state(queue, QUEUE_WAITING);
	if (queues->stopping)
		stop_when_idle(queues);
	else
		set_timer(queues);
}

static void
queue_post(struct queue *queue, void (*work)(struct vault_job *, struct replica *),
    void (*on_done)(struct vault_job *))
{
	queue->job.work = work;
	queue->job.on_done = on_done;
	queue->err = RS_OK;
	vault_thread_post(queue->queues->settings.vault, &queue->job);
}

static void
cursor_name(const struct queue *queue, char name[CURSOR_NAME_MAX])
{
	snprintf(name, CURSOR_NAME_MAX, "queue/%s/%s", queue->config->kind, queue->config->name);
}

static int
save_entry(struct replica *replica, const struct config_queue *config,
    const Readsync__FeedEntry *entry)
{
	struct item_save save = {
		.title = entry->title,
		.tags = (const char *const *)config->tags.items,
		.tag_count = config->tags.count,
		.only_new = true
	};
	uint8_t id[HASH_NAME_LEN];
	struct rs_err_detail detail;
	bool fresh;
	int err = item_save(replica, entry->link, &save, id, &fresh, &detail);

	/* An entry that is no web address is passed over, not the whole poll. */
	return err == RS_EINVAL || err == RS_ELIMIT ? RS_OK : err;
}

static int
save_found(struct queue *queue, struct replica *replica)
{
	char name[CURSOR_NAME_MAX];
	size_t i;
	int err = RS_OK;

	for (i = 0; i < queue->found->entry_count && err == RS_OK; i++)
		err = save_entry(replica, queue->config, queue->found->entries[i]);
	if (err == RS_OK && queue->found->cursor != NULL) {
		cursor_name(queue, name);
		err = local_set(replica, name, bytes_of_text(queue->found->cursor));
	}
	return err;
}

static void
save_work(struct vault_job *job, struct replica *replica)
{
	struct queue *queue = (struct queue *)job;

	queue->err = replica_begin(replica);
	if (queue->err == RS_OK)
		queue->err = replica_settle(replica, save_found(queue, replica));
}

static void
on_saved(struct vault_job *job)
{
	struct queue *queue = (struct queue *)job;

	char problem[96];

	if (queue->err != RS_OK) {
		snprintf(problem, sizeof(problem), "what was found cannot be kept: %s",
		    rs_err_text(queue->err));
		queue_failed(queue, problem, problem);
	}
	queue_finish(queue, queue->err == RS_OK);
}

static void
on_found(void *context, const struct source_found *found)
{
	struct queue *queue = context;

	queue->found = found;
	if (found->err != RS_OK) {
		queue_failed(queue, found->detail[0] == '\0' ? rs_err_text(found->err) :
		    found->detail,
		    found->reason == NULL ? rs_err_text(found->err) : found->reason);
		queue_finish(queue, false);
		return;
	}
	queue->problem[0] = '\0';
	queue->entries = (uint32_t)found->entry_count;
	LOG(LOG_LEVEL_INFO, "polled", log_text("queue", queue->config->name),
	    log_number("entries", found->entry_count));
	queue_set_state(queue, QUEUE_SAVING);
	queue_post(queue, save_work, on_saved);
}

static void
recall_work(struct vault_job *job, struct replica *replica)
{
	struct queue *queue = (struct queue *)job;
	char name[CURSOR_NAME_MAX];

	cursor_name(queue, name);
	buffer_clear(&queue->cursor);
	queue->err = local_get(replica, name, &queue->cursor);
	if (queue->err == RS_ENOTFOUND)
		queue->err = RS_OK;
}

static void
on_recalled(struct vault_job *job)
{
	struct queue *queue = (struct queue *)job;
	int err = queue->err;

	if (err == RS_OK && !queue->queues->stopping) {
		queue_set_state(queue, QUEUE_POLLING);
		err = queue->ops->start(&queue->queues->settings.parts, queue->config,
		    buffer_text(&queue->cursor), on_found, queue, &queue->poll);
		if (err == RS_OK)
			return;
	}
	if (err != RS_OK)
		queue_failed(queue, rs_err_text(err), rs_err_text(err));
	queue_finish(queue, false);
}

static void
queue_poll(struct queue *queue)
{
	queue_set_state(queue, QUEUE_RECALLING);
	queue_post(queue, recall_work, on_recalled);
}

/* --------------------------------------------------------------- all of them */

static void
on_timer(uv_timer_t *timer)
{
	struct queues *queues = timer->data;
	uint64_t now_ms = uv_now(timer->loop);
	struct queue *queue;

	for (queue = queues->first; queue != NULL; queue = queue->next) {
		if (queue->state == QUEUE_WAITING && queue->due_ms <= now_ms)
			queue_poll(queue);
	}
	set_timer(queues);
}

/* The timer stands at the next queue that is due; none runs when none waits. */
static void
set_timer(struct queues *queues)
{
	uint64_t now_ms = uv_now(queues->settings.parts.loop), due_ms = UINT64_MAX;
	const struct queue *queue;

	for (queue = queues->first; queue != NULL; queue = queue->next) {
		if (queue->state == QUEUE_WAITING && queue->due_ms < due_ms)
			due_ms = queue->due_ms;
	}
	uv_timer_stop(&queues->timer);
	if (due_ms != UINT64_MAX)
		uv_timer_start(&queues->timer, on_timer, due_ms > now_ms ? due_ms - now_ms : 0, 0);
}

static int
queue_new(struct queues *queues, const struct config_queue *config, struct queue **ret_queue)
{
	struct queue *queue = calloc(1, sizeof(*queue));

	if (queue == NULL)
		return RS_ENOMEM;
	queue->queues = queues;
	queue->config = config;
	queue->ops = source_by_kind(config->kind);
	buffer_init(&queue->cursor, CURSOR_MAX);
	*ret_queue = queue;
	return RS_OK;
}

static void
free_all(struct queue *first)
{
	struct queue *next;

	for (; first != NULL; first = next) {
		next = first->next;
		queue_free(first);
	}
}

int
queues_new(const struct queues_settings *settings, const struct config *config,
    struct queues **ret_queues)
{
	struct queues *queues = calloc(1, sizeof(*queues));
	struct queue **end;
	size_t i;

	if (queues == NULL)
		return RS_ENOMEM;
	queues->settings = *settings;
	end = &queues->first;
	for (i = 0; i < config->queue_count; i++) {
		if (queue_new(queues, &config->queues[i], end) != RS_OK) {
			free_all(queues->first);
			free(queues);
			return RS_ENOMEM;
		}
		end = &(*end)->next;
	}
	queues->timer.data = queues;
	uv_timer_init(settings->parts.loop, &queues->timer);
	set_timer(queues);
	*ret_queues = queues;
	return RS_OK;
}

void
queues_poll_now(struct queues *queues)
{
	struct queue *queue;

	for (queue = queues->first; queue != NULL; queue = queue->next)
		queue->due_ms = 0;
	set_timer(queues);
}

void
queues_status(const struct queues *queues,
    void (*on_status)(void *context, const struct queue_status *status), void *context)
{
	const struct queue *queue;
	struct queue_status status;

	for (queue = queues->first; queue != NULL; queue = queue->next) {
		status = (struct queue_status){
			.name = queue->config->name,
			.kind = queue->config->kind,
			.polled_ms = queue->polled_ms,
			.next_ms = queue->next_ms,
			.entries = queue->entries,
			.problem = queue->problem
		};
		on_status(context, &status);
	}
}

static void
on_timer_closed(uv_handle_t *timer)
{
	struct queues *queues = timer->data;
	void (*on_stopped)(void *) = queues->on_stopped;
	void *context = queues->stopped_context;

	free_all(queues->first);
	free(queues);
	on_stopped(context);
}

static void
stop_when_idle(struct queues *queues)
{
	const struct queue *queue;

	for (queue = queues->first; queue != NULL; queue = queue->next) {
		if (queue->state != QUEUE_WAITING)
			return;
	}
	if (!uv_is_closing((uv_handle_t *)&queues->timer))
		uv_close((uv_handle_t *)&queues->timer, on_timer_closed);
}

void
queues_stop(struct queues *queues, void (*on_stopped)(void *context), void *context)
{
	struct queue *queue;

	queues->stopping = true;
	queues->on_stopped = on_stopped;
	queues->stopped_context = context;
	for (queue = queues->first; queue != NULL; queue = queue->next) {
		/* What is with the vault thread ends in its on_done. */
		if (queue->state == QUEUE_POLLING) {
			queue->ops->finish(queue->poll, false);
			queue->poll = NULL;
			queue_set_state(queue, QUEUE_WAITING);
		}
	}
	stop_when_idle(queues);
}
