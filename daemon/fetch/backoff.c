#include "daemon/fetch/backoff.h"

int64_t
backoff_between(int64_t first_ms, int64_t last_ms, unsigned attempt, const struct random *random)
{
	int64_t wait = first_ms;
	uint32_t draw;

	while (attempt > 1 && wait < last_ms) {
		wait *= 2;
		attempt--;
	}
	if (wait > last_ms)
		wait = last_ms;
	random_fill(random, &draw, sizeof(draw));
	/* wait / 2 × [0, 1) lies a quarter either side of wait once shifted. */
	return wait - wait / 4 + (int64_t)((uint64_t)(wait / 2) * draw >> 32);
}

int64_t
backoff_ms(unsigned attempt, const struct random *random)
{
	return backoff_between(BACKOFF_FIRST_MS, BACKOFF_LAST_MS, attempt, random);
}
