#include "client/selection.h"
#include "tests/unit/proto/replica/fixture.h"

/* The titles that a selection let through, in its order. */
struct seen {
	char titles[200];
	unsigned stop_after;		/* 0: never */
	unsigned count;
};

static bool
note_item(void *context, const struct item *item)
{
	struct seen *seen = context;

	strcat(seen->titles, item->title);
	seen->count++;
	return seen->count != seen->stop_after;
}

static void
expect(struct node *node, const struct selection *selection, const char *titles, bool more)
{
	struct seen seen = { .titles = "" };
	bool any_more = !more;

	OK(selection_list(node->replica, selection, note_item, &seen, &any_more));
	assert_string_equal(seen.titles, titles);
	assert_int_equal(any_more, more);
}

static void
add(struct node *node, const char *title, const char *tags, bool archived, int copy)
{
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], reading[HASH_NAME_LEN];
	char url[40], tag[2] = "";

	node->now_ms += 1000;
	snprintf(url, sizeof(url), "https://example.org/%s", title);
	save(node, url, title, item);
	for (; *tags != '\0'; tags++) {
		tag[0] = *tags;
		IN(node, item_tag(node->replica, item, tag, true));
	}
	if (archived)
		IN(node, item_set_state(node->replica, item, ITEM_ARCHIVED));
	if (copy == READSYNC__COPY__COPY_UNKNOWN)
		return;
	add_fetch(node, item, title, fetch);
	add_reading(node, fetch, (Readsync__Copy)copy, title, "some words", reading);
}

/* Newest first: f e d c b a; c and f are archived. */
static int
setup(void **state)
{
	struct node *node = node_new(REPLICA_LAPTOP, 1);

	add(node, "a", "x", false, READSYNC__COPY__COPY_FULL);
	add(node, "b", "xy", false, READSYNC__COPY__COPY_TEASER);
	add(node, "c", "xy", true, READSYNC__COPY__COPY_FULL);
	add(node, "d", "y", false, READSYNC__COPY__COPY_UNKNOWN);
	add(node, "e", "", false, READSYNC__COPY__COPY_FULL);
	add(node, "f", "z", true, READSYNC__COPY__COPY_BLOCKED);
	*state = node;
	return 0;
}

static void
selects_by_state(void **state)
{
	struct selection selection = { .any_copy = true };

	expect(*state, &selection, "edba", false);
	selection.state = SELECTION_ARCHIVED;
	expect(*state, &selection, "fc", false);
	selection.state = SELECTION_ALL;
	expect(*state, &selection, "fedcba", false);
}

static void
selects_by_tags(void **state)
{
	static const char *const xy[] = { "x", "y" }, *const yx[] = { "y", "x" };
	static const char *const part[] = { "x", "" }, *const longer[] = { "x", "yy" };
	struct selection selection = { .any_copy = true, .tags = xy, .tag_count = 1 };

	expect(*state, &selection, "ba", false);
	selection.tag_count = 2;
	expect(*state, &selection, "b", false);
	selection.state = SELECTION_ALL;
	expect(*state, &selection, "cb", false);
	selection.tags = yx;
	expect(*state, &selection, "cb", false);
	/* A part of a tag is not the tag. */
	selection.tags = part;
	expect(*state, &selection, "", false);
	selection.tags = longer;
	expect(*state, &selection, "", false);
}

static void
selects_by_copy(void **state)
{
	struct selection selection = { .copy = READSYNC__COPY__COPY_FULL };

	expect(*state, &selection, "ea", false);
	selection.state = SELECTION_ALL;
	expect(*state, &selection, "eca", false);
	selection.copy = READSYNC__COPY__COPY_UNKNOWN;
	expect(*state, &selection, "d", false);
	selection.copy = READSYNC__COPY__COPY_PARTIAL;
	expect(*state, &selection, "", false);
}

/* The limit counts what is shown, not what is looked at, and tells when it kept something back. */
static void
limits(void **state)
{
	struct selection selection = { .any_copy = true, .limit = 2 };
	struct seen seen = { .stop_after = 1 };
	bool more;

	expect(*state, &selection, "ed", true);
	selection.limit = 4;
	expect(*state, &selection, "edba", false);
	selection.limit = 1;
	selection.state = SELECTION_ARCHIVED;
	expect(*state, &selection, "f", true);
	selection = (struct selection){ .copy = READSYNC__COPY__COPY_FULL, .limit = 2 };
	expect(*state, &selection, "ea", false);
	/* Who asks may stop earlier. */
	OK(selection_list(((struct node *)*state)->replica, &selection, note_item, &seen, &more));
	assert_string_equal(seen.titles, "e");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selects_by_state),
		cmocka_unit_test(selects_by_tags),
		cmocka_unit_test(selects_by_copy),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests_name("client/selection", tests, setup, node_teardown);
}
