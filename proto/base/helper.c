#include <signal.h>
#include <string.h>

#include "proto/base/helper.h"

void
helper_init(struct helper *helper)
{
	memset(helper, 0, sizeof(*helper));
}

static void *
run(void *context)
{
	struct helper *helper = context;
	struct helper_job *job;

	pthread_mutex_lock(&helper->lock);
	for (;;) {
		while (helper->first == NULL && !helper->ends)
			pthread_cond_wait(&helper->given, &helper->lock);
		job = helper->first;
		if (job == NULL)
			break;
		helper->first = job->next;
		pthread_mutex_unlock(&helper->lock);
		job->work(job);
		pthread_mutex_lock(&helper->lock);
		job->done = true;
		pthread_cond_signal(&helper->done);
	}
	pthread_mutex_unlock(&helper->lock);
	return NULL;
}

static void
destroy(struct helper *helper)
{
	pthread_mutex_destroy(&helper->lock);
	pthread_cond_destroy(&helper->given);
	pthread_cond_destroy(&helper->done);
}

static bool
start(struct helper *helper)
{
	sigset_t all, before;

	pthread_mutex_init(&helper->lock, NULL);
	pthread_cond_init(&helper->given, NULL);
	pthread_cond_init(&helper->done, NULL);
	helper->ends = false;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	helper->started = pthread_create(&helper->thread, NULL, run, helper) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!helper->started)
		destroy(helper);
	return helper->started;
}

void
helper_give(struct helper *helper, struct helper_job *job)
{
	job->next = NULL;
	job->done = false;
	if (!helper->started && !start(helper)) {
		job->work(job);
		job->done = true;
		return;
	}
	pthread_mutex_lock(&helper->lock);
	if (helper->first == NULL)
		helper->first = job;
	else
		helper->last->next = job;
	helper->last = job;
	pthread_cond_signal(&helper->given);
	pthread_mutex_unlock(&helper->lock);
}

void
helper_wait(struct helper *helper, struct helper_job *job)
{
	if (!helper->started)
		return;
	pthread_mutex_lock(&helper->lock);
	while (!job->done)
		pthread_cond_wait(&helper->done, &helper->lock);
	pthread_mutex_unlock(&helper->lock);
}

void
helper_stop(struct helper *helper)
{
	if (!helper->started)
		return;
	pthread_mutex_lock(&helper->lock);
	helper->ends = true;
	pthread_cond_signal(&helper->given);
	pthread_mutex_unlock(&helper->lock);
	pthread_join(helper->thread, NULL);
	destroy(helper);
	helper->started = false;
}
