#include <malloc.h>
#include <stdlib.h>

#include "daemon/base/vault_thread.h"

/* How long it has nothing to do before it gives its memory back, in nanoseconds. */
#define REST_AFTER 2000000000u

/* A queue of jobs, first in, first out. */
struct job_queue {
	struct vault_job *first;
	struct vault_job **end;
};

struct vault_thread {
	uv_thread_t thread;
	uv_async_t wake;		/* tells the loop that something is done or changed */
	struct replica *replica;
	void (*on_change)(void *context, const struct replica_change *change);
	void *context;
	void (*on_stopped)(void *context);
	void *stopped_context;

	uv_mutex_t lock;		/* guards all below */
	uv_cond_t posted;
	struct job_queue todo;
	struct job_queue done;
	size_t unfinished;		/* posted and not yet handed back */
	struct replica_change change;
	bool stopping;			/* the loop has asked for the end */
	bool ended;			/* the thread has closed the replica */
};

static void
queue_init(struct job_queue *queue)
{
	queue->first = NULL;
	queue->end = &queue->first;
}

static void
queue_push(struct job_queue *queue, struct vault_job *job)
{
	job->next = NULL;
	*queue->end = job;
	queue->end = &job->next;
}

static struct vault_job *
queue_pop(struct job_queue *queue)
{
	struct vault_job *job = queue->first;

	if (job != NULL) {
		queue->first = job->next;
		if (queue->first == NULL)
			queue->end = &queue->first;
	}
	return job;
}

/* ------------------------------------------------------ on the vault thread */

static void
note_change(void *context, const struct replica_change *change)
{
	struct vault_thread *thread = context;

	uv_mutex_lock(&thread->lock);
	thread->change.registers |= change->registers;
	thread->change.blobs |= change->blobs;
	thread->change.work |= change->work;
	uv_mutex_unlock(&thread->lock);
	uv_async_send(&thread->wake);
}

/*
 * Wait for work.  After some, that is for a while with the memory that it took, for more may
 * come; and then without: a daemon is at rest most of the time.  Called with the lock held.
 */
static void
wait_for_job(struct vault_thread *thread, bool *rested)
{
	if (*rested) {
		uv_cond_wait(&thread->posted, &thread->lock);
	} else if (uv_cond_timedwait(&thread->posted, &thread->lock, REST_AFTER) == UV_ETIMEDOUT) {
		uv_mutex_unlock(&thread->lock);
		replica_rest(thread->replica);
		malloc_trim(0);
		uv_mutex_lock(&thread->lock);
		*rested = true;
	}
}

static void
run(void *context)
{
	struct vault_thread *thread = context;
	struct vault_job *job;
	bool rested = false;		/* opening a replica may have rebuilt it */

	uv_mutex_lock(&thread->lock);
	for (;;) {
		job = queue_pop(&thread->todo);
		if (job != NULL) {
			uv_mutex_unlock(&thread->lock);
			job->work(job, thread->replica);
			rested = false;
			uv_mutex_lock(&thread->lock);
			queue_push(&thread->done, job);
			uv_async_send(&thread->wake);
		} else if (thread->stopping && thread->unfinished == 0) {
			break;
		} else {
			wait_for_job(thread, &rested);
		}
	}
	uv_mutex_unlock(&thread->lock);

	replica_close(thread->replica);

	uv_mutex_lock(&thread->lock);
	thread->ended = true;
	uv_mutex_unlock(&thread->lock);
	uv_async_send(&thread->wake);
}

/* ------------------------------------------------------- on the loop thread */

static void
on_closed(uv_handle_t *handle)
{
	struct vault_thread *thread = handle->data;
	void (*on_stopped)(void *) = thread->on_stopped;
	void *context = thread->stopped_context;

	uv_cond_destroy(&thread->posted);
	uv_mutex_destroy(&thread->lock);
	free(thread);
	if (on_stopped != NULL)
		on_stopped(context);
}

/* Hand back what is done; jobs posted by an on_done come with the next wake. */
static void
on_wake(uv_async_t *wake)
{
	struct vault_thread *thread = wake->data;
	struct replica_change change;
	struct job_queue done;
	struct vault_job *job;
	bool ended;

	uv_mutex_lock(&thread->lock);
	done = thread->done;
	queue_init(&thread->done);
	change = thread->change;
	thread->change = (struct replica_change){ false, false, false };
	ended = thread->ended;
	uv_mutex_unlock(&thread->lock);

	while ((job = done.first) != NULL) {
		done.first = job->next;
		job->on_done(job);
		/* Counted down only now: on_done may have posted the next one. */
		uv_mutex_lock(&thread->lock);
		if (--thread->unfinished == 0)
			uv_cond_signal(&thread->posted);
		uv_mutex_unlock(&thread->lock);
	}
	if (change.registers || change.blobs || change.work)
		thread->on_change(thread->context, &change);
	if (ended) {
		uv_thread_join(&thread->thread);
		uv_close((uv_handle_t *)&thread->wake, on_closed);
	}
}

int
vault_thread_start(uv_loop_t *loop, struct replica *replica,
    void (*on_change)(void *context, const struct replica_change *change), void *context,
    struct vault_thread **ret_thread)
{
	struct vault_thread *thread = calloc(1, sizeof(*thread));

	if (thread == NULL)
		return RS_ENOMEM;
	thread->replica = replica;
	thread->on_change = on_change;
	thread->context = context;
	thread->wake.data = thread;
	queue_init(&thread->todo);
	queue_init(&thread->done);
	/* A second arena would keep a megabyte of pages that are free in part. */
	(void)mallopt(M_ARENA_MAX, 1);
	if (uv_mutex_init(&thread->lock) != 0)
		goto free_thread;
	if (uv_cond_init(&thread->posted) != 0)
		goto free_lock;
	if (uv_async_init(loop, &thread->wake, on_wake) != 0)
		goto free_cond;
	replica_watch(replica, note_change, thread);
	if (uv_thread_create(&thread->thread, run, thread) != 0)
		goto close_wake;
	*ret_thread = thread;
	return RS_OK;

close_wake:
	/* The loop must let go of the handle before its memory goes. */
	replica_watch(replica, NULL, NULL);
	uv_close((uv_handle_t *)&thread->wake, on_closed);
	return RS_ENOMEM;
free_cond:
	uv_cond_destroy(&thread->posted);
free_lock:
	uv_mutex_destroy(&thread->lock);
free_thread:
	free(thread);
	return RS_ENOMEM;
}

void
vault_thread_post(struct vault_thread *thread, struct vault_job *job)
{
	uv_mutex_lock(&thread->lock);
	queue_push(&thread->todo, job);
	thread->unfinished++;
	uv_cond_signal(&thread->posted);
	uv_mutex_unlock(&thread->lock);
}

bool
vault_thread_failed(int err)
{
	return err == RS_ENOMEM || err == RS_EIO || err == RS_EFULL || err == RS_EDAMAGED ||
	    err == RS_ELOCKED || err == RS_EINTERRUPTED || err == RS_EINTERNAL;
}

void
vault_thread_stop(struct vault_thread *thread, void (*on_stopped)(void *context), void *context)
{
	thread->on_stopped = on_stopped;
	thread->stopped_context = context;
	uv_mutex_lock(&thread->lock);
	thread->stopping = true;
	uv_cond_signal(&thread->posted);
	uv_mutex_unlock(&thread->lock);
}
