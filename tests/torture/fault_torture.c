/*
 * Faults: each world's steps are gone again and again, and each time another call that
 * reads or changes the disk fails: once for a bad sector (EIO), or from there on for a full
 * disk, until there is room.  The step that meets it says so, with a line that names the vault;
 * nothing that was acknowledged is lost, reading goes on, and once the disk works
 * so does the same connection.  At last the power is cut.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "tests/torture/disk.h"
#include "tests/torture/world.h"

enum {
	STEPS_AFTER = 6		/* that the work goes on for */
};

struct kind {
	const char *name;
	struct disk_fault fault;
	int err;
	const char *says;
	int stride;	/* of the full form: it fails every so many-th call */
};

static const struct kind kinds[] = {
	{ "unreadable sector", { 1 << DISK_READ, 0, 0, SQLITE_IOERR }, RS_EIO, "disk I/O error",
	    3 },
	{ "bad sector", { 1 << DISK_WRITE | 1 << DISK_SYNC | 1 << DISK_TRUNCATE | 1 << DISK_DELETE,
	    0, 0, SQLITE_IOERR }, RS_EIO, "disk I/O error", 1 },
	{ "full disk", { 1 << DISK_WRITE | 1 << DISK_SYNC, 0, 0, SQLITE_FULL }, RS_EFULL,
	    "no space left on the disk; nothing already kept is lost", 1 },
};

struct faulting {
	const struct world *world;
	const struct kind *kind;
	struct vault vault;
	struct disk_trace trace;	/* of a run without faults */
	struct state *states;
	long runs, met;			/* counted */
	char where[120];
};

/* See that the vault is in the state of its number, and return that. */
static long
position(struct faulting *faulting)
{
	struct vault *vault = &faulting->vault;
	struct state state;
	long n = -1;

	if (vault_check(vault) != RS_OK ||
	    vault_ask(vault, faulting->world->position, &n) != RS_OK ||
	    vault_state(vault, &state) != RS_OK)
		fail_msg("%s: %s", faulting->where, vault->detail.text);
	if (n < 0 || n > faulting->world->steps ||
	    memcmp(&state, &faulting->states[n], sizeof(state)) != 0)
		fail_msg("%s: state %ld is not what it was", faulting->where, n);
	return n;
}

static void
assert_clear(struct faulting *faulting, int err)
{
	const struct kind *kind = faulting->kind;

	if (err != kind->err || strstr(faulting->vault.detail.text, kind->says) == NULL ||
	    strstr(faulting->vault.detail.text, "vault.db: ") == NULL)
		fail_msg("%s: error %d, %s", faulting->where, err, faulting->vault.detail.text);
}

/*
 * Step ${n} met the fault.  Where the disk stays full it does so again, or has nothing
 * to write left; then the disk works.  Returns the step that was reached.
 */
static long
recover(struct faulting *faulting, long n)
{
	struct vault *vault = &faulting->vault;
	long reached;
	int err;

	faulting->met++;
	if (faulting->kind->err == RS_EFULL && vault->db != NULL) {
		reached = position(faulting);
		assert_true(reached == n - 1 || reached == n);
		if (reached == n - 1) {
			err = faulting->world->step(vault, n);
			if (err != RS_OK)
				assert_clear(faulting, err);
		}
	}
	disk_fail((struct disk_fault){ .code = SQLITE_OK });
	reached = position(faulting);
	if (reached != n - 1 && reached != n)
		fail_msg("%s: state %ld after step %ld", faulting->where, reached, n);
	return reached;
}

/* Go the steps, with a fault at call ${call}; return how many there were to fail. */
static long
run(struct faulting *faulting, long call)
{
	struct vault *vault = &faulting->vault;
	struct disk_fault fault = faulting->kind->fault;
	struct disk_trace trace;
	long n, last = faulting->world->steps, met = faulting->met, calls;
	int err;

	snprintf(faulting->where, sizeof(faulting->where), "%s, %s at call %ld",
	    faulting->world->name, faulting->kind->name, call);
	faulting->runs++;
	disk_cut(&faulting->trace, 0, DISK_LOSE_ALL, 0);
	disk_record();
	fault.first = call;
	fault.last = faulting->kind->err == RS_EFULL ? LONG_MAX : call;
	disk_fail(fault);
	for (n = 1; n <= last; n++) {
		err = faulting->world->step(vault, n);
		if (err == RS_OK)
			continue;
		if (met != faulting->met)
			fail_msg("%s: step %ld fails on a disk that works: %s", faulting->where, n,
			    vault->detail.text);
		assert_clear(faulting, err);
		n = recover(faulting, n);
		if (n + STEPS_AFTER < last)
			last = n + STEPS_AFTER;
	}
	calls = disk_calls();
	disk_fail((struct disk_fault){ .code = SQLITE_OK });
	assert_int_equal(position(faulting), last);
	disk_end(&trace);
	vault_down(vault);
	disk_cut(&trace, trace.count, (enum disk_loss)(call % DISK_LOSSES), (uint64_t)call);
	assert_int_equal(position(faulting), last);
	vault_down(vault);
	disk_release(&trace);
	return calls;
}

static void
fail_everywhere(const struct world *world)
{
	struct faulting faulting = { .world = world };
	long calls, call;
	size_t i;

	vault_start(&faulting.vault);
	faulting.states = world_run(world, &faulting.vault);
	vault_down(&faulting.vault);
	disk_end(&faulting.trace);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		faulting.kind = &kinds[i];
		calls = run(&faulting, LONG_MAX);
		for (call = 1; call <= calls; call += torture_full() ? kinds[i].stride :
		    1 + calls / 45)
			run(&faulting, call);
	}
	printf("# %s: %ld runs, %ld met the fault\n", world->name, faulting.runs, faulting.met);
	assert_true(faulting.met > faulting.runs / 4);
	disk_release(&faulting.trace);
	free(faulting.states);
	vault_end(&faulting.vault);
}

static void
faults_in_plain_work(void **state)
{
	(void)state;
	fail_everywhere(&worlds[0]);
}

static void
faults_in_schema_upgrades(void **state)
{
	(void)state;
	fail_everywhere(&worlds[1]);
}

static void
faults_under_a_replica(void **state)
{
	(void)state;
	fail_everywhere(&worlds[2]);
}

/*
 * A commit whose sync fails is in the system's cache, and a program that opens the vault
 * next finds it in the log.  If it was not on the disk, no checkpoint may trust it.
 */
static void
a_log_that_a_failed_sync_left(void **state)
{
	const struct world *world = &worlds[0];
	struct disk_trace trace;
	struct vault vault;
	uint64_t seed = 0;
	size_t at;
	long n;
	int loss;

	(void)state;
	vault_start(&vault);
	world->begin(&vault);
	for (n = 1; n < 7; n++)
		assert_int_equal(world->step(&vault, n), RS_OK);
	/* Something to keep, or the log would go when the program ends. */
	assert_int_equal(vault_run(&vault, "PRAGMA wal_checkpoint(TRUNCATE); "
	    "UPDATE progress SET n = 60; UPDATE progress SET n = 6"), RS_OK);
	disk_record();
	disk_fail((struct disk_fault){ 1 << DISK_SYNC, 1, LONG_MAX, SQLITE_IOERR });
	assert_int_equal(world->step(&vault, n), RS_EIO);
	vault_down(&vault);
	disk_fail((struct disk_fault){ .code = SQLITE_OK });
	assert_int_equal(vault_up(&vault), RS_OK);
	assert_int_equal(vault_run(&vault, "PRAGMA wal_checkpoint(TRUNCATE)"), RS_OK);
	vault_down(&vault);
	disk_end(&trace);
	for (at = 0; at <= trace.count; at++) {
		for (loss = 0; loss < DISK_LOSSES; loss++) {
			disk_cut(&trace, at, (enum disk_loss)loss, seed++);
			if (vault_check(&vault) != RS_OK)
				fail_msg("cut %zu, loss %d: %s", at, loss, vault.detail.text);
			vault_down(&vault);
		}
	}
	disk_release(&trace);
	vault_end(&vault);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_in_plain_work),
		cmocka_unit_test(faults_in_schema_upgrades),
		cmocka_unit_test(faults_under_a_replica),
		cmocka_unit_test(a_log_that_a_failed_sync_left),
	};

	return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
