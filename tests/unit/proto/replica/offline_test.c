/*
 * An archive and a laptop that keeps only what its reader wants to have there.
 */
#include "tests/unit/proto/replica/fixture.h"

#include <sys/stat.h>

#include "proto/replica/derive.h"
#include "proto/replica/image.h"
#include "proto/replica/offline.h"
#include "proto/replica/search.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

struct pair {
	struct node *archive, *laptop;
};

static int
setup(void **state)
{
	struct pair *both = calloc(1, sizeof(*both));

	assert_non_null(both);
	both->archive = node_new(REPLICA_ARCHIVE, 1);
	both->laptop = node_new(REPLICA_LAPTOP, 2);
	pair(both->archive, both->laptop);
	*state = both;
	return 0;
}

static int
teardown(void **state)
{
	struct pair *both = *state;

	node_free(both->archive);
	node_free(both->laptop);
	free(both);
	return 0;
}

static void
set_policy(struct node *node, const char *text)
{
	struct rs_err_detail detail = { "" };
	struct policy policy;

	if (policy_parse(text, &policy, &detail) != RS_OK)
		fail_msg("%s", detail.text);
	IN(node, offline_set_policy(node->replica, &policy));
}

/* All goes over; what came from the archive it holds. */
static void
meet(struct pair *both)
{
	struct node *laptop = both->laptop;
	const uint8_t *archive = replica_origin(both->archive->replica);

	exchange(both->archive, laptop);
	exchange(laptop, both->archive);
	send_blobs(laptop, both->archive);
	OK(replica_begin(laptop->replica));
	OK(database_run(&laptop->replica->database, "UPDATE blob SET archive = 7"
	    " WHERE archive = 0", NO_VALUES));
	OK(replica_commit(laptop->replica));
	send_blobs(both->archive, laptop);
	IN(laptop, database_run(&laptop->replica->database,
	    "UPDATE blob SET archive = ? WHERE archive = 0",
	    VALUES(DB_INTEGER(blob_archive_mark(archive)))));
	IN(laptop, database_run(&laptop->replica->database,
	    "UPDATE blob SET archive = 0 WHERE archive = 7", NO_VALUES));
}

static unsigned
release(struct pair *both)
{
	struct offline_released released = { 0 };

	OK(offline_release(both->laptop->replica, replica_origin(both->archive->replica),
	    NULL, NULL, &released));
	return (unsigned)released.blobs;
}

/* The titles of the items whose articles are here, newest first. */
static bool
append_held(void *context, const struct item *item)
{
	if (item->held)
		OK(buffer_append_text(context, item->title));
	return true;
}

static void
assert_here(struct node *node, const char *titles)
{
	struct item_filter filter = { .archived = true };
	struct buffer out;

	buffer_init(&out, 1000);
	OK(item_list(node->replica, &filter, append_held, &out));
	assert_string_equal(buffer_text(&out), titles);
	buffer_release(&out);
}

/* What stands in the tables is what a rebuild makes, and the index agrees with it. */
static void
assert_derived(struct node *node)
{
	struct buffer held, made;

	buffer_init(&held, 1 << 22);
	buffer_init(&made, 1 << 22);
	dump_derived(node, &held);
	IN(node, database_run(&node->replica->database,
	    "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)", NO_VALUES));
	IN(node, derive_rebuild(node->replica));
	dump_derived(node, &made);
	assert_string_equal(buffer_text(&held), buffer_text(&made));
	assert_int_equal(blob_wanted(node->replica),
	    ask(node, "SELECT count(*) FROM want WHERE kept AND NOT held"));
	buffer_release(&held);
	buffer_release(&made);
}

/* Keep an article with the title ${title}, of one letter, a second later than the last. */
static void
keep_titled(struct node *node, const char *title, uint8_t item[HASH_NAME_LEN])
{
	char url[40], text[60];

	node->now_ms += 1000;
	snprintf(url, sizeof(url), "https://example.org/%s", title);
	snprintf(text, sizeof(text), "the text of number%s %016llx%016llx", title,
	    (unsigned long long)node_draw(node), (unsigned long long)node_draw(node));
	keep(node, url, title, text, item);
}

/* Keep A, B, C: A is archived, B starred, C tagged. */
static void
keep_three(struct pair *both, uint8_t item[3][HASH_NAME_LEN])
{
	struct node *archive = both->archive;

	keep_titled(archive, "A", item[0]);
	keep_titled(archive, "B", item[1]);
	keep_titled(archive, "C", item[2]);
	IN(archive, item_set_state(archive->replica, item[0], ITEM_ARCHIVED));
	IN(archive, item_set_state(archive->replica, item[1], ITEM_ARCHIVED));
	IN(archive, item_star(archive->replica, item[1], true));
	IN(archive, item_tag(archive->replica, item[2], "rail", true));
}

/* --------------------------------------------------------------------- wanting */

static void
a_policy_says_what_is_fetched(void **state)
{
	static const struct {
		const char *policy;
		const char *here;
	} cases[] = {
		{ "nothing", "" },
		{ "unread", "C" },
		{ "starred", "B" },
		{ "tag rail", "C" },
		{ "tag sea", "" },
		{ "tag sea, starred, tag rail", "CB" },
		{ "newest 1 day", "CBA" },
		{ "everything", "CBA" },
	};
	struct pair *both = *state;
	uint8_t item[3][HASH_NAME_LEN];

	keep_three(both, item);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set_policy(both->laptop, cases[i].policy);
		meet(both);
		assert_here(both->laptop, cases[i].here);
		assert_derived(both->laptop);
		set_policy(both->laptop, "nothing");
		release(both);
		assert_here(both->laptop, "");
	}
}

/* One changed flag moves one item's blobs, either way. */
static void
a_flag_moves_what_is_wanted(void **state)
{
	struct pair *both = *state;
	struct node *laptop = both->laptop;
	uint8_t item[3][HASH_NAME_LEN];

	set_policy(laptop, "unread, starred, tag sea");
	keep_three(both, item);
	meet(both);
	assert_here(laptop, "CB");
	IN(laptop, item_set_state(laptop->replica, item[2], ITEM_ARCHIVED));
	IN(laptop, item_star(laptop->replica, item[1], false));
	IN(laptop, item_tag(laptop->replica, item[0], "sea", true));
	assert_int_equal(blob_wanted(laptop->replica), 1);
	meet(both);
	assert_int_equal(release(both), 2);
	assert_here(laptop, "A");
	IN(laptop, item_tag(laptop->replica, item[0], "sea", false));
	IN(laptop, item_set_state(laptop->replica, item[2], ITEM_UNREAD));
	meet(both);
	assert_int_equal(release(both), 1);
	assert_here(laptop, "C");
	assert_derived(laptop);
}

static void
the_newest_come_of_age(void **state)
{
	struct pair *both = *state;
	struct node *laptop = both->laptop;
	uint8_t item[HASH_NAME_LEN];

	set_policy(laptop, "newest 10 days");
	keep_titled(both->archive, "A", item);
	both->archive->now_ms += 5 * DAY_MS;
	keep_titled(both->archive, "B", item);
	laptop->now_ms = both->archive->now_ms;
	meet(both);
	assert_here(laptop, "BA");
	/* The day on which A was saved is the tenth before, and then the eleventh. */
	laptop->now_ms += 5 * DAY_MS;
	IN(laptop, RS_OK);
	assert_false(offline_any_spare(laptop->replica));
	laptop->now_ms += DAY_MS;
	IN(laptop, RS_OK);
	assert_true(offline_any_spare(laptop->replica));
	assert_derived(laptop);
	assert_int_equal(release(both), 1);
	assert_here(laptop, "B");
	/* A clock that was wrong. */
	laptop->now_ms -= 5 * DAY_MS;
	IN(laptop, RS_OK);
	assert_int_equal(blob_wanted(laptop->replica), 1);
	assert_derived(laptop);
}

static void
what_is_asked_for_comes_and_stays_a_while(void **state)
{
	struct pair *both = *state;
	struct node *laptop = both->laptop;
	uint8_t item[3][HASH_NAME_LEN], nothing[HASH_NAME_LEN] = { 0 };

	set_policy(laptop, "unread");
	keep_three(both, item);
	meet(both);
	OK(replica_begin(laptop->replica));
	assert_int_equal(offline_ask(laptop->replica, nothing), RS_ENOTFOUND);
	replica_rollback(laptop->replica);
	IN(laptop, offline_ask(laptop->replica, item[0]));
	meet(both);
	assert_int_equal(release(both), 0);
	assert_here(laptop, "CA");
	laptop->now_ms += (OFFLINE_ASKED_DAYS - 1) * DAY_MS;
	IN(laptop, offline_ask(laptop->replica, item[0]));
	laptop->now_ms += (OFFLINE_ASKED_DAYS - 1) * DAY_MS;
	IN(laptop, RS_OK);
	assert_int_equal(release(both), 0);
	laptop->now_ms += 2 * DAY_MS;
	IN(laptop, RS_OK);
	assert_int_equal(release(both), 1);
	assert_here(laptop, "C");
	assert_derived(laptop);
}

/* Add an image of ${size} bytes to the reading of an item. */
static void
add_image(struct node *node, const uint8_t *item, const char *source, size_t size)
{
	Readsync__Image image = READSYNC__IMAGE__INIT;
	struct rows rows = database_query(&node->replica->database,
	    "SELECT reading.reading FROM reading JOIN item ON item.best = reading.id"
	    " WHERE item.item = ?", VALUES(DB_BLOB(item, HASH_NAME_LEN)));
	uint8_t *content = malloc(size), id[HASH_NAME_LEN];

	assert_non_null(content);
	node_fill(node, content, size);
	image.kind = READSYNC__IMAGE__KIND__PNG;
	assert_true(database_next(&rows));
	memcpy(id, database_blob(&rows, 0).data, sizeof(id));
	OK(database_end(&rows));
	IN(node, image_put(node->replica, id, source, &image, bytes_of(content, size)));
	free(content);
}

static void
images_come_only_where_they_may(void **state)
{
	struct pair *both = *state;
	struct node *laptop = both->laptop;
	uint8_t item[3][HASH_NAME_LEN];

	keep_three(both, item);
	add_image(both->archive, item[2], "https://example.org/c.png", 1000);
	add_image(both->archive, item[0], "https://example.org/a.png", 1000);
	set_policy(laptop, "unread, images no");
	meet(both);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM blob"), 1);
	set_policy(laptop, "unread");
	meet(both);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM blob"), 2);
	set_policy(laptop, "unread, images no");
	assert_int_equal(release(both), 1);
	assert_here(laptop, "C");
	assert_derived(laptop);
}

/* ------------------------------------------------------------------- the bound */

/* Articles first, then the images of the newest unread, as much as there is room for. */
static void
a_bound_keeps_what_is_wanted_most(void **state)
{
	struct pair *both = *state;
	struct node *laptop = both->laptop;
	uint8_t item[20][HASH_NAME_LEN];
	char title[2] = "A", source[40];

	for (int i = 0; i < 20; i++, title[0]++) {
		keep_titled(both->archive, title, item[i]);
		snprintf(source, sizeof(source), "https://example.org/%d.png", i);
		add_image(both->archive, item[i], source, 1000);
	}
	/* One more, too large for the bound at all. */
	add_image(both->archive, item[19], "https://example.org/large.png", 1300);
	set_policy(laptop, "everything, at most 10 KB");
	/* How small the articles are is known when they have come. */
	do
		meet(both);
	while (blob_wanted(laptop->replica) > 0);
	release(both);
	assert_here(laptop, "TSRQPONMLKJIHGFEDCBA");
	/* Articles of less than 150 bytes each leave room for seven images and more. */
	assert_in_range(ask(laptop, "SELECT count(*) FROM blob WHERE size = 1000 AND received = size"),
	    7, 9);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM blob WHERE size = 1300"), 0);
	assert_in_range(ask(laptop, "SELECT sum(received) FROM blob"), 9001, 10000);
	assert_derived(laptop);
	/* What is archived gives way. */
	IN(laptop, item_set_state(laptop->replica, item[19], ITEM_ARCHIVED));
	assert_derived(laptop);
	meet(both);
	release(both);
	assert_int_equal(blob_wanted(laptop->replica), 0);
	assert_in_range(ask(laptop, "SELECT sum(received) FROM blob"), 9001, 10000);
	assert_derived(laptop);
	/* Less room: images go first, then what is archived. */
	set_policy(laptop, "everything, at most 1 KB");
	assert_derived(laptop);
	release(both);
	assert_in_range(ask(laptop, "SELECT sum(received) FROM blob"), 1, 1000);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM item WHERE title = 'S' AND article"
	    " IS NOT NULL"), 1);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM item WHERE title = 'T' AND article"
	    " IS NOT NULL"), 0);
	/* And more again, which what was given up fills. */
	set_policy(laptop, "everything, at most 1 MB");
	meet(both);
	meet(both);
	assert_here(laptop, "TSRQPONMLKJIHGFEDCBA");
	assert_int_equal(ask(laptop, "SELECT count(*) FROM blob WHERE size >= 1000 AND"
	    " received = size"), 21);
	assert_derived(laptop);
}

/* ------------------------------------------------------------------- giving up */

static void
what_no_archive_holds_stays(void **state)
{
	struct pair *both = *state;
	struct node *laptop = both->laptop;
	uint8_t item[HASH_NAME_LEN], hash[HASH_CONTENT_LEN];
	struct rows rows;
	bool durable;

	keep_titled(laptop, "A", item);
	set_policy(laptop, "nothing");
	/* The page and the article. */
	assert_int_equal(ask(laptop, "SELECT count(*) FROM want WHERE held AND NOT kept"), 2);
	assert_int_equal(release(both), 0);
	assert_here(laptop, "A");
	exchange(laptop, both->archive);
	send_blobs(laptop, both->archive);
	assert_int_equal(release(both), 0);
	/* Another archive than the one that was talked to; then the right one. */
	IN(laptop, database_run(&laptop->replica->database, "UPDATE blob SET archive = 7",
	    NO_VALUES));
	assert_int_equal(release(both), 0);
	assert_here(laptop, "A");
	rows = database_query(&laptop->replica->database, "SELECT article FROM reading", NO_VALUES);
	assert_true(database_next(&rows));
	memcpy(hash, database_blob(&rows, 0).data, sizeof(hash));
	OK(database_end(&rows));
	IN(laptop, blob_set_archive(laptop->replica, hash,
	    replica_origin(both->archive->replica)));
	OK(blob_on_archive(laptop->replica, hash, replica_origin(both->archive->replica),
	    &durable));
	assert_true(durable);
	OK(blob_on_archive(laptop->replica, hash, replica_origin(laptop->replica), &durable));
	assert_false(durable);
	assert_int_equal(release(both), 1);
	assert_here(laptop, "");
	assert_int_equal(ask(laptop, "SELECT count(*) FROM want WHERE held AND NOT kept"), 1);
	assert_derived(laptop);
}

/* A piece of what nobody here wants any more goes; of what is wanted, it stays. */
static void
what_has_begun_goes(void **state)
{
	struct pair *both = *state;
	struct node *laptop = both->laptop;
	uint8_t item[2][HASH_NAME_LEN], hash[HASH_CONTENT_LEN];
	struct missing missing = { .count = 0 };
	struct buffer data;
	bool complete;

	keep_titled(both->archive, "A", item[0]);
	keep_titled(both->archive, "B", item[1]);
	IN(both->archive, item_set_state(both->archive->replica, item[0], ITEM_ARCHIVED));
	exchange(both->archive, laptop);
	buffer_init(&data, 10000);
	OK(blob_wants(laptop->replica, missing_add, &missing));
	assert_int_equal(missing.count, 2);
	for (size_t i = 0; i < missing.count; i++) {
		memcpy(hash, missing.hashes[i], sizeof(hash));
		buffer_clear(&data);
		OK(blob_get(both->archive->replica, hash, &data));
		IN(laptop, blob_receive(laptop->replica, hash, 0, data.len,
		    bytes_of(data.data, 10), &complete));
	}
	buffer_release(&data);
	set_policy(laptop, "unread, at most 1 MB");
	assert_int_equal(release(both), 0);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM blob"), 1);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM blob_part"), 1);
	assert_derived(laptop);
	meet(both);
	assert_here(laptop, "B");
}

static bool
count_doubt(void *context, const uint8_t *hash, uint64_t offset)
{
	(void)hash;
	*(uint64_t *)context += 1000000 + offset;
	return true;
}

static void
what_is_doubtful_is_handed_out(void **state)
{
	struct pair *both = *state;
	const uint8_t *archive = replica_origin(both->archive->replica);
	uint8_t item[HASH_NAME_LEN];
	uint64_t sum = 0;

	keep_titled(both->laptop, "A", item);
	OK(offline_doubts(both->laptop->replica, archive, count_doubt, &sum));
	assert_int_equal(sum, 0);
	set_policy(both->laptop, "nothing");
	OK(offline_doubts(both->laptop->replica, archive, count_doubt, &sum));
	assert_int_equal(sum, 2 * 1000000 - 2 + ask(both->laptop, "SELECT sum(size) FROM blob"));
	sum = 0;
	IN(both->laptop, database_run(&both->laptop->replica->database,
	    "UPDATE blob SET archive = ?", VALUES(DB_INTEGER(blob_archive_mark(archive)))));
	OK(offline_doubts(both->laptop->replica, archive, count_doubt, &sum));
	assert_int_equal(sum, 0);
}

static bool
count_hit(void *context, const struct item *item, const char *excerpt)
{
	(void)item;
	(void)excerpt;
	++*(int *)context;
	return true;
}

static int
hits(struct node *node, const char *query)
{
	int count = 0;

	OK(search(node->replica, query, 0, count_hit, &count, NULL));
	return count;
}

static void
search_finds_titles_of_what_is_away(void **state)
{
	struct pair *both = *state;
	struct node *laptop = both->laptop;
	uint8_t item[HASH_NAME_LEN];

	keep(both->archive, "https://example.org/1", "The night train", "sleeping carriages", item);
	meet(both);
	assert_int_equal(hits(laptop, "carriages"), 1);
	set_policy(laptop, "nothing");
	/* The title changes in the same transaction in which the article goes. */
	IN(laptop, item_set_title(laptop->replica, item, "The day train"));
	assert_int_equal(release(both), 1);
	assert_int_equal(hits(laptop, "carriages"), 0);
	assert_int_equal(hits(laptop, "day train"), 1);
	assert_derived(laptop);
	set_policy(laptop, "everything");
	meet(both);
	assert_int_equal(hits(laptop, "carriages"), 1);
	assert_derived(laptop);
}

static off_t
file_size(struct node *node)
{
	struct stat status;

	node_close(node);
	assert_int_equal(stat(node->path, &status), 0);
	node_open(node);
	return status.st_size;
}

static void
the_file_becomes_smaller(void **state)
{
	struct pair *both = *state;
	struct node *laptop = both->laptop;
	uint8_t item[HASH_NAME_LEN];
	off_t before, after;
	char source[40];

	keep_titled(both->archive, "A", item);
	for (int i = 0; i < 90; i++) {
		snprintf(source, sizeof(source), "https://example.org/%d.png", i);
		add_image(both->archive, item, source, 100000);
	}
	meet(both);
	before = file_size(laptop);
	set_policy(laptop, "everything, images no");
	assert_int_equal(release(both), 90);
	after = file_size(laptop);
	assert_true(before > 9000000);
	assert_true(after < 500000);
	assert_here(laptop, "A");
}

/* ------------------------------------------------------------------ the policy */

static void
the_policy_is_kept(void **state)
{
	struct pair *both = *state;
	struct policy policy = policy_everything();
	uint8_t item[3][HASH_NAME_LEN];

	set_policy(both->laptop, "starred");
	keep_three(both, item);
	node_close(both->laptop);
	node_open(both->laptop);
	assert_true(offline_policy(both->laptop->replica)->starred);
	meet(both);
	assert_here(both->laptop, "B");
	OK(replica_begin(both->laptop->replica));
	OK(offline_set_policy(both->laptop->replica, &policy));
	replica_rollback(both->laptop->replica);
	assert_true(offline_policy(both->laptop->replica)->starred);
	assert_int_equal(blob_wanted(both->laptop->replica), 0);
	set_policy(both->laptop, "everything");
	assert_int_equal(ask(both->laptop, "SELECT count(*) FROM local WHERE name ="
	    " 'offline/policy'"), 0);
	assert_int_equal(ask(both->laptop, "SELECT count(*) FROM want WHERE held"), 0);
	assert_int_equal(blob_wanted(both->laptop->replica), 2);
	OK(replica_begin(both->archive->replica));
	assert_int_equal(offline_set_policy(both->archive->replica, &policy), RS_EREFUSED);
	replica_rollback(both->archive->replica);
}

/* Whatever happens in whatever order, the list is what a rebuild makes of it. */
static void
the_list_follows_from_what_it_is_made_of(void **state)
{
	static const char *const policies[] = {
		"nothing", "unread", "starred, tag rail", "newest 3 days", "at most 3 KB",
		"unread, newest 2 days, at most 2 KB", "images no, at most 5 KB", "everything"
	};
	struct pair *both = *state;
	struct node *laptop = both->laptop;
	uint8_t item[12][HASH_NAME_LEN];
	char title[2] = "A", source[40];
	const uint8_t *one;

	for (int i = 0; i < 12; i++, title[0]++) {
		keep_titled(both->archive, title, item[i]);
		both->archive->now_ms += DAY_MS / 2;
	}
	laptop->now_ms = both->archive->now_ms;
	for (int i = 0; i < 300; i++) {
		one = item[node_draw(laptop) % 12];
		switch (node_draw(laptop) % 12) {
		case 0:
			set_policy(laptop, policies[node_draw(laptop) % 8]);
			break;
		case 1: case 2:
			meet(both);
			break;
		case 3:
			release(both);
			break;
		case 4: case 5:
			IN(both->archive, item_set_state(both->archive->replica, one,
			    node_draw(laptop) % 2 ? ITEM_ARCHIVED : ITEM_UNREAD));
			break;
		case 6:
			IN(both->archive, item_star(both->archive->replica, one,
			    node_draw(laptop) % 2));
			break;
		case 7:
			IN(both->archive, item_tag(both->archive->replica, one, "rail",
			    node_draw(laptop) % 2));
			break;
		case 8:
			snprintf(source, sizeof(source), "https://example.org/%d.png", i);
			add_image(both->archive, one, source, 100 + node_draw(laptop) % 900);
			break;
		case 9:
			laptop->now_ms += DAY_MS / 3;
			both->archive->now_ms = laptop->now_ms;
			break;
		case 10:
			OK(replica_begin(laptop->replica));
			assert_in_range(-offline_ask(laptop->replica, one), 0, -RS_ENOTFOUND);
			OK(replica_commit(laptop->replica));
			break;
		default:
			assert_derived(laptop);
		}
	}
	meet(both);
	release(both);
	assert_derived(laptop);
}

#define WITH_BOTH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BOTH(a_policy_says_what_is_fetched),
		WITH_BOTH(a_flag_moves_what_is_wanted),
		WITH_BOTH(the_newest_come_of_age),
		WITH_BOTH(what_is_asked_for_comes_and_stays_a_while),
		WITH_BOTH(images_come_only_where_they_may),
		WITH_BOTH(a_bound_keeps_what_is_wanted_most),
		WITH_BOTH(what_no_archive_holds_stays),
		WITH_BOTH(what_has_begun_goes),
		WITH_BOTH(what_is_doubtful_is_handed_out),
		WITH_BOTH(search_finds_titles_of_what_is_away),
		WITH_BOTH(the_file_becomes_smaller),
		WITH_BOTH(the_policy_is_kept),
		WITH_BOTH(the_list_follows_from_what_it_is_made_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
