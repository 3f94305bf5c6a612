/*
 * Random runs of an archive and its laptops: changes, messages in every
 * interleaving, breaks at every point.  Once the links hold, all replicas must be
 * equal.  And whenever an initiator takes itself for idle, its peer must
 * hold durably all that it has, and it all that the peer had when it said so.
 *
 * READSYNC_TEST_SEED=n runs one seed only; a failing run prints its seed.
 */
#include "tests/unit/proto/sync/link.h"

enum {
	LAPTOPS = 3,
	SEEDS = 60,
	STEPS = 1500,
	TAG_HELLO = READSYNC__MESSAGE__BODY_HELLO << 3 | 2,	/* first byte of the message */
	TAG_IDLE = READSYNC__MESSAGE__BODY_IDLE << 3 | 2
};

struct world {
	uint64_t seed;
	uint64_t state;
	struct host archive;
	struct host laptops[LAPTOPS];
	struct link *links[LAPTOPS];	/* NULL: broken */
	struct version_vector said[LAPTOPS];	/* the archive's, when it last said Idle */
	size_t steps, breaks, idles;
};

static unsigned
choose(struct world *world, unsigned count)
{
	return (unsigned)((generate(&world->state) >> 33) % count);
}

static struct host *
choose_host(struct world *world)
{
	unsigned number = choose(world, LAPTOPS + 1);

	return number == LAPTOPS ? &world->archive : &world->laptops[number];
}

static void
write_much(struct host *host, unsigned number, size_t size)
{
	static uint8_t value[RECORD_VALUE_MAX];
	uint8_t entity[16] = { (uint8_t)number };

	host_fill(host, value, 8);
	assert_int_equal(replica_begin(host->replica), RS_OK);
	assert_int_equal(replica_write(host->replica, (enum record_kind)77, entity, "much",
	    bytes_of(value, size)), RS_OK);
	assert_int_equal(replica_commit(host->replica), RS_OK);
}

static void
change_something(struct world *world)
{
	static const char *const fields[] = { "title", "state", "starred", "tag/a", "present" };
	struct host *host = choose_host(world);
	char value[16];

	host->now_ms += choose(world, 50);
	switch (choose(world, 9)) {
	case 0:
		host_save_page(host, choose(world, 10), 1 + choose(world, 150000));
		break;
	case 1:
		host_save_page(host, choose(world, 10), 1 + choose(world, 2000));
		break;
	case 2:
		/* Two of these do not fit into one message. */
		write_much(host, choose(world, 6), 20000 + choose(world, 12000));
		break;
	default:
		snprintf(value, sizeof(value), "%u", choose(world, 2));
		host_write(host, choose(world, 12), fields[choose(world, 5)], value);
	}
}

static void
copy_vector(struct version_vector *to, const struct version_vector *from)
{
	size_t i;

	version_vector_release(to);
	for (i = 0; i < from->count; i++)
		assert_int_equal(version_vector_raise(to, from->entries[i].origin,
		    from->entries[i].sequence), RS_OK);
}

static void
cut_link(struct world *world, unsigned number)
{
	link_break(world->links[number]);
	world->links[number] = NULL;
	version_vector_release(&world->said[number]);
	world->breaks++;
}

/* The initiator would close here: do so, and see that nobody has lost anything. */
static void
check_idle(struct world *world, unsigned number)
{
	struct link *link = world->links[number];
	struct replica *archive = world->archive.replica, *laptop = world->laptops[number].replica;

	if (!sync_session_idle(link->ends[0].session))
		return;
	world->idles++;
	assert_true(version_vector_covers(replica_vector(laptop), &world->said[number]));
	/* What is not durable there goes with the link. */
	if (choose(world, 8) == 0)
		cut_link(world, number);
	assert_true(version_vector_covers(replica_vector(archive), replica_vector(laptop)));
}

static void
pull(struct world *world, unsigned number, int index)
{
	struct link *link = world->links[number];
	const struct end *to = &link->ends[1 - index];
	uint8_t tag;

	if (!link_pull(link, index) || index == 0)
		return;
	/* The answering Hello of one who wants nothing stands for an Idle. */
	tag = to->queue[(to->tail - 1) % QUEUE_MAX].data[0];
	if (tag == TAG_IDLE || tag == TAG_HELLO)
		copy_vector(&world->said[number], replica_vector(world->archive.replica));
}

/* Deliver some messages, then settle them, or break off before. */
static void
deliver(struct world *world, unsigned number, int index)
{
	struct link *link = world->links[number];
	struct end *end = &link->ends[index];
	unsigned count = 1 + choose(world, 4);

	while (count-- > 0 && link_deliver(link, index)) {
		if (end->err != RS_OK)
			fail_msg("receive: %s", end->detail.text);
	}
	if (choose(world, 60) == 0)
		cut_link(world, number);
	else
		assert_int_equal(sync_session_settle(end->session), RS_OK);
}

static void
step(struct world *world)
{
	unsigned number = choose(world, LAPTOPS), action = choose(world, 40);

	world->steps++;
	/* Calm phases, in which exchanges come to rest, follow busy ones. */
	if (action == 0 || (action < 6 && world->steps / 200 % 2 == 0)) {
		change_something(world);
	} else if (world->links[number] == NULL) {
		if (choose(world, 3) == 0)
			world->links[number] = link_new(&world->laptops[number], &world->archive);
	} else if (action == 1 && choose(world, 8) == 0) {
		cut_link(world, number);
	} else if (action < 22) {
		pull(world, number, (int)choose(world, 2));
	} else {
		deliver(world, number, (int)choose(world, 2));
	}
	if (world->links[number] != NULL)
		check_idle(world, number);
}

/* All links hold from now on: everything must come to rest, and be equal. */
static void
heal(struct world *world)
{
	unsigned round, number;

	for (number = 0; number < LAPTOPS; number++) {
		if (world->links[number] != NULL)
			cut_link(world, number);
		world->links[number] = link_new(&world->laptops[number], &world->archive);
	}
	for (round = 0; round < 2; round++) {
		for (number = 0; number < LAPTOPS; number++)
			link_run(world->links[number]);
	}
	for (number = 0; number < LAPTOPS; number++) {
		if (!link_idle(world->links[number]))
			fail_msg("not idle: %s / %s", world->links[number]->ends[0].detail.text,
			    world->links[number]->ends[1].detail.text);
		assert_true(hosts_equal(&world->laptops[number], &world->archive));
		cut_link(world, number);
	}
	assert_int_equal(blob_wanted(world->archive.replica), 0);
}

static void
run_seed(uint64_t seed, size_t *breaks, size_t *idles)
{
	struct world *world = calloc(1, sizeof(*world));
	unsigned number, i;

	assert_non_null(world);
	world->seed = seed;
	world->state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
	host_open(&world->archive, 1, REPLICA_ARCHIVE);
	for (number = 0; number < LAPTOPS; number++) {
		host_open(&world->laptops[number], 2 + number, REPLICA_LAPTOP);
		world->laptops[number].now_ms += (int64_t)choose(world, 20000) - 10000;
	}
	for (i = 0; i < STEPS; i++)
		step(world);
	heal(world);
	for (number = 0; number < LAPTOPS; number++)
		host_close(&world->laptops[number]);
	host_close(&world->archive);
	*breaks += world->breaks;
	*idles += world->idles;
	free(world);
}

static void
random_runs_converge(void **state)
{
	const char *only = getenv("READSYNC_TEST_SEED");
	size_t breaks = 0, idles = 0;
	uint64_t seed;

	(void)state;
	if (only != NULL) {
		run_seed(strtoull(only, NULL, 10), &breaks, &idles);
		return;
	}
	for (seed = 1; seed <= SEEDS; seed++) {
		/* cmocka prints the place of a failure; the seed stands before it. */
		print_message("\rseed %llu ", (unsigned long long)seed);
		run_seed(seed, &breaks, &idles);
	}
	print_message("\r%d seeds: %zu breaks, idle %zu times\n", SEEDS, breaks, idles);
	/* The runs must have been through what they are to show. */
	assert_true(breaks > SEEDS && idles > SEEDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_runs_converge),
	};

	if (secret_start() != RS_OK)
		return 1;
	return cmocka_run_group_tests_name("convergence", tests, NULL, NULL);
}
