/*
 * The worker: the process that reads foreign bytes.
 *
 * The daemon starts it as `readsyncd --worker` (pool.h is the daemon's side) with
 * a socket as its standard input.  Messages on it, both ways: four bytes of
 * length, the lowest first, then that many bytes of a packed Job or JobResult.  The
 * worker first sends one message of length 0: its sandbox is closed and it
 * is ready.  Then it answers each Job with one JobResult, until the end of input.
 */
#ifndef DAEMON_WORKER_WORKER_H
#define DAEMON_WORKER_WORKER_H

#include "readsync.pb-c.h"

#define WORKER_ARGUMENT "--worker"	/* what the daemon passes to become one */

enum {
	WORKER_HEADER = 4,				/* bytes of length */
	WORKER_JOB_MAX = 33 * 1024 * 1024,		/* bytes of a packed Job */
	/* Bytes of a packed JobResult: an article, and the images out of a page of base64. */
	WORKER_RESULT_MAX = 33 * 1024 * 1024
};

/**
 * worker_run(fd):
 * Be a worker on the socket ${fd} until its end.  Makes ${fd} the standard
 * input, closes every descriptor above standard error, and then the sandbox.
 * Returns the exit status of the process: 0 at the end of input, 1 when the
 * sandbox cannot be closed or the messages make no sense; one line on standard
 * error then says why.
 */
int worker_run(int fd);

/**
 * worker_do(job, ret_result):
 * Do one job in this process.  A page or feed that cannot be read is a success
 * here: ${ret_result} has its err and detail.  The caller frees the
 * result with readsync__job_result__free_unpacked.  RS_ENOMEM.
 */
int worker_do(const Readsync__Job *job, Readsync__JobResult **ret_result);

#endif
