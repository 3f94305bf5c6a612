#include "proto/record/hlc.h"

#define COUNTER_BITS 16
#define MS_MAX ((INT64_C(1) << (64 - COUNTER_BITS)) - 1)

uint64_t
hlc_tick(struct hlc *hlc, int64_t now_ms)
{
	uint64_t now;

	if (now_ms < 0)
		now_ms = 0;
	if (now_ms > MS_MAX)
		now_ms = MS_MAX;
	now = (uint64_t)now_ms << COUNTER_BITS;
	/* A full counter runs over into the milliseconds, which keeps the order. */
	if (now > hlc->last)
		hlc->last = now;
	else if (hlc->last < UINT64_MAX)
		hlc->last++;
	return hlc->last;
}

void
hlc_observe(struct hlc *hlc, uint64_t seen)
{
	if (seen > hlc->last)
		hlc->last = seen;
}
