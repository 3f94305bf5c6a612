#include "proto/replica/register.h"
#include "proto/replica/walk.h"
#include "tests/unit/proto/replica/fixture.h"

enum { ITEMS = 24, HELD_MAX = 4000, SEEDS = 120, HOUR_MS = 60 * 60 * 1000 };

/* A record by its name, and which write of it. */
struct held {
	uint32_t kind;
	uint8_t entity[HASH_NAME_LEN];
	char field[RECORD_FIELD_MAX + 1];
	uint64_t clock;
	uint8_t origin[VERSION_ORIGIN_LEN];
};

struct list {
	struct held held[HELD_MAX];
	size_t count;
	size_t left;			/* records that are taken before the next break */
};

static bool
take(void *context, const struct record *record)
{
	struct list *list = context;
	struct held *held = &list->held[list->count];

	if (list->left == 0)
		return false;
	list->left--;
	assert_true(++list->count < HELD_MAX);
	*held = (struct held){ .kind = record->kind, .clock = record->clock };
	memcpy(held->entity, record->entity, sizeof(held->entity));
	memcpy(held->field, record->field.data, record->field.len);
	memcpy(held->origin, record->origin, sizeof(held->origin));
	return true;
}

static struct list *
list_new(size_t left)
{
	struct list *list = calloc(1, sizeof(*list));

	assert_non_null(list);
	list->left = left;
	return list;
}

/* ------------------------------------------------------------ what is written */

static void
name_item(unsigned number, uint8_t item[HASH_NAME_LEN])
{
	memset(item, 0, HASH_NAME_LEN);
	item[0] = (uint8_t)(number * 37);
	item[1] = (uint8_t)number;
	item[2] = (uint8_t)(number >> 8);
}

static void
write_item(struct node *node, unsigned number, const char *field, const char *value)
{
	uint8_t item[HASH_NAME_LEN];

	name_item(number, item);
	OK(replica_write(node->replica, RECORD_ITEM, item, field, bytes_of_text(value)));
}

static void
save_item(struct node *node, unsigned number)
{
	char when[24];

	snprintf(when, sizeof(when), "%u", (unsigned)(node_draw(node) % 50));
	write_item(node, number, "saved", when);
}

/* Of another device, whose clock is two days ahead. */
static void
save_from_tomorrow(struct node *node, unsigned number)
{
	static uint64_t sequence;
	struct record record = { .kind = RECORD_ITEM, .sequence = ++sequence,
		.field = bytes_of_text("saved"), .value = bytes_of_text("60"),
		.clock = (uint64_t)(node->now_ms + 48 * (int64_t)HOUR_MS) << 16 };
	struct version_entry entry = { .sequence = sequence, .clock = record.clock };

	memset(record.origin, 0x77, sizeof(record.origin));
	memset(entry.origin, 0x77, sizeof(entry.origin));
	name_item(number, record.entity);
	OK(replica_apply(node->replica, &record));
	OK(replica_adopt(node->replica, &entry));
}

static void
fetch_item(struct node *node, unsigned number)
{
	Readsync__Fetch fetch = READSYNC__FETCH__INIT;
	uint8_t item[HASH_NAME_LEN], id[HASH_NAME_LEN];
	int err;

	name_item(number, item);
	fetch.item = (ProtobufCBinaryData){ HASH_NAME_LEN, item };
	fetch.url = fetch.final_url = (char *)"https://example.org/";
	fetch.at_ms = node->now_ms;
	fetch.content_type = (char *)"text/html";
	err = reading_add_fetch(node->replica, &fetch, bytes_of_text("a page"), id);
	assert_true(err == RS_OK || err == RS_ENOTFOUND);
}

static void
write_loose(struct node *node, uint32_t kind, const char *field)
{
	uint8_t entity[HASH_NAME_LEN];

	node_fill(node, entity, sizeof(entity));
	OK(replica_write(node->replica, (enum record_kind)kind, entity, field,
	    bytes_of_text("no message")));
}

/* Anything; what moves items most of all. */
static void
act(struct node *node)
{
	unsigned number = (unsigned)(node_draw(node) % ITEMS);

	switch (node_draw(node) % 12) {
	case 0: case 1: case 2:
		save_item(node, number);
		break;
	case 3: case 4:
		write_item(node, number, "url", "https://example.org/");
		break;
	case 5:
		write_item(node, number, "a later field", node_draw(node) % 2 ? "1" : "2");
		break;
	case 6:
		write_item(node, number, "tag/rail", node_draw(node) % 2 ? "1" : "0");
		break;
	case 7:
		fetch_item(node, number);
		break;
	case 8:
		write_loose(node, RECORD_READING, "verdict");
		break;
	case 9:
		write_loose(node, node_draw(node) % 2 ? RECORD_FETCH : 77, "fetch");
		break;
	case 10:
		save_from_tomorrow(node, number);
		break;
	default:
		node->now_ms += (int64_t)(node_draw(node) % 30) * HOUR_MS;
	}
}

static void
act_some(struct node *node, unsigned count)
{
	while (count-- > 0) {
		OK(replica_begin(node->replica));
		act(node);
		OK(replica_commit(node->replica));
	}
}

/* ------------------------------------------------------------------- the walk */

static bool
same_name(const struct held *a, const struct held *b)
{
	return a->kind == b->kind && memcmp(a->entity, b->entity, HASH_NAME_LEN) == 0 &&
	    strcmp(a->field, b->field) == 0;
}

/* Tell whether ${list} has ${held}, or what superseded it. */
static bool
is_covered(const struct list *list, const struct held *held)
{
	for (size_t i = 0; i < list->count; i++)
		if (same_name(&list->held[i], held) && !record_wins(held->clock, held->origin,
		    list->held[i].clock, list->held[i].origin))
			return true;
	return false;
}

static struct list *
everything(struct node *node)
{
	struct list *list = list_new(HELD_MAX);
	struct version_vector nothing;
	bool complete;

	version_vector_init(&nothing);
	OK(replica_changes(node->replica, &nothing, take, list, &complete));
	return list;
}

/* Put ${walk} aside, and go on in another session, with what a peer kept. */
static void
break_off(struct walk *walk, const struct version_vector *begun)
{
	struct buffer cursor;

	buffer_init(&cursor, 512);
	OK(walk_cursor(walk, &cursor));
	walk_release(walk);
	walk_init(walk);
	OK(walk_resume(walk, buffer_bytes(&cursor)));
	OK(walk_begun(walk, begun));
	buffer_release(&cursor);
}

/* Walk over a library that changes, and is left and gone on with, at any place. */
static void
walk_all(struct node *node, bool changing, struct list *list)
{
	struct version_vector begun;
	struct walk walk;

	version_vector_init(&begun);
	for (size_t i = 0; i < replica_vector(node->replica)->count; i++)
		OK(version_vector_raise_to(&begun, &replica_vector(node->replica)->entries[i]));
	walk_init(&walk);
	OK(walk_begun(&walk, &begun));
	while (walk.stage != WALK_END) {
		list->left = 1 + node_draw(node) % 6;
		OK(walk_next(&walk, node->replica, take, list));
		if (walk.stage == WALK_END)
			break;
		if (node_draw(node) % 3 == 0)
			break_off(&walk, &begun);
		if (changing && node_draw(node) % 3 == 0 && list->count < HELD_MAX / 2)
			act_some(node, 1 + (unsigned)(node_draw(node) % 3));
	}
	walk_release(&walk);
	version_vector_release(&begun);
}

static void
nothing_is_passed_by(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct node *node = node_new(seed % 2 ? REPLICA_LAPTOP : REPLICA_ARCHIVE, seed);
		struct list *before, *walked = list_new(0);

		act_some(node, 60);
		before = everything(node);
		walk_all(node, true, walked);
		for (size_t i = 0; i < before->count; i++)
			if (!is_covered(walked, &before->held[i]))
				fail_msg("seed %u: %u %02x %s was passed by", (unsigned)seed,
				    before->held[i].kind, before->held[i].entity[0],
				    before->held[i].field);
		free(before);
		free(walked);
		node_free(node);
	}
}

/* Where nothing changes, each comes once, but what is said of a fetch or the like beside. */
static void
nothing_comes_twice(void **state)
{
	struct node *node = node_new(REPLICA_ARCHIVE, 7);
	struct list *before, *walked = list_new(0);

	(void)state;
	for (unsigned i = 0; i < ITEMS; i++) {
		OK(replica_begin(node->replica));
		write_item(node, i, "url", "https://example.org/");
		if (i % 3 > 0)
			save_item(node, i);
		fetch_item(node, i);
		write_loose(node, 77, "field");
		OK(replica_commit(node->replica));
	}
	before = everything(node);
	walk_all(node, false, walked);
	assert_int_equal(walked->count, before->count);
	free(before);
	free(walked);
	node_free(node);
}

static void
the_newest_come_first_with_all_that_is_theirs(void **state)
{
	static const char *const saved[] = { "5", "30", "-4", "4000000000000", "200", "nothing" };
	static const unsigned order[] = { 3, 4, 1, 0, 5, 2 };
	struct node *node = node_new(REPLICA_ARCHIVE, 3);
	struct list *walked = list_new(HELD_MAX);
	struct walk walk;
	uint8_t item[HASH_NAME_LEN];

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		OK(replica_begin(node->replica));
		write_item(node, i, "url", "https://example.org/");
		write_item(node, i, "saved", saved[i]);
		fetch_item(node, i);
		OK(replica_commit(node->replica));
	}
	walk_init(&walk);
	OK(walk_begun(&walk, replica_vector(node->replica)));
	OK(walk_next(&walk, node->replica, take, walked));
	assert_int_equal(walk.stage, WALK_END);
	assert_int_equal(walked->count, 18);
	for (unsigned i = 0; i < 6; i++) {
		name_item(order[i], item);
		assert_memory_equal(walked->held[3 * i].entity, item, sizeof(item));
		assert_memory_equal(walked->held[3 * i + 1].entity, item, sizeof(item));
		assert_int_equal(walked->held[3 * i + 2].kind, RECORD_FETCH);
	}
	walk_release(&walk);
	free(walked);
	node_free(node);
}

static int
on_progress(void *context)
{
	(*(unsigned *)context)++;
	return 0;
}

/* Return how much SQLite does in a walk over ${items}, message by message. */
static unsigned
cost_of(unsigned items)
{
	struct node *node = node_new(REPLICA_ARCHIVE, 5);
	struct list *walked = list_new(0);
	struct walk walk;
	unsigned cost = 0;

	OK(replica_begin(node->replica));
	for (unsigned i = 0; i < items; i++) {
		save_item(node, i);
		write_item(node, i, "url", "https://example.org/");
		fetch_item(node, i);
	}
	OK(replica_commit(node->replica));
	walk_init(&walk);
	OK(walk_begun(&walk, replica_vector(node->replica)));
	sqlite3_progress_handler(node->replica->database.handle, 100, on_progress, &cost);
	while (walk.stage != WALK_END) {
		walked->left = 100;
		OK(walk_next(&walk, node->replica, take, walked));
	}
	walk_release(&walk);
	free(walked);
	node_free(node);
	return cost;
}

static void
its_cost_follows_the_records(void **state)
{
	unsigned few = cost_of(100), many = cost_of(1000);

	(void)state;
	print_message("100 items: %u00 steps of SQLite, 1,000 items: %u00\n", few, many);
	assert_true(many < few * 12);
}

static void
a_cursor_that_is_none_is_refused(void **state)
{
	struct buffer cursor;
	struct walk walk;

	(void)state;
	walk_init(&walk);
	buffer_init(&cursor, 512);
	OK(walk_cursor(&walk, &cursor));
	for (size_t len = 0; len < cursor.len; len++)
		assert_int_equal(walk_resume(&walk, bytes_of(cursor.data, len)), RS_EPROTOCOL);
	for (unsigned stage = 0; stage < 256; stage++) {
		cursor.data[0] = (uint8_t)stage;
		assert_int_equal(walk_resume(&walk, buffer_bytes(&cursor)),
		    stage >= WALK_RETURNING && stage <= WALK_END ? RS_OK : RS_EPROTOCOL);
	}
	cursor.data[0] = WALK_SAVED;
	OK(buffer_append(&cursor, "x", 1));
	assert_int_equal(walk_resume(&walk, buffer_bytes(&cursor)), RS_EPROTOCOL);
	/* A text that is longer than there is room for. */
	cursor.data[13] = 18;
	assert_int_equal(walk_resume(&walk, buffer_bytes(&cursor)), RS_EPROTOCOL);
	buffer_release(&cursor);
	walk_release(&walk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_passed_by),
		cmocka_unit_test(nothing_comes_twice),
		cmocka_unit_test(the_newest_come_first_with_all_that_is_theirs),
		cmocka_unit_test(its_cost_follows_the_records),
		cmocka_unit_test(a_cursor_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
