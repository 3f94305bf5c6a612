#include "tests/sim/agree.h"
#include "tests/sim/origins.h"
#include "tests/sim/reader.h"

void
found_out(struct host *initiator, struct host *responder)
{
	WORLD_REQUIRE(initiator->world, host_try_sync(initiator, responder) == RS_EREFUSED,
	    "nobody finds out");
	host_sync(initiator, responder);
}

/*
 * A home from a backup, on which the reader goes on before the next exchange: with
 * fewer writes than were lost, with as many, and with more.
 */
void
a_laptop_restored_from_a_backup(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *laptop = world_host(world, "laptop", REPLICA_LAPTOP);
	struct host *other = world_host(world, "other", REPLICA_LAPTOP);
	static const char *const lost[] = { "tag/a", "tag/b", "tag/c", "tag/d" };
	static const char *const after[] = { "tag/e", "tag/f", "tag/g", "tag/h", "tag/i" };
	size_t writes, i;

	for (writes = 3; writes <= 5; writes++) {
		host_back_up(laptop);
		for (i = 0; i < 4; i++)
			reader_set(laptop, writes, lost[i], "1");
		host_sync(laptop, archive);
		/* The newest of them stands nowhere any more. */
		world->now_ms += 1000;
		reader_set(archive, writes, lost[3], "0");
		host_restore(laptop, false);
		for (i = 0; i < writes; i++)
			reader_set(laptop, writes, after[i], "1");
		found_out(laptop, archive);
		world->now_ms += 1000;
		agree_after_meeting(world);
		reader_expect(laptop, writes, lost[2], "1");
		reader_expect(other, writes, after[writes - 1], "1");
	}
}

/*
 * An archive from a backup, which goes on by itself.  The first laptop that comes was away,
 * and takes what is new for the rest of what it knows; the second knows what was lost.
 */
void
an_archive_restored_from_a_backup(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *away = world_host(world, "away", REPLICA_LAPTOP);
	struct host *laptop = world_host(world, "laptop", REPLICA_LAPTOP);

	reader_keep(archive, 1, 1000);
	host_sync(away, archive);
	host_back_up(archive);
	reader_keep(archive, 2, 1000);
	reader_keep(archive, 3, 1000);
	host_sync(laptop, archive);
	host_restore(archive, false);
	world->now_ms += 1000;
	reader_keep(archive, 4, 1000);
	reader_keep(archive, 5, 1000);
	reader_set(archive, 5, "title", "after the backup");
	host_sync(away, archive);
	found_out(laptop, archive);
	agree_after_meeting(world);
	reader_expect(away, 3, "present", "1");
	reader_expect(laptop, 5, "title", "after the backup");
}

/*
 * The same, while another connection is about to tell the archive what it lacks: it was told
 * what the archive no longer holds, and would leave that out.
 */
void
an_exchange_that_began_under_the_old_origin(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *laptop = world_host(world, "laptop", REPLICA_LAPTOP);
	static const char *const lost[] = { "tag/a", "tag/b", "tag/c" };
	struct link *early;
	size_t i;

	reader_save(archive, 1);
	host_back_up(archive);
	for (i = 0; i < 3; i++)
		reader_set(archive, 1, lost[i], "1");
	host_sync(laptop, archive);
	host_restore(archive, false);
	world->now_ms += 1000;
	reader_set(archive, 1, "title", "after the backup");
	early = link_new(laptop, archive);
	link_pull(early, 0);
	link_deliver(early, 1, 1);
	while (link_pull(early, 1))
		continue;
	WORLD_REQUIRE(world, host_try_sync(laptop, archive) == RS_EREFUSED, "nobody finds out");
	link_run(early);
	link_break(early);
	agree_after_meeting(world);
	for (i = 0; i < 3; i++)
		reader_expect(archive, 1, lost[i], "1");
}

/* Whoever restores a home says so: nothing has to be found out. */
void
a_restored_replica_that_is_told(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *second = world_host(world, "second", REPLICA_ARCHIVE);
	struct host *laptop = world_host(world, "laptop", REPLICA_LAPTOP);

	reader_save(laptop, 1);
	host_sync(laptop, archive);
	host_back_up(laptop);
	reader_set(laptop, 1, "title", "known to one");
	host_sync(laptop, archive);
	host_restore(laptop, true);
	world->now_ms += 1000;
	reader_set(laptop, 1, "tag/sea", "1");
	reader_set(laptop, 1, "tag/rail", "1");
	/* This one knows nothing that was lost, and could not have told. */
	host_sync(laptop, second);
	host_sync(second, archive);
	agree_after_meeting(world);
	reader_expect(laptop, 1, "title", "known to one");
	reader_expect(archive, 1, "tag/sea", "1");
}

/* Two laptops that were one go on from there, with as many writes each. */
void
a_cloned_replica(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *laptop = world_host(world, "laptop", REPLICA_LAPTOP);
	struct host *clone;
	size_t round;

	reader_save(laptop, 1);
	host_sync(laptop, archive);
	clone = host_clone(laptop, "clone");
	reader_set(laptop, 1, "title", "of the laptop");
	world->now_ms += 5;
	reader_set(clone, 1, "starred", "1");
	host_sync(laptop, archive);
	found_out(clone, archive);
	for (round = 0; round < 3; round++) {
		world->now_ms += 5;
		reader_set(laptop, round, "tag/sea", "1");
		reader_set(clone, round, "tag/rail", "1");
		agree_after_meeting(world);
	}
	reader_expect(laptop, 1, "starred", "1");
	reader_expect(clone, 1, "title", "of the laptop");
}
