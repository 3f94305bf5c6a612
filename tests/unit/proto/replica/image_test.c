#include "tests/unit/proto/replica/fixture.h"

#include "proto/replica/derive.h"
#include "proto/replica/image.h"
#include "proto/replica/image_work.h"
#include "proto/replica/want.h"

#define SOURCE "https://img.example.org/a.png"

static const Readsync__Image png = {
	.base = PROTOBUF_C_MESSAGE_INIT(&readsync__image__descriptor),
	.kind = READSYNC__IMAGE__KIND__PNG,
	.width = 640,
	.height = 480,
	.problem = (char *)protobuf_c_empty_string
};

static void
put(struct node *node, const uint8_t *reading, const char *source, const char *content)
{
	IN(node, image_put(node->replica, reading, source, &png, bytes_of_text(content)));
}

static void
put_problem(struct node *node, const uint8_t *reading, const char *source, const char *problem)
{
	Readsync__Image missing = READSYNC__IMAGE__INIT;

	missing.problem = (char *)problem;
	IN(node, image_put(node->replica, reading, source, &missing, bytes_of_text("")));
}

/* Keep an article and give the ids of its item and its reading. */
static void
keep_reading(struct node *node, const char *url, uint8_t item[HASH_NAME_LEN],
    uint8_t reading[HASH_NAME_LEN])
{
	uint8_t fetch[HASH_NAME_LEN];

	save(node, url, NULL, item);
	add_fetch(node, item, "<p>page", fetch);
	add_reading(node, fetch, READSYNC__COPY__COPY_FULL, "t", "some text", reading);
}

static void
what_is_noted_comes_back(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], reading[HASH_NAME_LEN];
	const Readsync__Image *image;
	Readsync__Images *images;
	struct buffer content;

	keep_reading(node, "https://example.org/a", item, reading);
	OK(image_list(node->replica, reading, &images));
	assert_int_equal(images->n_images, 0);
	assert_null(image_find(images, SOURCE));
	readsync__images__free_unpacked(images, NULL);

	put_problem(node, reading, SOURCE, "the site answered 404");
	put(node, reading, "https://img.example.org/b.png", "bytes of b");
	put(node, reading, SOURCE, "bytes of a");
	OK(image_list(node->replica, reading, &images));
	assert_int_equal(images->n_images, 2);
	image = image_find(images, SOURCE);
	assert_non_null(image);
	assert_string_equal(image->problem, "");
	assert_int_equal(image->size, strlen("bytes of a"));
	assert_int_equal(image->width, 640);
	buffer_init(&content, 100);
	OK(blob_get(node->replica, image->blob.data, &content));
	assert_string_equal(buffer_text(&content), "bytes of a");
	buffer_release(&content);
	readsync__images__free_unpacked(images, NULL);
	assert_int_equal(ask(node, "SELECT count(*) FROM image"), 2);
	assert_int_equal(ask(node, "SELECT count(*) FROM want"), 0);
}

static void
equal_images_are_one_blob(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], one[HASH_NAME_LEN], other[HASH_NAME_LEN];
	int64_t before;

	keep_reading(node, "https://example.org/a", item, one);
	keep_reading(node, "https://example.org/b", item, other);
	before = ask(node, "SELECT count(*) FROM blob");
	put(node, one, SOURCE, "the same bytes");
	put(node, other, "https://other.example.org/c.png", "the same bytes");
	assert_int_equal(ask(node, "SELECT count(*) FROM blob"), before + 1);
	assert_int_equal(ask(node, "SELECT count(*) FROM image"), 2);
}

static void
bounds_hold(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], reading[HASH_NAME_LEN];
	char source[64], problem[IMAGE_PROBLEM_MAX + 2];
	Readsync__Image image = READSYNC__IMAGE__INIT;

	keep_reading(node, "https://example.org/a", item, reading);
	memset(problem, 'x', sizeof(problem));
	problem[IMAGE_PROBLEM_MAX] = '\0';
	for (int i = 0; i < IMAGE_COUNT_MAX; i++) {
		snprintf(source, sizeof(source), "https://example.org/%d.png", i);
		put_problem(node, reading, source, problem);
	}
	OK(replica_begin(node->replica));
	image.problem = (char *)"one too many";
	assert_int_equal(image_put(node->replica, reading, SOURCE, &image, bytes_of_text("")),
	    RS_ELIMIT);
	/* One that is there may still change. */
	OK(image_put(node->replica, reading, "https://example.org/7.png", &png,
	    bytes_of_text("it came")));
	problem[IMAGE_PROBLEM_MAX] = 'x';
	problem[IMAGE_PROBLEM_MAX + 1] = '\0';
	image.problem = problem;
	assert_int_equal(image_put(node->replica, reading, "https://example.org/7.png", &image,
	    bytes_of_text("")), RS_EINVAL);
	image.problem = (char *)"two\nlines";
	assert_int_equal(image_put(node->replica, reading, "https://example.org/7.png", &image,
	    bytes_of_text("")), RS_EINVAL);
	OK(replica_commit(node->replica));
}

/* A laptop wants articles first, then the images of the newest unread item. */
static void
images_are_wanted_after_articles(void **state)
{
	struct node *archive = *state, *laptop = node_new(REPLICA_LAPTOP, 2);
	uint8_t item[HASH_NAME_LEN], reading[HASH_NAME_LEN], newer[HASH_NAME_LEN];
	struct missing missing = { .count = 0 };
	uint8_t hash[HASH_CONTENT_LEN];

	pair(archive, laptop);
	keep_reading(archive, "https://example.org/old", item, reading);
	put(archive, reading, SOURCE, "image of the old one");
	archive->now_ms += 1000;
	keep_reading(archive, "https://example.org/new", item, newer);
	put(archive, newer, SOURCE, "image of the new one");
	exchange(archive, laptop);
	OK(blob_wants(laptop->replica, missing_add, &missing));
	/* Both readings have one article. */
	assert_int_equal(missing.count, 3);
	hash_content(bytes_of_text("image of the new one"), hash);
	assert_memory_equal(missing.hashes[1], hash, sizeof(hash));
	hash_content(bytes_of_text("image of the old one"), hash);
	assert_memory_equal(missing.hashes[2], hash, sizeof(hash));
	send_blobs(archive, laptop);
	assert_int_equal(blob_wanted(laptop->replica), 0);
	node_free(laptop);
}

/* Only the best reading's images are for a laptop; a removed item's are for nobody. */
static void
images_of_what_is_not_shown_are_not_wanted(void **state)
{
	struct node *archive = *state, *laptop = node_new(REPLICA_LAPTOP, 2);
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], teaser[HASH_NAME_LEN];

	pair(archive, laptop);
	keep_reading(archive, "https://example.org/a", item, teaser);
	archive->now_ms += 1000;
	add_fetch(archive, item, "<p>teaser", fetch);
	add_reading(archive, fetch, READSYNC__COPY__COPY_TEASER, "t", "x", teaser);
	put(archive, teaser, SOURCE, "image of the teaser");
	exchange(archive, laptop);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM want WHERE rank >= 4"), 0);

	/* The reader prefers the teaser: then its image is wanted. */
	IN(archive, replica_write(archive->replica, RECORD_ITEM, item, "prefer",
	    bytes_of(teaser, sizeof(teaser))));
	exchange(archive, laptop);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM want WHERE rank = 4"), 1);
	IN(archive, item_set_state(archive->replica, item, ITEM_ARCHIVED));
	exchange(archive, laptop);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM want WHERE rank = 5"), 1);
	IN(archive, item_remove(archive->replica, item));
	exchange(archive, laptop);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM want"), 0);
	node_free(laptop);
}

/* In whatever order they come, and after a rebuild, the tables are the same. */
static void
the_table_follows_from_the_registers(void **state)
{
	struct node *archive = *state, *laptop = node_new(REPLICA_LAPTOP, 3);
	uint8_t item[HASH_NAME_LEN], reading[HASH_NAME_LEN], junk[] = "\x0a\x7fjunk";
	struct buffer incremental, rebuilt;

	pair(archive, laptop);
	keep_reading(archive, "https://example.org/a", item, reading);
	put(archive, reading, SOURCE, "first");
	put(archive, reading, "https://example.org/b.gif", "first");
	put(archive, reading, SOURCE, "second");
	exchange(archive, laptop);
	IN(archive, replica_write(archive->replica, RECORD_READING, reading, "images",
	    bytes_of(junk, sizeof(junk))));
	assert_int_equal(ask(archive, "SELECT count(*) FROM image"), 0);
	put(archive, reading, SOURCE, "third");
	exchange(archive, laptop);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM image"), 1);

	buffer_init(&incremental, 1 << 20);
	buffer_init(&rebuilt, 1 << 20);
	dump_derived(laptop, &incremental);
	IN(laptop, derive_rebuild(laptop->replica));
	dump_derived(laptop, &rebuilt);
	assert_string_equal(buffer_text(&incremental), buffer_text(&rebuilt));
	buffer_release(&incremental);
	buffer_release(&rebuilt);
	node_free(laptop);
}

static void
nonsense_is_refused(void **state)
{
	uint8_t name[HASH_NAME_LEN] = { 1 }, hash[HASH_CONTENT_LEN] = { 2 };
	const struct {
		size_t source, blob;
		uint64_t size;
		const char *problem;
		bool good;
	} cases[] = {
		{ 16, 32, 10, "", true },
		{ 16, 0, 0, "why", true },
		{ 15, 32, 10, "", false },
		{ 16, 31, 10, "", false },
		{ 16, 32, 0, "", false },
		{ 16, 0, 10, "", false },
		{ 16, 32, BLOB_MAX + UINT64_C(1), "", false },
		{ 16, 0, 0, "\x1b[31m", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		Readsync__Image image = READSYNC__IMAGE__INIT, *list[] = { &image };
		Readsync__Images images = READSYNC__IMAGES__INIT, *read;
		uint8_t packed[512];
		size_t len;

		image.source = (ProtobufCBinaryData){ cases[i].source, name };
		image.blob = (ProtobufCBinaryData){ cases[i].blob, hash };
		image.size = cases[i].size;
		image.problem = (char *)cases[i].problem;
		images.images = list;
		images.n_images = 1;
		len = readsync__images__pack(&images, packed);
		if (image_unpack(bytes_of(packed, len), &read) == RS_OK) {
			readsync__images__free_unpacked(read, NULL);
			assert_true(cases[i].good);
		} else {
			assert_false(cases[i].good);
		}
	}
}

/* Record a reading, of another page of the item, whose article shows two images. */
static void
read_with_images(struct node *node, const uint8_t *item, const char *page,
    uint8_t reading[HASH_NAME_LEN])
{
	Readsync__Block first = READSYNC__BLOCK__INIT, second = READSYNC__BLOCK__INIT;
	Readsync__Block *blocks[] = { &first, &second, &first };
	Readsync__Article article = READSYNC__ARTICLE__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	uint8_t fetch[HASH_NAME_LEN];

	first.kind = second.kind = READSYNC__BLOCK__KIND__IMAGE;
	first.source = (char *)SOURCE;
	second.source = (char *)"https://example.org/b.png";
	article.blocks = blocks;
	article.n_blocks = 3;
	add_fetch(node, item, page, fetch);
	IN(node, reading_add(node->replica, fetch, 1, &article, &verdict, NULL, reading));
}

static const Readsync__Image *
find(const Readsync__Images *images, const char *source, const char *content)
{
	const Readsync__Image *image = image_find(images, source);

	assert_non_null(image);
	assert_int_equal(image->size, strlen(content));
	return image;
}

/* A new reading has at once what another of the item has got. */
static void
a_new_reading_inherits_what_is_held(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], first[HASH_NAME_LEN], second[HASH_NAME_LEN];
	Readsync__Images *images;

	save(node, "https://example.org/a", NULL, item);
	read_with_images(node, item, "<p>one", first);
	assert_int_equal(ask(node, "SELECT count(*) FROM image_work"), 1);
	put_problem(node, first, "https://example.org/b.png", "not an image");
	put(node, first, SOURCE, "bytes");
	read_with_images(node, item, "<p>two", second);
	OK(image_list(node->replica, second, &images));
	assert_int_equal(images->n_images, 1);
	assert_int_equal(find(images, SOURCE, "bytes")->width, 640);
	readsync__images__free_unpacked(images, NULL);
	/* The other may be had by now: it is asked for again. */
	assert_int_equal(ask(node, "SELECT count(*) FROM image_work"), 2);

	/* The newest has the say; and what a reading has of its own stays. */
	put(node, second, SOURCE, "bytes of later");
	node->now_ms += 1000;
	read_with_images(node, item, "<p>three", first);
	OK(image_list(node->replica, first, &images));
	(void)find(images, SOURCE, "bytes of later");
	readsync__images__free_unpacked(images, NULL);

	/* Another item's images are its own. */
	save(node, "https://example.org/other", NULL, item);
	read_with_images(node, item, "<p>four", first);
	OK(image_list(node->replica, first, &images));
	assert_int_equal(images->n_images, 0);
	readsync__images__free_unpacked(images, NULL);
}

/* ------------------------------------------------------------------- the work */

struct due {
	uint8_t reading[HASH_NAME_LEN];
	uint32_t attempts;
	unsigned count;
};

static bool
take_due(void *context, const struct image_work *work)
{
	struct due *due = context;

	memcpy(due->reading, work->reading, HASH_NAME_LEN);
	due->attempts = work->attempts;
	due->count++;
	return true;
}

static void
work_is_due_until_it_is_done(void **state)
{
	struct node *node = *state;
	uint8_t reading[HASH_NAME_LEN] = { 7 };
	struct due due = { .count = 0 };
	int64_t next_ms;

	IN(node, image_work_queue(node->replica, reading));
	OK(image_work_due(node->replica, node->now_ms, 10, take_due, &due));
	assert_int_equal(due.count, 1);
	assert_memory_equal(due.reading, reading, sizeof(reading));
	IN(node, image_work_failed(node->replica, reading, node->now_ms + 1000));
	OK(image_work_due(node->replica, node->now_ms, 10, take_due, &due));
	assert_int_equal(due.count, 1);
	OK(image_work_next_due(node->replica, node->now_ms, &next_ms));
	assert_int_equal(next_ms, node->now_ms + 1000);
	node->now_ms += 1000;
	OK(image_work_due(node->replica, node->now_ms, 10, take_due, &due));
	assert_int_equal(due.count, 2);
	assert_int_equal(due.attempts, 1);
	/* Read again, it begins anew. */
	IN(node, image_work_queue(node->replica, reading));
	OK(image_work_due(node->replica, node->now_ms, 10, take_due, &due));
	assert_int_equal(due.attempts, 0);
	IN(node, image_work_done(node->replica, reading));
	assert_int_equal(image_work_next_due(node->replica, 0, &next_ms), RS_ENOTFOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_noted_comes_back, archive_setup,
		    node_teardown),
		cmocka_unit_test_setup_teardown(equal_images_are_one_blob, archive_setup,
		    node_teardown),
		cmocka_unit_test_setup_teardown(bounds_hold, archive_setup, node_teardown),
		cmocka_unit_test_setup_teardown(images_are_wanted_after_articles, archive_setup,
		    node_teardown),
		cmocka_unit_test_setup_teardown(images_of_what_is_not_shown_are_not_wanted,
		    archive_setup, node_teardown),
		cmocka_unit_test_setup_teardown(the_table_follows_from_the_registers,
		    archive_setup, node_teardown),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test_setup_teardown(a_new_reading_inherits_what_is_held,
		    archive_setup, node_teardown),
		cmocka_unit_test_setup_teardown(work_is_due_until_it_is_done, archive_setup,
		    node_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
