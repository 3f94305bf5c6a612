/*
 * A thread that takes work off its owner's hands, job by job, in order.
 *
 * Who owns a helper gives it jobs from one thread, and waits for a job before it touches
 * what that one works on.  So nothing needs a lock: what a job reads and writes is the
 * helper's from helper_give on, and the owner's again after helper_wait.  The thread begins
 * with the first job, with all signals blocked, since those are for the program's own
 * threads, and ends with helper_stop.  A child of a fork has no helper.
 */
#ifndef PROTO_BASE_HELPER_H
#define PROTO_BASE_HELPER_H

#include <pthread.h>
#include <stdbool.h>

/* Embedded in what is worked on, which must live until it was waited for. */
struct helper_job {
	void (*work)(struct helper_job *job);	/* in the helper's thread; calls none of these */
	struct helper_job *next;
	bool done;
};

struct helper {
	pthread_mutex_t lock;		/* of the jobs and the end, while there is a thread */
	pthread_cond_t given;		/* there is a job, or the end */
	pthread_cond_t done;
	struct helper_job *first, *last;
	pthread_t thread;
	bool started, ends;
};

/**
 * helper_init(helper):
 * Begin without a thread, and without anything to give back.
 */
void helper_init(struct helper *helper);

/**
 * helper_give(helper, job):
 * Have ${job}, whose ${work} is set, worked off after those given before.  Where no thread
 * can be had, the caller does it here.
 */
void helper_give(struct helper *helper, struct helper_job *job);

/**
 * helper_wait(helper, job):
 * Return when ${job}, which was given, is done; and with it all that were given before.
 */
void helper_wait(struct helper *helper, struct helper_job *job);

/**
 * helper_stop(helper):
 * Work off what was given, and end the thread; the next job begins another.
 */
void helper_stop(struct helper *helper);

#endif
