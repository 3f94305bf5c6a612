/*
 * What a removal takes away: all the words, on every device; and nothing that another
 * item, or a later save, has.
 */
#include "proto/replica/erase.h"
#include "proto/replica/highlight.h"
#include "proto/replica/note.h"
#include "tests/unit/proto/replica/fixture.h"

#define TAGS(...) { .tags = (const char *const[]){ __VA_ARGS__ }, \
	.tag_count = sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *) }

static int64_t
count_words(struct node *node)
{
	return ask(node, "SELECT count(*) FROM register WHERE value <> x''"
	    " AND field NOT IN (CAST('present' AS BLOB), CAST('alias' AS BLOB))");
}

static void
assert_nothing_left(struct node *node)
{
	assert_int_equal(count_words(node), 0);
	assert_int_equal(ask(node, "SELECT count(*) FROM fetch"), 0);
	assert_int_equal(ask(node, "SELECT count(*) FROM reading"), 0);
	assert_int_equal(ask(node, "SELECT count(*) FROM note"), 0);
	assert_int_equal(ask(node, "SELECT count(*) FROM highlight"), 0);
	assert_int_equal(ask(node, "SELECT count(*) FROM item_tag"), 0);
	assert_int_equal(ask(node, "SELECT count(*) FROM search WHERE search MATCH 'tide'"), 0);
	assert_int_equal(ask(node, "SELECT count(*) FROM item WHERE url <> '' OR title <> ''"
	    " OR own_title <> '' OR site_name <> '' OR article IS NOT NULL"), 0);
	assert_int_equal(ask(node, "SELECT count(*) FROM blob"), 0);
	assert_int_equal(ask(node, "SELECT count(*) FROM blob_part"), 0);
	assert_int_equal(ask(node, "SELECT count(*) FROM want"), 0);
}

/* The archive has page and article, the laptop the article. */
static void
a_removal_leaves_no_word_on_any_device(void **state)
{
	struct node *archive = *state, *laptop = node_new(REPLICA_LAPTOP, 2);
	Readsync__Highlight passage = READSYNC__HIGHLIGHT__INIT;
	uint8_t item[HASH_NAME_LEN], highlight[HASH_NAME_LEN];
	struct note_heads none = { .count = 0 };

	pair(archive, laptop);
	keep(archive, "https://example.org/a", "High tide", "The tide is in.", item);
	IN(archive, item_tag(archive->replica, item, "sea", true));
	IN(archive, item_set_extra(archive->replica, item, "mood", bytes_of_text("\"low\"")));
	IN(archive, note_write(archive->replica, item, "at noon", &none));
	IN(archive, note_write(archive->replica, item, "at one", &none));
	passage.quote = (char *)"tide is in";
	IN(archive, highlight_add(archive->replica, item, &passage, highlight));
	IN(archive, highlight_comment(archive->replica, highlight, "so it is"));
	exchange(archive, laptop);
	send_blobs(archive, laptop);
	assert_int_equal(ask(archive, "SELECT count(*) FROM blob"), 2);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM blob"), 1);
	laptop->now_ms += 1000;
	IN(laptop, item_remove(laptop->replica, item));
	assert_nothing_left(laptop);
	exchange(laptop, archive);
	assert_nothing_left(archive);
	node_free(laptop);
}

/* Two addresses with one text: the blob is there for as long as one of them is. */
static void
what_another_item_names_stays(void **state)
{
	struct node *node = *state;
	uint8_t a[HASH_NAME_LEN], b[HASH_NAME_LEN];

	keep(node, "https://example.org/a", "Same", "The tide is in.", a);
	keep(node, "https://example.org/b", "Same", "The tide is in.", b);
	assert_int_equal(ask(node, "SELECT count(*) FROM blob"), 2);
	IN(node, item_remove(node->replica, a));
	assert_int_equal(ask(node, "SELECT count(*) FROM blob"), 2);
	assert_int_equal(ask(node, "SELECT count(*) FROM search WHERE search MATCH 'tide'"), 1);
	IN(node, item_remove(node->replica, b));
	assert_nothing_left(node);
}

/* The same reading, made again of the same page, names the same article. */
static void
a_reading_that_is_written_again_keeps_its_article(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], reading[HASH_NAME_LEN];

	save(node, "https://example.org/a", NULL, item);
	add_fetch(node, item, "page", fetch);
	add_reading(node, fetch, READSYNC__COPY__COPY_FULL, "A", "The tide is in.", reading);
	node->now_ms += 1000;
	add_reading(node, fetch, READSYNC__COPY__COPY_FULL, "A", "The tide is in.", reading);
	assert_int_equal(ask(node, "SELECT count(*) FROM blob"), 2);
	assert_int_equal(ask(node, "SELECT count(*) FROM item WHERE article IS NOT NULL"), 1);
	/* Another text takes its place. */
	add_reading(node, fetch, READSYNC__COPY__COPY_FULL, "A", "The tide is out.", reading);
	assert_int_equal(ask(node, "SELECT count(*) FROM blob"), 2);
	assert_int_equal(ask(node, "SELECT count(*) FROM search WHERE search MATCH 'out'"), 1);
}

/* The article is under way in pieces when the removal comes. */
static void
a_blob_that_comes_too_late_is_not_kept(void **state)
{
	struct node *archive = *state, *laptop = node_new(REPLICA_LAPTOP, 2);
	uint8_t item[HASH_NAME_LEN], hash[HASH_CONTENT_LEN];
	struct missing missing = { .count = 0 };
	struct buffer data;
	bool complete = true;

	pair(archive, laptop);
	keep(archive, "https://example.org/a", "High tide", "The tide is in.", item);
	exchange(archive, laptop);
	OK(blob_wants(laptop->replica, missing_add, &missing));
	assert_int_equal(missing.count, 1);
	memcpy(hash, missing.hashes[0], sizeof(hash));
	buffer_init(&data, BLOB_MAX);
	OK(blob_get(archive->replica, hash, &data));
	IN(laptop, blob_receive(laptop->replica, hash, 0, data.len, bytes_of(data.data, 5),
	    &complete));
	assert_false(complete);
	IN(laptop, item_remove(laptop->replica, item));
	OK(replica_begin(laptop->replica));
	OK(blob_receive(laptop->replica, hash, 5, data.len,
	    bytes_of(data.data + 5, data.len - 5), &complete));
	assert_true(complete);
	OK(blob_unnamed(laptop->replica, hash));
	OK(replica_commit(laptop->replica));
	assert_nothing_left(laptop);
	buffer_release(&data);
	node_free(laptop);
}

/* Another device, which does not know of the removal, says something of the item later. */
static void
what_others_say_of_it_meanwhile_does_not_bring_it_back(void **state)
{
	struct node *archive = *state, *laptop = node_new(REPLICA_LAPTOP, 2);
	struct item_save again = { .only_new = false };
	uint8_t item[HASH_NAME_LEN];
	bool new = false;

	pair(archive, laptop);
	keep(archive, "https://example.org/a", "High tide", "The tide is in.", item);
	exchange(archive, laptop);
	IN(archive, item_remove(archive->replica, item));
	laptop->now_ms += 1000;
	IN(laptop, item_tag(laptop->replica, item, "sea", true));
	IN(laptop, item_set_title(laptop->replica, item, "Mine"));
	/* It is there: to save it again says nothing. */
	IN(laptop, item_save(laptop->replica, "https://example.org/a", &again, item, &new, NULL));
	exchange(laptop, archive);
	exchange(archive, laptop);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM item WHERE shown"), 0);
	assert_int_equal(ask(archive, "SELECT count(*) FROM item WHERE shown"), 0);
	/* And what it said is not said of the new item, when there is one. */
	archive->now_ms += 2000;
	IN(archive, item_save(archive->replica, "https://example.org/a", &again, item, &new,
	    NULL));
	assert_true(new);
	exchange(archive, laptop);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM item WHERE shown AND title = ''"), 1);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM item_tag"), 0);
	node_free(laptop);
}

/*
 * Who saves it here and now means it, though another device has removed it meanwhile; at
 * whichever of its addresses, with all that is said of it now.  What was kept of it is gone,
 * and is fetched again.
 */
static void
what_is_saved_meanwhile_by_the_reader_comes_back(void **state)
{
	struct node *archive = *state, *laptop = node_new(REPLICA_LAPTOP, 2);
	static const char *const tags[] = { "tide" };
	struct item_save again = { .tags = tags, .tag_count = 1, .archived = true, .renew = true };
	uint8_t item[HASH_NAME_LEN], other[HASH_NAME_LEN];
	bool new = true;

	pair(archive, laptop);
	keep(archive, "https://example.org/a", "High tide", "The tide is in.", item);
	IN(archive, item_add_address(archive->replica, item, "https://example.org/b", NULL));
	IN(archive, item_tag(archive->replica, item, "tide", true));
	IN(archive, item_tag(archive->replica, item, "sea", true));
	IN(archive, item_set_state(archive->replica, item, ITEM_ARCHIVED));
	exchange(archive, laptop);
	IN(archive, item_remove(archive->replica, item));
	laptop->now_ms += 1000;
	IN(laptop, item_save(laptop->replica, "https://example.org/b", &again, other, &new, NULL));
	assert_false(new);
	exchange(laptop, archive);
	exchange(archive, laptop);
	for (size_t i = 0; i < 2; i++) {
		struct node *node = i == 0 ? archive : laptop;

		assert_int_equal(ask(node, "SELECT count(*) FROM item WHERE shown"), 1);
		assert_int_equal(ask(node, "SELECT saved_ms > 0 FROM item WHERE shown"), 1);
		assert_int_equal(ask(node, "SELECT count(*) FROM reading"), 0);
		assert_int_equal(ask(node, "SELECT state FROM item WHERE shown"), ITEM_ARCHIVED);
		assert_int_equal(ask(node, "SELECT count(*) FROM item_tag JOIN item"
		    " ON item.id = item_tag.item WHERE shown AND tag = 'tide'"), 1);
		assert_int_equal(ask(node, "SELECT count(*) FROM item_tag WHERE tag = 'sea'"), 0);
	}
	assert_int_equal(ask(archive, "SELECT count(*) FROM work WHERE state < 2"), 1);
	node_free(laptop);
}

/* Tags came, and the address is still on its way: whoever saves it here keeps them. */
static void
an_item_that_is_not_all_here_is_not_taken_for_removed(void **state)
{
	struct node *archive = *state, *laptop = node_new(REPLICA_LAPTOP, 2);
	struct item_save what = TAGS("sea");
	uint8_t item[HASH_NAME_LEN];
	bool new = false;

	pair(archive, laptop);
	save(archive, "https://example.org/a", NULL, item);
	IN(laptop, replica_write(laptop->replica, RECORD_ITEM, item, "tag/rail",
	    bytes_of_text("1")));
	IN(laptop, item_save(laptop->replica, "https://example.org/a", &what, item, &new, NULL));
	assert_true(new);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM item_tag"), 2);
	node_free(laptop);
}

/* What says nothing is not written where nothing was said. */
static void
an_absent_register_is_an_empty_one(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN];
	int64_t before;

	save(node, "https://example.org/a", NULL, item);
	before = ask(node, "SELECT count(*) FROM register");
	IN(node, item_tag(node->replica, item, "sea", false));
	IN(node, item_star(node->replica, item, false));
	assert_int_equal(ask(node, "SELECT count(*) FROM register"), before);
	IN(node, item_star(node->replica, item, true));
	IN(node, item_star(node->replica, item, false));
	assert_int_equal(ask(node, "SELECT starred FROM item"), 0);
	assert_int_equal(ask(node, "SELECT count(*) FROM register"), before + 1);
}

#define WITH_ARCHIVE(test) cmocka_unit_test_setup_teardown(test, archive_setup, node_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARCHIVE(a_removal_leaves_no_word_on_any_device),
		WITH_ARCHIVE(what_another_item_names_stays),
		WITH_ARCHIVE(a_reading_that_is_written_again_keeps_its_article),
		WITH_ARCHIVE(a_blob_that_comes_too_late_is_not_kept),
		WITH_ARCHIVE(what_others_say_of_it_meanwhile_does_not_bring_it_back),
		WITH_ARCHIVE(what_is_saved_meanwhile_by_the_reader_comes_back),
		WITH_ARCHIVE(an_item_that_is_not_all_here_is_not_taken_for_removed),
		WITH_ARCHIVE(an_absent_register_is_an_empty_one),
	};

	return cmocka_run_group_tests_name("proto/replica/erase", tests, NULL, NULL);
}
