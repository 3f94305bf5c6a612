/*
 * A random run: everything that can happen to a few devices, in an order that
 * the seed decides.
 */
#ifndef TESTS_SIM_RANDOM_RUN_H
#define TESTS_SIM_RANDOM_RUN_H

#include "tests/sim/world.h"

/* What the runs of this process have been through, to see that they were worth it. */
struct random_run_counts {
	size_t writes, idles, breaks, kills, restores, released, collections;
};

/**
 * random_run(seed, trace, counts):
 * Play the run of ${seed} to its end, saying what happens if ${trace}, and add what it has been through to ${counts}.
 */
void random_run(uint64_t seed, bool trace, struct random_run_counts *counts);

#endif
