/*
 * Power cuts: each world's steps are recorded once, then cut before every sync, or before
 * every call that changes the disk.  What the disk may have lost of the un-synced writes is
 * lost in every manner of disk.h.  After each cut the vault opens, is whole, is in the
 * state of the last acknowledged step or of the one that was under way, and the work goes
 * on from there; which is cut again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/torture/disk.h"
#include "tests/torture/world.h"

struct cutting {
	const struct world *world;
	struct vault vault;
	struct state *states;
	long cuts, mid_step, first_pages;	/* counted */
};

/* The greatest mark before call ${at}. */
static long
mark_before(const struct disk_trace *trace, size_t at)
{
	while (at-- > 0)
		if (trace->ops[at].call == DISK_MARK)
			return trace->ops[at].mark;
	return 0;
}

/* Tell whether a write of page 1 of the database was under way at call ${at}. */
static bool
first_page_under_way(const struct disk_trace *trace, size_t at)
{
	const struct disk_op *op;

	while (at-- > 0) {
		op = &trace->ops[at];
		if (op->call == DISK_MARK || strcmp(trace->base[op->file].name, "vault.db") != 0)
			continue;
		if (op->call == DISK_SYNC)
			return false;
		if (op->call == DISK_WRITE && op->at == 0)
			return true;
	}
	return false;
}

/* What the vault on the disk must be in after a cut behind ${mark}; return its state. */
static long
check_vault(struct cutting *cutting, long mark, const char *where)
{
	struct vault *vault = &cutting->vault;
	struct state state;
	long acknowledged = mark / 2, position = -1;

	if (vault_check(vault) != RS_OK ||
	    vault_ask(vault, cutting->world->position, &position) != RS_OK ||
	    vault_state(vault, &state) != RS_OK)
		fail_msg("%s: %s", where, vault->detail.text);
	if (position != acknowledged && position != acknowledged + mark % 2)
		fail_msg("%s: state %ld after mark %ld", where, position, mark);
	if (memcmp(&state, &cutting->states[position], sizeof(state)) != 0)
		fail_msg("%s: state %ld is not what it was", where, position);
	return position;
}

/*
 * Go one step on from ${position}, which the recording vault was found in, and close it.
 * Cut all that, the recovery too, and look again.
 */
static void
go_on(struct cutting *cutting, long position, uint64_t seed, const char *where)
{
	struct vault *vault = &cutting->vault;
	struct disk_trace trace;
	size_t at;
	long mark;

	if (position < cutting->world->steps) {
		disk_mark(2 * position + 1);
		if (cutting->world->step(vault, position + 1) != RS_OK)
			fail_msg("%s: the next step: %s", where, vault->detail.text);
		disk_mark(2 * position + 2);
	}
	vault_down(vault);
	disk_end(&trace);
	at = (size_t)(disk_draw(&seed) % (trace.count + 1));
	disk_cut(&trace, at, (enum disk_loss)(disk_draw(&seed) % DISK_LOSSES), seed);
	mark = mark_before(&trace, at);
	check_vault(cutting, mark > 0 ? mark : 2 * position, where);
	disk_release(&trace);
}

static void
cut(struct cutting *cutting, const struct disk_trace *trace, size_t at, enum disk_loss loss,
    uint64_t seed)
{
	long mark = mark_before(trace, at), position;
	char where[120];

	snprintf(where, sizeof(where), "%s: cut %zu of %zu, loss %d, seed %llu",
	    cutting->world->name, at, trace->count, loss, (unsigned long long)seed);
	cutting->cuts++;
	cutting->mid_step += mark % 2;
	cutting->first_pages += first_page_under_way(trace, at);
	disk_cut(trace, at, loss, seed);
	disk_record();
	position = check_vault(cutting, mark, where);
	if (seed % 3 == 0)
		go_on(cutting, position, seed, where);
	else if (seed % 7 == 1 && cutting->world->verify(&cutting->vault) != RS_OK)
		fail_msg("%s: verify: %s", where, cutting->vault.detail.text);
	vault_down(&cutting->vault);
}

/* Is call ${at} one to cut before?  Every sync always is: most is at stake there. */
static bool
is_cut_point(const struct cutting *cutting, const struct disk_trace *trace, size_t at)
{
	return torture_full() || at == trace->count || trace->ops[at].call == DISK_SYNC ||
	    mark_before(trace, at) < 2 * cutting->world->closely;
}

static void
cut_everywhere(const struct world *world)
{
	struct cutting cutting = { .world = world };
	struct disk_trace trace;
	uint64_t seed = 0;
	int loss;
	size_t at;

	vault_start(&cutting.vault);
	cutting.states = world_run(world, &cutting.vault);
	vault_down(&cutting.vault);
	disk_end(&trace);
	for (at = 0; at <= trace.count; at++)
		for (loss = 0; loss < DISK_LOSSES && is_cut_point(&cutting, &trace, at);
		    loss++)
			cut(&cutting, &trace, at, (enum disk_loss)loss, seed++);
	printf("# %s: %ld cuts in %zu calls; %ld amid a step, %ld amid a write of page 1\n",
	    world->name, cutting.cuts, trace.count, cutting.mid_step, cutting.first_pages);
	assert_true(cutting.cuts >= 100 && cutting.mid_step >= 50 && cutting.first_pages >= 20);
	disk_release(&trace);
	free(cutting.states);
	vault_end(&cutting.vault);
}

static void
power_cuts_in_plain_work(void **state)
{
	(void)state;
	cut_everywhere(&worlds[0]);
}

static void
power_cuts_in_schema_upgrades(void **state)
{
	(void)state;
	cut_everywhere(&worlds[1]);
}

static void
power_cuts_under_a_replica(void **state)
{
	(void)state;
	cut_everywhere(&worlds[2]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(power_cuts_in_plain_work),
		cmocka_unit_test(power_cuts_in_schema_upgrades),
		cmocka_unit_test(power_cuts_under_a_replica),
	};

	return cmocka_run_group_tests_name("power cuts", tests, NULL, NULL);
}
