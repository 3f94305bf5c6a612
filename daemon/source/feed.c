#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/source/source.h"

/*
 * A feed as a queue: one conditional request, one job for a worker.  The
 * cursor is the validators of the last answer, verbatim, a line each: its ETag,
 * then its Last-Modified; and behind them the URL that they belong to.
 */

struct source_poll {
	const struct source_parts *parts;
	const char *url;
	void (*on_found)(void *context, const struct source_found *found);
	void *context;
	struct fetch *fetching;		/* pending, or NULL */
	struct pool_job *reading;	/* pending, or NULL */
	char *cursor;
	Readsync__JobResult *result;
	struct source_found found;
	struct rs_err_detail detail;
};

static void
poll_done(struct source_poll *poll, int err)
{
	poll->found.err = err;
	poll->found.detail = poll->detail.text;
	if (err == RS_OK)
		poll->found.cursor = poll->cursor;
	poll->on_found(poll->context, &poll->found);
}

static void
on_read(void *context, int err, Readsync__JobResult *result, const char *detail)
{
	struct source_poll *poll = context;

	poll->reading = NULL;
	poll->result = result;
	if (err != RS_OK) {
		rs_err_detail_set(&poll->detail, "%s", detail);
		poll->found.reason = err == RS_ENOTPAGE ? "not a feed" :
		    pool_reason(err, poll->detail.text);
	} else {
		poll->found.entries = result->entries;
		poll->found.entry_count = result->n_entries;
	}
	poll_done(poll, err);
}

static int
read_feed(struct source_poll *poll, const struct fetch_result *result)
{
	Readsync__Job job;

	readsync__job__init(&job);
	job.kind = READSYNC__JOB__KIND__FEED;
	job.url = result->url;
	job.asked_url = result->url;
	job.status = result->status;
	job.content_type = result->content_type == NULL ? (char *)"" : result->content_type;
	job.body.data = result->body.data;
	job.body.len = result->body.len;
	return pool_submit(poll->parts->pool, &job, on_read, poll, &poll->reading);
}

static int
keep_validators(struct source_poll *poll, const struct fetch_result *result)
{
	const char *etag = result->etag == NULL ? "" : result->etag;
	const char *last_modified = result->last_modified == NULL ? "" : result->last_modified;
	size_t len = strlen(etag) + strlen(last_modified) + strlen(poll->url) + 3;

	poll->cursor = malloc(len);
	if (poll->cursor == NULL)
		return RS_ENOMEM;
	snprintf(poll->cursor, len, "%s\n%s\n%s", etag, last_modified, poll->url);
	return RS_OK;
}

static void
on_fetched(void *context, struct fetch_result *result)
{
	struct source_poll *poll = context;
	int err = result->err;

	poll->fetching = NULL;
	poll->found.not_before_ms = 0;
	if (result->retry_after_ms > 0)
		poll->found.not_before_ms = clock_now_ms(clock_system()) + result->retry_after_ms;
	if (err != RS_OK) {
		rs_err_detail_set(&poll->detail, "%s", result->detail.text);
		poll->found.reason = result->reason;
	} else if (result->status == 304) {
		poll_done(poll, RS_OK);
		goto out;
	} else if (result->status != 200) {
		err = RS_ENOTFOUND;
		rs_err_detail_set(&poll->detail, "the feed's server answered %u", result->status);
		/* Nothing private in it. */
		poll->found.reason = poll->detail.text;
	} else {
		err = keep_validators(poll, result);
		if (err == RS_OK)
			err = read_feed(poll, result);
		if (err == RS_OK)
			goto out;
		rs_err_detail_set(&poll->detail, "%s", rs_err_text(err));
	}
	poll_done(poll, err);
out:
	fetch_result_free(result);
}

static void
feed_finish(struct source_poll *poll, bool kept)
{
	(void)kept;
	if (poll->fetching != NULL)
		fetcher_cancel(poll->fetching);
	if (poll->reading != NULL)
		pool_cancel(poll->reading);
	readsync__job_result__free_unpacked(poll->result, NULL);
	free(poll->cursor);
	free(poll);
}

/* Take the validators out of ${cursor}, which is cut up: none when they are of another URL. */
static void
read_cursor(char *cursor, struct fetch_request *request)
{
	char *etag = strsep(&cursor, "\n"), *last_modified = strsep(&cursor, "\n");

	if (cursor == NULL || strcmp(cursor, request->url) != 0)
		return;
	request->etag = etag[0] == '\0' ? NULL : etag;
	request->last_modified = last_modified[0] == '\0' ? NULL : last_modified;
}

static int
feed_start(const struct source_parts *parts, const struct config_queue *queue, const char *cursor,
    void (*on_found)(void *context, const struct source_found *found), void *context,
    struct source_poll **ret_poll)
{
	struct fetch_request request = { .url = queue->url, .kind = FETCH_FEED };
	struct source_poll *poll = calloc(1, sizeof(*poll));
	char *validators = strdup(cursor);
	int err = RS_ENOMEM;

	if (poll == NULL || validators == NULL)
		goto out;
	poll->parts = parts;
	poll->url = queue->url;
	poll->on_found = on_found;
	poll->context = context;
	read_cursor(validators, &request);
	err = fetcher_start(parts->fetcher, &request, on_fetched, poll, &poll->fetching);
	if (err == RS_OK) {
		*ret_poll = poll;
		poll = NULL;
	}
out:
	free(validators);
	free(poll);
	return err;
}

const struct source_ops source_feed = {
	.kind = "feed",
	.start = feed_start,
	.finish = feed_finish
};
