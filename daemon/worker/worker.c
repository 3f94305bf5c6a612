#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "daemon/feed/feed_parse.h"
#include "daemon/page/form.h"
#include "daemon/page/page.h"
#include "daemon/page/picture.h"
#include "daemon/worker/sandbox.h"
#include "daemon/worker/worker.h"
#include "proto/base/buffer.h"
#include "proto/base/err.h"

/* A job above this size leaves memory that is worth giving back at once. */
enum { LARGE_JOB = 1024 * 1024 };

/* Further pages of an article that are looked at. */
enum { MORE_MAX = 64 };

static int
new_result(Readsync__JobResult **ret_result)
{
	Readsync__JobResult *result = malloc(sizeof(*result));

	if (result == NULL)
		return RS_ENOMEM;
	readsync__job_result__init(result);
	*ret_result = result;
	return RS_OK;
}

/* Make a result that says why there is none. */
static int
failed_result(int err, const char *reason, Readsync__JobResult **ret_result)
{
	Readsync__JobResult *result;
	char *detail = strdup(reason[0] == '\0' ? rs_err_text(err) : reason);

	if (detail == NULL)
		return RS_ENOMEM;
	if (new_result(&result) != RS_OK) {
		free(detail);
		return RS_ENOMEM;
	}
	result->err = err;
	result->detail = detail;
	*ret_result = result;
	return RS_OK;
}

static int
do_page(const Readsync__Job *job, Readsync__JobResult **ret_result,
    struct rs_err_detail *detail)
{
	struct page_input input = {
		.body = bytes_of(job->body.data, job->body.len),
		.url = job->url,
		.asked_url = job->asked_url[0] == '\0' ? NULL : job->asked_url,
		.status = job->status,
		.content_type = job->content_type[0] == '\0' ? NULL : job->content_type,
		.session = job->session,
		.given = job->given,
		.allowed = job->allowed,
	};
	struct embedded embedded = { .image_max = job->image_max, .images_max = job->images_max };
	struct page_more more[MORE_MAX];
	char *single = NULL;
	Readsync__JobResult *result;
	int err;

	for (; input.more_count < job->n_more && input.more_count < MORE_MAX;
	    input.more_count++) {
		const Readsync__Page *page = job->more[input.more_count];

		more[input.more_count] = (struct page_more){
			bytes_of(page->body.data, page->body.len), page->url,
			page->content_type[0] == '\0' ? NULL : page->content_type
		};
	}
	input.more = more;
	input.rule = job->rule;
	/* In what a server sent, they stand in for images that a script loads later. */
	if (job->image_max > 0 && job->session == READSYNC__SESSION__SESSION_UNKNOWN)
		input.embedded = &embedded;
	if ((err = new_result(&result)) != RS_OK)
		return err;
	err = page_single(&input, &single);
	if (err == RS_OK && single != NULL)
		result->single_page = single;
	err = page_read(&input, &result->article, &result->verdict, detail);
	if (err != RS_OK) {
		embedded_release(&embedded);
		readsync__job_result__free_unpacked(result, NULL);
		return err;
	}
	result->images = embedded.images;
	result->n_images = embedded.count;
	*ret_result = result;
	return RS_OK;
}

static int
do_form(const Readsync__Job *job, Readsync__JobResult **ret_result,
    struct rs_err_detail *detail)
{
	struct page_input input = {
		.body = bytes_of(job->body.data, job->body.len),
		.url = job->url,
		.asked_url = job->asked_url,
		.content_type = job->content_type[0] == '\0' ? NULL : job->content_type,
		.rule = job->rule,
	};
	Readsync__JobResult *result;
	int err;

	if ((err = new_result(&result)) != RS_OK)
		return err;
	err = form_read(&input, job->user_field, job->password_field, &result->form, detail);
	if (err != RS_OK) {
		readsync__job_result__free_unpacked(result, NULL);
		return err;
	}
	*ret_result = result;
	return RS_OK;
}

static int
do_image(const Readsync__Job *job, Readsync__JobResult **ret_result,
    struct rs_err_detail *detail)
{
	Readsync__JobResult *result;
	int err;

	if ((err = new_result(&result)) != RS_OK)
		return err;
	result->image = malloc(sizeof(*result->image));
	err = RS_ENOMEM;
	if (result->image != NULL) {
		readsync__image__init(result->image);
		err = picture_read(bytes_of(job->body.data, job->body.len), result->image,
		    detail);
	}
	if (err != RS_OK) {
		readsync__job_result__free_unpacked(result, NULL);
		return err;
	}
	*ret_result = result;
	return RS_OK;
}

int
worker_do(const Readsync__Job *job, Readsync__JobResult **ret_result)
{
	struct rs_err_detail detail = { "" };
	int err = RS_EINVAL;

	switch (job->kind) {
	case READSYNC__JOB__KIND__PAGE:
		err = do_page(job, ret_result, &detail);
		break;
	case READSYNC__JOB__KIND__FORM:
		err = do_form(job, ret_result, &detail);
		break;
	case READSYNC__JOB__KIND__FEED:
		err = feed_parse(bytes_of(job->body.data, job->body.len), job->url,
		    job->content_type[0] == '\0' ? NULL : job->content_type,
		    ret_result, &detail);
		break;
	case READSYNC__JOB__KIND__IMAGE:
		err = do_image(job, ret_result, &detail);
		break;
	default:
		rs_err_detail_set(&detail, "no such kind of job: %d", (int)job->kind);
	}
	if (err == RS_OK)
		return RS_OK;
	return failed_result(err, detail.text, ret_result);
}

/*
 * Do a small job of each kind, so that whatever opens files the first time -- time
 * zone, converters, seeds -- has done so before the sandbox closes.
 */
static int
warm_up(void)
{
	static const struct {
		Readsync__Job__Kind kind;
		const char *type;
		const char *body;
	} samples[] = {
		{ READSYNC__JOB__KIND__PAGE, "text/html; charset=gb18030",
		  "<html><title>t</title><p>text \xc4\xe3" },
		{ READSYNC__JOB__KIND__PAGE, "text/html",
		  "<html><script type=application/ld+json>{\"@type\":\"Article\","
		  "\"datePublished\":\"2004-01-01\"}</script><p>\xcf\xf0\xe8" },
		{ READSYNC__JOB__KIND__FEED, "",
		  "<rss><channel><item><title>a &lt;b&gt;c</title>"
		  "<pubDate>Thu, 01 Jan 2004 19:48:21 GMT</pubDate></item></channel></rss>" },
		{ READSYNC__JOB__KIND__FEED, "", "{\"items\":[{\"id\":\"1\"}]}" },
		{ READSYNC__JOB__KIND__IMAGE, "",
		  "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect width=\"1\"/></svg>" },
	};
	Readsync__Job job;
	Readsync__JobResult *result;
	size_t i;
	int err;

	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		readsync__job__init(&job);
		job.kind = samples[i].kind;
		job.url = (char *)"http://localhost/";
		job.content_type = (char *)samples[i].type;
		job.body.data = (uint8_t *)samples[i].body;
		job.body.len = strlen(samples[i].body);
		if ((err = worker_do(&job, &result)) != RS_OK)
			return err;
		readsync__job_result__free_unpacked(result, NULL);
	}
	return RS_OK;
}

/* Read ${len} bytes; RS_ECLOSED when the input ends before the first of them. */
static int
read_all(int fd, uint8_t *data, size_t len)
{
	size_t have = 0;
	ssize_t got;

	while (have < len) {
		got = read(fd, data + have, len - have);
		if (got > 0)
			have += (size_t)got;
		else if (got == 0)
			return have == 0 ? RS_ECLOSED : RS_EPROTOCOL;
		else if (errno != EINTR)
			return RS_EIO;
	}
	return RS_OK;
}

static int
write_all(int fd, const uint8_t *data, size_t len)
{
	size_t done = 0;
	ssize_t put;

	while (done < len) {
		put = write(fd, data + done, len - done);
		if (put > 0)
			done += (size_t)put;
		else if (errno != EINTR)
			return RS_EIO;
	}
	return RS_OK;
}

/* Read one message; the caller frees it, and RS_ECLOSED is an orderly end. */
static int
read_message(int fd, uint8_t **ret_data, size_t *ret_len)
{
	uint8_t header[WORKER_HEADER];
	uint8_t *data;
	size_t len;
	int err;

	if ((err = read_all(fd, header, sizeof(header))) != RS_OK)
		return err;
	len = header[0] | (size_t)header[1] << 8 | (size_t)header[2] << 16 |
	    (size_t)header[3] << 24;
	if (len == 0 || len > WORKER_JOB_MAX)
		return RS_EPROTOCOL;
	if ((data = malloc(len)) == NULL)
		return RS_ENOMEM;
	if ((err = read_all(fd, data, len)) != RS_OK) {
		free(data);
		return err == RS_ECLOSED ? RS_EPROTOCOL : err;
	}
	*ret_data = data;
	*ret_len = len;
	return RS_OK;
}

static int
write_message(int fd, const uint8_t *data, size_t len)
{
	const uint8_t header[WORKER_HEADER] = {
		(uint8_t)len, (uint8_t)(len >> 8), (uint8_t)(len >> 16), (uint8_t)(len >> 24)
	};
	int err;

	if ((err = write_all(fd, header, sizeof(header))) != RS_OK)
		return err;
	return write_all(fd, data, len);
}

static int
write_result(int fd, const Readsync__JobResult *result)
{
	size_t len = readsync__job_result__get_packed_size(result);
	uint8_t *packed = malloc(len + 1);
	int err;

	if (packed == NULL)
		return RS_ENOMEM;
	readsync__job_result__pack(result, packed);
	err = write_message(fd, packed, len);
	free(packed);
	return err;
}

/* Do ${job} and answer it. */
static int
serve(int fd, const Readsync__Job *job)
{
	Readsync__JobResult *result;
	int err;

	if ((err = worker_do(job, &result)) != RS_OK)
		return err;
	if (readsync__job_result__get_packed_size(result) > WORKER_RESULT_MAX) {
		readsync__job_result__free_unpacked(result, NULL);
		err = failed_result(RS_ELIMIT, "what was read of it is too large", &result);
		if (err != RS_OK)
			return err;
	}
	err = write_result(fd, result);
	readsync__job_result__free_unpacked(result, NULL);
	return err;
}

static int
serve_all(int fd)
{
	Readsync__Job *job;
	uint8_t *packed;
	size_t len;
	int err;

	for (;;) {
		if ((err = read_message(fd, &packed, &len)) != RS_OK)
			return err == RS_ECLOSED ? RS_OK : err;
		job = readsync__job__unpack(NULL, len, packed);
		free(packed);
		if (job == NULL)
			return RS_EPROTOCOL;
		err = serve(fd, job);
		readsync__job__free_unpacked(job, NULL);
		if (err != RS_OK)
			return err;
		if (len > LARGE_JOB)
			malloc_trim(0);
	}
}

int
worker_run(int fd)
{
	struct rs_err_detail detail = { "" };
	int err;

	/* A daemon that dies takes its workers with it, even one that hangs. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || dup2(fd, STDIN_FILENO) < 0) {
		fprintf(stderr, "worker: %s\n", strerror(errno));
		return 1;
	}
	/* Keep nothing of the daemon but the socket and where to complain. */
	closefrom(STDERR_FILENO + 1);
	if ((err = warm_up()) != RS_OK ||
	    (err = sandbox_close(SANDBOX_WORKER, &detail)) != RS_OK ||
	    (err = write_message(STDIN_FILENO, NULL, 0)) != RS_OK ||
	    (err = serve_all(STDIN_FILENO)) != RS_OK) {
		fprintf(stderr, "worker: %s\n",
		    detail.text[0] == '\0' ? rs_err_text(err) : detail.text);
		return 1;
	}
	return 0;
}
