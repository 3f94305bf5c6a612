/*
 * Work: what an archive has still to do for its items; local, never synced.
 *
 * A row per item that is not done: QUEUED (its page is to be fetched when due),
 * FETCHED (its page lies in a fetch and is to be read), or HELD (its site is left alone
 * until the reader says something).  An item that is saved
 * here or arrives by sync without a reading is queued in the same commit; a fetch that
 * arrives by sync (a page that the reader saved) is FETCHED as soon as its page
 * is here.  So a kill at any point loses nothing and repeats at most one fetch.
 *
 * Where a library has several archives, one of them fetches, and the others stand by:
 * what is new there is due only after a while (work_wait), and done before that when the
 * first one's reading arrives.  So a site, and the reader's meter, see one visit, and an
 * archive that is gone stops nothing for good.  A page that the reader saved is read
 * by whoever gets it.
 */
#ifndef PROTO_REPLICA_WORK_H
#define PROTO_REPLICA_WORK_H

#include "proto/replica/replica.h"

enum work_state {
	WORK_QUEUED = 0,
	WORK_FETCHED = 1,
	WORK_DONE = 2,		/* kept, with its validators, for a later refetch */
	WORK_HELD = 3		/* waits for the reader; see work_hold */
};

enum {
	WORK_PAGE_WAIT_MS = 10 * 60 * 1000,	/* for a page that is on its way here */
	WORK_WAIT_MAX_MS = 48 * 60 * 60 * 1000,	/* nothing is put off for longer */
	WORK_STAND_BY_MS = 24 * 60 * 60 * 1000	/* the longest work_wait, and the usual one */
};

struct work {
	uint8_t item[HASH_NAME_LEN];
	enum work_state state;
	uint32_t attempts;		/* that failed in a row */
	int64_t due_ms;			/* not before */
	uint8_t fetch[HASH_NAME_LEN];	/* of FETCHED */
	const char *url;		/* of the item; borrowed for the call */
	const char *etag;		/* of the last answer, verbatim; "" for none */
	const char *last_modified;
	const char *problem;		/* why the last attempt failed; "" for none */
};

struct work_counts {
	uint64_t queued;
	uint64_t fetched;
	uint64_t failing;		/* of these two, with a failed last attempt */
	uint64_t held;
	uint64_t images;		/* readings whose images are still to be fetched */
};

/**
 * work_wait(replica, wait_ms):
 * From now on, leave to other archives for ${wait_ms} what is new; below 0: for
 * WORK_STAND_BY_MS on an archive that has joined another, else not at all.  What waits
 * already, and was never tried, waits no longer than that either.
 */
int work_wait(struct replica *replica, int64_t wait_ms);

/**
 * work_due(replica, state, now_ms, skip, limit, on_work, context):
 * Hand up to ${limit} rows in ${state} that are due, the longest due first but for the
 * first ${skip}, to on_work(context, work) until it returns false.  on_work may not write.
 */
int work_due(struct replica *replica, enum work_state state, int64_t now_ms, unsigned skip,
    unsigned limit, bool (*on_work)(void *context, const struct work *work), void *context);

/**
 * work_next_due(replica, after_ms, ret_ms):
 * Set ${ret_ms} to when the next row that is not done falls due, of those that do after
 * ${after_ms}.  RS_ENOTFOUND when none does.
 */
int work_next_due(struct replica *replica, int64_t after_ms, int64_t *ret_ms);

/**
 * work_hasten(replica, now_ms):
 * Make due at ${now_ms} what waits for longer than WORK_WAIT_MAX_MS: it was written by
 * a clock that has been set back since.
 */
int work_hasten(struct replica *replica, int64_t now_ms);

/**
 * work_queue(replica, item, due_ms):
 * Queue ${item}, or what it is an alias of (again), its failed attempts forgotten.  RS_ENOTFOUND.
 */
int work_queue(struct replica *replica, const uint8_t *item, int64_t due_ms);

/**
 * work_fetched(replica, item, fetch, site, sender, etag, last_modified):
 * The page of ${item}, of ${site}, to which a redirect of ${sender} led last, if it is not "", lies
 * in ${fetch}: QUEUED becomes FETCHED.  A session at either site concerns it.
 */
int work_fetched(struct replica *replica, const uint8_t *item, const uint8_t *fetch,
    const char *site, const char *sender, const char *etag, const char *last_modified);

/**
 * work_sender(replica, item, ret_name):
 * Set ${ret_name} (SITE_NAME_MAX + 1 bytes) to that sender, or "".
 */
int work_sender(struct replica *replica, const uint8_t *item, char *ret_name);

/**
 * work_forget_sender(replica, item):
 * What it led to is no login: a session there does not concern ${item}.
 */
int work_forget_sender(struct replica *replica, const uint8_t *item);

/**
 * work_failed(replica, item, attempts, problem, due_ms):
 * The attempt behind ${attempts} that failed has failed too: one more in a row, the reason, and
 * when to try again.  Nothing where ${item} has begun anew meanwhile, and waits for another.
 */
int work_failed(struct replica *replica, const uint8_t *item, uint32_t attempts,
    const char *problem, int64_t due_ms);

/**
 * work_postponed(replica, item, problem, due_ms):
 * Nothing was attempted, for the reason given; try at ${due_ms}.
 */
int work_postponed(struct replica *replica, const uint8_t *item, const char *problem,
    int64_t due_ms);

/**
 * work_hold(replica, item, site, why):
 * QUEUED becomes HELD: nothing more is fetched from ${site} until work_release.  All devices are
 * told ${why}, a line.
 */
int work_hold(struct replica *replica, const uint8_t *item, const char *site, const char *why);

/**
 * work_release(replica, site):
 * What is HELD for ${site} is QUEUED again.
 */
int work_release(struct replica *replica, const char *site);

/**
 * work_renew(replica, site, spacing_ms):
 * The reader's session at ${site} is another: what is HELD for it is QUEUED, and so is every
 * item of which no whole copy is here, without the validators of what a stranger got; one
 * every ${spacing_ms}, the newest first.
 */
int work_renew(struct replica *replica, const char *site, int64_t spacing_ms);

/**
 * work_of_site(replica, site, ret_held, ret_incomplete):
 * Count the items that are HELD for ${site}, and those that were fetched from it without a
 * whole copy.
 */
int work_of_site(struct replica *replica, const char *site, uint64_t *ret_held,
    uint64_t *ret_incomplete);

/**
 * work_knows_site(replica, site, ret_known):
 * Tell whether a page of ${site} was ever read here.
 */
int work_knows_site(struct replica *replica, const char *site, bool *ret_known);

/**
 * work_done(replica, item, fetch):
 * The reading of ${fetch} is kept (or, with any other name, the page was not modified): nothing
 * is left to do, unless another page of ${item} has come meanwhile; that one is FETCHED then.
 * Nothing when the reading showed that ${item} is an alias, whose work is another item's.
 */
int work_done(struct replica *replica, const uint8_t *item, const uint8_t *fetch);

/**
 * work_again(replica, item, fetch, attempts, why, due_ms):
 * The reading of ${fetch} is kept, but is not all that may be had: ${item} is QUEUED, to be
 * fetched as if nothing of it were here at ${due_ms}, after ${attempts} that failed, and all
 * devices are told ${why}, a line.  But a page that has come meanwhile is read, and that is all.
 * Otherwise as work_done.
 */
int work_again(struct replica *replica, const uint8_t *item, const uint8_t *fetch,
    uint32_t attempts, const char *why, int64_t due_ms);

/**
 * work_count(replica, ret_counts):
 * Count what is left, in constant time or by an index.
 */
int work_count(struct replica *replica, struct work_counts *ret_counts);

/* For derive.c, which makes the rows; each does nothing on a laptop. */

/**
 * work_follow(replica, item, shown, read):
 * ${item} has changed: one that is shown and was never read is queued, unless it
 * has a row; one that is not shown any more has nothing left to do.
 */
int work_follow(struct replica *replica, const uint8_t *item, bool shown, bool read);

/**
 * work_page(replica, item, fetch, here):
 * ${fetch} got a page, which is here, and is to be read; or which another
 * device will send: the daemon need not fetch it itself for a while.
 */
int work_page(struct replica *replica, const uint8_t *item, const uint8_t *fetch, bool here);

/**
 * work_read(replica, item, fetch, first):
 * There is a reading of ${fetch}, the ${first} of ${item}: what it makes needless is
 * done.
 */
int work_read(struct replica *replica, const uint8_t *item, const uint8_t *fetch, bool first);

/**
 * work_erased(replica, row, part):
 * ${part}, a fetch or a reading of the item in ${row} of the table `item`, was erased, as all
 * of an item is that a reader removes.  If it has been saved again since, in the same exchange
 * perhaps, it is a new item: once nothing was read of it, or when ${part} was to be read, it is
 * queued as if it had never been fetched.
 */
int work_erased(struct replica *replica, int64_t row, const uint8_t *part);

/**
 * work_saved(replica, item):
 * ${item} was saved: as one that is new, perhaps again, after a removal of which nothing else is
 * left (see work_erased).  If nothing of it was ever read, it begins its waits anew.
 */
int work_saved(struct replica *replica, const uint8_t *item);

/**
 * work_join(replica, row):
 * The aliases of the item in ${row} of the table `item` have changed, and with them its
 * fetches and readings: what another address has made needless is done, and a page
 * that nobody has read is to be read.
 */
int work_join(struct replica *replica, int64_t row);

/**
 * work_restore(replica):
 * The derived tables were made anew: give a row to what has none and needs one.
 */
int work_restore(struct replica *replica);

#endif
