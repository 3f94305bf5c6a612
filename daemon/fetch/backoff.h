/*
 * How long to wait before trying again what failed.
 */
#ifndef DAEMON_FETCH_BACKOFF_H
#define DAEMON_FETCH_BACKOFF_H

#include <stdint.h>

#include "proto/base/random.h"

enum {
	BACKOFF_FIRST_MS = 60 * 1000,			/* after the first failure */
	BACKOFF_LAST_MS = 24 * 60 * 60 * 1000		/* doubling ends here */
};

/**
 * backoff_between(first_ms, last_ms, attempt, random):
 * Return how many milliseconds to wait after failure number ${attempt} (1 for
 * the first; 0 counts as 1): ${first_ms}, doubled with each further failure up
 * to ${last_ms}, then moved by up to a quarter either way, so that what failed
 * together does not come back together.
 */
int64_t backoff_between(int64_t first_ms, int64_t last_ms, unsigned attempt,
    const struct random *random);

/**
 * backoff_ms(attempt, random):
 * The same for a page or a queue: from BACKOFF_FIRST_MS to BACKOFF_LAST_MS.
 */
int64_t backoff_ms(unsigned attempt, const struct random *random);

#endif
