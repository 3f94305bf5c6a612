/*
 * A laptop that keeps a part, and what it believes of what an archive says.
 */
#include "tests/unit/proto/sync/link.h"

#include "proto/replica/offline.h"

enum { PAGE_LEN = 100000 };

struct pair {
	struct host laptop, archive;
};

static void
pair_open(struct pair *pair)
{
	host_open(&pair->laptop, 1, REPLICA_LAPTOP);
	host_open(&pair->archive, 2, REPLICA_ARCHIVE);
}

static void
pair_close(struct pair *pair)
{
	host_close(&pair->laptop);
	host_close(&pair->archive);
}

static void
set_policy(struct host *host, const char *text)
{
	struct policy policy;

	assert_int_equal(policy_parse(text, &policy, NULL), RS_OK);
	assert_int_equal(replica_begin(host->replica), RS_OK);
	assert_int_equal(offline_set_policy(host->replica, &policy), RS_OK);
	assert_int_equal(replica_commit(host->replica), RS_OK);
}

static int64_t
ask(struct host *host, const char *sql)
{
	int64_t value;

	assert_int_equal(database_lookup(&host->replica->database, sql, NO_VALUES, &value), RS_OK);
	return value;
}

#define HELD "SELECT count(*) FROM blob WHERE received = size"

/* A whole exchange, and what it counted at the laptop; then what may be is given up. */
static struct sync_counts
sync_and_release(struct pair *pair, size_t *ret_bytes)
{
	struct link *link = link_new(&pair->laptop, &pair->archive);
	struct offline_released released = { 0 };
	struct sync_counts counts;

	link_run(link);
	assert_true(link_idle(link));
	counts = *sync_session_counts(link->ends[0].session);
	assert_memory_equal(sync_session_archive(link->ends[0].session),
	    replica_origin(pair->archive.replica), VERSION_ORIGIN_LEN);
	assert_null(sync_session_archive(link->ends[1].session));
	assert_int_equal(offline_release(pair->laptop.replica,
	    sync_session_archive(link->ends[0].session), NULL, NULL, &released), RS_OK);
	if (ret_bytes != NULL)
		*ret_bytes = link_bytes(link);
	link_break(link);
	return counts;
}

/* Have a replica lose the bytes of everything, as no program of ours does. */
static void
lose_blobs(struct host *host)
{
	uint8_t hashes[10][HASH_CONTENT_LEN];
	struct rows rows = database_query(&host->replica->database, "SELECT hash FROM blob",
	    NO_VALUES);
	size_t count = 0;

	while (database_next(&rows))
		memcpy(hashes[count++], database_blob(&rows, 0).data, HASH_CONTENT_LEN);
	assert_int_equal(database_end(&rows), RS_OK);
	assert_int_equal(replica_begin(host->replica), RS_OK);
	assert_int_equal(blob_give_up(host->replica, (const uint8_t (*)[HASH_CONTENT_LEN])hashes,
	    count), RS_OK);
	assert_int_equal(replica_commit(host->replica), RS_OK);
}

static void
what_is_acknowledged_is_given_up(void **state)
{
	struct pair pair;

	(void)state;
	pair_open(&pair);
	set_policy(&pair.laptop, "nothing");
	host_save_page(&pair.laptop, 1, PAGE_LEN);
	assert_int_equal(ask(&pair.laptop, HELD), 1);
	sync_and_release(&pair, NULL);
	assert_int_equal(ask(&pair.laptop, HELD), 0);
	assert_int_equal(ask(&pair.archive, HELD), 1);
	pair_close(&pair);
}

/* The connection breaks before each message in turn: what is not acknowledged stays. */
static void
nothing_is_given_up_before(void **state)
{
	struct offline_released released = { 0 };
	size_t messages = 0, kept = 0, i;
	struct link *link;
	struct pair pair;
	bool ended = false;

	(void)state;
	for (; !ended; messages++) {
		pair_open(&pair);
		set_policy(&pair.laptop, "nothing");
		host_save_page(&pair.laptop, 1, PAGE_LEN);
		link = link_new(&pair.laptop, &pair.archive);
		for (i = 0; i < messages; i++) {
			int index = (int)(i % 2);

			if (link_pull(link, index))
				link_deliver(link, 1 - index);
			assert_int_equal(sync_session_settle(link->ends[1 - index].session), RS_OK);
		}
		ended = link_idle(link);
		link_break(link);
		assert_int_equal(offline_release(pair.laptop.replica,
		    replica_origin(pair.archive.replica), NULL, NULL, &released), RS_OK);
		assert_true(ask(&pair.laptop, HELD) == 1 || ask(&pair.archive, HELD) == 1);
		kept += (size_t)ask(&pair.laptop, HELD);
		pair_close(&pair);
		assert_true(messages < 100);
	}
	assert_true(messages > 8 && kept > 4 && kept < messages);
}

/* An archive that goes on as another must say again what it has: by one byte of each. */
static void
a_new_archive_is_asked_for_the_last_byte(void **state)
{
	struct pair pair;
	size_t bytes;

	(void)state;
	pair_open(&pair);
	host_save_page(&pair.archive, 2, 1000);
	host_save_page(&pair.laptop, 1, PAGE_LEN);
	sync_and_release(&pair, NULL);
	assert_int_equal(replica_begin(pair.archive.replica), RS_OK);
	assert_int_equal(replica_reincarnate(pair.archive.replica), RS_OK);
	assert_int_equal(replica_commit(pair.archive.replica), RS_OK);
	set_policy(&pair.laptop, "nothing");
	assert_int_equal(ask(&pair.laptop, HELD), 1);
	assert_int_equal(sync_and_release(&pair, &bytes).blobs_received, 0);
	assert_int_equal(ask(&pair.laptop, HELD), 0);
	assert_true(bytes < 2000);
	pair_close(&pair);
}

/* A new archive that lacks it gets it; and only then it is given up. */
static void
an_archive_that_lost_it_gets_it_again(void **state)
{
	struct sync_counts counts;
	struct pair pair;

	(void)state;
	pair_open(&pair);
	host_save_page(&pair.laptop, 1, PAGE_LEN);
	sync_and_release(&pair, NULL);
	lose_blobs(&pair.archive);
	/* Acknowledged, and lost since under the same origin: its asking says so. */
	set_policy(&pair.laptop, "nothing");
	counts = sync_and_release(&pair, NULL);
	assert_int_equal(counts.blobs_sent, 1);
	assert_int_equal(counts.blobs_denied, 0);
	assert_int_equal(ask(&pair.laptop, HELD), 0);
	assert_int_equal(ask(&pair.archive, HELD), 1);
	pair_close(&pair);
}

/* What an archive has acknowledged and does not hold any more is told, and asked for again. */
static void
a_word_that_was_not_kept_is_told(void **state)
{
	struct pair pair;

	(void)state;
	pair_open(&pair);
	set_policy(&pair.laptop, "nothing");
	host_save_page(&pair.laptop, 1, PAGE_LEN);
	assert_int_equal(sync_and_release(&pair, NULL).blobs_denied, 0);
	lose_blobs(&pair.archive);
	assert_int_equal(sync_and_release(&pair, NULL).blobs_denied, 1);
	/* Told once. */
	assert_int_equal(sync_and_release(&pair, NULL).blobs_denied, 0);
	assert_int_equal(blob_wanted(pair.archive.replica), 1);
	pair_close(&pair);
}

/* An article that a laptop gave up and wants again, and the archive calls absent. */
static void
an_absent_article_is_told_and_wanted_on(void **state)
{
	Readsync__Article article = READSYNC__ARTICLE__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	Readsync__Block block = READSYNC__BLOCK__INIT, *blocks[] = { &block };
	uint8_t fetch[HASH_NAME_LEN], reading[HASH_NAME_LEN];
	struct rows rows;
	struct pair pair;

	(void)state;
	pair_open(&pair);
	host_save_page(&pair.archive, 1, PAGE_LEN);
	rows = database_query(&pair.archive.replica->database, "SELECT fetch FROM fetch",
	    NO_VALUES);
	assert_true(database_next(&rows));
	memcpy(fetch, database_blob(&rows, 0).data, sizeof(fetch));
	assert_int_equal(database_end(&rows), RS_OK);
	verdict.copy = READSYNC__COPY__COPY_FULL;
	block.kind = READSYNC__BLOCK__KIND__PARAGRAPH;
	block.text = (char *)"Some words.";
	article.blocks = blocks;
	article.n_blocks = 1;
	assert_int_equal(replica_begin(pair.archive.replica), RS_OK);
	assert_int_equal(reading_add(pair.archive.replica, fetch, 1, &article, &verdict, NULL,
	    reading), RS_OK);
	assert_int_equal(replica_commit(pair.archive.replica), RS_OK);
	sync_and_release(&pair, NULL);
	assert_int_equal(ask(&pair.laptop, HELD), 1);
	set_policy(&pair.laptop, "nothing");
	sync_and_release(&pair, NULL);
	assert_int_equal(ask(&pair.laptop, HELD), 0);
	/* It goes without a word, and wants nothing itself. */
	lose_blobs(&pair.archive);
	assert_int_equal(replica_begin(pair.archive.replica), RS_OK);
	assert_int_equal(database_run(&pair.archive.replica->database, "DELETE FROM want",
	    NO_VALUES), RS_OK);
	assert_int_equal(replica_commit(pair.archive.replica), RS_OK);
	pair.archive.replica->wanted = -1;
	set_policy(&pair.laptop, "everything");
	assert_int_equal(sync_and_release(&pair, NULL).blobs_denied, 1);
	assert_int_equal(blob_wanted(pair.laptop.replica), 1);
	assert_int_equal(sync_and_release(&pair, NULL).blobs_denied, 0);
	assert_int_equal(blob_wanted(pair.laptop.replica), 1);
	pair_close(&pair);
}

/* A laptop's word does not count: it may give up what it has at any time. */
static void
another_laptop_is_not_believed(void **state)
{
	struct host one, two;
	struct link *link;

	(void)state;
	host_open(&one, 1, REPLICA_LAPTOP);
	host_open(&two, 2, REPLICA_LAPTOP);
	host_save_page(&one, 1, PAGE_LEN);
	set_policy(&one, "nothing");
	link = link_new(&one, &two);
	link_run(link);
	assert_true(link_idle(link));
	assert_null(sync_session_archive(link->ends[0].session));
	link_break(link);
	assert_int_equal(ask(&one, "SELECT count(*) FROM blob WHERE archive <> 0"), 0);
	host_close(&one);
	host_close(&two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_acknowledged_is_given_up),
		cmocka_unit_test(nothing_is_given_up_before),
		cmocka_unit_test(a_new_archive_is_asked_for_the_last_byte),
		cmocka_unit_test(an_archive_that_lost_it_gets_it_again),
		cmocka_unit_test(a_word_that_was_not_kept_is_told),
		cmocka_unit_test(an_absent_article_is_told_and_wanted_on),
		cmocka_unit_test(another_laptop_is_not_believed),
	};

	if (secret_start() != RS_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
