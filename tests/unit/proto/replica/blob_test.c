#include "tests/unit/proto/replica/fixture.h"

#include "proto/replica/want.h"

/* ${len} bytes that do not repeat soon. */
static struct bytes
stuff(struct node *node, size_t len)
{
	uint8_t *data = malloc(len + 1);

	assert_non_null(data);
	node_fill(node, data, len);
	return bytes_of(data, len);
}

static void
what_is_put_comes_back_in_any_piece(void **state)
{
	static const size_t lens[] = { 0, 1, 65535, 65536, 65537, 200000 };
	static const struct {
		uint64_t offset;
		size_t max;
	} pieces[] = { { 0, 10 }, { 65530, 10 }, { 65536, 1 }, { 100000, 100000 }, { 0, 200000 },
	    { 199999, 60000 }, { 200000, 1 }, { 300000, 5 } };
	struct node *node = *state;
	uint8_t hash[HASH_CONTENT_LEN];
	struct bytes content;
	struct buffer out;
	uint64_t size;

	buffer_init(&out, BLOB_MAX);
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		content = stuff(node, lens[i]);
		IN(node, blob_put(node->replica, content, hash));
		IN(node, blob_put(node->replica, content, hash));
		for (size_t j = 0; j < sizeof(pieces) / sizeof(pieces[0]); j++) {
			size_t left = pieces[j].offset < lens[i] ? lens[i] - pieces[j].offset : 0;
			size_t expected = left < pieces[j].max ? left : pieces[j].max;

			buffer_clear(&out);
			OK(blob_read(node->replica, hash, pieces[j].offset, pieces[j].max, &out,
			    &size));
			assert_int_equal(size, lens[i]);
			assert_int_equal(out.len, expected);
			if (expected > 0)
				assert_memory_equal(out.data, content.data + pieces[j].offset,
				    expected);
		}
		free((void *)content.data);
	}
	assert_int_equal(ask(node, "SELECT count(*) FROM blob"), 6);
	hash[0] ^= 1;
	assert_int_equal(blob_read(node->replica, hash, 0, 1, &out, &size), RS_ENOTFOUND);
	buffer_release(&out);
}

/* Four parts to a page of the vault, none with an overflow page, and none much smaller. */
static void
parts_fill_pages(void **state)
{
	struct node *node = *state;
	struct bytes content = stuff(node, 9980);
	uint8_t hash[HASH_CONTENT_LEN];

	IN(node, blob_put(node->replica, content, hash));
	assert_int_equal(ask(node, "SELECT count(*) FROM blob_part"), 11);
	assert_true(ask(node, "SELECT max(length(data)) - min(length(data)) FROM blob_part") <= 1);
	assert_int_equal(ask(node, "SELECT count(*) FROM dbstat"
	    " WHERE name = 'blob_part' AND pagetype = 'overflow'"), 0);
	assert_int_equal(ask(node, "SELECT count(*) FROM dbstat"
	    " WHERE name = 'blob_part' AND pagetype = 'leaf'"), 3);
	free((void *)content.data);
}

static void
packed_bytes_come_back_within_a_bound(void **state)
{
	struct node *node = *state;
	uint8_t hash[HASH_CONTENT_LEN], zeros[50000] = { 0 };
	struct buffer out;

	IN(node, blob_put_packed(node->replica, bytes_of(zeros, sizeof(zeros)), hash));
	assert_true(ask(node, "SELECT size FROM blob") < 1000);
	buffer_init(&out, sizeof(zeros) - 1);
	assert_int_equal(blob_get_packed(node->replica, hash, &out), RS_ELIMIT);
	buffer_init(&out, sizeof(zeros));
	OK(blob_get_packed(node->replica, hash, &out));
	assert_int_equal(out.len, sizeof(zeros));
	assert_memory_equal(out.data, zeros, sizeof(zeros));
	buffer_clear(&out);
	IN(node, blob_put(node->replica, bytes_of_text("no frame"), hash));
	assert_int_equal(blob_get_packed(node->replica, hash, &out), RS_ENOTPAGE);
	IN(node, blob_put_packed(node->replica, bytes_of(NULL, 0), hash));
	OK(blob_get_packed(node->replica, hash, &out));
	assert_int_equal(out.len, 0);
	buffer_release(&out);
}

/* Receive bytes [from, to) of ${content}. */
static int
receive(struct node *node, struct bytes content, size_t from, size_t to, bool *ret_complete)
{
	uint8_t hash[HASH_CONTENT_LEN];
	int err;

	hash_content(content, hash);
	OK(replica_begin(node->replica));
	err = blob_receive(node->replica, hash, from, content.len,
	    bytes_of(content.data + from, to - from), ret_complete);
	if (err == RS_OK)
		OK(replica_commit(node->replica));
	else
		replica_rollback(node->replica);
	return err;
}

static void
pieces_make_a_blob_over_a_break(void **state)
{
	struct node *node = *state;
	struct bytes content = stuff(node, 150000);
	uint8_t hash[HASH_CONTENT_LEN];
	struct buffer out;
	uint64_t size;
	bool complete = true;

	buffer_init(&out, BLOB_MAX);
	hash_content(content, hash);
	OK(receive(node, content, 0, 60000, &complete));
	assert_false(complete);
	assert_int_equal(blob_read(node->replica, hash, 0, 1, &out, &size), RS_ENOTFOUND);
	node_close(node);
	node_open(node);
	/* A gap, and nothing. */
	assert_int_equal(receive(node, content, 60001, 70000, &complete), RS_EPROTOCOL);
	assert_int_equal(receive(node, content, 60000, 60000, &complete), RS_EPROTOCOL);
	/* Bytes that another peer brought already are passed over, new ones behind them kept. */
	complete = true;
	OK(receive(node, content, 0, 60000, &complete));
	assert_false(complete);
	OK(receive(node, content, 100, 59000, &complete));
	assert_int_equal(ask(node, "SELECT received FROM blob"), 60000);
	OK(receive(node, content, 59999, 70000, &complete));
	assert_int_equal(ask(node, "SELECT received FROM blob"), 70000);
	OK(receive(node, content, 60000, 110000, &complete));
	assert_false(complete);
	OK(receive(node, content, 110000, 150000, &complete));
	assert_true(complete);
	OK(blob_get(node->replica, hash, &out));
	assert_true(bytes_equal(buffer_bytes(&out), content));
	/* What is whole stays so. */
	complete = false;
	OK(receive(node, content, 0, 60000, &complete));
	assert_true(complete);
	buffer_release(&out);
	free((void *)content.data);
}

static void
a_piece_cannot_be_larger_than_it_says(void **state)
{
	static const struct {
		uint64_t offset, size;
		size_t len;
	} cases[] = {
		{ 0, 5, 6 }, { 1, 5, 5 }, { 6, 5, 0 }, { 0, (uint64_t)BLOB_MAX + 1, 5 },
		{ UINT64_MAX, 5, 5 }, { 0, 5, 0 }, { 3, 5, 1 },
	};
	struct node *node = *state;
	uint8_t hash[HASH_CONTENT_LEN] = { 1 }, data[10] = { 0 };
	bool complete;

	OK(replica_begin(node->replica));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(blob_receive(node->replica, hash, cases[i].offset, cases[i].size,
		    bytes_of(data, cases[i].len), &complete), RS_EPROTOCOL);
	hash_content(bytes_of(NULL, 0), hash);
	OK(blob_receive(node->replica, hash, 0, 0, bytes_of(NULL, 0), &complete));
	assert_true(complete);
	OK(replica_commit(node->replica));
	assert_int_equal(ask(node, "SELECT count(*) FROM blob"), 1);
}

static void
bytes_that_are_not_the_blob_are_thrown_away(void **state)
{
	struct node *node = *state;
	struct bytes content = stuff(node, 1000), wrong = stuff(node, 1000);
	uint8_t hash[HASH_CONTENT_LEN];
	bool complete;

	hash_content(content, hash);
	/* A good piece of the wrong blob, then a good one of the right: it cannot be mended. */
	IN(node, blob_receive(node->replica, hash, 0, 1000, bytes_of(wrong.data, 500), &complete));
	assert_int_equal(receive(node, content, 500, 1000, &complete), RS_EPROTOCOL);
	/* The transaction that found out was rolled back; the next one still starts clean. */
	OK(receive(node, content, 0, 500, &complete));
	OK(receive(node, content, 500, 1000, &complete));
	assert_true(complete);
	assert_int_equal(ask(node, "SELECT count(*) FROM blob_part"), 2);
	free((void *)content.data);
	free((void *)wrong.data);
}

static void
a_blob_that_changes_its_size_begins_again(void **state)
{
	struct node *node = *state;
	uint8_t hash[HASH_CONTENT_LEN], data[100] = { 7 };
	bool complete;

	hash_content(bytes_of(data, 100), hash);
	IN(node, blob_receive(node->replica, hash, 0, 60, bytes_of(data, 50), &complete));
	assert_int_equal(receive(node, bytes_of(data, 100), 50, 100, &complete), RS_EPROTOCOL);
	OK(receive(node, bytes_of(data, 100), 0, 100, &complete));
	assert_true(complete);
}

/* ------------------------------------------------------------- the want-list */

static bool
append_want(void *context, const uint8_t *hash, uint64_t offset)
{
	OK(buffer_printf(context, "%02x%02x+%d ", hash[0], hash[1], (int)offset));
	return true;
}

static void
assert_wants(struct node *node, const char *expected)
{
	struct buffer out;

	buffer_init(&out, 10000);
	OK(blob_wants(node->replica, append_want, &out));
	assert_string_equal(buffer_text(&out), expected);
	buffer_release(&out);
}

/* Send ${node} a reading of ${item} with the article ${hash}. */
static void
send_reading(struct node *node, const uint8_t *item, const char *id, const char *hash, int words)
{
	Readsync__Reading reading = READSYNC__READING__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	uint8_t article[HASH_CONTENT_LEN] = { 0 }, packed[500];

	strcpy((char *)article, hash);
	verdict.copy = READSYNC__COPY__COPY_FULL;
	reading.verdict = &verdict;
	reading.words = (uint32_t)words;
	reading.item = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)item };
	reading.fetch = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)"some fetch------" };
	reading.article = (ProtobufCBinaryData){ HASH_CONTENT_LEN, article };
	reading.at_ms = node->now_ms++;
	IN(node, replica_write(node->replica, RECORD_READING, (const uint8_t *)id, "reading",
	    bytes_of(packed, readsync__reading__pack(&reading, packed))));
}

static void
articles_are_wanted_as_a_reader_wants_them(void **state)
{
	struct node *node = *state;
	uint8_t item[3][HASH_NAME_LEN];
	bool archive = replica_role(node->replica) == REPLICA_ARCHIVE, complete;
	uint8_t hash[HASH_CONTENT_LEN] = "BB";

	for (int i = 0; i < 3; i++) {
		char url[40];

		snprintf(url, sizeof(url), "https://example.org/%d", i);
		node->now_ms += 1000;
		save(node, url, NULL, item[i]);
	}
	assert_wants(node, "");
	send_reading(node, item[0], "reading A-------", "AA", 100);
	send_reading(node, item[1], "reading B-------", "BB", 100);
	send_reading(node, item[2], "reading C-------", "CC", 100);
	assert_wants(node, "4343+0 4242+0 4141+0 ");
	IN(node, item_set_state(node->replica, item[2], ITEM_ARCHIVED));
	assert_wants(node, "4242+0 4141+0 4343+0 ");
	/* What is begun is asked for from where it broke off. */
	IN(node, blob_receive(node->replica, hash, 0, 10, bytes_of_text("begun"), &complete));
	assert_wants(node, "4242+5 4141+0 4343+0 ");
	IN(node, item_remove(node->replica, item[1]));
	assert_wants(node, "4141+0 4343+0 ");
	/* A better reading's article; the other one only on an archive. */
	send_reading(node, item[0], "reading D-------", "DD", 100);
	assert_wants(node, archive ? "4141+0 4444+0 4343+0 " : "4444+0 4343+0 ");
	assert_int_equal(blob_wanted(node->replica), archive ? 3 : 2);
	/* Two items with one article: it is wanted once, until nobody wants it. */
	send_reading(node, item[2], "reading E-------", "DD", 100);
	assert_wants(node, archive ? "4141+0 4444+0 4343+0 " : "4444+0 ");
	IN(node, item_remove(node->replica, item[0]));
	assert_wants(node, archive ? "4343+0 4444+0 " : "4444+0 ");
	assert_int_equal(blob_wanted(node->replica), archive ? 2 : 1);
	node_close(node);
	node_open(node);
	assert_int_equal(blob_wanted(node->replica), archive ? 2 : 1);
}

/* Of items that share an article, the one that wants it most says when it comes. */
static void
a_shared_article_comes_with_its_newest_item(void **state)
{
	struct node *node = *state;
	uint8_t item[3][HASH_NAME_LEN];

	for (int i = 0; i < 3; i++) {
		char url[40];

		snprintf(url, sizeof(url), "https://example.org/%d", i);
		node->now_ms += 1000;
		save(node, url, NULL, item[i]);
	}
	send_reading(node, item[0], "reading A-------", "DD", 100);
	send_reading(node, item[1], "reading B-------", "BB", 100);
	assert_wants(node, "4242+0 4444+0 ");
	send_reading(node, item[2], "reading C-------", "DD", 100);
	assert_wants(node, "4444+0 4242+0 ");
	IN(node, item_set_state(node->replica, item[2], ITEM_ARCHIVED));
	assert_wants(node, "4242+0 4444+0 ");
	IN(node, item_set_state(node->replica, item[2], ITEM_UNREAD));
	IN(node, item_set_state(node->replica, item[0], ITEM_ARCHIVED));
	assert_wants(node, "4444+0 4242+0 ");
}

static void
the_count_of_wants_follows_a_rollback(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN];

	save(node, "https://example.org/", NULL, item);
	assert_int_equal(blob_wanted(node->replica), 0);
	OK(replica_begin(node->replica));
	send_reading(node, item, "reading A-------", "AA", 100);
	assert_int_equal(blob_wanted(node->replica), 1);
	replica_rollback(node->replica);
	assert_int_equal(blob_wanted(node->replica), 0);
}

static void
an_archive_wants_pages_last(void **state)
{
	struct node *archive = *state, *laptop = node_new(REPLICA_LAPTOP, 2);
	uint8_t item[HASH_NAME_LEN];

	pair(archive, laptop);
	keep(laptop, "https://example.org/a", "A", "words", item);
	exchange(laptop, archive);
	assert_int_equal(blob_wanted(archive->replica), 2);
	assert_int_equal(ask(archive, "SELECT rank FROM want ORDER BY rank DESC"), 3);
	send_blobs(laptop, archive);
	assert_int_equal(blob_wanted(archive->replica), 0);
	assert_int_equal(ask(archive, "SELECT count(*) FROM want"), 0);
	node_free(laptop);
}

#define WITH_LAPTOP(test) cmocka_unit_test_setup_teardown(test, laptop_setup, node_teardown)
#define WITH_ARCHIVE(test) cmocka_unit_test_setup_teardown(test, archive_setup, node_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LAPTOP(what_is_put_comes_back_in_any_piece),
		WITH_LAPTOP(parts_fill_pages),
		WITH_LAPTOP(packed_bytes_come_back_within_a_bound),
		WITH_LAPTOP(pieces_make_a_blob_over_a_break),
		WITH_LAPTOP(a_piece_cannot_be_larger_than_it_says),
		WITH_LAPTOP(bytes_that_are_not_the_blob_are_thrown_away),
		WITH_LAPTOP(a_blob_that_changes_its_size_begins_again),
		WITH_LAPTOP(articles_are_wanted_as_a_reader_wants_them),
		WITH_ARCHIVE(articles_are_wanted_as_a_reader_wants_them),
		WITH_LAPTOP(a_shared_article_comes_with_its_newest_item),
		WITH_LAPTOP(the_count_of_wants_follows_a_rollback),
		WITH_ARCHIVE(an_archive_wants_pages_last),
	};

	return cmocka_run_group_tests_name("proto/replica/blob", tests, NULL, NULL);
}
