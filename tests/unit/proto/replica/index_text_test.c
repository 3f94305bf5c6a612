/*
 * The texts that are indexed, and where they are made: beside SQLite's thread where there are
 * many, and whatever is in a blob.  zstd's functions and pthread_create are watched here.
 */
#include "fixture.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <zstd.h>

#include "proto/record/article.h"
#include "proto/replica/index_text.h"

enum {
	ARTICLES = 120,
	WORDS = 100,		/* of each */
	PIECE = 100,		/* bytes of a piece of a blob */
	DENSE = 12000,		/* random words, that do not pack well */
	LONG_BLOCKS = ARTICLE_BLOCKS_MAX,
	LONG_BLOCK = 209	/* with a line feed each it is too long, and without it is not */
};

/* ------------------------------------------------------------------------ watching */

static struct {
	pthread_t owner;
	size_t here, beside;	/* frames that were unpacked by SQLite's thread, and others */
	bool starves;		/* there is no memory beside it */
	bool alone;		/* there are no threads */
} watched;

static void *
function(const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);

	assert_non_null(found);
	return found;
}

int
pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
    void *context)
{
	int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	*(void **)&create = function("pthread_create");
	return watched.alone ? EAGAIN : create(thread, attributes, run, context);
}

ZSTD_DCtx *
ZSTD_createDCtx(void)
{
	ZSTD_DCtx *(*create)(void);

	*(void **)&create = function("ZSTD_createDCtx");
	return watched.starves && !pthread_equal(pthread_self(), watched.owner) ? NULL : create();
}

size_t
ZSTD_decompressDCtx(ZSTD_DCtx *context, void *to, size_t room, const void *from, size_t len)
{
	size_t (*decompress)(ZSTD_DCtx *, void *, size_t, const void *, size_t);

	*(void **)&decompress = function("ZSTD_decompressDCtx");
	if (pthread_equal(pthread_self(), watched.owner))
		watched.here++;
	else
		watched.beside++;
	return decompress(context, to, room, from, len);
}

static void
watch(void)
{
	memset(&watched, 0, sizeof(watched));
	watched.owner = pthread_self();
}

/* ------------------------------------------------------------------------ a library */

static int64_t
found(struct node *node, const char *word)
{
	char sql[120];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM search WHERE search MATCH '%s'", word);
	return ask(node, sql);
}

/* FTS5 compares each entry with what the view says, which makes each text by itself. */
static void
check_index(struct node *node)
{
	IN(node, database_run(&node->replica->database,
	    "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)", NO_VALUES));
}

/* Article ${i} has the words articleI and endI, and as many between them. */
static void
keep_drawn(struct node *node, int i, int words)
{
	uint8_t item[HASH_NAME_LEN];
	struct buffer text;
	char url[64];

	buffer_init(&text, INDEX_TEXT_CONTENT_MAX);
	OK(buffer_printf(&text, "article%d ", i));
	for (int word = 0; word < words; word++)
		OK(buffer_printf(&text, "%llx ", (unsigned long long)node_draw(node)));
	OK(buffer_printf(&text, "end%d", i));
	snprintf(url, sizeof(url), "https://example.org/%d", i);
	keep(node, url, "Title", buffer_text(&text), item);
	buffer_release(&text);
}

/* Keep an item whose article is the blob ${hash}. */
static void
keep_blob(struct node *node, const char *url, uint8_t hash[HASH_CONTENT_LEN])
{
	Readsync__Reading reading = READSYNC__READING__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN];

	save(node, url, "Title", item);
	add_fetch(node, item, url, fetch);
	verdict.copy = READSYNC__COPY__COPY_FULL;
	reading.verdict = &verdict;
	reading.item = (ProtobufCBinaryData){ HASH_NAME_LEN, item };
	reading.fetch = (ProtobufCBinaryData){ HASH_NAME_LEN, fetch };
	reading.article = (ProtobufCBinaryData){ HASH_CONTENT_LEN, hash };
	IN(node, reading_put(node->replica, &reading, bytes_of(NULL, 0)));
}

/* Keep an article of ${count} paragraphs of ${len} bytes: "first", or spaces, "last". */
static void
keep_paragraphs(struct node *node, const char *url, size_t count, size_t len)
{
	Readsync__Article article = READSYNC__ARTICLE__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	Readsync__Block *blocks = calloc(count, sizeof(*blocks));
	Readsync__Block **list = calloc(count, sizeof(*list));
	char *text = calloc(count, len + 1);
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], reading[HASH_NAME_LEN];

	assert_true(blocks != NULL && list != NULL && text != NULL);
	for (size_t i = 0; i < count; i++) {
		readsync__block__init(&blocks[i]);
		blocks[i].kind = READSYNC__BLOCK__KIND__PARAGRAPH;
		blocks[i].text = memset(text + i * (len + 1), ' ', len);
		list[i] = &blocks[i];
	}
	memcpy(blocks[0].text, "first", 5);
	memcpy(blocks[count - 1].text + len - 4, "last", 4);
	article.title = (char *)"Title";
	article.blocks = list;
	article.n_blocks = count;
	verdict.copy = READSYNC__COPY__COPY_FULL;
	save(node, url, NULL, item);
	add_fetch(node, item, url, fetch);
	IN(node, reading_add(node->replica, fetch, 1, &article, &verdict, NULL, reading));
	free(blocks);
	free(list);
	free(text);
}

/* An archive with ${count} numbered articles, and a laptop that has the registers. */
static void
make_library(int count, struct node **ret_archive, struct node **ret_laptop)
{
	struct node *archive = node_new(REPLICA_ARCHIVE, 1);

	for (int i = 0; i < count; i++)
		keep_drawn(archive, i, WORDS);
	*ret_archive = archive;
	*ret_laptop = node_new(REPLICA_LAPTOP, 2);
	pair(archive, *ret_laptop);
}

static void
end_library(struct node *archive, struct node *laptop)
{
	node_free(archive);
	node_free(laptop);
}

static void
check_numbered(struct node *node, int count)
{
	char word[32];

	for (int i = 0; i < count; i++) {
		snprintf(word, sizeof(word), "article%d", i);
		assert_int_equal(found(node, word), 1);
		snprintf(word, sizeof(word), "end%d", i);
		assert_int_equal(found(node, word), 1);
	}
	check_index(node);
}

/* Write down all that FTS5 has stored. */
static void
dump_index(struct node *node, struct buffer *out)
{
	buffer_init(out, 64 * 1024 * 1024);
	dump_sql(node, "SELECT id, block FROM search_data ORDER BY id", out);
	dump_sql(node, "SELECT segid, term, pgno FROM search_idx ORDER BY 1, 2", out);
	dump_sql(node, "SELECT id, sz FROM search_docsize ORDER BY id", out);
}

/* Hand ${to} all that it wants of ${from}, piece by piece, in the transaction that is open. */
static void
receive_in_pieces(struct node *from, struct node *to)
{
	struct missing missing = { .count = 0 };
	struct buffer data;
	bool complete;
	size_t len;

	buffer_init(&data, BLOB_MAX);
	OK(blob_wants(to->replica, missing_add, &missing));
	assert_true(missing.count > 0);
	for (size_t i = 0; i < missing.count; i++) {
		buffer_clear(&data);
		OK(blob_get(from->replica, missing.hashes[i], &data));
		for (size_t at = 0; at < data.len; at += len) {
			len = data.len - at < PIECE ? data.len - at : PIECE;
			OK(blob_receive(to->replica, missing.hashes[i], at, data.len,
			    bytes_of(data.data + at, len), &complete));
		}
		assert_true(complete);
	}
	buffer_release(&data);
}

/* ------------------------------------------------------------------------ the tests */

static void
many_are_made_beside_sqlites_thread(void **state)
{
	struct node *archive, *laptop;

	(void)state;
	make_library(ARTICLES, &archive, &laptop);
	exchange(archive, laptop);
	watch();
	send_blobs(archive, laptop);
	assert_int_equal(watched.here + watched.beside, ARTICLES);
	assert_in_range(watched.beside, ARTICLES / 2, ARTICLES - 1);
	check_numbered(laptop, ARTICLES);
	end_library(archive, laptop);
}

static void
one_is_made_in_sqlites_thread(void **state)
{
	struct node *archive, *laptop;

	(void)state;
	make_library(1, &archive, &laptop);
	exchange(archive, laptop);
	watch();
	send_blobs(archive, laptop);
	assert_int_equal(watched.here, 1);
	assert_int_equal(watched.beside, 0);
	check_numbered(laptop, 1);
	end_library(archive, laptop);
}

/* The text is taken out, and put in again. */
static void
a_new_title_keeps_the_text(void **state)
{
	struct node *archive, *laptop;
	struct item_save what = { .title = NULL };
	uint8_t item[HASH_NAME_LEN];
	char url[64];
	bool new;

	(void)state;
	make_library(ARTICLES, &archive, &laptop);
	watch();
	OK(replica_begin(archive->replica));
	for (int i = 0; i < ARTICLES; i++) {
		snprintf(url, sizeof(url), "https://example.org/%d", i);
		OK(item_save(archive->replica, url, &what, item, &new, NULL));
		OK(item_set_title(archive->replica, item, "Renamed"));
	}
	OK(replica_commit(archive->replica));
	assert_in_range(watched.beside, ARTICLES / 2, ARTICLES - 1);
	assert_int_equal(found(archive, "renamed"), ARTICLES);
	check_numbered(archive, ARTICLES);
	end_library(archive, laptop);
}

static void
whatever_is_in_a_blob(void **state)
{
	struct node *archive, *laptop;
	uint8_t hash[HASH_CONTENT_LEN];

	(void)state;
	make_library(ARTICLES / 2, &archive, &laptop);
	IN(archive, blob_put(archive->replica, bytes_of_text("no frame"), hash));
	keep_blob(archive, "https://example.org/no-frame", hash);
	IN(archive, blob_put_packed(archive->replica, bytes_of_text("no article"), hash));
	keep_blob(archive, "https://example.org/no-article", hash);
	IN(archive, blob_put_packed(archive->replica, bytes_of(NULL, 0), hash));
	keep_blob(archive, "https://example.org/empty", hash);
	/* Three that are not read ahead; and of the last of them the end is not found. */
	keep_drawn(archive, ARTICLES / 2, DENSE);
	keep_paragraphs(archive, "https://example.org/large", 10, 100000);
	keep_paragraphs(archive, "https://example.org/long", LONG_BLOCKS, LONG_BLOCK);
	/* One blob of three items. */
	keep_paragraphs(archive, "https://example.org/one", 3, 100);
	keep_paragraphs(archive, "https://example.org/two", 3, 100);
	for (int i = ARTICLES / 2 + 1; i < ARTICLES; i++)
		keep_drawn(archive, i, WORDS);
	keep_paragraphs(archive, "https://example.org/three", 3, 100);
	exchange(archive, laptop);
	watch();
	send_blobs(archive, laptop);
	/* "no frame" is not unpacked, nor is the first nor a large one unpacked beside. */
	assert_int_equal(watched.here + watched.beside, ARTICLES + 7);
	assert_in_range(watched.beside, ARTICLES / 2, ARTICLES + 7 - 4);
	assert_int_equal(blob_wanted(laptop->replica), 0);
	assert_int_equal(found(laptop, "first"), 5);
	assert_int_equal(found(laptop, "last"), 4);
	assert_int_equal(ask(laptop, "SELECT count(*) FROM search_docsize"), ARTICLES + 8);
	check_numbered(laptop, ARTICLES);
	end_library(archive, laptop);
}

static void
a_blob_comes_in_pieces_or_goes_again(void **state)
{
	struct node *archive, *laptop;
	uint8_t hash[HASH_CONTENT_LEN];
	struct missing missing = { .count = 0 };

	(void)state;
	make_library(ARTICLES, &archive, &laptop);
	exchange(archive, laptop);
	OK(blob_wants(laptop->replica, missing_add, &missing));
	memcpy(hash, missing.hashes[ARTICLES / 2], sizeof(hash));
	watch();
	OK(replica_begin(laptop->replica));
	receive_in_pieces(archive, laptop);
	OK(blob_give_up(laptop->replica, &hash, 1));
	OK(replica_commit(laptop->replica));
	assert_in_range(watched.beside, ARTICLES / 2, ARTICLES - 1);
	/* Its title is still found. */
	assert_int_equal(ask(laptop, "SELECT count(*) FROM search_docsize"), ARTICLES);
	assert_int_equal(found(laptop, "article*"), ARTICLES - 1);
	check_index(laptop);
	/* It is wanted again. */
	send_blobs(archive, laptop);
	check_numbered(laptop, ARTICLES);
	end_library(archive, laptop);
}

static void
a_rollback_leaves_nothing(void **state)
{
	struct node *archive, *laptop;

	(void)state;
	make_library(ARTICLES, &archive, &laptop);
	exchange(archive, laptop);
	OK(replica_begin(laptop->replica));
	receive_in_pieces(archive, laptop);
	replica_rollback(laptop->replica);
	assert_int_equal(found(laptop, "article*"), 0);
	check_index(laptop);
	send_blobs(archive, laptop);
	check_numbered(laptop, ARTICLES);
	end_library(archive, laptop);
}

/* A want of memory is the transaction's, wherever it was met. */
static void
no_memory_beside_it_is_told(void **state)
{
	struct node *archive, *laptop;

	(void)state;
	make_library(ARTICLES, &archive, &laptop);
	exchange(archive, laptop);
	watch();
	watched.starves = true;
	OK(replica_begin(laptop->replica));
	receive_in_pieces(archive, laptop);
	assert_int_equal(replica_commit(laptop->replica), RS_ENOMEM);
	assert_int_equal(found(laptop, "article*"), 0);
	watched.starves = false;
	send_blobs(archive, laptop);
	check_numbered(laptop, ARTICLES);
	end_library(archive, laptop);
}

/* What was read ahead and is not asked for does not get into what is. */
static void
some_may_be_left_out(void **state)
{
	struct node *archive, *laptop;
	struct index_text texts;
	struct rows rows;
	struct buffer text;
	struct bytes next;
	int64_t item;

	(void)state;
	make_library(ARTICLES, &archive, &laptop);
	exchange(archive, laptop);
	OK(replica_begin(laptop->replica));
	receive_in_pieces(archive, laptop);
	rows = database_query(&laptop->replica->database, "SELECT id, item.article FROM temp.reindex"
	    " JOIN item ON id = reindex.item WHERE item.article IS NOT NULL ORDER BY id", NO_VALUES);
	index_text_begin(&texts, laptop->replica);
	buffer_init(&text, INDEX_TEXT_MAX);
	for (int i = 0; database_next(&rows); i++) {
		/* The first has those after it read ahead, and few of them are left for the next. */
		if (i % (INDEX_TEXT_AHEAD - 3) != 0)
			continue;
		item = database_integer(&rows, 0);
		buffer_clear(&text);
		OK(index_text_next(&texts, item, database_blob(&rows, 1).data, &next));
		OK(index_text_make(laptop->replica, database_blob(&rows, 1).data, &text));
		assert_true(text.len > 0 && bytes_equal(next, buffer_bytes(&text)));
	}
	OK(database_end(&rows));
	buffer_release(&text);
	index_text_end(&texts);
	OK(replica_commit(laptop->replica));
	check_numbered(laptop, ARTICLES);
	end_library(archive, laptop);
}

static void
without_threads_the_index_is_the_same(void **state)
{
	struct node *archive, *laptop, *other = node_new(REPLICA_LAPTOP, 2);
	struct buffer index, other_index;

	(void)state;
	make_library(ARTICLES, &archive, &laptop);
	pair(archive, other);
	exchange(archive, laptop);
	exchange(archive, other);
	send_blobs(archive, laptop);
	watch();
	watched.alone = true;
	send_blobs(archive, other);
	assert_int_equal(watched.here, ARTICLES);
	check_numbered(other, ARTICLES);
	dump_index(laptop, &index);
	dump_index(other, &other_index);
	assert_true(index.len > ARTICLES * WORDS);
	assert_true(bytes_equal(buffer_bytes(&index), buffer_bytes(&other_index)));
	buffer_release(&index);
	buffer_release(&other_index);
	node_free(other);
	end_library(archive, laptop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_are_made_beside_sqlites_thread),
		cmocka_unit_test(one_is_made_in_sqlites_thread),
		cmocka_unit_test(a_new_title_keeps_the_text),
		cmocka_unit_test(whatever_is_in_a_blob),
		cmocka_unit_test(a_blob_comes_in_pieces_or_goes_again),
		cmocka_unit_test(a_rollback_leaves_nothing),
		cmocka_unit_test(no_memory_beside_it_is_told),
		cmocka_unit_test(some_may_be_left_out),
		cmocka_unit_test(without_threads_the_index_is_the_same),
	};

	return cmocka_run_group_tests_name("proto/replica/index_text", tests, NULL, NULL);
}
