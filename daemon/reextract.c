#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <uv.h>

#include "daemon/base/log.h"
#include "daemon/base/vault_thread.h"
#include "daemon/daemon.h"
#include "daemon/page/page.h"
#include "daemon/page_job.h"
#include "daemon/rule/rule.h"
#include "daemon/worker/pool.h"
#include "proto/base/terminal.h"
#include "proto/replica/blob.h"
#include "proto/replica/reading.h"

enum { PAGES_IN_HAND = 8 };

struct reextract;

/* A page in hand.  Its job is the vault thread's while posted, all the rest the loop's. */
struct hand {
	struct vault_job job;		/* first: a job is cast back to its hand */
	struct reextract *run;
	uint8_t fetch[HASH_NAME_LEN];
	Readsync__Fetch *record;
	Readsync__SiteRule *rule;	/* or NULL */
	struct buffer page;
	Readsync__JobResult *result;
	char problem[256];
	bool better;			/* the item shows the new reading */
	int err;			/* of the last vault job */
};

/* One run: the pages that no reading of this version was made of, in the order of their ids. */
struct reextract {
	uv_loop_t loop;
	struct vault_thread *vault;
	struct pool *pool;
	struct hand hands[PAGES_IN_HAND];
	const char *home;
	struct page_job_images images;
	struct vault_job count_job;
	unsigned busy;
	uint8_t after[HASH_NAME_LEN];	/* the vault thread's: the last that was given out */
	uint64_t total, done, better, failed;
	int err;			/* the first failure; nothing new begins then */
};

static void hand_next(struct hand *hand);
static void hand_done(struct hand *hand);

/* ---------------------------------------------------------------- the end */

static void
on_vault_stopped(void *context)
{
	(void)context;
}

/* A hand has nothing more to do; with the last of them, the run is over. */
static void
hand_rest(struct hand *hand)
{
	struct reextract *run = hand->run;

	if (--run->busy > 0)
		return;
	pool_free(run->pool);
	vault_thread_stop(run->vault, on_vault_stopped, run);
}

static void
hand_clear(struct hand *hand)
{
	readsync__fetch__free_unpacked(hand->record, NULL);
	readsync__job_result__free_unpacked(hand->result, NULL);
	buffer_release(&hand->page);
	readsync__site_rule__free_unpacked(hand->rule, NULL);
	hand->record = NULL;
	hand->rule = NULL;
	hand->result = NULL;
	hand->problem[0] = '\0';
	hand->better = false;
}

/* Tell whether ${hand} goes on after its vault job. */
static bool
vault_took(struct hand *hand)
{
	if (hand->err == RS_OK)
		return true;
	/* Another device may have sent anything as a page. */
	if (!vault_thread_failed(hand->err)) {
		hand->run->failed++;
		hand_done(hand);
		return false;
	}
	if (hand->run->err == RS_OK)
		hand->run->err = hand->err;
	hand_clear(hand);
	hand_rest(hand);
	return false;
}

static void
hand_post(struct hand *hand, void (*work)(struct vault_job *, struct replica *),
    void (*on_done)(struct vault_job *))
{
	hand->job.work = work;
	hand->job.on_done = on_done;
	vault_thread_post(hand->run->vault, &hand->job);
}

/* One page is dealt with; go on to the next. */
static void
hand_done(struct hand *hand)
{
	struct reextract *run = hand->run;

	run->done++;
	terminal_progress("pages", run->done, run->total);
	hand_clear(hand);
	hand_next(hand);
}

/* ------------------------------------------------------------------ keeping */

static int
keep(struct hand *hand, struct replica *replica)
{
	uint8_t id[HASH_NAME_LEN], shown[HASH_NAME_LEN];
	Readsync__Reading *best;
	int err = page_job_keep(replica, hand->fetch, hand->record, hand->result, hand->problem,
	    id);

	if (err == RS_OK)
		err = reading_best(replica, hand->record->item.data, &best);
	if (err != RS_OK)
		return err;
	reading_name(best->fetch.data, best->extractor, shown);
	hand->better = memcmp(id, shown, sizeof(id)) == 0;
	readsync__reading__free_unpacked(best, NULL);
	return RS_OK;
}

static void
keep_work(struct vault_job *job, struct replica *replica)
{
	struct hand *hand = (struct hand *)job;
	int err = replica_begin(replica);

	if (err == RS_OK)
		err = replica_settle(replica, keep(hand, replica));
	hand->err = err;
}

static void
on_kept(struct vault_job *job)
{
	struct hand *hand = (struct hand *)job;

	if (!vault_took(hand))
		return;
	hand->run->better += hand->better;
	hand_done(hand);
}

/* ------------------------------------------------------------------ reading */

/* What is no fault of the page's content is left for another run. */
static bool
is_of_the_worker(int err)
{
	return err == RS_EIO || err == RS_ECRASHED || err == RS_ETIMEOUT || err == RS_ENOMEM ||
	    err == RS_EPROTOCOL;
}

static void
on_read(void *context, int err, Readsync__JobResult *result, const char *detail)
{
	struct hand *hand = context;

	hand->result = result;
	if (is_of_the_worker(err)) {
		hand->run->failed++;
		hand_done(hand);
		return;
	}
	if (err != RS_OK)
		snprintf(hand->problem, sizeof(hand->problem), "%s", detail);
	hand_post(hand, keep_work, on_kept);
}

static void
hand_read(struct hand *hand)
{
	Readsync__Job job;

	page_job_fill(&job, hand->record, hand->rule, &hand->run->images,
	    buffer_bytes(&hand->page));
	hand->err = pool_submit(hand->run->pool, &job, on_read, hand, NULL);
	buffer_release(&hand->page);
	(void)vault_took(hand);
}

/* ------------------------------------------------------------------ loading */

static void
load_work(struct vault_job *job, struct replica *replica)
{
	struct hand *hand = (struct hand *)job;
	struct reextract *run = hand->run;
	int err = reading_stale(replica, PAGE_EXTRACTOR_VERSION, run->after, hand->fetch);

	if (err == RS_OK) {
		memcpy(run->after, hand->fetch, sizeof(run->after));
		err = reading_get_fetch(replica, hand->fetch, &hand->record);
	}
	if (err == RS_OK)
		err = blob_get_packed(replica, hand->record->page.data, &hand->page);
	if (err == RS_OK) {
		err = rule_find(run->home, hand->record->final_url, &hand->rule);
		err = err == RS_ENOTFOUND ? RS_OK : err;
	}
	hand->err = err;
}

static void
on_loaded(struct vault_job *job)
{
	struct hand *hand = (struct hand *)job;

	/* There is no more, or one has failed. */
	if (hand->err == RS_ENOTFOUND || hand->run->err != RS_OK) {
		hand_clear(hand);
		hand_rest(hand);
	} else if (vault_took(hand)) {
		hand_read(hand);
	}
}

static void
hand_next(struct hand *hand)
{
	hand_post(hand, load_work, on_loaded);
}

/* ---------------------------------------------------------------- the beginning */

static void
count_work(struct vault_job *job, struct replica *replica)
{
	struct reextract *run = (struct reextract *)((char *)job -
	    offsetof(struct reextract, count_job));
	uint8_t at[HASH_NAME_LEN] = { 0 };
	int err;

	while ((err = reading_stale(replica, PAGE_EXTRACTOR_VERSION, at, at)) == RS_OK)
		run->total++;
	run->err = err == RS_ENOTFOUND ? RS_OK : err;
}

static void
on_counted(struct vault_job *job)
{
	struct reextract *run = (struct reextract *)((char *)job -
	    offsetof(struct reextract, count_job));
	size_t i;

	run->busy = PAGES_IN_HAND;
	for (i = 0; i < PAGES_IN_HAND; i++) {
		run->hands[i].run = run;
		buffer_init(&run->hands[i].page, PAGE_MAX);
		hand_next(&run->hands[i]);
	}
}

static void
on_change(void *context, const struct replica_change *change)
{
	(void)context;
	(void)change;
}

/* Run with ${replica}, which is closed at the end. */
static int
reextract(struct reextract *run, const struct config *config, struct replica *replica)
{
	struct pool_options options = { .workers = config->workers };
	int err = uv_loop_init(&run->loop) == 0 ? RS_OK : RS_ENOMEM;

	if (err != RS_OK) {
		replica_close(replica);
		return err;
	}
	run->images = page_job_images_of(config);
	err = vault_thread_start(&run->loop, replica, on_change, run, &run->vault);
	if (err != RS_OK) {
		replica_close(replica);
	} else if ((err = pool_new(&run->loop, &options, &run->pool)) != RS_OK) {
		vault_thread_stop(run->vault, on_vault_stopped, run);
	} else {
		run->count_job = (struct vault_job){ .work = count_work, .on_done = on_counted };
		vault_thread_post(run->vault, &run->count_job);
	}
	uv_run(&run->loop, UV_RUN_DEFAULT);
	uv_loop_close(&run->loop);
	return err == RS_OK ? run->err : err;
}

static void
tell(const struct reextract *run, bool json)
{
	if (!json && run->total == 0)
		puts("This version has read every stored page already");
	else if (json)
		printf("{\"pages\": %" PRIu64 ", \"shown\": %" PRIu64
		    ", \"failed\": %" PRIu64 "}\n", run->done, run->better, run->failed);
	else
		printf("%" PRIu64 " pages read again: %" PRIu64 " new readings are shown, %" PRIu64
		    " pages could not be read\n", run->done, run->better, run->failed);
}

int
daemon_reextract(const struct daemon_settings *settings, bool json)
{
	struct reextract run = { .home = settings->home, .err = RS_OK };
	struct config *config = NULL;
	struct replica *replica;
	int err = daemon_configure(settings, &config);

	if (err != RS_OK)
		return rs_err_exit_status(RS_EINVAL);
	signal(SIGPIPE, SIG_IGN);
	/* What a command has to say, it says itself. */
	log_set(&(struct log_settings){ STDERR_FILENO, LOG_LEVEL_WARNING, false });
	err = daemon_open(settings, config, &replica);
	if (err == RS_OK) {
		err = reextract(&run, config, replica);
		if (err != RS_OK)
			fprintf(stderr, "readsyncd reextract: after %" PRIu64 " of %" PRIu64
			    " pages: %s\n", run.done, run.total, rs_err_text(err));
		else
			tell(&run, json);
	}
	config_free(config);
	return rs_err_exit_status(err);
}
