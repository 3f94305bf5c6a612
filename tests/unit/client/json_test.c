#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "client/json.h"
#include "tests/unit/proto/replica/fixture.h"

/* Standard output, caught in a file. */
struct catch {
	FILE *file;
	int saved;
};

static void
catch_begin(struct catch *catch)
{
	catch->file = tmpfile();
	assert_non_null(catch->file);
	fflush(stdout);
	catch->saved = dup(STDOUT_FILENO);
	assert_true(catch->saved >= 0 && dup2(fileno(catch->file), STDOUT_FILENO) >= 0);
}

/* Read what was printed: one JSON value, in UTF-8, and a line feed. */
static json_t *
catch_end(struct catch *catch)
{
	json_error_t error;
	json_t *value;
	char last;

	fflush(stdout);
	assert_true(dup2(catch->saved, STDOUT_FILENO) >= 0);
	close(catch->saved);
	assert_int_equal(fseek(catch->file, -1, SEEK_END), 0);
	assert_int_equal(fread(&last, 1, 1, catch->file), 1);
	assert_int_equal(last, '\n');
	rewind(catch->file);
	value = json_loadf(catch->file, JSON_REJECT_DUPLICATES, &error);
	if (value == NULL)
		fail_msg("line %d: %s", error.line, error.text);
	fclose(catch->file);
	return value;
}

static const char *
string_of(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (text == NULL)
		fail_msg("%s is no string", key);
	return text;
}

static void
has_string(json_t *object, const char *key, const char *expected)
{
	assert_string_equal(string_of(object, key), expected);
}

static const struct item plain = {
	.id = { 0x12, 0x34, [15] = 0xef },
	.url = "https://example.org/a",
	.title = "A title",
	.site_name = "A site",
	.saved_ms = FIXTURE_START_MS,
	.tags = "one\ntwo",
	.copy = READSYNC__COPY__COPY_TEASER,
	.words = 12,
	.held = true
};

static void
tells_of_an_item(void **state)
{
	struct catch catch;
	json_t *object, *tags;

	(void)state;
	catch_begin(&catch);
	assert_false(json_item(NULL, &plain));
	object = catch_end(&catch);
	has_string(object, "id", "123400000000000000000000000000ef");
	has_string(object, "url", "https://example.org/a");
	has_string(object, "title", "A title");
	has_string(object, "site", "A site");
	has_string(object, "state", "unread");
	has_string(object, "saved", "2023-11-14T22:13:20Z");
	has_string(object, "copy", "teaser");
	tags = json_object_get(object, "tags");
	assert_int_equal(json_array_size(tags), 2);
	assert_string_equal(json_string_value(json_array_get(tags, 1)), "two");
	assert_int_equal(json_integer_value(json_object_get(object, "words")), 12);
	assert_true(json_is_true(json_object_get(object, "held")));
	assert_true(json_is_false(json_object_get(object, "starred")));
	json_decref(object);
}

/* Whatever bytes a peer brought, the rest of a text is there, and all is JSON. */
static void
mends_what_is_not_utf8(void **state)
{
	struct item item = plain;
	struct catch catch;
	json_t *object;

	(void)state;
	item.title = "caf\xe9 \"quoted\" \\ \x01\x1b \xf0\x9f";
	item.url = "\xff";
	item.site_name = "\xed\xa0\x80";
	item.tags = "good\nb\xe4" "d\n日本";
	item.saved_ms = 0;
	item.copy = (Readsync__Copy)77;
	catch_begin(&catch);
	json_item(NULL, &item);
	object = catch_end(&catch);
	has_string(object, "title", "caf\ufffd \"quoted\" \\ \x01\x1b \ufffd\ufffd");
	has_string(object, "url", "\ufffd");
	has_string(object, "site", "\ufffd\ufffd\ufffd");
	has_string(object, "copy", "unknown");
	assert_true(json_is_null(json_object_get(object, "saved")));
	assert_int_equal(json_array_size(json_object_get(object, "tags")), 3);
	assert_string_equal(json_string_value(json_array_get(json_object_get(object, "tags"), 1)),
	    "b\ufffd" "d");
	json_decref(object);
}

static void
writes_arrays_of_any_length(void **state)
{
	size_t count, i;

	(void)state;
	for (count = 0; count < 4; count++) {
		struct json_list list = { false };
		struct catch catch;
		json_t *array;

		catch_begin(&catch);
		for (i = 0; i < count; i++)
			assert_true(json_list_item(&list, &plain));
		json_list_end(&list);
		array = catch_end(&catch);
		assert_true(json_is_array(array));
		assert_int_equal(json_array_size(array), count);
		json_decref(array);
	}
}

static void
leaves_marks_out_of_excerpts(void **state)
{
	struct json_list list = { false };
	struct catch catch;
	json_t *array;

	(void)state;
	catch_begin(&catch);
	assert_true(json_list_hit(&list, &plain, "a \x01hit\x02 and \x01more\x02"));
	json_list_end(&list);
	array = catch_end(&catch);
	has_string(json_array_get(array, 0), "excerpt", "a hit and more");
	json_decref(array);
}

/* ------------------------------------------------ what is about a stored item */

static void
tells_of_an_article(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN];
	Readsync__Reading *reading;
	Readsync__Article *article;
	struct catch catch;
	json_t *object;

	keep(node, "https://example.org/kept", "Its title", "Words of the article.", item);
	OK(reading_best(node->replica, item, &reading));
	OK(reading_article(node->replica, reading, &article));
	catch_begin(&catch);
	OK(json_print_article(node->replica, item, reading, article,
	    &(struct annotation){ .note_count = 0 }));
	object = catch_end(&catch);
	has_string(object, "url", "https://example.org/kept");
	has_string(object, "title", "Its title");
	has_string(object, "copy", "full");
	assert_int_equal(strlen(string_of(object, "id")), 2 * HASH_NAME_LEN);
	assert_non_null(strstr(string_of(object, "text"), "Words of the article."));
	assert_true(json_is_array(json_object_get(object, "authors")));
	assert_true(json_is_null(json_object_get(object, "published")));
	json_decref(object);
	readsync__article__free_unpacked(article, NULL);
	readsync__reading__free_unpacked(reading, NULL);
}

static void
tells_of_a_verdict(void **state)
{
	struct node *node = *state;
	Readsync__Reading reading = READSYNC__READING__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	Readsync__Evidence piece = READSYNC__EVIDENCE__INIT, *evidence[] = { &piece };
	uint8_t item[HASH_NAME_LEN];
	struct catch catch;
	json_t *object;

	save(node, "https://example.org/walled", "Walled", item);
	piece.id = (char *)"body-short";
	piece.weight = -7;
	piece.excerpt = (char *)"bad \xff byte";
	verdict.evidence = evidence;
	verdict.n_evidence = 1;
	verdict.copy = READSYNC__COPY__COPY_TEASER;
	verdict.gated = READSYNC__GATED__GATED_YES;
	verdict.kind = READSYNC__GATE_KIND__GATE_KIND_METERED;
	verdict.session = READSYNC__SESSION__SESSION_OUT;
	reading.verdict = &verdict;
	reading.words = 3;
	catch_begin(&catch);
	OK(json_print_verdict(node->replica, item, &reading, READSYNC__COPY__COPY_UNKNOWN,
	    READSYNC__COPY__COPY_TEASER));
	object = catch_end(&catch);
	has_string(object, "url", "https://example.org/walled");
	has_string(object, "copy", "teaser");
	has_string(object, "marked", "unknown");
	has_string(object, "judged", "teaser");
	has_string(object, "gated", "yes");
	has_string(object, "kind", "metered");
	has_string(object, "session", "out");
	has_string(json_array_get(json_object_get(object, "evidence"), 0), "id", "body-short");
	has_string(json_array_get(json_object_get(object, "evidence"), 0), "excerpt",
	    "bad \ufffd byte");
	json_decref(object);
}

/* An item that nobody has read yet has a verdict too: nothing is known. */
static void
tells_of_no_verdict(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], none[HASH_NAME_LEN] = { 0 };
	struct catch catch;
	json_t *object;

	save(node, "https://example.org/waits", NULL, item);
	catch_begin(&catch);
	OK(json_print_verdict(node->replica, item, NULL, READSYNC__COPY__COPY_UNKNOWN,
	    READSYNC__COPY__COPY_UNKNOWN));
	object = catch_end(&catch);
	has_string(object, "url", "https://example.org/waits");
	has_string(object, "copy", "unknown");
	has_string(object, "session", "unknown");
	assert_true(json_is_null(json_object_get(object, "read")));
	assert_int_equal(json_array_size(json_object_get(object, "evidence")), 0);
	json_decref(object);
	assert_int_equal(json_print_verdict(node->replica, none, NULL, READSYNC__COPY__COPY_UNKNOWN,
	    READSYNC__COPY__COPY_UNKNOWN), RS_ENOTFOUND);
}

static void
tells_of_status(void **state)
{
	struct statistics statistics = { .items = 3, .blobs_wanted = 2 };
	Readsync__Response response = READSYNC__RESPONSE__INIT;
	Readsync__QueueStatus queue = READSYNC__QUEUE_STATUS__INIT, *queues[] = { &queue };
	struct catch catch;
	json_t *object, *told;

	(void)state;
	catch_begin(&catch);
	json_print_status(&statistics, NULL, NULL);
	object = catch_end(&catch);
	assert_true(json_is_null(json_object_get(object, "archive")));
	assert_true(json_is_null(json_object_get(object, "daemon")));
	assert_int_equal(json_integer_value(json_object_get(object, "blobs_wanted")), 2);
	json_decref(object);

	queue.name = (char *)"q\n";
	queue.problem = (char *)"\xff";
	response.queues = queues;
	response.n_queues = 1;
	catch_begin(&catch);
	json_print_status(&statistics, "an archive", &response);
	object = catch_end(&catch);
	has_string(object, "archive", "an archive");
	told = json_object_get(object, "daemon");
	has_string(json_array_get(json_object_get(told, "queues"), 0), "name", "q\n");
	has_string(json_array_get(json_object_get(told, "queues"), 0), "problem", "\ufffd");
	json_decref(object);
}

static void
tells_of_a_policy(void **state)
{
	struct offline_counts counts = { 1, 2, 3, 4, 5 };
	struct catch catch;
	struct policy policy;
	json_t *object, *tags;
	int numbers[7], flags[4];
	const char *text;

	(void)state;
	assert_int_equal(policy_parse("unread, tag a \"b\", newest 6 days, images no, at most 7 KB",
	    &policy, NULL), RS_OK);
	catch_begin(&catch);
	json_print_offline(&policy, "as text", &counts);
	object = catch_end(&catch);
	assert_int_equal(json_unpack(object, "{s:s,s:b,s:b,s:b,s:o,s:b,s:i,s:i,s:i,s:i,s:i,s:i,s:i!}",
	    "policy", &text, "everything", &flags[0], "unread", &flags[1], "starred", &flags[2],
	    "tags", &tags, "images", &flags[3], "articles", &numbers[0], "articles_here",
	    &numbers[1], "missing", &numbers[2], "spare", &numbers[3], "bytes", &numbers[4],
	    "newest_days", &numbers[5], "bytes_max", &numbers[6]), 0);
	assert_string_equal(text, "as text");
	assert_string_equal(json_string_value(json_array_get(tags, 0)), "a \"b\"");
	assert_true(!flags[0] && flags[1] && !flags[2] && !flags[3]);
	assert_int_equal(numbers[6], 7000);
	for (int i = 0; i < 6; i++)
		assert_int_equal(numbers[i], i + 1);
	json_decref(object);
}

static void
tells_of_a_sync(void **state)
{
	struct sync_counts counts = { .items_received = 1, .readings_received = 2,
	    .blobs_received = 3, .blobs_denied = 7 };
	struct offline_released released = { .blobs = 8, .bytes = 9 };
	struct link_traffic traffic = { 4, 5 };
	struct catch catch;
	json_t *object;
	int numbers[9];

	(void)state;
	catch_begin(&catch);
	json_print_sync(&counts, &released, &traffic, 6);
	object = catch_end(&catch);
	assert_int_equal(json_unpack(object, "{s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i!}", "items", &numbers[0],
	    "readings", &numbers[1], "blobs", &numbers[2], "sent_bytes", &numbers[3],
	    "received_bytes", &numbers[4], "ms", &numbers[5], "denied", &numbers[6], "released",
	    &numbers[7], "released_bytes", &numbers[8]), 0);
	for (int i = 0; i < 9; i++)
		assert_int_equal(numbers[i], i + 1);
	json_decref(object);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_of_an_item),
		cmocka_unit_test(mends_what_is_not_utf8),
		cmocka_unit_test(writes_arrays_of_any_length),
		cmocka_unit_test(leaves_marks_out_of_excerpts),
		cmocka_unit_test(tells_of_an_article),
		cmocka_unit_test(tells_of_a_verdict),
		cmocka_unit_test(tells_of_no_verdict),
		cmocka_unit_test(tells_of_status),
		cmocka_unit_test(tells_of_a_policy),
		cmocka_unit_test(tells_of_a_sync),
	};

	return cmocka_run_group_tests_name("client/json", tests, laptop_setup, node_teardown);
}
