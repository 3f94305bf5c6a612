#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/worker/process.h"
#include "daemon/worker/worker.h"
#include "proto/base/secret.h"

enum {
	READ_CHUNK = 64 * 1024,
	KEPT_CAPACITY = 1024 * 1024	/* a larger buffer is freed between messages */
};

struct process {
	uv_process_t child;
	uv_pipe_t pipe;
	uv_write_t write;
	const struct process_events *events;
	void *context;
	uint8_t *sending;		/* NULL when no write is under way */
	size_t sending_len;
	uint8_t header[WORKER_HEADER];
	struct buffer received;
	char how[64];			/* how the child ended */
	bool exited;			/* the child was reaped */
	bool drained;			/* nothing more will come from it */
	bool freed;			/* process_free was called */
	unsigned open_handles;
};

/* What was sent may be a page that nobody else is to see: see pool.h. */
static void
drop_sent(struct process *process)
{
	if (process->sending != NULL)
		secret_wipe(process->sending, process->sending_len);
	free(process->sending);
	process->sending = NULL;
}

static void
on_handle_closed(uv_handle_t *handle)
{
	struct process *process = handle->data;

	if (--process->open_handles > 0)
		return;
	buffer_release(&process->received);
	drop_sent(process);
	free(process);
}

static void
close_handle(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, on_handle_closed);
}

/* Free what can be freed: the child's handle must live until it is reaped. */
static void
close_handles(struct process *process)
{
	close_handle((uv_handle_t *)&process->pipe);
	if (process->exited)
		close_handle((uv_handle_t *)&process->child);
}

/* Tell of the end once both signs of it are there, in whichever order. */
static void
check_end(struct process *process)
{
	if (process->freed)
		close_handles(process);
	else if (process->exited && process->drained)
		process->events->on_end(process->context, process->how);
}

static void
on_child_exit(uv_process_t *child, int64_t status, int signal_number)
{
	struct process *process = child->data;
	const char *name = signal_number > 0 ? sigabbrev_np(signal_number) : NULL;

	process->exited = true;
	if (signal_number == 0)
		snprintf(process->how, sizeof(process->how), "exited with status %d",
		    (int)status);
	else
		snprintf(process->how, sizeof(process->how), "was killed by SIG%s%s",
		    name == NULL ? "?" : name,
		    signal_number == SIGSYS ? ", a forbidden system call" : "");
	check_end(process);
}

/* Nothing more is wanted from the child, or can come. */
static void
stop_reading(struct process *process)
{
	uv_read_stop((uv_stream_t *)&process->pipe);
	process->drained = true;
	process_kill(process);
	check_end(process);
}

static void
on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buffer)
{
	struct process *process = handle->data;
	uint8_t *room;

	(void)suggested;
	*ret_buffer = uv_buf_init(NULL, 0);
	if (buffer_reserve(&process->received, READ_CHUNK, &room) == RS_OK)
		*ret_buffer = uv_buf_init((char *)room, READ_CHUNK);
}

/* Deliver the first message; false when there is no whole one. */
static bool
deliver(struct process *process)
{
	const uint8_t *data = process->received.data;
	size_t len;

	if (process->received.len < WORKER_HEADER)
		return false;
	len = data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16 | (size_t)data[3] << 24;
	/* Nothing honest is that long, or answers what it has not read yet. */
	if (len > WORKER_RESULT_MAX || process->sending != NULL) {
		stop_reading(process);
		return false;
	}
	if (process->received.len < WORKER_HEADER + len)
		return false;
	process->events->on_message(process->context, bytes_of(data + WORKER_HEADER, len));
	buffer_consume(&process->received, WORKER_HEADER + len);
	if (process->received.len == 0 && process->received.capacity > KEPT_CAPACITY)
		buffer_release(&process->received);
	return true;
}

static void
on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buffer)
{
	struct process *process = stream->data;

	(void)buffer;
	if (len < 0) {
		stop_reading(process);
		return;
	}
	buffer_commit(&process->received, (size_t)len);
	/* A callback may free the process; its memory lasts until its handles close. */
	while (!process->freed && !process->drained && deliver(process))
		continue;
}

static int
spawn(struct process *process, uv_loop_t *loop)
{
	char *arguments[] = { (char *)"readsyncd", (char *)WORKER_ARGUMENT, NULL };
	char *environment[] = { NULL };
	uv_stdio_container_t stdio[] = {
		{ .flags = UV_CREATE_PIPE | UV_READABLE_PIPE | UV_WRITABLE_PIPE,
		  .data.stream = (uv_stream_t *)&process->pipe },
		{ .flags = UV_IGNORE },
		{ .flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO },
	};
	uv_process_options_t options = {
		.file = "/proc/self/exe",
		.args = arguments,
		.env = environment,
		.exit_cb = on_child_exit,
		.stdio = stdio,
		.stdio_count = 3,
	};

	return uv_spawn(loop, &process->child, &options);
}

int
process_start(uv_loop_t *loop, const struct process_events *events, void *context,
    struct process **ret_process, struct rs_err_detail *detail)
{
	struct process *process = calloc(1, sizeof(*process));
	int failure;

	if (process == NULL)
		return RS_ENOMEM;
	if (uv_pipe_init(loop, &process->pipe, 0) != 0) {
		free(process);
		return RS_ENOMEM;
	}
	process->events = events;
	process->context = context;
	/* What one read adds may begin the next message. */
	buffer_init_secret(&process->received, WORKER_HEADER + WORKER_RESULT_MAX + READ_CHUNK);
	process->child.data = process->pipe.data = process;
	process->open_handles = 2;
	failure = spawn(process, loop);
	if (failure == 0)
		failure = uv_read_start((uv_stream_t *)&process->pipe, on_alloc, on_read);
	else
		process->exited = true;
	if (failure != 0) {
		rs_err_detail_set(detail, "could not be started: %s", uv_strerror(failure));
		process_free(process);
		return RS_EIO;
	}
	*ret_process = process;
	return RS_OK;
}

static void
on_written(uv_write_t *write, int status)
{
	struct process *process = write->data;

	(void)status;
	drop_sent(process);
}

void
process_send(struct process *process, uint8_t *message, size_t len)
{
	uv_buf_t buffers[2];

	process->header[0] = (uint8_t)len;
	process->header[1] = (uint8_t)(len >> 8);
	process->header[2] = (uint8_t)(len >> 16);
	process->header[3] = (uint8_t)(len >> 24);
	buffers[0] = uv_buf_init((char *)process->header, WORKER_HEADER);
	buffers[1] = uv_buf_init((char *)message, (unsigned)len);
	process->sending = message;
	process->sending_len = len;
	process->write.data = process;
	if (uv_write(&process->write, (uv_stream_t *)&process->pipe, buffers, 2,
	    on_written) != 0) {
		/* The pipe is broken, so the child is gone or will be. */
		drop_sent(process);
		process_kill(process);
	}
}

void
process_kill(struct process *process)
{
	if (!process->exited)
		uv_process_kill(&process->child, SIGKILL);
}

pid_t
process_pid(const struct process *process)
{
	return process->child.pid;
}

void
process_free(struct process *process)
{
	if (process == NULL || process->freed)
		return;
	process->freed = true;
	process_kill(process);
	close_handles(process);
}
