#include <stdio.h>
#include <string.h>

#include "proto/replica/blob.h"
#include "proto/replica/device.h"
#include "proto/replica/internal.h"
#include "proto/replica/note.h"
#include "proto/replica/register.h"
#include "proto/replica/snapshot.h"
#include "proto/wire/message.h"
#include "tests/sim/agree.h"
#include "tests/sim/origins.h"
#include "tests/sim/partial.h"
#include "tests/sim/reader.h"
#include "tests/sim/scenarios.h"

#define HOUR_MS (INT64_C(60) * 60 * 1000)
#define DAY_MS (INT64_C(24) * HOUR_MS)

/* Put a device on the list, or rename it; or revoke it. */
static void
set_device(struct host *archive, const uint8_t *key, const char *name, bool revoked)
{
	host_begin(archive);
	WORLD_OK(archive->world, revoked ? device_revoke(archive->replica, key) :
	    device_add(archive->replica, key, name, false));
	host_commit(archive);
}

static void
require_allowed(struct host *host, const uint8_t *key, bool allowed)
{
	WORLD_REQUIRE(host->world, device_allowed(host->replica, key) == allowed,
	    "%s %s %s", host->name, allowed ? "refuses" : "takes", (const char *)key);
}

/* ------------------------------------------------------------------ versions */

/*
 * Two devices of a later version, with an archive between them that knows neither
 * the kind of record, nor the field, nor what is new inside a value it does know.
 */
static void
an_older_build_between_two_newer_ones(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *newer = world_host(world, "newer", REPLICA_LAPTOP);
	struct host *newest = world_host(world, "newest", REPLICA_LAPTOP);
	static const uint8_t entity[HASH_NAME_LEN] = "of a later kind";
	/* A Fetch of the item 00…00 with a field 900 that says "later". */
	static const uint8_t fetch[] = "\012\020\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\242\070\005later";
	struct bytes value = bytes_of(fetch, sizeof(fetch) - 1);
	struct buffer found;

	reader_save(newer, 1);
	reader_set(newer, 1, "colour", "blue");
	host_write(newer, 4711, entity, "anything", bytes_of("\0\377", 2));
	host_write(newer, RECORD_FETCH, entity, "fetch", value);
	host_sync(newer, archive);
	host_kill(archive);
	host_sync(newest, archive);
	reader_expect(newest, 1, "colour", "blue");
	buffer_init(&found, sizeof(fetch));
	WORLD_OK(world, register_get(newest->replica, RECORD_FETCH, entity,
	    bytes_of_text("fetch"), &found, NULL));
	WORLD_REQUIRE(world, bytes_equal(buffer_bytes(&found), value), "a value was changed");
	buffer_release(&found);
	agree_after_meeting(world);
}

static void
speak_of_the_future(struct link *link, size_t to, Readsync__Message *message)
{
	if (to == 1 && message->body_case == READSYNC__MESSAGE__BODY_HELLO) {
		message->hello->version = 9;
		message->hello->features = UINT64_MAX;
	}
	(void)link;
}

/*
 * A peer of version 9, with every feature there is, and messages of kinds and with fields
 * that nobody here has heard of before, between and after the known ones.
 */
static void
a_peer_from_the_future(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *future = world_host(world, "future", REPLICA_LAPTOP);
	/* Field 90 of Message, with "new". */
	static const uint8_t unheard[] = "\322\005\003new";
	struct link *link;
	size_t i;

	world->tamper = speak_of_the_future;
	reader_keep(archive, 1, 1000);
	reader_keep(future, 2, 1000);
	link = link_new(future, archive);
	for (i = 0; i < 20; i++) {
		link_inject(link, 1, bytes_of(unheard, sizeof(unheard) - 1));
		link_step(link);
	}
	link_run(link);
	WORLD_REQUIRE(world, link_check_idle(link), "the exchange did not end");
	link_break(link);
	agree_after_meeting(world);
}

/*
 * A first sync that breaks, or is killed, after each message, while the archive's items move
 * in its order.  What has come once is durable, so it ends.
 */
static void
a_first_sync_that_is_broken_again_and_again(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *laptop = world_host(world, "laptop", REPLICA_LAPTOP);
	static char large[25001], saved[] = "1700000000000";
	enum snapshot_need need = SNAPSHOT_FIRST;
	struct link *link;

	memset(large, 'x', sizeof(large) - 1);
	for (size_t i = 0; i < 30; i++) {
		reader_save(archive, i);
		reader_set(archive, i, "a large field", large);
	}
	for (size_t round = 0; need != SNAPSHOT_NONE; round++) {
		WORLD_REQUIRE(world, round < 60, "it does not end");
		link = link_new(laptop, archive);
		/* Hello and Vector each way, and one Snapshot. */
		link_run_some(link, 5);
		link_settle(link, 0);
		if (round % 3 == 0)
			host_kill(laptop);
		link_break(link);
		if (round < 4) {
			saved[6] = (char)('1' + round);
			reader_set(archive, 2 + 9 * round, "saved", saved);
			reader_set(archive, 1 + 9 * round, "tag/rail", "1");
		}
		WORLD_OK(world, snapshot_need(laptop->replica, &need));
	}
	agree_after_meeting(world);
}

/* -------------------------------------------------------------------- clocks */

/*
 * The clock falls back between two writes of one reader, by an hour and then by ten
 * days; the later write stands, at home and elsewhere.
 */
static void
a_clock_that_jumps_back(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *laptop = world_host(world, "laptop", REPLICA_LAPTOP);

	reader_save(laptop, 1);
	reader_set(laptop, 1, "title", "first");
	laptop->skew_ms = -HOUR_MS;
	reader_set(laptop, 1, "title", "second");
	host_sync(laptop, archive);
	reader_expect(archive, 1, "title", "second");
	laptop->skew_ms = -10 * DAY_MS;
	host_kill(laptop);
	reader_set(laptop, 1, "title", "third");
	reader_expect(laptop, 1, "title", "third");
	WORLD_REQUIRE(world, host_try_sync(laptop, archive) == RS_ECLOCK,
	    "a peer whose clock is ten days off is not refused");
	laptop->skew_ms = 0;
	agree_after_meeting(world);
	reader_expect(archive, 1, "title", "third");
}

/*
 * An archive's clock falls back by two days, and a laptop tells it, over a connection
 * that began before, what it wrote itself.  It is not news from the future: it
 * is passed on once, not twice.
 */
static void
an_echo_after_the_clock_fell_back(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *laptop = world_host(world, "laptop", REPLICA_LAPTOP);
	struct host *other = world_host(world, "other", REPLICA_LAPTOP);
	struct link *early, *late;

	reader_save(laptop, 1);
	early = link_new(laptop, archive);
	link_run(early);
	/* What is new comes to the laptop by another connection. */
	late = link_new(laptop, archive);
	link_run(late);
	reader_save(archive, 2);
	link_run(late);
	archive->skew_ms = -2 * DAY_MS;
	link_run(early);
	link_break(late);
	link_break(early);
	other->skew_ms = archive->skew_ms;
	host_sync(other, archive);
	archive->skew_ms = other->skew_ms = 0;
	agree_catch_up(world);
	agree_after_meeting(world);
}

/*
 * A device whose clock was three days ahead wrote something.  Everybody holds it
 * and passes it on, but it stands only when its day has come.
 */
static void
a_write_from_the_future_is_set_aside(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *ahead = world_host(world, "ahead", REPLICA_LAPTOP);
	struct host *other = world_host(world, "other", REPLICA_LAPTOP);

	reader_save(other, 1);
	agree_after_meeting(world);
	ahead->skew_ms = 3 * DAY_MS;
	reader_set(ahead, 1, "title", "of Thursday");
	ahead->skew_ms = 0;
	host_sync(ahead, archive);
	reader_set(other, 1, "title", "of Monday");
	host_sync(other, archive);
	host_kill(archive);
	host_kill(other);
	reader_expect(other, 1, "title", "of Monday");
	reader_expect(archive, 1, "title", "of Monday");
	world->now_ms += 2 * DAY_MS + HOUR_MS;
	agree_catch_up(world);
	reader_expect(other, 1, "title", "of Thursday");
	reader_set(other, 1, "title", "of Thursday night");
	agree_after_meeting(world);
	reader_expect(ahead, 1, "title", "of Thursday night");
}

/* ------------------------------------------------------------------ absences */

/* A year later, with much done at both ends, and a link that breaks after each message. */
static void
a_device_away_for_a_year(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *away = world_host(world, "away", REPLICA_LAPTOP);
	struct host *home = world_host(world, "home", REPLICA_LAPTOP);
	size_t day, messages = 0;
	struct link *link;

	reader_keep(archive, 1, 2000);
	agree_after_meeting(world);
	reader_set(away, 1, "tag/sea", "1");
	for (day = 0; day < 365; day += 5) {
		world->now_ms += 5 * DAY_MS;
		reader_keep(archive, day % 40, 2000);
		reader_set(home, day % 40, "state", day % 2 == 0 ? "archived" : "unread");
		host_sync(home, archive);
	}
	reader_set(away, 1, "title", "still mine");
	for (;;) {
		link = link_new(away, archive);
		link_run_some(link, ++messages);
		if (link_check_idle(link))
			break;
		link_break(link);
	}
	WORLD_REQUIRE(world, messages > 5, "the exchange never broke");
	link_break(link);
	agree_after_meeting(world);
	reader_expect(home, 1, "title", "still mine");
	reader_expect(home, 1, "tag/sea", "1");
}

/* All but the host ${away} meet the first one for some days, and collect what may be collected. */
static void
others_meet_and_collect(struct world *world, const struct host *away)
{
	size_t round, i;

	for (round = 0; round < 4; round++) {
		world->now_ms += DAY_MS;
		for (i = 0; i < world->host_count; i++) {
			if (world->hosts[i] == away)
				continue;
			if (i > 0)
				host_sync(world->hosts[i], world->hosts[0]);
			host_collect(world->hosts[i]);
		}
	}
}

static bool
is_shown(struct host *host, size_t number)
{
	char url[100];

	reader_value(host, number, "url", url, sizeof(url));
	return url[0] != '\0';
}

/* Half a year and more goes by, and everybody but the host ${away} meets now and then. */
static void
pass_without(struct world *world, const struct host *away)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		world->now_ms += 100 * DAY_MS;
		reader_set(world->hosts[0], 9, "title", i == 0 ? "spring" : "autumn");
		others_meet_and_collect(world, away);
	}
}

/*
 * An item that was removed is forgotten while a device is away.  It comes back with that item,
 * with something to say of it, and with news of its own; over links that break after each
 * message.
 */
static void
a_device_that_returns_with_what_was_forgotten(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *away = world_host(world, "away", REPLICA_LAPTOP);
	struct host *home = world_host(world, "home", REPLICA_LAPTOP);
	size_t messages = 0;
	struct link *link;

	reader_keep(archive, 1, 2000);
	reader_keep(archive, 2, 2000);
	reader_set(home, 2, "tag/sea", "1");
	agree_after_meeting(world);
	reader_remove(home, 1);
	reader_set(home, 2, "tag/sea", "");
	reader_set(away, 1, "tag/rail", "1");
	reader_keep(away, 3, 2000);
	pass_without(world, away);
	WORLD_REQUIRE(world, world->collections >= 2, "nothing was collected");
	WORLD_REQUIRE(world, is_shown(away, 1) && !is_shown(archive, 1), "nothing was removed");
	reader_expect(archive, 2, "present", "1");
	for (;;) {
		link = link_new(away, archive);
		link_run_some(link, ++messages);
		if (link_check_idle(link))
			break;
		link_break(link);
	}
	WORLD_REQUIRE(world, messages > 3, "the exchange never broke");
	link_break(link);
	agree_after_meeting(world);
	others_meet_and_collect(world, NULL);
	agree_after_meeting(world);
	WORLD_REQUIRE(world, !is_shown(away, 1) && !is_shown(home, 1), "a removed item is back");
	reader_expect(archive, 1, "tag/rail", "");
	reader_expect(away, 1, "tag/rail", "");
	reader_expect(away, 2, "tag/sea", "");
	reader_expect(home, 3, "present", "1");
	WORLD_REQUIRE(world, is_shown(home, 3), "what it saved is lost");
}

/*
 * It saved the item by itself, and nobody knew, before others had saved it too, removed
 * it, and forgotten it.
 */
static void
a_device_that_returns_and_had_saved_it_itself(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *away = world_host(world, "away", REPLICA_LAPTOP);
	struct host *home = world_host(world, "home", REPLICA_LAPTOP);

	agree_after_meeting(world);
	reader_save(away, 1);
	reader_set(away, 1, "tag/rail", "1");
	world->now_ms += DAY_MS;
	reader_keep(archive, 1, 2000);
	reader_remove(archive, 1);
	pass_without(world, away);
	agree_after_meeting(world);
	WORLD_REQUIRE(world, is_shown(home, 1), "what it saved is lost");
	reader_expect(home, 1, "tag/rail", "1");
}

/* The same with an archive, which had a laptop of its own meanwhile. */
static void
an_archive_that_returns(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *away = world_host(world, "away", REPLICA_ARCHIVE);
	struct host *home = world_host(world, "home", REPLICA_LAPTOP);
	struct host *its = world_host(world, "its laptop", REPLICA_LAPTOP);
	size_t i;

	for (i = 1; i < 5; i++)
		reader_keep(archive, i, 2000);
	agree_after_meeting(world);
	reader_remove(home, 1);
	reader_set(its, 2, "title", "of its own");
	reader_remove(its, 3);
	for (i = 0; i < 3; i++) {
		world->now_ms += 100 * DAY_MS;
		reader_set(archive, 9, "title", i == 0 ? "spring" : i == 1 ? "autumn" : "winter");
		host_sync(home, archive);
		host_collect(archive);
		host_sync(home, archive);
		reader_set(its, 8, "title", i == 0 ? "spring" : i == 1 ? "autumn" : "winter");
		host_sync(its, away);
		host_collect(away);
		host_sync(its, away);
	}
	WORLD_REQUIRE(world, world->collections >= 2, "nothing was collected");
	WORLD_REQUIRE(world, is_shown(away, 1) && is_shown(archive, 3), "they met");
	for (i = 0; i < 3; i++) {
		host_sync(away, archive);
		host_sync(its, away);
		host_sync(home, archive);
	}
	agree_check(world);
	for (i = 0; i < world->host_count; i++)
		WORLD_REQUIRE(world, !is_shown(world->hosts[i], 1) &&
		    !is_shown(world->hosts[i], 3), "a removed item is back");
	reader_expect(home, 2, "title", "of its own");
	WORLD_REQUIRE(world, is_shown(its, 4), "an item is lost");
}

/* Two daemons, each with a laptop of its own, and no device that both have met. */
static void
two_daemons_sync_with_each_other(struct world *world)
{
	struct host *one = world_host(world, "one", REPLICA_ARCHIVE);
	struct host *two = world_host(world, "two", REPLICA_ARCHIVE);
	struct host *of_one = world_host(world, "laptop of one", REPLICA_LAPTOP);
	struct host *of_two = world_host(world, "laptop of two", REPLICA_LAPTOP);
	struct link *links[3];
	size_t round, i;

	reader_keep(one, 1, 100000);
	reader_keep(of_one, 2, 1000);
	reader_keep(two, 3, 1000);
	links[0] = link_new(of_one, one);
	links[1] = link_new(one, two);
	links[2] = link_new(of_two, two);
	/* A change goes from one end to the other and back, while all stay connected. */
	for (round = 0; round < 3; round++) {
		for (i = 0; i < 3; i++)
			link_run(links[i]);
		for (i = 3; i-- > 0;)
			link_run(links[i]);
		reader_set(of_one, 1, "title", round % 2 == 0 ? "from one" : "again");
		reader_set(of_two, 2, "starred", round % 2 == 0 ? "1" : "0");
	}
	for (i = 0; i < 9; i++)
		link_run(links[i % 3]);
	agree_check(world);
	reader_expect(of_two, 1, "title", "from one");
	reader_expect(of_one, 2, "starred", "1");
}

/*
 * Three archives in a row, the list of devices written at either end: what is revoked at one
 * end is so at the other as soon as the links between have carried it, whatever was
 * written there meanwhile.
 */
static void
a_revocation_goes_from_archive_to_archive(struct world *world)
{
	struct host *first = world_host(world, "first", REPLICA_ARCHIVE);
	struct host *middle = world_host(world, "middle", REPLICA_ARCHIVE);
	struct host *last = world_host(world, "last", REPLICA_ARCHIVE);
	static const uint8_t lost[DEVICE_KEY_LEN] = "lost", other[DEVICE_KEY_LEN] = "other";
	struct link *far;
	size_t i;

	set_device(first, lost, "a laptop", false);
	set_device(last, other, "another", false);
	link_new(middle, first);
	far = link_new(last, middle);
	for (i = 0; i < 6; i++)
		link_run(world->links[i % 2]);
	require_allowed(last, lost, true);
	require_allowed(first, other, true);
	link_break(far);
	set_device(first, lost, "", true);
	set_device(first, other, "renamed here", false);
	world->now_ms += 10;
	set_device(last, lost, "and there", false);
	set_device(last, other, "and later there", false);
	for (i = 0; i < 2; i++)
		link_run(world->links[0]);
	require_allowed(middle, lost, false);
	require_allowed(last, lost, true);
	host_kill(middle);
	link_break(world->links[0]);
	link_new(middle, first);
	link_new(last, middle);
	for (i = 0; i < 6; i++)
		link_run(world->links[i % 2]);
	for (i = 0; i < 3; i++) {
		require_allowed(world->hosts[i], lost, false);
		require_allowed(world->hosts[i], other, true);
	}
	agree_check(world);
}

/* ------------------------------------------------------------ partial replicas */

static size_t
blobs_held(struct host *host)
{
	int64_t count = 0;

	WORLD_OK(host->world, database_lookup(&host->replica->database,
	    "SELECT count(*) FROM blob WHERE received = size", NO_VALUES, &count));
	return (size_t)count;
}

/*
 * An archive acknowledges pages and articles, and its disk is replaced by an older copy.  A
 * laptop that has not given them up yet does not, before that archive has them again; also
 * when nobody has told the archive that it is an older one.
 */
static void
an_archive_whose_disk_is_replaced(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *laptop = world_host(world, "laptop", REPLICA_LAPTOP);
	size_t told;

	for (told = 0; told < 2; told++) {
		reader_save(archive, 7 + told);
		host_sync(laptop, archive);
		host_back_up(archive);
		partial_set_policy(laptop, "everything");
		reader_keep(laptop, 1 + told, 1000);
		host_sync(laptop, archive);
		/* What tells an archive that it is an older one. */
		reader_set(archive, 7 + told, "title", "lost");
		host_sync(laptop, archive);
		host_restore(archive, told != 0);
		world->now_ms += 1000;
		WORLD_REQUIRE(world, blobs_held(archive) == 2 * told, "it was not lost");
		partial_set_policy(laptop, "nothing");
		if (told == 0)
			found_out(laptop, archive);
		else
			host_sync(laptop, archive);
		WORLD_REQUIRE(world, blobs_held(archive) == 2 * (told + 1), "it is lost");
		WORLD_REQUIRE(world, blobs_held(laptop) == 0, "nothing is given up");
		agree_after_meeting(world);
	}
}

/* What one archive holds, another may not: its word counts for itself alone. */
static void
two_archives_and_a_small_laptop(struct world *world)
{
	struct host *first = world_host(world, "first", REPLICA_ARCHIVE);
	struct host *second = world_host(world, "second", REPLICA_ARCHIVE);
	struct host *laptop = world_host(world, "laptop", REPLICA_LAPTOP);

	reader_keep(laptop, 1, 1000);
	host_sync(laptop, first);
	partial_set_policy(laptop, "nothing");
	host_sync(laptop, second);
	WORLD_REQUIRE(world, blobs_held(second) == 2 && blobs_held(laptop) == 0,
	    "the second archive did not get it");
	/* Each has it: the first is asked for a last byte of what came from the second. */
	partial_set_policy(laptop, "everything");
	host_sync(laptop, second);
	partial_set_policy(laptop, "nothing");
	host_sync(laptop, first);
	WORLD_REQUIRE(world, blobs_held(laptop) == 0, "the first archive is not believed");
	host_sync(second, first);
	agree_after_meeting(world);
}

/* A kill amid giving up loses nothing, and the next exchange goes on. */
static void
a_kill_while_blobs_are_given_up(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *laptop = world_host(world, "laptop", REPLICA_LAPTOP);
	uint8_t hashes[2][HASH_CONTENT_LEN];
	struct rows rows;
	size_t count = 0;

	reader_keep(archive, 1, 1000);
	reader_keep(archive, 2, 1000);
	host_sync(laptop, archive);
	partial_set_policy(laptop, "nothing");
	rows = database_query(&laptop->replica->database, "SELECT hash FROM blob", NO_VALUES);
	while (database_next(&rows))
		memcpy(hashes[count++], database_blob(&rows, 0).data, HASH_CONTENT_LEN);
	WORLD_OK(world, database_end(&rows));
	WORLD_OK(world, replica_begin(laptop->replica));
	WORLD_OK(world, blob_give_up(laptop->replica,
	    (const uint8_t (*)[HASH_CONTENT_LEN])hashes, count));
	host_kill(laptop);
	WORLD_REQUIRE(world, blobs_held(laptop) == 2, "it was not rolled back");
	agree_after_meeting(world);
	WORLD_REQUIRE(world, blobs_held(laptop) == 0, "it did not go on");
	partial_set_policy(laptop, "everything");
	agree_after_meeting(world);
	WORLD_REQUIRE(world, blobs_held(laptop) == 2, "it does not come back");
}

/* ----------------------------------------------------------------- concurrency */

/* Three devices, without a network, tag, remove, revive and rename the same item. */
static void
three_devices_change_one_item(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *a = world_host(world, "a", REPLICA_LAPTOP);
	struct host *b = world_host(world, "b", REPLICA_LAPTOP);
	struct host *c = world_host(world, "c", REPLICA_LAPTOP);

	reader_save(a, 1);
	agree_after_meeting(world);
	reader_set(a, 1, "tag/rail", "1");
	reader_set(b, 1, "tag/sea", "1");
	/* All at one moment: the greater origin decides, everywhere alike. */
	reader_set(a, 1, "title", "of a");
	reader_set(b, 1, "title", "of b");
	reader_set(c, 1, "title", "of c");
	reader_set(b, 1, "present", "0");
	world->now_ms += 10;
	reader_set(c, 1, "tag/sea", "0");
	reader_set(c, 1, "present", "0");
	world->now_ms += 10;
	reader_remove(a, 1);
	reader_save(a, 1);
	agree_after_meeting(world);
	/* What a knew of it went with the removal; what c said meanwhile stands. */
	reader_expect(b, 1, "tag/rail", "");
	reader_expect(a, 1, "tag/sea", "0");
	reader_expect(c, 1, "present", "1");
	WORLD_REQUIRE(world, archive->replica != NULL, "no archive");
}

static void
expect_note(struct host *host, size_t number, const char *note)
{
	char found[200];

	reader_note(host, number, found, sizeof(found));
	WORLD_REQUIRE(host->world, strcmp(found, note) == 0, "the note of %s is \"%s\", not \"%s\"",
	    host->name, found, note);
}

/* A note is edited on three devices at once: three versions, everywhere, until one is made. */
static void
three_devices_edit_one_note(struct world *world)
{
	struct host *archive = world_host(world, "archive", REPLICA_ARCHIVE);
	struct host *hosts[] = { archive, world_host(world, "a", REPLICA_LAPTOP),
	    world_host(world, "b", REPLICA_LAPTOP), world_host(world, "c", REPLICA_LAPTOP) };
	static const char *const edits[] = { "of a", "of b", "of c" };
	size_t i;

	reader_save(hosts[1], 1);
	reader_writes_note(hosts[1], 1, "the first", NOTE_REPLACES_MAX);
	agree_after_meeting(world);
	for (i = 0; i < 3; i++) {
		world->now_ms += 10;
		reader_writes_note(hosts[1 + i], 1, edits[i], NOTE_REPLACES_MAX);
		expect_note(hosts[1 + i], 1, i == 0 ? "of a|" : i == 1 ? "of b|" : "of c|");
	}
	agree_after_meeting(world);
	for (i = 0; i < 4; i++)
		expect_note(hosts[i], 1, "of a|of b|of c|");
	world->now_ms += 10;
	reader_writes_note(hosts[2], 1, "of all", NOTE_REPLACES_MAX);
	/* One who has not heard of that goes on with what was its own: that stays beside it. */
	world->now_ms += 10;
	reader_writes_note(hosts[1], 1, "of a, again", 1);
	agree_after_meeting(world);
	for (i = 0; i < 4; i++)
		expect_note(hosts[i], 1, "of all|of a, again|");
	world->now_ms += 10;
	reader_writes_note(hosts[3], 1, "", NOTE_REPLACES_MAX);
	agree_after_meeting(world);
	for (i = 0; i < 4; i++)
		expect_note(hosts[i], 1, "");
}

static const struct {
	const char *name;
	void (*play)(struct world *world);
} scenarios[] = {
	{ "an older build between two newer ones", an_older_build_between_two_newer_ones },
	{ "a peer from the future", a_peer_from_the_future },
	{ "a first sync that is broken again and again",
	    a_first_sync_that_is_broken_again_and_again },
	{ "a clock that jumps back", a_clock_that_jumps_back },
	{ "an echo after the clock fell back", an_echo_after_the_clock_fell_back },
	{ "a write from the future is set aside", a_write_from_the_future_is_set_aside },
	{ "a device away for a year", a_device_away_for_a_year },
	{ "a device that returns with what was forgotten",
	    a_device_that_returns_with_what_was_forgotten },
	{ "a device that returns and had saved it itself",
	    a_device_that_returns_and_had_saved_it_itself },
	{ "an archive that returns", an_archive_that_returns },
	{ "two daemons sync with each other", two_daemons_sync_with_each_other },
	{ "a revocation goes from archive to archive",
	    a_revocation_goes_from_archive_to_archive },
	{ "a laptop restored from a backup", a_laptop_restored_from_a_backup },
	{ "an archive restored from a backup", an_archive_restored_from_a_backup },
	{ "an exchange that began under the old origin",
	    an_exchange_that_began_under_the_old_origin },
	{ "a restored replica that is told", a_restored_replica_that_is_told },
	{ "a cloned replica", a_cloned_replica },
	{ "an archive whose disk is replaced", an_archive_whose_disk_is_replaced },
	{ "two archives and a small laptop", two_archives_and_a_small_laptop },
	{ "a kill while blobs are given up", a_kill_while_blobs_are_given_up },
	{ "three devices change one item", three_devices_change_one_item },
	{ "three devices edit one note", three_devices_edit_one_note },
};

void
scenarios_run(const char *only)
{
	struct world world;
	size_t i;

	for (i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
		if (only != NULL && strcmp(only, scenarios[i].name) != 0)
			continue;
		world_init(&world, scenarios[i].name, 1);
		scenarios[i].play(&world);
		world_release(&world);
		printf("ok %s\n", scenarios[i].name);
	}
}
