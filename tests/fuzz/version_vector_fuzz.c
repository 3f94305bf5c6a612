/*
 * Version vectors and the hybrid clock against a plain model: every 3 bytes raise
 * one of 16 origins in one of two vectors, and are seen by a clock that must go
 * on rising whatever the time of day does.
 */
#include <string.h>

#include "proto/base/err.h"
#include "proto/record/hlc.h"
#include "proto/record/version_vector.h"
#include "tests/fuzz/fuzz.h"

enum { ORIGINS = 16, STEP = 3 };

static void
name_origin(unsigned number, uint8_t origin[VERSION_ORIGIN_LEN])
{
	memset(origin, 0, VERSION_ORIGIN_LEN);
	/* First, last, and in between, so that insertions happen everywhere. */
	origin[number % 2 == 0 ? 0 : VERSION_ORIGIN_LEN - 1] = (uint8_t)(number * 37 + 1);
}

static void
check_pair(const struct version_vector *vectors, uint64_t model[2][ORIGINS])
{
	uint8_t origin[VERSION_ORIGIN_LEN], digests[2][16];
	int covers[2] = { 1, 1 };

	for (unsigned i = 0; i < ORIGINS; i++) {
		name_origin(i, origin);
		for (int side = 0; side < 2; side++) {
			fuzz_check(version_vector_get(&vectors[side], origin) == model[side][i]);
			covers[side] &= model[side][i] >= model[!side][i];
		}
	}
	for (int side = 0; side < 2; side++) {
		fuzz_check(version_vector_covers(&vectors[side], &vectors[!side]) == covers[side]);
		version_vector_digest(&vectors[side], digests[side]);
		for (size_t i = 1; i < vectors[side].count; i++)
			fuzz_check(memcmp(vectors[side].entries[i - 1].origin,
			    vectors[side].entries[i].origin, VERSION_ORIGIN_LEN) < 0);
	}
	fuzz_check((memcmp(digests[0], digests[1], 16) == 0) == (covers[0] && covers[1]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint64_t model[2][ORIGINS] = { { 0 } }, sequence, last = 0, now;
	uint8_t origin[VERSION_ORIGIN_LEN];
	struct version_vector vectors[2];
	struct hlc clock = { 0 };
	unsigned side, number;

	version_vector_init(&vectors[0]);
	version_vector_init(&vectors[1]);
	for (; len >= STEP; data += STEP, len -= STEP) {
		side = data[0] >> 7;
		number = data[0] % ORIGINS;
		/* Zero, small, and the greatest. */
		sequence = data[1] == 0xff ? UINT64_MAX - data[2] : (uint64_t)data[1] * data[2];
		name_origin(number, origin);
		fuzz_check(version_vector_raise(&vectors[side], origin, sequence) == RS_OK);
		if (sequence > model[side][number])
			model[side][number] = sequence;
		/* What is more than a day ahead never reaches the clock. */
		hlc_observe(&clock, sequence % (UINT64_C(1) << 40));
		now = hlc_tick(&clock, (int64_t)data[2] * data[1] - 1000);
		fuzz_check(now > last && now > sequence % (UINT64_C(1) << 40));
		last = now;
	}
	check_pair(vectors, model);
	version_vector_release(&vectors[0]);
	version_vector_release(&vectors[1]);
	return 0;
}
