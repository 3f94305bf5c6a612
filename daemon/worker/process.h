/*
 * One worker as the daemon sees it: a child process, and messages to and from it.
 *
 * The child is this very program, started anew (fork and exec of
 * /proc/self/exe, so that an upgrade of the file on disk cannot mix versions) with
 * an empty environment and no descriptor but its socket and standard error: it
 * inherits no key.  Everything runs on one uv loop, which is never blocked.
 * The program ignores SIGPIPE.
 */
#ifndef DAEMON_WORKER_PROCESS_H
#define DAEMON_WORKER_PROCESS_H

#include <sys/types.h>

#include <uv.h>

#include "proto/base/buffer.h"
#include "proto/base/err.h"

struct process;

/* All mandatory; none fires inside a function below, nor after process_free. */
struct process_events {
	/* A whole message came; it is borrowed until the return. */
	void (*on_message)(void *context, struct bytes message);

	/*
	 * The child has ended, and all that it sent was delivered.  ${how} is such
	 * as "was killed by SIGSEGV" or "exited with status 1".  The last event.
	 */
	void (*on_end)(void *context, const char *how);
};

/**
 * process_start(loop, events, context, ret_process):
 * Start a worker.  ${events} must outlive it.  RS_ENOMEM, or RS_EIO when the system
 * cannot start a process, with ${detail}.
 */
int process_start(uv_loop_t *loop, const struct process_events *events, void *context,
    struct process **ret_process, struct rs_err_detail *detail);

/**
 * process_send(process, message, len):
 * Send a message of ${len} bytes at ${message}, which is malloc'ed and belongs to
 * the process from now on, which wipes it when it is sent.  One at a time: a message
 * from the child comes between two.  A child that is gone is no failure here; on_end
 * will come.
 */
void process_send(struct process *process, uint8_t *message, size_t len);

/**
 * process_kill(process):
 * Kill the child at once, even one that is stopped; on_end follows.
 */
void process_kill(struct process *process);

/**
 * process_pid(process):
 * Return the child's process id.
 */
pid_t process_pid(const struct process *process);

/**
 * process_free(process):
 * Kill the child if it still runs, and forget it: no event fires any more.  It is
 * reaped, and the memory freed, as the loop goes on running.  NULL is ignored.
 */
void process_free(struct process *process);

#endif
