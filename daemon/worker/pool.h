/*
 * The pool: foreign bytes are read in worker processes, not here.
 *
 * A fixed number of workers is started ahead and used again; jobs wait in the
 * order in which they came.  Whatever a page does to the worker that reads it --
 * crash, hang, eat memory, answer nonsense -- costs that one job, which ends with an
 * error, and the worker is replaced at once.  Workers that die before they are
 * ready are replaced ever more slowly, and jobs then end with an error instead of
 * waiting for ever.
 *
 * A page with a form may be what a site answers to a login, and repeat the password.  So what
 * the pool held of any job is wiped, and a worker that has read such a page is replaced too: its
 * memory, and all that libraries have kept there, goes before another page comes.
 *
 * Everything runs on one uv loop, which is never blocked, and no callback
 * fires inside a function below.  The program ignores SIGPIPE.
 */
#ifndef DAEMON_WORKER_POOL_H
#define DAEMON_WORKER_POOL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <uv.h>

#include "proto/base/err.h"
#include "readsync.pb-c.h"

struct pool;
struct pool_job;	/* the handle of a job: valid until on_done or pool_cancel */

/* A field of 0 takes the default that stands beside it. */
struct pool_options {
	unsigned workers;	/* one per processor core */
	unsigned time_limit_ms;	/* of one job once a worker has it; 30,000 */
	unsigned jobs_per_worker;	/* then it is replaced, to bound leaks; 500 */
	size_t waiting_max;	/* jobs that no worker has yet; 256 */
	size_t waiting_bytes_max;	/* and their packed bytes; 256 MiB */
};

struct pool_status {
	unsigned ready;		/* workers that are idle or busy */
	unsigned busy;
	size_t waiting;		/* jobs that no worker has yet */
	uint64_t done;		/* jobs that a worker answered */
	uint64_t crashed;	/* jobs that ended because their worker did */
	uint64_t timed_out;
	char problem[256];	/* why the last worker did not start; "" if it did */
};

/**
 * on_done(context, err, result, detail):
 * A job has ended.  With ${err} 0, ${result} is what the worker made of it, and
 * belongs to the callee, who frees it with pool_result_free, or, where it has no form, with
 * readsync__job_result__free_unpacked; it is bounded in memory, and has the article
 * or the form that the kind of the job makes; an article in it is valid and has a verdict,
 * what a form says is one line, but its content is to be trusted no more than the
 * page.  Otherwise ${result} is NULL and
 * ${detail} a line for a person:
 *   RS_ETIMEOUT, RS_ECRASHED, RS_EPROTOCOL	the worker hung, died, or answered
 *						nonsense: the page is suspect
 *   RS_EIO					no worker starts: the page is not
 *   any other					what the worker said of the page
 */
typedef void pool_on_done(void *context, int err, Readsync__JobResult *result,
    const char *detail);

/**
 * pool_result_free(result), pool_form_free(form):
 * Free what a worker made; the values of its form, and what the site says, are wiped.  NULL is
 * ignored.
 */
void pool_result_free(Readsync__JobResult *result);
/** The same of a form that was taken out of it. */
void pool_form_free(Readsync__Form *form);

/**
 * pool_new(loop, options, ret_pool):
 * Make a pool on ${loop} and begin to start its workers.  ${options} may be NULL.
 * Workers that cannot be started are tried again later.  RS_ENOMEM.
 */
int pool_new(uv_loop_t *loop, const struct pool_options *options, struct pool **ret_pool);

/**
 * pool_submit(pool, job, on_done, context, ret_job):
 * Have ${job}, which is packed at once and stays the caller's, done by the next
 * free worker; ${on_done} is called once, later.  ${ret_job}, if not NULL, is set to
 * the handle to cancel it with.  RS_ELIMIT when too many jobs wait or
 * the job is too large for a worker, RS_ENOMEM.
 */
int pool_submit(struct pool *pool, const Readsync__Job *job, pool_on_done *on_done,
    void *context, struct pool_job **ret_job);

/**
 * pool_reason(err, detail):
 * Of what on_done was told, return what a log may hold: ${detail} where it is about the
 * worker, else the text of ${err}, for a worker's own words may quote its page.
 */
const char *pool_reason(int err, const char *detail);

/**
 * pool_cancel(job):
 * Forget ${job}: its on_done never fires.  A worker that has it already finishes
 * it for nothing, within the time limit.  NULL is ignored.
 */
void pool_cancel(struct pool_job *job);

/**
 * pool_get_status(pool, ret_status):
 * Tell how the pool is doing.
 */
void pool_get_status(const struct pool *pool, struct pool_status *ret_status);

/**
 * pool_pids(pool, pids, max):
 * Write the process ids of the workers that have a process, at most ${max}, to
 * ${pids}, busy ones first, and return how many there were.
 */
size_t pool_pids(const struct pool *pool, pid_t *pids, size_t max);

/**
 * pool_free(pool):
 * Cancel every job and kill every worker.  They are reaped, and the memory is freed,
 * as the loop goes on running; once uv_run has returned for want of work, nothing
 * is left.  May be called in an on_done.  NULL is ignored.
 */
void pool_free(struct pool *pool);

#endif
