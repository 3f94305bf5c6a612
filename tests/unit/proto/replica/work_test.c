#include "tests/unit/proto/replica/fixture.h"

#include "proto/replica/derive.h"
#include "proto/replica/peer.h"
#include "proto/replica/work.h"

static bool
append_work(void *context, const struct work *work)
{
	OK(buffer_printf(context, "%s:%d@%lld%s%s ", work->url + strlen("https://example.org/"),
	    (int)work->attempts, (long long)(work->due_ms - FIXTURE_START_MS), work->problem,
	    work->etag));
	return true;
}

static void
assert_due(struct node *node, enum work_state state, const char *expected)
{
	struct buffer out;

	buffer_init(&out, 10000);
	OK(work_due(node->replica, state, node->now_ms, 0, 100, append_work, &out));
	assert_string_equal(buffer_text(&out), expected);
	buffer_release(&out);
}

static void
assert_counts(struct node *node, unsigned queued, unsigned fetched, unsigned failing)
{
	struct work_counts counts;

	OK(work_count(node->replica, &counts));
	assert_int_equal(counts.queued, queued);
	assert_int_equal(counts.fetched, fetched);
	assert_int_equal(counts.failing, failing);
}

static void
a_saved_item_goes_through_the_pipeline(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], reading[HASH_NAME_LEN];
	int64_t due_ms;

	assert_int_equal(work_next_due(node->replica, 0, &due_ms), RS_ENOTFOUND);
	save(node, "https://example.org/a", NULL, item);
	assert_due(node, WORK_QUEUED, "a:0@0 ");
	IN(node, work_failed(node->replica, item, 0, "!", node->now_ms + 500));
	assert_due(node, WORK_QUEUED, "");
	OK(work_next_due(node->replica, node->now_ms, &due_ms));
	assert_int_equal(due_ms, node->now_ms + 500);
	assert_int_equal(work_next_due(node->replica, due_ms, &due_ms), RS_ENOTFOUND);
	assert_counts(node, 1, 0, 1);
	node->now_ms += 500;
	assert_due(node, WORK_QUEUED, "a:1@500! ");
	add_fetch(node, item, "page", fetch);
	IN(node, work_fetched(node->replica, item, fetch, "example.org", "", "\"e\"", "yesterday"));
	assert_due(node, WORK_FETCHED, "a:0@500\"e\" ");
	assert_counts(node, 0, 1, 0);
	add_reading(node, fetch, READSYNC__COPY__COPY_FULL, "", "Text.", reading);
	IN(node, work_done(node->replica, item, fetch));
	assert_counts(node, 0, 0, 0);
	/* The validators stay for a refetch. */
	IN(node, work_queue(node->replica, item, node->now_ms));
	assert_due(node, WORK_QUEUED, "a:0@500\"e\" ");
	IN(node, work_done(node->replica, item, fetch));
	assert_counts(node, 0, 0, 0);
	OK(replica_begin(node->replica));
	fetch[0] ^= 1;
	assert_int_equal(work_queue(node->replica, fetch, 0), RS_ENOTFOUND);
	assert_int_equal(work_done(node->replica, fetch, fetch), RS_ENOTFOUND);
	OK(replica_commit(node->replica));
}

/* A page whose worker died waits as one does that could not be fetched. */
static void
the_next_row_may_be_one_to_read(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], other[HASH_NAME_LEN], fetch[HASH_NAME_LEN];
	int64_t due_ms;

	save(node, "https://example.org/a", NULL, item);
	save(node, "https://example.org/b", NULL, other);
	add_fetch(node, item, "page", fetch);
	IN(node, work_fetched(node->replica, item, fetch, "", "", "", ""));
	IN(node, work_failed(node->replica, item, 0, "!", node->now_ms + 400));
	OK(work_next_due(node->replica, node->now_ms, &due_ms));
	assert_int_equal(due_ms, node->now_ms + 400);
	IN(node, work_failed(node->replica, other, 0, "!", node->now_ms + 300));
	OK(work_next_due(node->replica, node->now_ms, &due_ms));
	assert_int_equal(due_ms, node->now_ms + 300);
}

static void
a_clock_that_is_set_back_puts_nothing_off(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN];
	int64_t due_ms;

	save(node, "https://example.org/a", NULL, item);
	IN(node, work_failed(node->replica, item, 0, "!", node->now_ms + WORK_WAIT_MAX_MS));
	IN(node, work_hasten(node->replica, node->now_ms));
	assert_due(node, WORK_QUEUED, "");
	node->now_ms--;
	IN(node, work_hasten(node->replica, node->now_ms));
	assert_due(node, WORK_QUEUED, "a:1@-1! ");
	assert_int_equal(work_next_due(node->replica, node->now_ms, &due_ms), RS_ENOTFOUND);
	/* What is done stays so. */
	IN(node, work_done(node->replica, item, item));
	node->now_ms -= 2 * (int64_t)WORK_WAIT_MAX_MS;
	IN(node, work_hasten(node->replica, node->now_ms));
	assert_counts(node, 0, 0, 0);
}

static void
rows_are_looked_at_in_windows(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN];
	struct buffer out;

	save(node, "https://example.org/a", NULL, item);
	IN(node, work_queue(node->replica, item, 1));
	save(node, "https://example.org/b", NULL, item);
	IN(node, work_queue(node->replica, item, 2));
	save(node, "https://example.org/c", NULL, item);
	buffer_init(&out, 1000);
	OK(work_due(node->replica, WORK_QUEUED, node->now_ms, 1, 1, append_work, &out));
	assert_memory_equal(buffer_text(&out), "b:", 2);
	buffer_clear(&out);
	OK(work_due(node->replica, WORK_QUEUED, node->now_ms, 2, 9, append_work, &out));
	assert_string_equal(buffer_text(&out), "c:0@0 ");
	buffer_release(&out);
}

static void
a_laptop_has_no_work(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN];

	keep(node, "https://example.org/a", "", "Text.", item);
	assert_int_equal(ask(node, "SELECT count(*) FROM work"), 0);
}

static void
the_longest_due_comes_first(void **state)
{
	struct node *node = *state;
	uint8_t item[3][HASH_NAME_LEN];
	static const char *const urls[] = { "https://example.org/a", "https://example.org/b",
	    "https://example.org/c" };

	for (int i = 0; i < 3; i++)
		save(node, urls[i], NULL, item[i]);
	IN(node, work_queue(node->replica, item[0], node->now_ms - 1));
	IN(node, work_queue(node->replica, item[1], node->now_ms + 1));
	IN(node, work_queue(node->replica, item[2], node->now_ms - 2));
	assert_due(node, WORK_QUEUED, "c:0@-2 a:0@-1 ");
}

static void
what_is_removed_has_no_work(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN];

	save(node, "https://example.org/a", NULL, item);
	IN(node, item_remove(node->replica, item));
	assert_int_equal(ask(node, "SELECT count(*) FROM work"), 0);
	OK(replica_begin(node->replica));
	assert_int_equal(work_queue(node->replica, item, 0), RS_ENOTFOUND);
	OK(replica_commit(node->replica));
	save(node, "https://example.org/a", NULL, item);
	assert_counts(node, 1, 0, 0);
}

/*
 * Both may come in one exchange, in which nothing is left of the removal but that what was
 * known is gone.
 */
static void
what_is_saved_again_at_once_is_fetched_again(void **state)
{
	struct node *archive = *state, *laptop = node_new(REPLICA_LAPTOP, 2);
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], reading[HASH_NAME_LEN];

	pair(archive, laptop);
	save(laptop, "https://example.org/a", NULL, item);
	exchange(laptop, archive);
	add_fetch(archive, item, "page", fetch);
	IN(archive, work_fetched(archive->replica, item, fetch, "example.org", "", "\"e\"", "then"));
	add_reading(archive, fetch, READSYNC__COPY__COPY_FULL, "", "Text.", reading);
	IN(archive, work_done(archive->replica, item, fetch));
	exchange(archive, laptop);
	IN(laptop, item_remove(laptop->replica, item));
	save(laptop, "https://example.org/a", NULL, item);
	archive->now_ms += 7;
	exchange(laptop, archive);
	/* And without the validators, by which the site would say that we have it. */
	assert_due(archive, WORK_QUEUED, "a:0@7 ");
	/* A page that was not read yet is gone too. */
	add_fetch(archive, item, "page", fetch);
	IN(archive, work_fetched(archive->replica, item, fetch, "example.org", "", "\"e\"", "then"));
	exchange(archive, laptop);
	IN(laptop, item_remove(laptop->replica, item));
	save(laptop, "https://example.org/a", NULL, item);
	exchange(laptop, archive);
	assert_counts(archive, 1, 0, 0);
	assert_due(archive, WORK_QUEUED, "a:0@7 ");
	node_free(laptop);
}

/* It is a new item, whose site may be there again, and the reader has not waited for it yet. */
static void
what_failed_and_is_saved_again_at_once_waits_anew(void **state)
{
	struct node *archive = *state, *laptop = node_new(REPLICA_LAPTOP, 2);
	uint8_t item[HASH_NAME_LEN];

	pair(archive, laptop);
	save(laptop, "https://example.org/a", NULL, item);
	exchange(laptop, archive);
	for (uint32_t i = 0; i < 5; i++)
		IN(archive, work_failed(archive->replica, item, i, "!",
		    archive->now_ms + WORK_WAIT_MAX_MS));
	IN(laptop, item_set_state(laptop->replica, item, ITEM_ARCHIVED));
	exchange(laptop, archive);
	assert_counts(archive, 1, 0, 1);
	IN(laptop, item_remove(laptop->replica, item));
	save(laptop, "https://example.org/a", NULL, item);
	archive->now_ms += 7;
	exchange(laptop, archive);
	assert_due(archive, WORK_QUEUED, "a:0@7 ");
	/* The try that was under way meanwhile was another item's. */
	IN(archive, work_failed(archive->replica, item, 5, "!",
	    archive->now_ms + WORK_WAIT_MAX_MS));
	assert_due(archive, WORK_QUEUED, "a:0@7 ");
	/* One that waits for the reader is held anew, so that all devices hear of it. */
	IN(archive, work_hold(archive->replica, item, "example.org", "log in again"));
	exchange(archive, laptop);
	IN(laptop, item_remove(laptop->replica, item));
	save(laptop, "https://example.org/a", NULL, item);
	exchange(laptop, archive);
	assert_due(archive, WORK_QUEUED, "a:0@7 ");
	node_free(laptop);
}

static void
on_change(void *context, const struct replica_change *change)
{
	*(struct replica_change *)context = *change;
}

static void
a_page_that_a_laptop_sends_is_read_and_not_fetched(void **state)
{
	struct node *archive = *state, *laptop = node_new(REPLICA_LAPTOP, 2);
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], reading[HASH_NAME_LEN];
	struct replica_change change = { 0 };

	pair(archive, laptop);
	save(laptop, "https://example.org/a", NULL, item);
	add_fetch(laptop, item, "the page that the reader saw", fetch);
	exchange(laptop, archive);
	/* The page is under way: the daemon does not go and meet the wall meanwhile. */
	assert_due(archive, WORK_QUEUED, "");
	assert_counts(archive, 1, 0, 0);
	archive->now_ms += WORK_PAGE_WAIT_MS;
	assert_due(archive, WORK_QUEUED, "a:0@600000 ");
	replica_watch(archive->replica, on_change, &change);
	send_blobs(laptop, archive);
	assert_true(change.work && change.blobs);
	assert_due(archive, WORK_FETCHED, "a:0@600000 ");
	add_reading(archive, fetch, READSYNC__COPY__COPY_FULL, "", "Text.", reading);
	assert_counts(archive, 0, 0, 0);
	exchange(archive, laptop);
	assert_int_equal(ask(laptop, "SELECT copy FROM item"), READSYNC__COPY__COPY_FULL);
	node_free(laptop);
}

static void
pages_that_come_together_are_read_one_after_the_other(void **state)
{
	struct node *archive = *state, *laptop = node_new(REPLICA_LAPTOP, 2);
	uint8_t item[HASH_NAME_LEN], fetch[2][HASH_NAME_LEN], reading[HASH_NAME_LEN];

	pair(archive, laptop);
	save(laptop, "https://example.org/a", NULL, item);
	add_fetch(laptop, item, "first", fetch[0]);
	laptop->now_ms += 1000;
	add_fetch(laptop, item, "second", fetch[1]);
	exchange(laptop, archive);
	send_blobs(laptop, archive);
	assert_counts(archive, 0, 1, 0);
	add_reading(archive, fetch[0], READSYNC__COPY__COPY_TEASER, "", "Text.", reading);
	assert_counts(archive, 0, 1, 0);
	/* Who has read the first says so, and that is not the second. */
	IN(archive, work_done(archive->replica, item, fetch[0]));
	assert_counts(archive, 0, 1, 0);
	/* A page that no reading comes of is not tried for ever. */
	IN(archive, work_done(archive->replica, item, fetch[1]));
	assert_counts(archive, 0, 0, 0);
	node_free(laptop);
}

/* What the reader saved may be older than what is fetched meanwhile, and come before that. */
static void
a_page_that_is_older_is_read_all_the_same(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], fetch[2][HASH_NAME_LEN], reading[HASH_NAME_LEN];

	save(node, "https://example.org/a", NULL, item);
	add_fetch(node, item, "first", fetch[0]);
	node->now_ms += 1000;
	add_fetch(node, item, "second", fetch[1]);
	IN(node, work_fetched(node->replica, item, fetch[1], "example.org", "", "", ""));
	add_reading(node, fetch[1], READSYNC__COPY__COPY_TEASER, "", "Text.", reading);
	IN(node, work_done(node->replica, item, fetch[1]));
	assert_counts(node, 0, 1, 0);
	add_reading(node, fetch[0], READSYNC__COPY__COPY_FULL, "", "Text.", reading);
	IN(node, work_done(node->replica, item, fetch[0]));
	assert_counts(node, 0, 0, 0);
}

static void
what_is_postponed_counts_no_attempt(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN];

	save(node, "https://example.org/a", NULL, item);
	IN(node, work_postponed(node->replica, item, "!", node->now_ms + 5000));
	assert_counts(node, 1, 0, 0);
	assert_due(node, WORK_QUEUED, "");
	node->now_ms += 5000;
	assert_due(node, WORK_QUEUED, "a:0@5000! ");
	OK(replica_begin(node->replica));
	item[0] ^= 1;
	assert_int_equal(work_postponed(node->replica, item, "", 0), RS_ENOTFOUND);
	OK(replica_commit(node->replica));
}

static void
what_another_archive_has_read_is_done(void **state)
{
	struct node *here = *state, *there = node_new(REPLICA_ARCHIVE, 2);
	uint8_t item[HASH_NAME_LEN];

	pair(here, there);
	save(here, "https://example.org/a", NULL, item);
	keep(there, "https://example.org/a", "Title", "Text.", item);
	assert_counts(here, 1, 0, 0);
	exchange(there, here);
	assert_counts(here, 0, 0, 0);
	/* Their page comes after it, and is not read again. */
	send_blobs(there, here);
	assert_counts(here, 0, 0, 0);
	/* A refetch that the reader asked for is not undone by what was known before. */
	IN(here, work_queue(here->replica, item, here->now_ms));
	exchange(there, here);
	assert_counts(here, 1, 0, 0);
	node_free(there);
}

static void
a_laptop_that_becomes_an_archive_finds_its_work(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN];

	save(node, "https://example.org/a", NULL, item);
	save(node, "https://example.org/b", NULL, item);
	add_fetch(node, item, "page", fetch);
	keep(node, "https://example.org/c", "", "Text.", item);
	node_close(node);
	node->settings.role = REPLICA_ARCHIVE;
	node_open(node);
	assert_due(node, WORK_QUEUED, "a:0@0 ");
	assert_due(node, WORK_FETCHED, "b:0@0 ");
	IN(node, derive_rebuild(node->replica));
	assert_counts(node, 1, 1, 0);
}

/* Tell what the devices are told of ${item}. */
static bool
append_waits(void *context, const struct item *item)
{
	OK(buffer_printf(context, "%s", item->waits));
	return true;
}

static void
assert_waits(struct node *node, const uint8_t *item, const char *expected)
{
	struct buffer out;

	buffer_init(&out, 1000);
	OK(item_get(node->replica, item, append_waits, &out));
	assert_string_equal(buffer_text(&out), expected);
	buffer_release(&out);
}

static void
what_is_held_waits_for_the_reader(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], other[HASH_NAME_LEN];
	struct work_counts counts;
	uint64_t held, incomplete;

	save(node, "https://example.org/a", NULL, item);
	save(node, "https://example.net/b", NULL, other);
	IN(node, work_hold(node->replica, item, "example.org", "log in again"));
	assert_due(node, WORK_QUEUED, "b:0@0 ");
	assert_waits(node, item, "log in again");
	assert_waits(node, other, "");
	OK(work_count(node->replica, &counts));
	assert_int_equal(counts.held, 1);
	OK(work_of_site(node->replica, "example.org", &held, &incomplete));
	assert_int_equal(held, 1);
	/* It is held once, and tells no device twice. */
	OK(replica_begin(node->replica));
	assert_int_equal(work_hold(node->replica, item, "example.org", "x"), RS_ENOTFOUND);
	replica_rollback(node->replica);
	IN(node, derive_rebuild(node->replica));
	assert_waits(node, item, "log in again");
	IN(node, work_release(node->replica, "example.net"));
	assert_waits(node, item, "log in again");
	node->now_ms += 5;
	IN(node, work_release(node->replica, "example.org"));
	assert_due(node, WORK_QUEUED, "b:0@0 a:0@5 ");
	assert_waits(node, item, "");
}

static void
a_page_of_the_readers_ends_the_wait(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], reading[HASH_NAME_LEN];

	save(node, "https://example.org/a", NULL, item);
	IN(node, work_hold(node->replica, item, "example.org", "log in again"));
	add_fetch(node, item, "page", fetch);
	assert_due(node, WORK_FETCHED, "a:0@0 ");
	add_reading(node, fetch, READSYNC__COPY__COPY_FULL, "", "Text.", reading);
	IN(node, work_done(node->replica, item, fetch));
	assert_waits(node, item, "");
}

/* What is kept is shown, and the rest is asked for later, without the validators of what is. */
static void
what_is_not_all_is_queued_again(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], fetch[2][HASH_NAME_LEN], reading[HASH_NAME_LEN];

	save(node, "https://example.org/a", NULL, item);
	add_fetch(node, item, "page", fetch[0]);
	IN(node, work_fetched(node->replica, item, fetch[0], "example.org", "", "\"e\"", "then"));
	add_reading(node, fetch[0], READSYNC__COPY__COPY_PARTIAL, "", "Text.", reading);
	IN(node, work_again(node->replica, item, fetch[0], 3, "page 2", node->now_ms + 500));
	assert_waits(node, item, "page 2");
	assert_counts(node, 1, 0, 1);
	assert_due(node, WORK_QUEUED, "");
	node->now_ms += 500;
	assert_due(node, WORK_QUEUED, "a:3@500page 2 ");
	/* It is not the reader whom it waits for. */
	IN(node, work_release(node->replica, "example.org"));
	assert_waits(node, item, "page 2");
	assert_due(node, WORK_QUEUED, "a:3@500page 2 ");
	/* A page that came while the other was read is to be read instead. */
	add_fetch(node, item, "page two", fetch[0]);
	IN(node, work_fetched(node->replica, item, fetch[0], "example.org", "", "", ""));
	add_fetch(node, item, "the reader's", fetch[1]);
	add_reading(node, fetch[0], READSYNC__COPY__COPY_PARTIAL, "", "Text.", reading);
	IN(node, work_again(node->replica, item, fetch[0], 4, "page 2", node->now_ms + 500));
	assert_waits(node, item, "");
	assert_counts(node, 0, 1, 0);
	add_reading(node, fetch[1], READSYNC__COPY__COPY_FULL, "", "Text.", reading);
	IN(node, work_done(node->replica, item, fetch[1]));
	assert_counts(node, 0, 0, 0);
	OK(replica_begin(node->replica));
	item[0] ^= 1;
	assert_int_equal(work_again(node->replica, item, fetch[0], 1, "", 0), RS_ENOTFOUND);
	OK(replica_commit(node->replica));
}

static void
a_session_that_is_renewed_repairs_what_is_not_whole(void **state)
{
	struct node *node = *state;
	uint8_t items[4][HASH_NAME_LEN], fetch[HASH_NAME_LEN], reading[HASH_NAME_LEN];
	static const char *const urls[] = { "https://example.org/a", "https://example.org/b",
	    "https://example.org/c", "https://example.org/d" };
	static const Readsync__Copy copies[] = { READSYNC__COPY__COPY_TEASER,
	    READSYNC__COPY__COPY_FULL, READSYNC__COPY__COPY_BLOCKED };
	uint64_t held, incomplete;

	for (size_t i = 0; i < 3; i++) {
		save(node, urls[i], NULL, items[i]);
		add_fetch(node, items[i], urls[i], fetch);
		IN(node, work_fetched(node->replica, items[i], fetch, "example.org", "", "\"e\"",
		    "then"));
		add_reading(node, fetch, copies[i], "", "Text.", reading);
		IN(node, work_done(node->replica, items[i], fetch));
		node->now_ms += 10;
	}
	save(node, urls[3], NULL, items[3]);
	IN(node, work_hold(node->replica, items[3], "example.org", "log in again"));
	assert_due(node, WORK_QUEUED, "");
	OK(work_of_site(node->replica, "example.org", &held, &incomplete));
	assert_int_equal(held, 1);
	assert_int_equal(incomplete, 2);
	/* The newest first, one after the other, and asked for anew; a restart does not hasten it. */
	IN(node, work_renew(node->replica, "example.org", 2 * WORK_PAGE_WAIT_MS));
	IN(node, work_wait(node->replica, 0));
	node->now_ms += 1000;
	assert_due(node, WORK_QUEUED, "d:0@30 ");
	node->now_ms -= 1000;
	IN(node, work_renew(node->replica, "example.org", 1000));
	node->now_ms += 2000;
	assert_due(node, WORK_QUEUED, "d:0@30 c:0@1030 a:0@2030 ");
	assert_waits(node, items[3], "");
}

/* ------------------------------------------------------------ several archives */

/* Record a fetch of ${item} as an archive does. */
static void
fetch_page(struct node *node, const uint8_t *item, const char *page, uint8_t id[HASH_NAME_LEN])
{
	Readsync__Fetch fetch = READSYNC__FETCH__INIT;

	fetch.item = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)item };
	fetch.at_ms = node->now_ms;
	fetch.status = 200;
	IN(node, reading_add_fetch(node->replica, &fetch, bytes_of_text(page), id));
}

static void
join_one(struct node *node)
{
	struct token token = { .key = { 1 }, .address_count = 1, .addresses = { "host:1" } };

	IN(node, peer_join(node->replica, &token, "home"));
}

static void
an_archive_that_has_joined_another_stands_by(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN];

	IN(node, work_wait(node->replica, -1));
	save(node, "https://example.org/a", NULL, item);
	assert_due(node, WORK_QUEUED, "a:0@0 ");
	join_one(node);
	IN(node, work_wait(node->replica, -1));
	save(node, "https://example.org/b", NULL, item);
	node->now_ms += WORK_STAND_BY_MS - 1;
	assert_due(node, WORK_QUEUED, "a:0@0 ");
	node->now_ms++;
	assert_due(node, WORK_QUEUED, "a:0@0 b:0@86400000 ");
	/* Who is told to fetch now does. */
	node->now_ms++;
	save(node, "https://example.org/c", NULL, item);
	IN(node, work_queue(node->replica, item, node->now_ms));
	assert_due(node, WORK_QUEUED, "a:0@0 b:0@86400000 c:0@86400001 ");
}

static void
a_shorter_wait_holds_for_what_waits_already(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN];

	IN(node, work_wait(node->replica, WORK_STAND_BY_MS));
	save(node, "https://example.org/a", NULL, item);
	save(node, "https://example.org/failed", NULL, item);
	IN(node, work_failed(node->replica, item, 0, "!", node->now_ms + WORK_STAND_BY_MS));
	IN(node, work_wait(node->replica, 1000));
	assert_due(node, WORK_QUEUED, "");
	node->now_ms += 1000;
	assert_due(node, WORK_QUEUED, "a:0@1000 ");
	IN(node, work_wait(node->replica, 0));
	assert_due(node, WORK_QUEUED, "a:0@1000 ");
}

/* Both get every item; one fetches and reads it, and the other need not. */
static void
what_the_first_archive_has_done_is_done(void **state)
{
	struct node *standby = *state, *first = node_new(REPLICA_ARCHIVE, 2);
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], reading[HASH_NAME_LEN];

	pair(first, standby);
	IN(standby, work_wait(standby->replica, WORK_STAND_BY_MS));
	save(standby, "https://example.org/a", NULL, item);
	exchange(standby, first);
	assert_due(first, WORK_QUEUED, "a:0@0 ");
	fetch_page(first, item, "page", fetch);
	IN(first, work_fetched(first->replica, item, fetch, "", "", "", ""));
	/* The page may be here before it is read there. */
	exchange(first, standby);
	send_blobs(first, standby);
	assert_due(standby, WORK_FETCHED, "");
	assert_due(standby, WORK_QUEUED, "");
	assert_counts(standby, 0, 1, 0);
	add_reading(first, fetch, READSYNC__COPY__COPY_FULL, "", "Text.", reading);
	IN(first, work_done(first->replica, item, fetch));
	exchange(first, standby);
	assert_counts(standby, 0, 0, 0);
	node_free(first);
}

static void
an_archive_that_is_gone_stops_nothing(void **state)
{
	struct node *standby = *state, *first = node_new(REPLICA_ARCHIVE, 2);
	uint8_t item[HASH_NAME_LEN], other[HASH_NAME_LEN], fetch[HASH_NAME_LEN];

	pair(first, standby);
	IN(standby, work_wait(standby->replica, WORK_STAND_BY_MS));
	save(first, "https://example.org/a", NULL, item);
	save(first, "https://example.org/b", NULL, other);
	fetch_page(first, item, "page", fetch);
	IN(first, work_fetched(first->replica, item, fetch, "", "", "", ""));
	exchange(first, standby);
	send_blobs(first, standby);
	standby->now_ms += WORK_STAND_BY_MS;
	assert_due(standby, WORK_FETCHED, "a:0@86400000 ");
	assert_due(standby, WORK_QUEUED, "b:0@86400000 ");
	/* And a page that the reader saved is read at once. */
	standby->now_ms++;
	add_fetch(first, other, "saved", fetch);
	exchange(first, standby);
	send_blobs(first, standby);
	assert_due(standby, WORK_FETCHED, "a:0@86400000 b:0@86400001 ");
	node_free(first);
}

#define WITH_LAPTOP(test) cmocka_unit_test_setup_teardown(test, laptop_setup, node_teardown)
#define WITH_ARCHIVE(test) cmocka_unit_test_setup_teardown(test, archive_setup, node_teardown)

/* An item that came from a peer is seen, and queued, at the commit; the watcher hears of it. */
static void
what_was_gathered_is_told(void **state)
{
	struct node *node = node_new(REPLICA_ARCHIVE, 77);
	struct replica_change change = { .work = false };
	uint8_t item[HASH_NAME_LEN] = "an item";
	struct work_counts counts;

	(void)state;
	replica_watch(node->replica, on_change, &change);
	OK(replica_begin(node->replica));
	replica_gather(node->replica);
	OK(replica_write(node->replica, RECORD_ITEM, item, "url",
	    bytes_of_text("https://example.org/")));
	OK(work_count(node->replica, &counts));
	assert_int_equal(counts.queued, 0);
	OK(replica_commit(node->replica));
	OK(work_count(node->replica, &counts));
	assert_int_equal(counts.queued, 1);
	assert_true(change.work);
	/* The next transaction does not wait. */
	item[0] = 'A';
	OK(replica_begin(node->replica));
	OK(replica_write(node->replica, RECORD_ITEM, item, "url",
	    bytes_of_text("https://example.org/2")));
	OK(work_count(node->replica, &counts));
	assert_int_equal(counts.queued, 2);
	OK(replica_commit(node->replica));
	node_free(node);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARCHIVE(a_saved_item_goes_through_the_pipeline),
		WITH_ARCHIVE(the_next_row_may_be_one_to_read),
		WITH_ARCHIVE(rows_are_looked_at_in_windows),
		WITH_ARCHIVE(a_clock_that_is_set_back_puts_nothing_off),
		WITH_LAPTOP(a_laptop_has_no_work),
		WITH_ARCHIVE(the_longest_due_comes_first),
		WITH_ARCHIVE(what_is_removed_has_no_work),
		WITH_ARCHIVE(what_is_saved_again_at_once_is_fetched_again),
		WITH_ARCHIVE(what_failed_and_is_saved_again_at_once_waits_anew),
		WITH_ARCHIVE(a_page_that_a_laptop_sends_is_read_and_not_fetched),
		WITH_ARCHIVE(pages_that_come_together_are_read_one_after_the_other),
		WITH_ARCHIVE(a_page_that_is_older_is_read_all_the_same),
		WITH_ARCHIVE(what_is_postponed_counts_no_attempt),
		WITH_ARCHIVE(what_another_archive_has_read_is_done),
		WITH_ARCHIVE(what_is_held_waits_for_the_reader),
		WITH_ARCHIVE(a_page_of_the_readers_ends_the_wait),
		WITH_ARCHIVE(what_is_not_all_is_queued_again),
		WITH_ARCHIVE(a_session_that_is_renewed_repairs_what_is_not_whole),
		WITH_ARCHIVE(an_archive_that_has_joined_another_stands_by),
		WITH_ARCHIVE(a_shorter_wait_holds_for_what_waits_already),
		WITH_ARCHIVE(what_the_first_archive_has_done_is_done),
		WITH_ARCHIVE(an_archive_that_is_gone_stops_nothing),
		WITH_LAPTOP(a_laptop_that_becomes_an_archive_finds_its_work),
		cmocka_unit_test(what_was_gathered_is_told),
	};

	return cmocka_run_group_tests_name("proto/replica/work", tests, NULL, NULL);
}
