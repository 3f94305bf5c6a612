#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/fetch/backoff.h"
#include "daemon/fetch/referrer.h"
#include "daemon/image_task.h"
#include "proto/base/encode.h"
#include "proto/replica/image.h"
#include "proto/replica/item.h"
#include "proto/replica/reading.h"
#include "proto/replica/text.h"

#define NAME_BYTES 4
#define NO_WORKER_WAIT_MS (60 * 1000)

enum image_state {
	IMAGE_LOADING,		/* which images the article has comes out of the vault */
	IMAGE_FETCHING,		/* a request is under way */
	IMAGE_LOOKING,		/* a worker tells what came */
	IMAGE_NOTING,		/* it goes into the vault */
	IMAGE_ENDING		/* the row goes, or waits for the next pass */
};

/* Its job is the vault thread's while posted, all the rest the loop's. */
struct image_task {
	struct vault_job job;		/* first: a job is cast back to its task */
	const struct image_parts *parts;
	enum image_state state;
	uint8_t reading[HASH_NAME_LEN];
	char name[2 * NAME_BYTES + 1];
	uint32_t attempts;

	char *page;			/* where the article came from */
	enum referrer_policy policy;
	char *sources[IMAGE_COUNT_MAX];	/* of what is not noted yet */
	bool unreachable[IMAGE_COUNT_MAX];	/* no answer came, in this pass */
	size_t count;
	size_t at;			/* the one in hand */
	uint64_t total;			/* bytes of the article's images that are kept */

	/* The image in hand. */
	char *url;			/* its source, or where that redirects to */
	unsigned hops;
	struct fetch *fetching;		/* pending, or NULL */
	struct pool_job *looking;	/* pending, or NULL */
	struct buffer content;
	Readsync__Image image;		/* with `problem` for its problem */
	char problem[IMAGE_PROBLEM_MAX + 1];

	/* What this pass came to. */
	unsigned kept, missing;
	unsigned failed;		/* may be had later */
	bool postponed;			/* a host asks for time */
	int64_t due_ms;			/* of the next pass, when a host said so */

	bool parked;			/* its vault job failed, and waits for image_task_repeat */
	bool stopped;			/* it ends when the vault thread hands its job back */
	int err;			/* of the last vault job */
};

static void task_next(struct image_task *task);
static void task_ask(struct image_task *task);
static void task_note(struct image_task *task);
static void task_fail(struct image_task *task, const char *problem);

/* --------------------------------------------------------- beginning and end */

int
image_task_new(const struct image_parts *parts, const struct image_work *work,
    struct image_task **ret_task)
{
	struct image_task *task = calloc(1, sizeof(*task));

	if (task == NULL)
		return RS_ENOMEM;
	task->parts = parts;
	memcpy(task->reading, work->reading, sizeof(task->reading));
	encode_hex(bytes_of(work->reading, NAME_BYTES), task->name);
	task->attempts = work->attempts;
	buffer_init(&task->content, parts->image_max);
	*ret_task = task;
	return RS_OK;
}

void
image_task_free(struct image_task *task)
{
	if (task == NULL)
		return;
	for (size_t i = 0; i < task->count; i++)
		free(task->sources[i]);
	free(task->page);
	free(task->url);
	buffer_release(&task->content);
	free(task);
}

const uint8_t *
image_task_reading(const struct image_task *task)
{
	return task->reading;
}

const char *
image_task_name(const struct image_task *task)
{
	return task->name;
}

static void
task_set_state(struct image_task *task, enum image_state state)
{
	static const char *const names[] = { "loading", "fetching", "looking", "noting", "ending" };

	task->state = state;
	LOG(LOG_LEVEL_DEBUG, "image-task", log_text("reading", task->name),
	    log_text("state", names[state]));
}

/* It is over; ${task} is gone after that. */
static void
task_finish(struct image_task *task)
{
	task->parts->on_end(task->parts->context, task);
}

/* ---------------------------------------------------------------- the vault */

static void
task_post(struct image_task *task, void (*work)(struct vault_job *, struct replica *),
    void (*on_done)(struct vault_job *))
{
	task->job.work = work;
	task->job.on_done = on_done;
	vault_thread_post(task->parts->vault, &task->job);
}

/*
 * Tell whether ${task} goes on after its vault job; it has been dealt with otherwise.  What
 * was fetched is kept for image_task_repeat, so that it is not fetched again.
 */
static bool
vault_took(struct image_task *task)
{
	if (task->stopped) {
		task_finish(task);
		return false;
	}
	if (task->err == RS_OK)
		return true;
	task->parked = true;
	task->parts->on_refused(task->parts->context, task, task->err);
	return false;
}

void
image_task_repeat(struct image_task *task)
{
	if (!task->parked)
		return;
	task->parked = false;
	vault_thread_post(task->parts->vault, &task->job);
}

/* --------------------------------------------------- which images there are */

static bool
is_listed(const struct image_task *task, const char *source)
{
	for (size_t i = 0; i < task->count; i++) {
		if (strcmp(task->sources[i], source) == 0)
			return true;
	}
	return false;
}

/* List what of ${article} is still to be fetched, up to the bound of their number. */
static int
list_sources(struct image_task *task, const Readsync__Article *article,
    const Readsync__Images *noted)
{
	size_t room = IMAGE_COUNT_MAX - noted->n_images;

	for (size_t i = 0; i < article->n_blocks && room > 0; i++) {
		const Readsync__Block *block = article->blocks[i];

		if (block->kind != READSYNC__BLOCK__KIND__IMAGE ||
		    image_find(noted, block->source) != NULL || is_listed(task, block->source))
			continue;
		room--;
		task->sources[task->count] = strdup(block->source);
		if (task->sources[task->count] == NULL)
			return RS_ENOMEM;
		task->count++;
	}
	return RS_OK;
}

/* What the page says of itself goes over what its header says. */
static int
take_page(struct image_task *task, struct replica *replica, const Readsync__Reading *reading,
    const Readsync__Article *article)
{
	Readsync__Fetch *fetch;
	int err = reading_get_fetch(replica, reading->fetch.data, &fetch);

	if (err != RS_OK)
		return err;
	referrer_read(fetch->referrer_policy, &task->policy);
	referrer_read(article->referrer_policy, &task->policy);
	task->page = strdup(fetch->final_url[0] != '\0' ? fetch->final_url : fetch->url);
	readsync__fetch__free_unpacked(fetch, NULL);
	return task->page == NULL ? RS_ENOMEM : RS_OK;
}

static bool
is_there(void *context, const struct item *item)
{
	(void)item;
	*(bool *)context = true;
	return false;
}

static int
load(struct image_task *task, struct replica *replica)
{
	Readsync__Reading *reading = NULL;
	Readsync__Article *article = NULL;
	Readsync__Images *noted = NULL;
	bool shown = false;
	int err = reading_get(replica, task->reading, &reading);

	if (err == RS_OK)
		err = item_get(replica, reading->item.data, is_there, &shown);
	if (err == RS_OK)
		err = reading_article(replica, reading, &article);
	if (err == RS_OK)
		err = take_page(task, replica, reading, article);
	if (err == RS_OK)
		err = image_list(replica, task->reading, &noted);
	for (size_t i = 0; err == RS_OK && i < noted->n_images; i++)
		task->total += noted->images[i]->size;
	if (err == RS_OK)
		err = list_sources(task, article, noted);
	readsync__images__free_unpacked(noted, NULL);
	readsync__article__free_unpacked(article, NULL);
	readsync__reading__free_unpacked(reading, NULL);
	return err;
}

/* Begin anew: an earlier try may have failed half-way. */
static void
forget(struct image_task *task)
{
	while (task->count > 0)
		free(task->sources[--task->count]);
	free(task->page);
	task->page = NULL;
	task->total = 0;
}

static void
load_work(struct vault_job *job, struct replica *replica)
{
	struct image_task *task = (struct image_task *)job;
	int err;

	forget(task);
	err = load(task, replica);
	/* Removed meanwhile, or no article: then there are no images. */
	if (err != RS_OK && !vault_thread_failed(err)) {
		forget(task);
		err = RS_OK;
	}
	task->err = err;
}

static void
on_loaded(struct vault_job *job)
{
	struct image_task *task = (struct image_task *)job;

	if (vault_took(task))
		task_next(task);
}

void
image_task_start(struct image_task *task)
{
	task_set_state(task, IMAGE_LOADING);
	task_post(task, load_work, on_loaded);
}

/* ----------------------------------------------------------- the end of a pass */

static void
end_work(struct vault_job *job, struct replica *replica)
{
	struct image_task *task = (struct image_task *)job;
	int err = replica_begin(replica);

	if (err == RS_OK) {
		if (task->failed > 0)
			err = image_work_failed(replica, task->reading, task->due_ms);
		else if (task->postponed)
			err = image_work_postponed(replica, task->reading, task->due_ms);
		else
			err = image_work_done(replica, task->reading);
		err = replica_settle(replica, err);
	}
	task->err = err;
}

static void
on_ended(struct vault_job *job)
{
	struct image_task *task = (struct image_task *)job;

	if (!vault_took(task))
		return;
	LOG(LOG_LEVEL_INFO, "images", log_text("reading", task->name),
	    log_number("kept", task->kept), log_number("missing", task->missing),
	    log_number("failed", task->failed));
	task_finish(task);
}

static void
task_end(struct image_task *task)
{
	int64_t usual_ms = clock_now_ms(task->parts->clock) +
	    backoff_ms(task->attempts + 1, task->parts->random);

	if (task->failed > 0 && task->due_ms < usual_ms)
		task->due_ms = usual_ms;
	task_set_state(task, IMAGE_ENDING);
	task_post(task, end_work, on_ended);
}

/* Return the length of a URL up to its path. */
static size_t
host_end(const char *url)
{
	const char *host = strstr(url, "://");

	return host == NULL ? 0 : (size_t)(host - url) + 3 + strcspn(host + 3, "/?#");
}

/* Tell whether the host of the next image did not answer for others. */
static bool
is_unreachable(const struct image_task *task)
{
	const char *source = task->sources[task->at];
	size_t len = host_end(source);
	unsigned count = 0;

	for (size_t i = 0; i < task->at; i++)
		count += task->unreachable[i] && host_end(task->sources[i]) == len &&
		    memcmp(task->sources[i], source, len) == 0;
	return count >= IMAGE_TASK_UNREACHABLE;
}

/* Go on to the next image, if there is one. */
static void
task_next(struct image_task *task)
{
	if (task->at == task->count) {
		task_end(task);
		return;
	}
	readsync__image__init(&task->image);
	buffer_release(&task->content);
	free(task->url);
	task->url = strdup(task->sources[task->at]);
	task->hops = 0;
	if (task->url == NULL) {
		task->failed++;
		task_end(task);
	} else if (is_unreachable(task)) {
		task_fail(task, "its host could not be reached");
	} else {
		task_ask(task);
	}
}

/* ---------------------------------------------------------- one image's fate */

/* It cannot be had, for a reason that is a line for a person. */
static void
task_miss(struct image_task *task, const char *problem)
{
	snprintf(task->problem, sizeof(task->problem), "%s", problem);
	task->image.problem = task->problem;
	task->missing++;
	task_note(task);
}

/* It may be had later; at the last attempt, it is missing. */
static void
task_fail(struct image_task *task, const char *problem)
{
	if (task->attempts + 1 >= IMAGE_TASK_ATTEMPTS) {
		task_miss(task, problem);
		return;
	}
	LOG(LOG_LEVEL_DEBUG, "image-failed", log_text("reading", task->name),
	    log_text("reason", problem), log_private("url", task->sources[task->at]));
	task->failed++;
	task->at++;
	task_next(task);
}

/* The next pass is not to begin before ${wait_ms} from now. */
static void
put_off(struct image_task *task, int64_t wait_ms)
{
	int64_t due_ms = clock_now_ms(task->parts->clock) + wait_ms;

	if (task->due_ms < due_ms)
		task->due_ms = due_ms;
}

/* It was not asked for, or not looked at, which says nothing of it. */
static void
task_postpone(struct image_task *task, int64_t wait_ms)
{
	task->postponed = true;
	put_off(task, wait_ms);
	task->at++;
	task_next(task);
}

static void
note_work(struct vault_job *job, struct replica *replica)
{
	struct image_task *task = (struct image_task *)job;
	int err = replica_begin(replica);

	if (err == RS_OK)
		err = replica_settle(replica, image_put(replica, task->reading,
		    task->sources[task->at], &task->image, buffer_bytes(&task->content)));
	task->err = err;
}

static void
on_noted(struct vault_job *job)
{
	struct image_task *task = (struct image_task *)job;

	/* The item was removed meanwhile, or has as many images by now: then it is over. */
	if (!task->stopped && task->err != RS_OK && !vault_thread_failed(task->err)) {
		task->failed = 0;
		task->postponed = false;
		task_end(task);
		return;
	}
	if (!vault_took(task))
		return;
	task->total += task->content.len;
	task->at++;
	task_next(task);
}

static void
task_note(struct image_task *task)
{
	task_set_state(task, IMAGE_NOTING);
	task_post(task, note_work, on_noted);
}

/* -------------------------------------------------------------- looking at it */

static void
task_keep(struct image_task *task, const Readsync__Image *image)
{
	task->image.kind = image->kind;
	task->image.width = image->width;
	task->image.height = image->height;
	if (image->kind == READSYNC__IMAGE__KIND__PIXEL)
		buffer_release(&task->content);
	else
		task->kept++;
	task_note(task);
}

static void
on_looked(void *context, int err, Readsync__JobResult *result, const char *detail)
{
	struct image_task *task = context;
	/* A worker that its image has taken over may say anything. */
	bool plain = strlen(detail) <= IMAGE_PROBLEM_MAX && text_is_line(bytes_of_text(detail));

	task->looking = NULL;
	if (err != RS_OK)
		buffer_release(&task->content);
	if (err == RS_OK && result->image != NULL)
		task_keep(task, result->image);
	else if (err == RS_EIO)
		task_postpone(task, NO_WORKER_WAIT_MS);
	else if (err == RS_ENOTPAGE || err == RS_ELIMIT)
		task_miss(task, plain ? detail : rs_err_text(err));
	else
		task_fail(task, pool_reason(err == RS_OK ? RS_EPROTOCOL : err, ""));
	readsync__job_result__free_unpacked(result, NULL);
}

static void
task_look(struct image_task *task)
{
	Readsync__Job job;
	int err;

	readsync__job__init(&job);
	job.kind = READSYNC__JOB__KIND__IMAGE;
	job.body.data = task->content.data;
	job.body.len = task->content.len;
	task_set_state(task, IMAGE_LOOKING);
	err = pool_submit(task->parts->pool, &job, on_looked, task, &task->looking);
	if (err != RS_OK) {
		buffer_release(&task->content);
		task_postpone(task, NO_WORKER_WAIT_MS);
	}
}

/* ---------------------------------------------------------------- fetching it */

static void
task_take(struct image_task *task, struct fetch_result *result)
{
	task->content = result->body;
	buffer_init(&result->body, 0);
	if (task->total + task->content.len > task->parts->article_max) {
		buffer_release(&task->content);
		task_miss(task, "the article's images are larger than max_images allows");
	} else {
		task_look(task);
	}
}

static void
task_follow(struct image_task *task, struct fetch_result *result)
{
	if (++task->hops > task->parts->redirects_max) {
		task_miss(task, "it is redirected too often");
		return;
	}
	free(task->url);
	task->url = result->location;
	result->location = NULL;
	task_ask(task);
}

/* What no later try can change: policy, size, a URL that is none. */
static bool
can_never_succeed(int err)
{
	return err == RS_EREFUSED || err == RS_ELIMIT || err == RS_EINVAL;
}

static void
on_fetched(void *context, struct fetch_result *result)
{
	struct image_task *task = context;
	char answered[40];

	task->fetching = NULL;
	task->unreachable[task->at] = result->err == RS_ENETWORK || result->err == RS_ETIMEOUT;
	if (result->retry_after_ms > 0)
		put_off(task, result->retry_after_ms);
	snprintf(answered, sizeof(answered), "the site answered %u", result->status);
	if (result->err == RS_OK && result->location != NULL)
		task_follow(task, result);
	else if (result->err == RS_OK && result->status == 200)
		task_take(task, result);
	else if (result->err == RS_EREFUSED && result->retry_after_ms > 0)
		task_postpone(task, result->retry_after_ms);
	else if (result->err == RS_OK)
		task_fail(task, answered);
	else if (result->err == RS_ELIMIT)
		task_miss(task, "it is larger than max_image allows");
	else if (can_never_succeed(result->err))
		task_miss(task, result->reason);
	else
		task_fail(task, result->reason);
	fetch_result_free(result);
}

static void
task_ask(struct image_task *task)
{
	char *referer = NULL;
	struct fetch_request request = {
		.url = task->url,
		.kind = FETCH_IMAGE,
		.one_hop = true,
		.limits = { .body_max = task->parts->image_max }
	};
	int err = referrer_make(task->policy, task->page, task->url, &referer);

	task_set_state(task, IMAGE_FETCHING);
	request.referer = referer;
	if (err == RS_OK)
		err = fetcher_start(task->parts->fetcher, &request, on_fetched, task,
		    &task->fetching);
	free(referer);
	if (err != RS_OK) {
		task->failed++;
		task_end(task);
	}
}

/* -------------------------------------------------------- from the outside */

void
image_task_stop(struct image_task *task)
{
	task->stopped = true;
	/* What is with the vault thread ends in its on_done. */
	if (task->fetching == NULL && task->looking == NULL && !task->parked)
		return;
	if (task->fetching != NULL)
		fetcher_cancel(task->fetching);
	if (task->looking != NULL)
		pool_cancel(task->looking);
	task_finish(task);
}
