/*
 * The vault thread: the one thread that calls SQLite.
 *
 * The loop thread posts jobs; they run in order on the vault thread, with the
 * replica, and are handed back to the loop when done.  So a commit that waits
 * for the disk never stalls a socket.  What always holds: only `work` functions
 * touch the replica; `on_done` runs on the loop thread, exactly once for each
 * job, and never inside vault_thread_post.
 */
#ifndef DAEMON_BASE_VAULT_THREAD_H
#define DAEMON_BASE_VAULT_THREAD_H

#include <uv.h>

#include "proto/replica/replica.h"

struct vault_thread;

/*
 * A job is embedded in what it works on, which must live until on_done.  One
 * job is in flight for each such object, so that its memory has one owner at a
 * time: the loop before the post and after on_done, the vault thread between.
 */
struct vault_job {
	void (*work)(struct vault_job *job, struct replica *replica);
	void (*on_done)(struct vault_job *job);
	struct vault_job *next;		/* the thread's own */
};

/**
 * vault_thread_start(loop, replica, on_change, context, ret_thread):
 * Start the thread and give it ${replica}, which nobody else may touch from now
 * on.  on_change(context, change) runs on the loop thread after commits
 * that changed something; several commits may be told as one.
 */
int vault_thread_start(uv_loop_t *loop, struct replica *replica,
    void (*on_change)(void *context, const struct replica_change *change), void *context,
    struct vault_thread **ret_thread);

/**
 * vault_thread_post(thread, job):
 * Queue ${job}, whose work and on_done are set.
 */
void vault_thread_post(struct vault_thread *thread, struct vault_job *job);

/**
 * vault_thread_failed(err):
 * Tell whether ${err}, of a job, means that the vault fails whatever it is given (a full
 * disk, damage), rather than that it refuses what it was given.
 */
bool vault_thread_failed(int err);

/**
 * vault_thread_stop(thread, on_stopped, context):
 * Run what is queued, end the thread, close the replica (all commits are durable
 * then), hand back every job, call on_stopped(context) and free the thread.  Jobs may
 * still be posted from an on_done until then.
 */
void vault_thread_stop(struct vault_thread *thread, void (*on_stopped)(void *context),
    void *context);

#endif
