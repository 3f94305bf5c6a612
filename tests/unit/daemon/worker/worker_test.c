/*
 * Goal: a worker by itself, spoken to over its socket as worker.h describes.  It
 * answers in order, ends when told nonsense, and nothing that a page or feed
 * holds keeps it for long or grows it past its bounds.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/worker/worker.h"
#include "proto/base/buffer.h"
#include "proto/base/err.h"

enum {
	PATIENCE_MS = 60 * 1000		/* for one answer; far more than any needs */
};

struct worker {
	pid_t pid;
	int socket;
};

/* Read exactly ${len} bytes; false at the end of input. */
static bool
receive(const struct worker *worker, void *data, size_t len)
{
	struct pollfd poll_fd = { worker->socket, POLLIN, 0 };
	uint8_t *at = data;
	ssize_t got;

	while (len > 0) {
		assert_int_equal(poll(&poll_fd, 1, PATIENCE_MS), 1);
		got = read(worker->socket, at, len);
		if (got <= 0)
			return false;
		at += got;
		len -= (size_t)got;
	}
	return true;
}

/* Receive a message; false when the worker has ended instead. */
static bool
receive_message(const struct worker *worker, uint8_t **ret_data, size_t *ret_len)
{
	uint8_t header[WORKER_HEADER];

	if (!receive(worker, header, sizeof(header)))
		return false;
	*ret_len = header[0] | (size_t)header[1] << 8 | (size_t)header[2] << 16 |
	    (size_t)header[3] << 24;
	assert_true(*ret_len <= WORKER_RESULT_MAX);
	*ret_data = malloc(*ret_len + 1);
	assert_non_null(*ret_data);
	return receive(worker, *ret_data, *ret_len);
}

static struct worker
start_worker(void)
{
	struct worker worker;
	uint8_t *nothing;
	size_t len;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	worker.socket = pair[0];
	worker.pid = fork();
	assert_true(worker.pid >= 0);
	if (worker.pid == 0) {
		dup2(pair[1], STDIN_FILENO);
		execl("/proc/self/exe", "readsyncd", WORKER_ARGUMENT, NULL);
		_exit(127);
	}
	close(pair[1]);
	assert_true(receive_message(&worker, &nothing, &len));
	assert_int_equal(len, 0);
	free(nothing);
	return worker;
}

/* Close the socket and return the worker's wait status. */
static int
end_worker(const struct worker *worker)
{
	int status;

	shutdown(worker->socket, SHUT_WR);
	assert_int_equal(waitpid(worker->pid, &status, 0), worker->pid);
	close(worker->socket);
	return status;
}

static void
assert_exits(const struct worker *worker, int expected)
{
	int status = end_worker(worker);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), expected);
}

/* Send all, or until the worker does not want more. */
static void
send_bytes(const struct worker *worker, const uint8_t *data, size_t len)
{
	ssize_t put;

	while (len > 0 && (put = send(worker->socket, data, len, MSG_NOSIGNAL)) > 0) {
		data += put;
		len -= (size_t)put;
	}
}

static void
send_job(const struct worker *worker, Readsync__Job__Kind kind, struct bytes body)
{
	Readsync__Job job;
	uint8_t *packed;
	size_t len;

	readsync__job__init(&job);
	job.kind = kind;
	job.url = (char *)"http://example.org/";
	job.body.data = (uint8_t *)body.data;
	job.body.len = body.len;
	len = readsync__job__get_packed_size(&job);
	packed = malloc(WORKER_HEADER + len);
	assert_non_null(packed);
	packed[0] = (uint8_t)len;
	packed[1] = (uint8_t)(len >> 8);
	packed[2] = (uint8_t)(len >> 16);
	packed[3] = (uint8_t)(len >> 24);
	readsync__job__pack(&job, packed + WORKER_HEADER);
	send_bytes(worker, packed, WORKER_HEADER + len);
	free(packed);
}

/* Receive a result, or NULL when the worker died on the job. */
static Readsync__JobResult *
receive_result(const struct worker *worker)
{
	Readsync__JobResult *result = NULL;
	uint8_t *packed = NULL;
	size_t len;

	if (receive_message(worker, &packed, &len)) {
		result = readsync__job_result__unpack(NULL, len, packed);
		assert_non_null(result);
	}
	free(packed);
	return result;
}

static void
answers_in_order_and_ends_with_its_input(void **state)
{
	struct worker worker = start_worker();
	Readsync__JobResult *result;
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++) {
		send_job(&worker, READSYNC__JOB__KIND__FEED,
		    bytes_of_text("<rss><channel><title>t</title></channel></rss>"));
		send_job(&worker, READSYNC__JOB__KIND__PAGE, bytes_of_text(""));
	}
	for (i = 0; i < 3; i++) {
		result = receive_result(&worker);
		assert_int_equal(result->err, RS_OK);
		assert_string_equal(result->feed_title, "t");
		readsync__job_result__free_unpacked(result, NULL);
		result = receive_result(&worker);
		assert_int_equal(result->err, RS_ENOTPAGE);
		assert_string_not_equal(result->detail, "");
		readsync__job_result__free_unpacked(result, NULL);
	}
	assert_exits(&worker, 0);
}

static void
ends_when_told_nonsense(void **state)
{
	static const struct bytes cases[] = {
		{ (const uint8_t *)"\0\0\0\0", 4 },		/* nothing */
		{ (const uint8_t *)"\xff\xff\xff\xff", 4 },	/* 4 GB */
		{ (const uint8_t *)"\5\0\0\0\1", 5 },		/* a part */
		{ (const uint8_t *)"\5\0", 2 },			/* a part of a length */
		{ (const uint8_t *)"\2\0\0\0\xff\xff", 6 },	/* no Job */
	};
	struct worker worker;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		worker = start_worker();
		send_bytes(&worker, cases[i].data, cases[i].len);
		assert_exits(&worker, 1);
	}
}

/* Append ${text} to ${body} until it holds ${size} bytes more. */
static void
repeat(struct buffer *body, const char *text, size_t size)
{
	size_t end = body->len + size;

	while (body->len < end)
		assert_int_equal(buffer_append_text(body, text), RS_OK);
}

enum hostile {
	NESTED, ATTRIBUTES, LONG_TEXT, LAUGHS, QUADRATIC, EMPTY_TAGS,
	EXTERNAL, BRACKETS, HOSTILES
};

static void
write_hostile(enum hostile kind, struct buffer *body)
{
	unsigned i;

	switch (kind) {
	case NESTED:
		repeat(body, "<div>", 5 * 1000 * 1000);
		break;
	case ATTRIBUTES:
		buffer_append_text(body, "<rss");
		for (i = 0; i < 10 * 1000; i++)
			buffer_printf(body, " a%u='%u'", i, i);
		buffer_append_text(body, "><channel/></rss>");
		break;
	case LONG_TEXT:
		buffer_append_text(body, "<rss><channel><title>");
		repeat(body, "long text ", 15 * 1000 * 1000);
		break;
	case LAUGHS:
		buffer_append_text(body, "<!DOCTYPE rss [<!ENTITY e0 'laughter'>");
		for (i = 1; i < 30; i++)
			buffer_printf(body, "<!ENTITY e%u '&e%u;&e%u;'>", i, i - 1, i - 1);
		buffer_append_text(body, "]><rss><channel><title>&e29;</title></channel></rss>");
		break;
	case QUADRATIC:
		buffer_append_text(body, "<!DOCTYPE rss [<!ENTITY e '");
		repeat(body, "much ", 1000 * 1000);
		buffer_append_text(body, "'>]><rss><channel><title>");
		repeat(body, "&e;", 300 * 1000);
		break;
	case EMPTY_TAGS:
		buffer_append_text(body, "<rss>");
		repeat(body, "<a/>", 3 * 1000 * 1000);
		break;
	case EXTERNAL:
		buffer_append_text(body, "<!DOCTYPE rss SYSTEM 'file:///etc/passwd' ["
		    "<!ENTITY p SYSTEM 'file:///etc/passwd'>"
		    "<!ENTITY % q SYSTEM 'http://127.0.0.1:9/'> %q;]>"
		    "<rss><channel><title>&p;</title></channel></rss>");
		break;
	case BRACKETS:
		buffer_append_text(body, "{\"items\":");
		repeat(body, "[", 15 * 1000 * 1000);
		break;
	case HOSTILES:
		break;
	}
}

/*
 * Each ends in bounded time: with a result, an error, or, at worst, the death of
 * the worker.  Which of these is for the readers' own tests to say.
 */
static void
survives_hostile_pages(void **state)
{
	static const Readsync__Job__Kind kinds[] = {
		READSYNC__JOB__KIND__FEED, READSYNC__JOB__KIND__PAGE
	};
	struct worker worker = start_worker();
	Readsync__JobResult *result;
	struct buffer body;
	enum hostile hostile;
	size_t i;

	(void)state;
	buffer_init(&body, 32 * 1024 * 1024);
	for (hostile = 0; hostile < HOSTILES; hostile++) {
		buffer_clear(&body);
		write_hostile(hostile, &body);
		for (i = 0; i < 2; i++) {
			send_job(&worker, kinds[i], buffer_bytes(&body));
			result = receive_result(&worker);
			if (result == NULL) {
				end_worker(&worker);
				worker = start_worker();
				continue;
			}
			assert_null(strstr(result->feed_title, "root:"));
			assert_true(strlen(result->feed_title) <= 1000);
			readsync__job_result__free_unpacked(result, NULL);
		}
	}
	buffer_release(&body);
	assert_exits(&worker, 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_in_order_and_ends_with_its_input),
		cmocka_unit_test(ends_when_told_nonsense),
		cmocka_unit_test(survives_hostile_pages),
	};

	if (argc == 2 && strcmp(argv[1], WORKER_ARGUMENT) == 0)
		return worker_run(STDIN_FILENO);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
