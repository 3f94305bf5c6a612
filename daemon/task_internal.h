/*
 * What the files of a task share: task.c begins, ends and keeps, task_fetch.c fetches and stores,
 * task_read.c loads, reads, and follows an article of several pages.
 *
 * Each step posts a job, a request or a page, and the callback of that takes the next; all on
 * the loop, but for what task_post hands to the vault thread.
 */
#ifndef DAEMON_TASK_INTERNAL_H
#define DAEMON_TASK_INTERNAL_H

#include "daemon/pages.h"
#include "daemon/task.h"

enum {
	TASK_REDIRECTS_MAX = 10,	/* of all the pages of one task */
	TASK_PROBLEM_MAX = 256,
	TASK_REASON_MAX = 96,
	TASK_MISSING_MAX = 32,
	TASK_NAME_BYTES = 4
};

enum task_state {
	TASK_FETCHING,		/* a request is under way */
	TASK_MOVING,		/* it led to another site: may that be asked, and how? */
	TASK_STORING,		/* its answer goes into the vault */
	TASK_LOADING,		/* or a page that was stored before comes out of it */
	TASK_READING,		/* a worker judges and extracts */
	TASK_FOLLOWING,		/* the next page of the article is fetched, to be read with it */
	TASK_KEEPING,		/* the reading goes into the vault */
	TASK_FAILING		/* a failed try is written down */
};

/* Its job is the vault thread's while posted, all the rest the loop's. */
struct task {
	struct vault_job job;		/* first: a job is cast back to its task */
	const struct task_parts *parts;
	enum task_state state;
	struct task_place place;
	uint8_t fetch[HASH_NAME_LEN];
	char name[2 * TASK_NAME_BYTES + 1];	/* the item's first digits, for the log */
	uint32_t attempts;
	char *url;
	char *etag;
	char *last_modified;

	struct fetch *fetching;		/* pending, or NULL */
	struct pool_job *reading;	/* pending, or NULL */

	struct session *session;	/* what the request goes out with */
	struct session *there;		/* and, in TASK_MOVING, what one to where it led would */
	char *location;			/* which is this */
	char sender[SITE_NAME_SIZE];	/* the site that led to that of `session`; or "" */
	unsigned hops;			/* redirects that were followed */

	Readsync__Fetch *record;	/* what was got */
	struct buffer page;		/* its bytes */
	struct pages pages;		/* those that follow it */
	bool single;			/* the page that has all of it was asked for */
	Readsync__JobResult *result;	/* what the worker made of it */
	char problem[TASK_PROBLEM_MAX];	/* "" or why there is no article, or no answer */
	char reason[TASK_REASON_MAX];	/* the same without anything private, for the log */
	int64_t due_ms;			/* of the next try; 0: what is kept is all */
	char missing[TASK_MISSING_MAX];	/* what it is for, unless it is for the first page */
	bool postponed;			/* to then, and nothing was tried */
	bool parked;			/* its vault job failed, and waits for task_repeat */
	bool stopped;			/* it ends when the vault thread hands its job back */
	enum session_news news;		/* what the reading told of its site */
	int err;			/* of the last vault job */
};

/**
 * task_set_state(task, state):
 * The only place where its state changes.
 */
void task_set_state(struct task *task, enum task_state state);

/**
 * task_post(task, work, on_done):
 * Post the task's job: ${work} on the vault thread, then ${on_done} on the loop, which checks
 * task->err by task_took.
 */
void task_post(struct task *task, void (*work)(struct vault_job *, struct replica *),
    void (*on_done)(struct vault_job *));

/**
 * task_took(task):
 * Tell whether ${task} goes on after its vault job; else it has been dealt with, and may be gone.
 */
bool task_took(struct task *task);

/**
 * task_problem(task, problem, reason):
 * Note why something did not work: for whoever may know, and, in a constant, for the log.
 */
void task_problem(struct task *task, const char *problem, const char *reason);

/**
 * task_ask(task, url):
 * Fetch ${url} as the page of the item, store what comes, and go on.
 */
void task_ask(struct task *task, const char *url);

/**
 * task_leads_on(task, result), task_is_of_site(task, url):
 * Tell whether ${result} is a redirect to what may be asked next; whether ${url} is of the site
 * that the task's session is at.
 */
bool task_leads_on(const struct task *task, const struct fetch_result *result);
bool task_is_of_site(const struct task *task, const char *url);

/**
 * task_may_come_later(result), task_set_due(task, due_ms):
 * Tell whether another try may bring what ${result} did not.  Let the next one come at ${due_ms},
 * or, when that is later, after the usual wait.
 */
bool task_may_come_later(const struct fetch_result *result);
void task_set_due(struct task *task, int64_t due_ms);

/**
 * task_load(task), task_read(task):
 * Get the page that was stored before, and read it; have a worker read the page, and the pages
 * that follow it, and keep what comes of it.
 */
void task_load(struct task *task);
void task_read(struct task *task);

/**
 * task_keep(task):
 * Keep what was made of the page: a reading, or why there is none.  That is the end, unless
 * task->due_ms says when to try again, for task->reason: then the item is queued for that.
 */
void task_keep(struct task *task);

/**
 * task_fail(task, due_ms):
 * Write down that the try failed; it is repeated at ${due_ms}, 0 for the usual wait.  What was
 * postponed comes back when the host wants it.  That is the end.
 */
void task_fail(struct task *task, int64_t due_ms);

/**
 * task_finish(task):
 * It is over, one way or another; ${task} is gone after that.
 */
void task_finish(struct task *task);

#endif
