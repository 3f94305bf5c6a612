#include <string.h>

#include "tests/sim/agree.h"
#include "tests/sim/partial.h"
#include "tests/sim/random_run.h"
#include "tests/sim/reader.h"

enum {
	STEPS = 250,
	ARCHIVES = 3,		/* at most */
	HEALING_ROUNDS = 24,
	HOUR_MS = 60 * 60 * 1000
};

static struct host *
any_host(struct world *world)
{
	return world->hosts[world_draw(world, world->host_count)];
}

/*
 * In some runs seasons go by, and what says nothing is collected.  Homes are not put back then: a
 * backup that is older than what was collected brings it back.
 */
static bool
is_long(const struct world *world)
{
	return world->seed % 4 == 1;
}

/* Time goes on: often not at all, so that clocks give the same readings. */
static void
pass_time(struct world *world)
{
	size_t kind = world_draw(world, 60);

	if (is_long(world) && world_draw(world, 30) == 0)
		world->now_ms += (world_draw(world, 3) == 0 ? 300 : 100) * (int64_t)WORLD_DAY_MS;

	if (kind == 0)
		world->now_ms += (int64_t)world_draw(world, 20) * HOUR_MS;
	else if (kind < 30)
		world->now_ms += (int64_t)world_draw(world, 50);
}

static void
turn_clock(struct host *host)
{
	struct world *world = host->world;
	int64_t size = world_draw(world, 3) == 0 ? 3 * (int64_t)WORLD_DAY_MS : 2000;

	host->skew_ms = world_draw(world, 3) == 0 ? 0 :
	    (int64_t)world_draw(world, (size_t)(2 * size)) - size;
	world_note(world, "the clock of %s is %+lld s off", host->name,
	    (long long)host->skew_ms / 1000);
}

/* Laptops sync with archives, archives with each other. */
static void
connect(struct world *world)
{
	struct host *initiator = any_host(world), *responder = any_host(world);

	if (initiator != responder && responder->role == REPLICA_ARCHIVE &&
	    world->link_count < WORLD_LINKS)
		link_new(initiator, responder);
}

static void
move_messages(struct link *link)
{
	struct world *world = link->ends[0].host->world;
	size_t index = world_draw(world, 2), count = 1 + world_draw(world, 6);
	struct end *end = &link->ends[index];

	if (world_draw(world, 2) == 0) {
		while (count-- > 0 && link_pull(link, index))
			continue;
		return;
	}
	link_deliver(link, index, count);
	/* What is not committed is neither acknowledged nor passed on, however often we ask. */
	while (world_draw(world, 2) == 0)
		link_pull(link, index);
	if (world_draw(world, 40) == 0)
		host_kill(end->host);
	else
		link_settle(link, index);
}

static void
lose_connection(struct link *link)
{
	struct world *world = link->ends[0].host->world;
	size_t index = world_draw(world, 2);

	world->breaks++;
	if (link->ends[index].session != NULL && world_draw(world, 2) == 0)
		link_give_up(link, index);
	else
		link_break(link);
}

static bool
is_dead(const struct link *link)
{
	return (link->ends[0].session == NULL || link->ends[0].over) &&
	    (link->ends[1].session == NULL || link->ends[1].over);
}

/* An initiator closes when both are idle; what its peer had not committed goes. */
static void
tend(struct link *link)
{
	struct world *world = link->ends[0].host->world;
	bool idle = link_check_idle(link);

	if (idle && world_draw(world, 4) == 0) {
		host_kill(link->ends[1].host);
		WORLD_REQUIRE(world, host_holds(link->ends[1].host,
		    replica_vector(link->ends[0].host->replica)),
		    "%s had acknowledged what was not durable", link->ends[1].host->name);
	}
	if (world_draw(world, idle ? 2 : 6) == 0)
		partial_release(link, idle);
	if (idle)
		link_note_held(link);
	if (is_dead(link) || (idle && world_draw(world, 2) == 0))
		link_break(link);
}

/*
 * Homes are put back to older copies.  Either each such replica is told, as `restore` does;
 * or, in a library with one archive, a single home is copied behind our back,
 * which the protocol has to find out.
 */
static void
lose_home(struct host *host)
{
	struct world *world = host->world;
	bool told = world->seed % 3 != 0;

	if (world_draw(world, 3) > 0 && host->backup == NULL) {
		host_back_up(host);
	} else if (told || (!world->forked && world->hosts[1]->role == REPLICA_LAPTOP)) {
		if (!told && world_draw(world, 3) == 0 && host->role == REPLICA_LAPTOP &&
		    world->host_count < WORLD_HOSTS)
			host_clone(host, "the copy");
		else if (host->backup != NULL)
			host_restore(host, told);
	}
}

static void
disturb(struct world *world)
{
	struct host *host = any_host(world);

	switch (world_draw(world, 16)) {
	case 0:
		host_kill(host);
		break;
	case 1: case 2:
		turn_clock(host);
		break;
	case 3: case 4: case 5: case 6:
		if (is_long(world))
			host_collect(host);
		else
			lose_home(host);
		break;
	default:
		if (world->link_count > 0)
			lose_connection(world->links[world_draw(world, world->link_count)]);
	}
}

/* Half of the laptops keep a part, by a policy that changes now and then. */
static void
tell_policy(struct host *host)
{
	size_t number = (size_t)host->name[strlen(host->name) - 1];

	if (host->role == REPLICA_LAPTOP && (host->world->seed + number) % 2 == 0)
		partial_choose(host);
}

static void
step(struct world *world)
{
	size_t action = world_draw(world, 40);
	/* Calm phases, in which exchanges come to rest, follow busy ones. */
	bool busy = world->step / 50 % 2 == 0;
	struct link *link;

	world->step++;
	pass_time(world);
	if (action < (busy ? 12 : 2)) {
		reader_acts(any_host(world));
		if (world_draw(world, 10) == 0)
			tell_policy(any_host(world));
	} else if (action < 15) {
		connect(world);
	} else if (action == 15) {
		disturb(world);
	} else if (world->link_count > 0) {
		link = world->links[world_draw(world, world->link_count)];
		if (action == 16)
			link_run(link);
		else
			move_messages(link);
		tend(link);
	}
}

/* Horizons go with vectors, which are told when there is something new. */
static void
collect_all(struct world *world)
{
	size_t round, i;

	for (round = 0; round < 4; round++) {
		world->now_ms += WORLD_DAY_MS;
		reader_set(world->hosts[0], round, "extra/round", "1");
		for (i = 0; i < world->host_count; i++) {
			if (i > 0)
				host_sync(world->hosts[i], world->hosts[0]);
			host_collect(world->hosts[i]);
		}
	}
	/* And what was noted of each at the end of that. */
	for (i = 1; i < 2 * world->host_count; i++)
		if (i % world->host_count > 0)
			host_sync(world->hosts[i % world->host_count], world->hosts[0]);
}

/*
 * The links hold from now on: everything must come to rest and be equal.  Each archive but
 * the first has joined one before it, and each laptop knows one of them.
 */
static void
heal(struct world *world)
{
	struct host **hosts = world->hosts, *known[WORLD_HOSTS];
	size_t rounds = 0, calm = 0, archives = 0, i;
	bool refused;

	while (world->link_count > 0)
		link_break(world->links[0]);
	agree_catch_up(world);
	for (i = 0; i < world->host_count; i++) {
		known[i] = i == 0 ? NULL : hosts[world_draw(world, archives)];
		archives += hosts[i]->role == REPLICA_ARCHIVE;
	}
	/*
	 * A write of one laptop may be why its archive asks another device for a blob, in the
	 * second round; the rest get that in the third; and each archive on the way may
	 * take as long.
	 */
	while (calm < 3 * archives) {
		WORLD_REQUIRE(world, ++rounds < HEALING_ROUNDS, "exchanges are refused for ever");
		refused = false;
		for (i = 1; i < world->host_count; i++)
			if (host_try_sync(hosts[i], known[i]) != RS_OK)
				refused = true;
		calm = refused ? 0 : calm + 1;
	}
	if (is_long(world))
		collect_all(world);
	if (world->ledger.ambiguous)
		return;
	agree_check(world);
	for (i = 1; i < world->host_count; i++)
		if (hosts[i]->role == REPLICA_LAPTOP)
			partial_check(hosts[i], hosts[0]);
}

void
random_run(uint64_t seed, bool trace, struct random_run_counts *counts)
{
	struct world world;
	size_t archives, laptops, i;
	static const char *const places[] = { "archive", "second archive", "third archive" };
	static const char *const names[] = { "laptop 1", "laptop 2", "laptop 3" };

	world_init(&world, "random runs", seed);
	world.trace = trace;
	archives = world_draw(&world, 2) == 0 ? 1 : 1 + world_draw(&world, ARCHIVES);
	for (i = 0; i < archives; i++)
		world_host(&world, places[i], REPLICA_ARCHIVE);
	laptops = 1 + world_draw(&world, 3);
	for (i = 0; i < laptops; i++)
		world_host(&world, names[i], REPLICA_LAPTOP)->skew_ms =
		    (int64_t)world_draw(&world, 2) * ((int64_t)world_draw(&world, 20000) - 10000);
	for (i = 0; i < STEPS; i++)
		step(&world);
	heal(&world);
	counts->writes += world.ledger.count;
	counts->idles += world.idles;
	counts->breaks += world.breaks;
	counts->kills += world.kills;
	counts->restores += world.restores;
	counts->released += world.released;
	counts->collections += world.collections;
	world_release(&world);
}
