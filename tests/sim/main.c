/*
 * sim: the simulation of a library and its devices.
 *
 *   sim                every scenario, and the random runs that a minute has room for
 *   sim SEED           one random run again, saying what happens
 *   sim --scenario NAME     one scenario
 *   sim --seeds N [FIRST]   that many random runs
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/secret.h"
#include "tests/sim/random_run.h"
#include "tests/sim/scenarios.h"

enum { SEEDS = 2000 };

static void
run_seeds(uint64_t first, uint64_t count, bool trace)
{
	struct random_run_counts counts = { 0 };
	uint64_t seed;

	for (seed = first; seed < first + count; seed++)
		random_run(seed, trace, &counts);
	printf("# %" PRIu64 " seeds from %" PRIu64 ": %zu writes, idle %zu times, %zu breaks, "
	    "%zu kills, %zu restores, %zu blobs given up, %zu collections\n", count, first,
	    counts.writes, counts.idles, counts.breaks, counts.kills, counts.restores,
	    counts.released, counts.collections);
	/* Many runs must have been through what they are to show. */
	if (count >= SEEDS && (counts.idles < count || counts.breaks < count ||
	    counts.kills < count || counts.restores < count / 20 ||
	    counts.released < count / 4 || counts.collections < count / 20)) {
		printf("not ok random runs: they went too smoothly\n");
		exit(1);
	}
	printf("ok random runs\n");
}

int
main(int argc, char **argv)
{
	if (secret_start() != RS_OK)
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 2)
		run_seeds(strtoull(argv[1], NULL, 10), 1, true);
	else if (argc >= 3 && strcmp(argv[1], "--seeds") == 0)
		run_seeds(argc > 3 ? strtoull(argv[3], NULL, 10) : 1, strtoull(argv[2], NULL, 10),
		    false);
	else if (argc == 3 && strcmp(argv[1], "--scenario") == 0)
		scenarios_run(argv[2]);
	else {
		scenarios_run(NULL);
		run_seeds(1, SEEDS, false);
	}
	return 0;
}
