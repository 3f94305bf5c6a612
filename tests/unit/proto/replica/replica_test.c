#include "tests/unit/proto/replica/fixture.h"

#include "proto/replica/local.h"
#include "proto/replica/register.h"
#include "proto/vault/first_page.h"

static const uint8_t entity[HASH_NAME_LEN] = "the entity------";

/* A record from elsewhere. */
static struct record
foreign(const char *origin, uint64_t sequence, uint64_t clock, const char *field,
    const char *value)
{
	struct record record = { .kind = RECORD_ITEM, .clock = clock, .sequence = sequence,
	    .field = bytes_of_text(field), .value = bytes_of_text(value) };

	memcpy(record.entity, entity, sizeof(record.entity));
	memcpy(record.origin, origin, sizeof(record.origin));
	return record;
}

/* Adopt the writes of ${origin} up to ${sequence}, which was made at some time. */
static int
adopt(struct node *node, const uint8_t *origin, uint64_t sequence)
{
	struct version_entry entry = { .sequence = sequence, .clock = 1 };

	memcpy(entry.origin, origin, sizeof(entry.origin));
	return replica_adopt(node->replica, &entry);
}

static uint64_t
clock_at(int64_t ms)
{
	return (uint64_t)ms << 16;
}

static void
assert_register(struct node *node, const char *field, const char *value)
{
	struct buffer out;

	buffer_init(&out, RECORD_VALUE_MAX);
	OK(register_get(node->replica, RECORD_ITEM, entity, bytes_of_text(field), &out, NULL));
	assert_string_equal(buffer_text(&out), value);
	buffer_release(&out);
}

static void
write_field(struct node *node, const char *field, const char *value)
{
	IN(node, replica_write(node->replica, RECORD_ITEM, entity, field, bytes_of_text(value)));
}

static uint64_t
own_sequence(struct node *node)
{
	return version_vector_get(replica_vector(node->replica), replica_origin(node->replica));
}

#define A "origin A--------"
#define B "origin B--------"

static void
a_new_replica_has_an_identity_that_lasts(void **state)
{
	struct node *node = *state;
	uint8_t origin[16], library[16], secret[32];

	memcpy(origin, replica_origin(node->replica), 16);
	memcpy(library, replica_library(node->replica), 16);
	memcpy(secret, replica_library_secret(node->replica), 32);
	assert_int_equal(replica_vector(node->replica)->count, 0);
	node_close(node);
	node_open(node);
	assert_memory_equal(replica_origin(node->replica), origin, 16);
	assert_memory_equal(replica_library(node->replica), library, 16);
	assert_memory_equal(replica_library_secret(node->replica), secret, 32);
}

static bool
take_any(void *context, const struct item *item)
{
	(void)context;
	(void)item;
	return true;
}

/* Open the home and list it; the line that says what failed goes into ${detail}. */
static int
open_and_list(struct node *node, struct rs_err_detail *detail)
{
	struct item_filter all = { .archived = true };
	struct sqlite3 *database = NULL;
	struct replica *replica = NULL;
	int err;

	detail->text[0] = '\0';
	err = vault_open(node->path, node->vault_id, node->key, 0, 0, &database, detail);
	if (err != RS_OK)
		return err;
	err = replica_open(database, &node->settings, &replica, detail);
	if (err != RS_OK) {
		vault_close(database);
		return err;
	}
	err = item_list(replica, &all, take_any, NULL);
	if (err != RS_OK)
		rs_err_detail_set(detail, "%s", replica_err_text(replica, err));
	replica_close(replica);
	return err;
}

static void
a_damaged_page_is_named_wherever_it_is_met(void **state)
{
	struct node *node = *state;
	struct rs_err_detail detail;
	uint8_t id[HASH_NAME_LEN];
	char expected[40];
	int met = 0, err;
	FILE *file;
	long pages;

	save(node, "https://example.org/a", "A title", id);
	node_close(node);
	file = fopen(node->path, "r+");
	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	pages = ftell(file) / VAULT_PAGE_LEN;
	for (long page = 1; page <= pages; page++) {
		for (int i = 0; i < 2; i++) {
			fseek(file, (page - 1) * VAULT_PAGE_LEN + 2000, SEEK_SET);
			int byte = fgetc(file);
			fseek(file, -1, SEEK_CUR);
			fputc(byte ^ 1, file);
			fflush(file);
			err = open_and_list(node, &detail);
			if (i == 1)
				OK(err);
			if (err == RS_OK)
				continue;
			assert_int_equal(err, RS_EDAMAGED);
			snprintf(expected, sizeof(expected), "page %ld of vault.db ", page);
			if (strstr(detail.text, expected) == NULL)
				fail_msg("page %ld: %s", page, detail.text);
			met++;
		}
	}
	assert_true(met > 5);
	fclose(file);
	node_open(node);
}

static void
a_database_that_is_not_ours_is_refused(void **state)
{
	static const struct {
		const char *sql;
		int err;
		const char *says;
	} cases[] = {
		{ "CREATE TABLE t (x)", RS_ENOTVAULT, "not a replica" },
		{ "PRAGMA user_version = 1", RS_ENOTVAULT, "not a replica" },
		{ "PRAGMA application_id = 7", RS_ENOTVAULT, "not a replica" },
		{ "PRAGMA application_id = 0x72647379; PRAGMA user_version = 99", RS_EVERSION,
		"99" },
	};
	struct node *node = *state;
	struct rs_err_detail detail;
	struct replica *replica = NULL;
	struct sqlite3 *database;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		node_close(node);
		unlink(node->path);
		OK(vault_open(node->path, node->vault_id, node->key, VAULT_CREATE, 0, &database,
		    &detail));
		assert_int_equal(sqlite3_exec(database, cases[i].sql, NULL, NULL, NULL), SQLITE_OK);
		assert_int_equal(replica_open(database, &node->settings, &replica, &detail),
		    cases[i].err);
		assert_non_null(strstr(detail.text, cases[i].says));
		assert_null(replica);
		vault_close(database);
	}
}

static void
a_write_takes_the_next_sequence_and_a_later_clock(void **state)
{
	struct node *node = *state;

	write_field(node, "a", "1");
	write_field(node, "b", "1");
	assert_int_equal(own_sequence(node), 2);
	/* What is there already is not written again. */
	write_field(node, "a", "1");
	assert_int_equal(own_sequence(node), 2);
	/* A clock that is set back does not make a write lose. */
	node->now_ms -= 1000000;
	write_field(node, "a", "2");
	assert_int_equal(ask(node, "SELECT count(*) FROM register"), 2);
	assert_int_equal(ask(node, "SELECT max(clock) >> 16 FROM register"), FIXTURE_START_MS);
	node_close(node);
	node_open(node);
	write_field(node, "a", "3");
	assert_register(node, "a", "3");
	assert_int_equal(ask(node, "SELECT clock & 65535 FROM register ORDER BY clock DESC"), 3);
	assert_int_equal(own_sequence(node), 4);
}

static void
a_write_keeps_the_bounds(void **state)
{
	struct node *node = *state;
	char field[RECORD_FIELD_MAX + 2];
	uint8_t *value = calloc(1, RECORD_VALUE_MAX + 1);

	memset(field, 'f', sizeof(field));
	field[RECORD_FIELD_MAX + 1] = '\0';
	/* Nothing is written outside a transaction. */
	assert_int_equal(replica_write(node->replica, RECORD_ITEM, entity, "a",
	    bytes_of_text("1")), RS_EINTERNAL);
	OK(replica_begin(node->replica));
	assert_int_equal(replica_write(node->replica, RECORD_ITEM, entity, field,
	    bytes_of_text("")), RS_EINVAL);
	assert_int_equal(replica_write(node->replica, RECORD_ITEM, entity, "",
	    bytes_of_text("")), RS_EINVAL);
	assert_int_equal(replica_write(node->replica, RECORD_ITEM, entity, "a",
	    bytes_of(value, RECORD_VALUE_MAX + 1)), RS_EINVAL);
	field[RECORD_FIELD_MAX] = '\0';
	OK(replica_write(node->replica, RECORD_ITEM, entity, field,
	    bytes_of(value, RECORD_VALUE_MAX)));
	OK(replica_commit(node->replica));
	free(value);
}

static void
the_last_writer_wins_in_whatever_order(void **state)
{
	static const struct {
		const char *name;
		uint64_t clock[2];
		const char *origin[2];
		const char *winner;
	} cases[] = {
		{ "later", { 5, 6 }, { B, A }, "second" },
		{ "earlier", { 6, 5 }, { A, B }, "first" },
		{ "tie, greater origin", { 5, 5 }, { A, B }, "second" },
		{ "tie, lesser origin", { 5, 5 }, { B, A }, "first" },
	};
	struct node *node = *state;
	struct record records[2];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int order = 0; order < 2; order++) {
			for (int j = 0; j < 2; j++)
				records[j] = foreign(cases[i].origin[j], 1,
				    clock_at(FIXTURE_START_MS) + cases[i].clock[j], "f",
				    j == 0 ? "first" : "second");
			OK(replica_begin(node->replica));
			OK(replica_apply(node->replica, &records[order]));
			OK(replica_apply(node->replica, &records[!order]));
			OK(replica_apply(node->replica, &records[order]));
			assert_register(node, "f", cases[i].winner);
			replica_rollback(node->replica);
		}
}

static void
a_record_out_of_bounds_breaks_the_protocol(void **state)
{
	struct node *node = *state;
	struct record good = foreign(A, 1, clock_at(FIXTURE_START_MS), "f", "v");
	struct record bad[6];

	for (int i = 0; i < 6; i++)
		bad[i] = good;
	bad[0].kind = 0;
	bad[1].clock = 0;
	bad[2].sequence = 0;
	bad[3].field.len = 0;
	bad[4].clock = UINT64_MAX;
	bad[5].sequence = UINT64_MAX;
	OK(replica_begin(node->replica));
	for (int i = 0; i < 6; i++)
		assert_int_equal(replica_apply(node->replica, &bad[i]), RS_EPROTOCOL);
	assert_int_equal(adopt(node, good.origin, UINT64_MAX), RS_EPROTOCOL);
	OK(replica_apply(node->replica, &good));
	/* One origin, one sequence, two registers. */
	bad[0] = foreign(A, 1, clock_at(FIXTURE_START_MS), "g", "v");
	assert_int_equal(replica_apply(node->replica, &bad[0]), RS_EPROTOCOL);
	replica_rollback(node->replica);
}

static void
a_write_after_a_foreign_one_is_later(void **state)
{
	struct node *node = *state;
	uint64_t ahead = clock_at(FIXTURE_START_MS + 60 * 60 * 1000);
	struct record record = foreign(A, 1, ahead, "f", "theirs");

	IN(node, replica_apply(node->replica, &record));
	/* Also one of another register: of aliases, it may be the same field. */
	write_field(node, "g", "ours too");
	write_field(node, "f", "ours");
	assert_register(node, "f", "ours");
	assert_true((uint64_t)ask(node, "SELECT min(clock) FROM register") > ahead);
}

/* ------------------------------------------------------------ the quarantine */

static bool
count_record(void *context, const struct record *record)
{
	(void)record;
	++*(int *)context;
	return true;
}

static void
a_write_from_far_ahead_waits_for_its_day(void **state)
{
	struct node *node = *state;
	struct version_vector nothing;
	uint64_t two_days = clock_at(FIXTURE_START_MS + 2 * HLC_AHEAD_MAX_MS);
	struct record record = foreign(A, 1, two_days, "f", "future");
	int count = 0;
	bool complete;

	version_vector_init(&nothing);
	OK(replica_begin(node->replica));
	OK(replica_apply(node->replica, &record));
	OK(replica_apply(node->replica, &record));
	OK(adopt(node, record.origin, 1));
	OK(replica_commit(node->replica));
	write_field(node, "f", "now");
	assert_register(node, "f", "now");
	/* Our clock was not dragged along, and the record is passed on. */
	assert_int_equal(ask(node, "SELECT max(clock) >> 16 FROM register"), FIXTURE_START_MS);
	OK(replica_changes(node->replica, &nothing, count_record, &count, &complete));
	assert_int_equal(count, 2);
	node_close(node);
	node_open(node);
	node->now_ms += HLC_AHEAD_MAX_MS - 1000;
	IN(node, RS_OK);
	assert_register(node, "f", "now");
	node->now_ms += 1000;
	IN(node, RS_OK);
	assert_register(node, "f", "future");
	assert_int_equal(ask(node, "SELECT count(*) FROM quarantine"), 0);
}

/* ----------------------------------------------------------- the transaction */

struct watched {
	int calls;
	struct replica_change last;
};

static void
on_change(void *context, const struct replica_change *change)
{
	struct watched *watched = context;

	watched->calls++;
	watched->last = *change;
}

static void
only_the_outermost_commit_counts(void **state)
{
	struct node *node = *state;
	struct watched watched = { 0 };

	replica_watch(node->replica, on_change, &watched);
	OK(replica_begin(node->replica));
	write_field(node, "a", "1");
	assert_int_equal(watched.calls, 0);
	OK(replica_commit(node->replica));
	assert_int_equal(watched.calls, 1);
	assert_true(watched.last.registers);
	assert_false(watched.last.blobs || watched.last.work);
	IN(node, RS_OK);
	assert_int_equal(watched.calls, 1);
	replica_watch(node->replica, NULL, NULL);
	write_field(node, "a", "2");
	assert_int_equal(watched.calls, 1);
}

static void
a_rollback_takes_everything_back(void **state)
{
	struct node *node = *state;
	struct watched watched = { 0 };
	uint8_t before[16], after[16];
	struct record record = foreign(A, 3, clock_at(FIXTURE_START_MS + 1000), "b", "1");

	write_field(node, "a", "1");
	version_vector_digest(replica_vector(node->replica), before);
	replica_watch(node->replica, on_change, &watched);
	OK(replica_begin(node->replica));
	write_field(node, "a", "2");
	OK(replica_apply(node->replica, &record));
	OK(adopt(node, record.origin, 3));
	OK(replica_begin(node->replica));
	replica_rollback(node->replica);
	/* An inner level has failed: the outer ones can only follow. */
	assert_int_equal(replica_commit(node->replica), RS_EINTERRUPTED);
	assert_int_equal(watched.calls, 0);
	version_vector_digest(replica_vector(node->replica), after);
	assert_memory_equal(before, after, sizeof(before));
	assert_register(node, "a", "1");
	write_field(node, "a", "3");
	assert_int_equal(own_sequence(node), 2);
	assert_true((uint64_t)ask(node, "SELECT clock FROM register") < record.clock);
}

/* --------------------------------------------------------------- handing on */

struct taken {
	struct version_vector vector;
	char text[200];
	int room;
};

static bool
take(void *context, const struct record *record)
{
	struct taken *taken = context;

	if (taken->room-- == 0)
		return false;
	snprintf(taken->text + strlen(taken->text), sizeof(taken->text) - strlen(taken->text),
	    "%c%d:%.*s ", record->origin[7], (int)record->sequence, (int)record->field.len,
	    record->field.data);
	OK(version_vector_raise(&taken->vector, record->origin, record->sequence));
	return true;
}

static void
changes_come_in_order_and_resume(void **state)
{
	struct node *node = *state;
	struct record records[] = {
		foreign(B, 1, clock_at(FIXTURE_START_MS), "v", ""),
		foreign(A, 4, clock_at(FIXTURE_START_MS), "y", "1"),
		foreign(A, 2, clock_at(FIXTURE_START_MS), "x", "1"),
		foreign(A, 9, clock_at(FIXTURE_START_MS), "z", "1"),
	};
	struct taken taken = { .room = 2 };
	bool complete = true;

	version_vector_init(&taken.vector);
	OK(replica_begin(node->replica));
	for (size_t i = 0; i < 4; i++)
		OK(replica_apply(node->replica, &records[i]));
	OK(adopt(node, records[0].origin, 1));
	OK(adopt(node, records[1].origin, 5));
	OK(replica_commit(node->replica));
	OK(replica_changes(node->replica, &taken.vector, take, &taken, &complete));
	assert_false(complete);
	assert_string_equal(taken.text, "A2:x A4:y ");
	taken.room = 5;
	OK(replica_changes(node->replica, &taken.vector, take, &taken, &complete));
	assert_true(complete);
	/* A9 waits for A6 to A8. */
	assert_string_equal(taken.text, "A2:x A4:y B1:v ");
	IN(node, adopt(node, records[1].origin, 9));
	OK(replica_changes(node->replica, &taken.vector, take, &taken, &complete));
	assert_string_equal(taken.text, "A2:x A4:y B1:v A9:z ");
	version_vector_release(&taken.vector);
}

static void
what_is_unknown_is_kept_and_passed_on(void **state)
{
	struct node *first = *state, *second = node_new(REPLICA_LAPTOP, 2);
	struct record record = foreign(A, 1, clock_at(FIXTURE_START_MS), "", "");
	struct buffer a, b;

	record.kind = 4000000000u;
	record.field = bytes_of("\0\xff", 2);
	record.value = bytes_of("\x00\x01", 2);
	OK(replica_begin(first->replica));
	OK(replica_apply(first->replica, &record));
	OK(adopt(first, record.origin, 1));
	OK(replica_commit(first->replica));
	exchange(first, second);
	buffer_init(&a, 10000);
	buffer_init(&b, 10000);
	dump_truth(first, &a);
	dump_truth(second, &b);
	assert_true(a.len > 0);
	assert_string_equal(buffer_text(&a), buffer_text(&b));
	buffer_release(&a);
	buffer_release(&b);
	node_free(second);
}

static void
a_replica_that_was_rolled_back_takes_a_new_origin(void **state)
{
	struct node *node = *state;
	uint8_t old[16];
	struct record lost;

	write_field(node, "a", "1");
	write_field(node, "b", "mine");
	memcpy(old, replica_origin(node->replica), 16);
	lost = foreign((const char *)old, 3, clock_at(FIXTURE_START_MS) + 7, "b", "lost");
	OK(replica_begin(node->replica));
	assert_int_equal(replica_apply(node->replica, &lost), RS_EPROTOCOL);
	assert_int_equal(adopt(node, old, 3), RS_EPROTOCOL);
	OK(replica_reincarnate(node->replica));
	assert_memory_not_equal(replica_origin(node->replica), old, 16);
	/* What it wrote is its own still; of the old origin it holds nothing. */
	assert_int_equal(own_sequence(node), 2);
	assert_int_equal(version_vector_get(replica_vector(node->replica), old), 0);
	OK(replica_apply(node->replica, &lost));
	OK(adopt(node, old, 3));
	OK(replica_commit(node->replica));
	assert_register(node, "a", "1");
	assert_register(node, "b", "lost");
	/* Which it issued again. */
	assert_int_equal(own_sequence(node), 3);
	write_field(node, "b", "new");
	assert_int_equal(own_sequence(node), 4);
	node_close(node);
	node_open(node);
	assert_memory_not_equal(replica_origin(node->replica), old, 16);
	assert_int_equal(own_sequence(node), 4);
	assert_int_equal(version_vector_get(replica_vector(node->replica), old), 3);
}

/* ------------------------------------------------------------------- joining */

static bool
take_id(void *context, const struct item *item)
{
	memcpy(context, item->id, sizeof(item->id));
	return true;
}

static void
a_first_pairing_renames_what_was_saved_before(void **state)
{
	struct node *node = *state, *archive = node_new(REPLICA_ARCHIVE, 2);
	struct item_filter all = { .archived = true };
	static const uint8_t other[32] = "another library's secret";
	uint8_t here[HASH_NAME_LEN], there[HASH_NAME_LEN], found[HASH_NAME_LEN] = "";
	uint8_t name[HASH_NAME_LEN];
	Readsync__Reading *reading;
	struct buffer before, after;

	keep(node, "https://example.org/a", "A title", "some words of it", here);
	OK(reading_best(node->replica, here, &reading));
	reading_name(reading->fetch.data, reading->extractor, name);
	readsync__reading__free_unpacked(reading, NULL);
	IN(node, replica_write(node->replica, RECORD_READING, name, "verdict",
	    bytes_of_text("teaser")));
	IN(node, item_tag(node->replica, here, "rail", true));
	save(archive, "https://example.org/a", NULL, there);
	assert_memory_not_equal(here, there, sizeof(here));
	pair(archive, node);
	OK(item_list(node->replica, &all, take_id, found));
	assert_memory_equal(found, there, sizeof(found));
	OK(reading_best(node->replica, there, &reading));
	assert_memory_equal(reading->item.data, there, sizeof(there));
	assert_string_equal(reading->title, "A title");
	readsync__reading__free_unpacked(reading, NULL);
	assert_int_equal(ask(node, "SELECT count(*) FROM item"), 1);
	assert_int_equal(ask(node, "SELECT copy FROM item"), READSYNC__COPY__COPY_TEASER);
	assert_int_equal(ask(node, "SELECT count(*) FROM search WHERE search MATCH 'words'"), 1);
	/* Again is nothing; another library is refused; an archive with devices stays. */
	pair(archive, node);
	assert_int_equal(replica_join(node->replica, here, other), RS_EREFUSED);
	node_close(node);
	node_open(node);
	assert_memory_equal(replica_library(node->replica), replica_library(archive->replica), 16);
	assert_int_equal(replica_join(node->replica, here, other), RS_EREFUSED);
	/* And the two agree afterwards. */
	exchange(node, archive);
	exchange(archive, node);
	buffer_init(&before, 100000);
	buffer_init(&after, 100000);
	dump_truth(node, &before);
	dump_truth(archive, &after);
	assert_string_equal(buffer_text(&before), buffer_text(&after));
	buffer_release(&before);
	buffer_release(&after);
	node_free(archive);
}

#define WITH_LAPTOP(test) cmocka_unit_test_setup_teardown(test, laptop_setup, node_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LAPTOP(a_new_replica_has_an_identity_that_lasts),
		WITH_LAPTOP(a_damaged_page_is_named_wherever_it_is_met),
		WITH_LAPTOP(a_database_that_is_not_ours_is_refused),
		WITH_LAPTOP(a_write_takes_the_next_sequence_and_a_later_clock),
		WITH_LAPTOP(a_write_keeps_the_bounds),
		WITH_LAPTOP(the_last_writer_wins_in_whatever_order),
		WITH_LAPTOP(a_record_out_of_bounds_breaks_the_protocol),
		WITH_LAPTOP(a_write_after_a_foreign_one_is_later),
		WITH_LAPTOP(a_write_from_far_ahead_waits_for_its_day),
		WITH_LAPTOP(only_the_outermost_commit_counts),
		WITH_LAPTOP(a_rollback_takes_everything_back),
		WITH_LAPTOP(changes_come_in_order_and_resume),
		WITH_LAPTOP(what_is_unknown_is_kept_and_passed_on),
		WITH_LAPTOP(a_replica_that_was_rolled_back_takes_a_new_origin),
		WITH_LAPTOP(a_first_pairing_renames_what_was_saved_before),
	};

	return cmocka_run_group_tests_name("proto/replica/replica", tests, NULL, NULL);
}
