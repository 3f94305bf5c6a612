#include "daemon/fetch/backoff.h"

int64_t
backoff_ms(unsigned attempt, const struct random *random)
{
	int64_t wait = BACKOFF_FIRST_MS;
	uint32_t draw;

	while (attempt > 1 && wait < BACKOFF_LAST_MS) {
		wait *= 2;
		attempt--;
	}
	if (wait > BACKOFF_LAST_MS)
		wait = BACKOFF_LAST_MS;
	random_fill(random, &draw, sizeof(draw));
	/* wait / 2 × [0, 1) lies a quarter either side of wait once shifted. */
	return wait - wait / 4 + (int64_t)((uint64_t)(wait / 2) * draw >> 32);
}
