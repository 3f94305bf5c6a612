/*
 * The derived tables are a function of the registers and blobs: whatever readers and
 * archives do, in whatever order it reaches a replica, they end alike, and like what a
 * rebuild makes.
 */
#include "tests/unit/proto/replica/fixture.h"

#include "proto/base/encode.h"
#include "proto/replica/derive.h"

enum { NODES = 3, STEPS = 120, ITEMS = 6, DUMP_MAX = 4 << 20 };

/* What was made so far, by anybody, to write about. */
struct world {
	struct node *nodes[NODES];	/* two laptops and an archive */
	uint64_t seed;
	uint8_t items[ITEMS][HASH_NAME_LEN];
	uint8_t fetches[STEPS][HASH_NAME_LEN];
	size_t fetch_count;
	uint8_t readings[STEPS][HASH_NAME_LEN];
	size_t reading_count;
};

static size_t
draw(struct world *world, size_t below)
{
	struct node dice = { .seed = world->seed };
	uint64_t drawn = node_draw(&dice);

	world->seed = dice.seed;
	return drawn % below;
}

static void
write_item(struct world *world, struct node *node, const char *field, struct bytes value)
{
	IN(node, replica_write(node->replica, RECORD_ITEM, world->items[draw(world, ITEMS)], field,
	    value));
}

/* An archive's claim that one item is an alias of another, or the reader's word that it is not. */
static void
write_alias(struct world *world, struct node *node)
{
	struct bytes other = bytes_of(world->items[draw(world, ITEMS)], HASH_NAME_LEN);
	char apart[sizeof("apart/") + 2 * HASH_NAME_LEN] = "apart/";

	if (draw(world, 4) > 0) {
		write_item(world, node, "alias", draw(world, 4) > 0 ? other : bytes_of("", 0));
		return;
	}
	encode_hex(other, apart + strlen(apart));
	write_item(world, node, apart, bytes_of_text(draw(world, 4) > 0 ? "1" : "0"));
}

/* Some register of some item, or of a reading that this replica may not have yet. */
static void
write_anything(struct world *world, struct node *node)
{
	static const char *const fields[] = { "title", "state", "starred", "saved", "present",
		"tag/rail", "tag/sea", "of a later version" };
	static const char *const values[] = { "0", "1", "archived", "7", "", "full", "teaser",
		"not\na line", "1700000000000" };
	struct bytes value = bytes_of_text(values[draw(world, 9)]);

	if (world->reading_count > 0 && draw(world, 4) == 0)
		write_item(world, node, "prefer",
		    bytes_of(world->readings[draw(world, world->reading_count)], HASH_NAME_LEN));
	else if (world->reading_count > 0 && draw(world, 4) == 0)
		IN(node, replica_write(node->replica, RECORD_READING,
		    world->readings[draw(world, world->reading_count)], "verdict", value));
	else
		write_item(world, node, fields[draw(world, 8)], value);
}

static void
read_a_page(struct world *world, struct node *node)
{
	static const char *const texts[] = { "One two three four.", "One two three four five.",
		"One.", NULL };
	uint8_t *id = world->readings[world->reading_count];
	size_t number = draw(world, 4);
	Readsync__Fetch *fetch;
	const uint8_t *of;

	if (world->fetch_count == 0)
		return;
	of = world->fetches[draw(world, world->fetch_count)];
	if (reading_get_fetch(node->replica, of, &fetch) != RS_OK)
		return;
	readsync__fetch__free_unpacked(fetch, NULL);
	add_reading(node, of, (Readsync__Copy)(1 + draw(world, 4)), texts[number == 3 ? 0 : number],
	    texts[number], id);
	world->reading_count++;
}

static void
fetch_a_page(struct world *world, struct node *node)
{
	uint8_t *item = world->items[draw(world, ITEMS)];
	Readsync__Fetch fetch = READSYNC__FETCH__INIT;

	fetch.item = (ProtobufCBinaryData){ HASH_NAME_LEN, item };
	fetch.at_ms = node->now_ms;
	OK(replica_begin(node->replica));
	/* Of an item that is there, and was not removed. */
	if (reading_add_fetch(node->replica, &fetch, bytes_of_text("page"),
	    world->fetches[world->fetch_count]) == RS_OK)
		world->fetch_count++;
	OK(replica_commit(node->replica));
}

static void
step(struct world *world)
{
	struct node *node = world->nodes[draw(world, NODES)];
	struct node *other = world->nodes[draw(world, NODES)];
	char url[40];
	uint8_t id[HASH_NAME_LEN];

	/* Clocks that disagree: ties and writes from the past are among it. */
	node->now_ms += (int64_t)draw(world, 3) * 400;
	switch (draw(world, 7)) {
	case 0:
		snprintf(url, sizeof(url), "https://example.org/%zu", draw(world, ITEMS));
		save(node, url, NULL, id);
		break;
	case 1:
		fetch_a_page(world, node);
		break;
	case 2:
		read_a_page(world, node);
		break;
	case 3:
		if (other != node) {
			exchange(other, node);
			send_blobs(other, node);
		}
		break;
	case 4:
		write_alias(world, node);
		break;
	default:
		write_anything(world, node);
	}
}

static struct buffer
dump(struct node *node)
{
	struct buffer out;

	buffer_init(&out, DUMP_MAX);
	dump_derived(node, &out);
	return out;
}

static void
assert_dump(struct node *node, const struct buffer *expected, unsigned seed, const char *what)
{
	struct buffer found = dump(node);

	if (!bytes_equal(buffer_bytes(&found), buffer_bytes(expected)))
		fail_msg("seed %u, %s:\n%s\nis not\n%s", seed, what, buffer_text(&found),
		    buffer_text((struct buffer *)expected));
	buffer_release(&found);
}

/* Everybody has all that anybody has. */
static void
settle(struct world *world)
{
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < NODES; i++)
			for (int j = 0; j < NODES; j++)
				if (i != j) {
					exchange(world->nodes[i], world->nodes[j]);
					send_blobs(world->nodes[i], world->nodes[j]);
				}
}

static void
run(unsigned seed)
{
	struct world world = { .seed = seed };
	struct buffer laptops, archive;
	char url[40];

	for (int i = 0; i < NODES; i++) {
		world.nodes[i] = node_new(i == 2 ? REPLICA_ARCHIVE : REPLICA_LAPTOP, seed * 10 + i);
		if (i > 0)
			pair(world.nodes[0], world.nodes[i]);
	}
	/* To learn their ids, which are the same everywhere. */
	for (int i = 0; i < ITEMS; i++) {
		snprintf(url, sizeof(url), "https://example.org/%d", i);
		save(world.nodes[0], url, NULL, world.items[i]);
	}
	for (int i = 0; i < STEPS; i++)
		step(&world);
	settle(&world);
	laptops = dump(world.nodes[0]);
	archive = dump(world.nodes[2]);
	assert_dump(world.nodes[1], &laptops, seed, "the other laptop");
	for (int i = 0; i < NODES; i++) {
		IN(world.nodes[i], database_run(&world.nodes[i]->replica->database,
		    "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)", NO_VALUES));
		IN(world.nodes[i], derive_rebuild(world.nodes[i]->replica));
		assert_dump(world.nodes[i], i == 2 ? &archive : &laptops, seed, "rebuilt");
		node_free(world.nodes[i]);
	}
	buffer_release(&archive);
	buffer_release(&laptops);
}

static void
whatever_happens_replicas_derive_the_same(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 12; seed++)
		run(seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_happens_replicas_derive_the_same),
	};

	return cmocka_run_group_tests_name("proto/replica/derive", tests, NULL, NULL);
}
