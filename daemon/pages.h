/*
 * The further pages of an article of several: what was fetched of them so far.
 *
 * An article goes on where the reading of its pages so far says; each page is fetched with the
 * same session as the first.  One that fails, comes a second time, or is one too many ends it, and
 * the copy is then partial, which the reading says by itself.  Of what failed for the moment all is
 * tried again, from the first page on (task.h).
 */
#ifndef DAEMON_PAGES_H
#define DAEMON_PAGES_H

#include "daemon/fetch/fetch.h"
#include "readsync.pb-c.h"

enum {
	PAGES_MAX = 20,				/* beside the first */
	PAGES_BYTES_MAX = 8 * 1024 * 1024	/* of all of them */
};

struct pages {
	Readsync__Page *pages[PAGES_MAX];
	char *asked[PAGES_MAX];			/* the addresses that they were fetched from */
	size_t count;
	size_t bytes;
};

/**
 * pages_release(pages):
 * Free what it holds.
 */
void pages_release(struct pages *pages);

/**
 * pages_may_go_on(pages, first, next):
 * Tell whether the page at ${next} is to be fetched: it is of the site of the first page,
 * ${first}, was not fetched yet, and there is room for it.
 */
bool pages_may_go_on(const struct pages *pages, const char *first, const char *next);

/**
 * pages_add(pages, asked, result):
 * Take over what came from ${asked}.  RS_ENOTPAGE when it is no page: an error of the network or
 * the site; RS_ELIMIT, RS_ENOMEM.
 */
int pages_add(struct pages *pages, const char *asked, const struct fetch_result *result);

/**
 * pages_fill(pages, job):
 * Have ${job}, which borrows them, read them too.
 */
void pages_fill(struct pages *pages, Readsync__Job *job);

#endif
