/*
 * Hybrid logical clock: a time of day that never runs backwards and is greater
 * than anything seen, so that "later" means the same on every device.
 *
 * A reading is one uint64: milliseconds since 1970 << 16 | counter.  Source:
 * Kulkarni et al., "Logical Physical Clocks", OPODIS 2014.
 */
#ifndef PROTO_RECORD_HLC_H
#define PROTO_RECORD_HLC_H

#include <stdint.h>

/* A write whose clock is further ahead of ours than this is set aside. */
#define HLC_AHEAD_MAX_MS (24 * 60 * 60 * 1000LL)

struct hlc {
	uint64_t last;		/* the greatest reading given or seen */
};

/**
 * hlc_tick(hlc, now_ms):
 * Return a reading greater than every one before: the time ${now_ms}, or one
 * counter step past the last where the machine's clock stands or jumps back.
 */
uint64_t hlc_tick(struct hlc *hlc, int64_t now_ms);

/**
 * hlc_observe(hlc, seen):
 * Make every later reading greater than ${seen}.
 */
void hlc_observe(struct hlc *hlc, uint64_t seen);

#endif
