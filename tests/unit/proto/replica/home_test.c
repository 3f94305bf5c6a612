#include "tests/unit/proto/replica/fixture.h"
#include "tests/unit/proto/replica/steps.h"

#include <dirent.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "proto/base/file.h"
#include "proto/replica/derive.h"
#include "proto/replica/device.h"
#include "proto/replica/highlight.h"
#include "proto/replica/home.h"
#include "proto/replica/image.h"
#include "proto/replica/image_work.h"
#include "proto/replica/local.h"
#include "proto/replica/note.h"
#include "proto/replica/offline.h"
#include "proto/replica/peer.h"
#include "proto/replica/work.h"
#include "proto/replica/site.h"
#include "proto/replica/snapshot.h"

/* A directory for one test; its homes lie below it. */
struct place {
	char root[40];
	char home[60];
	struct home_settings settings;
	struct rs_err_detail detail;
	bool made;
};

static int
setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	OK(secret_start());
	strcpy(place->root, "/tmp/home-test-XXXXXX");
	assert_non_null(mkdtemp(place->root));
	snprintf(place->home, sizeof(place->home), "%s/a/b", place->root);
	place->settings = (struct home_settings){ .directory = place->home,
	    .replica = { clock_system(), random_system(), REPLICA_LAPTOP } };
	*state = place;
	return 0;
}

static void
empty(struct place *place)
{
	DIR *home = opendir(place->home);
	struct dirent *entry;

	if (home == NULL)
		return;
	while ((entry = readdir(home)) != NULL)
		unlinkat(dirfd(home), entry->d_name, 0);
	closedir(home);
}

static int
teardown(void **state)
{
	struct place *place = *state;
	char path[100];

	empty(place);
	rmdir(place->home);
	snprintf(path, sizeof(path), "%s/a", place->root);
	rmdir(path);
	assert_int_equal(rmdir(place->root), 0);
	free(place);
	return 0;
}

static int
try(struct place *place)
{
	struct replica *replica = NULL;
	int err;

	place->made = false;
	place->detail.text[0] = '\0';
	err = home_open(&place->settings, &replica, &place->made, &place->detail);
	replica_close(replica);
	return err;
}

static void
remove_file(struct place *place, const char *name)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/%s", place->home, name);
	assert_int_equal(unlink(path), 0);
}

static void
a_home_is_made_once_with_a_key_file(void **state)
{
	struct place *place = *state;
	struct stat status;
	char path[100];

	OK(try(place));
	assert_true(place->made);
	assert_int_equal(stat(place->home, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	snprintf(path, sizeof(path), "%s/key", place->home);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	OK(try(place));
	assert_false(place->made);
}

static void
a_vault_is_never_made_beside_half_a_one(void **state)
{
	static const char *const lost[] = { "vault.keys", "vault.db" };
	struct place *place = *state;

	for (int i = 0; i < 2; i++) {
		OK(try(place));
		remove_file(place, lost[i]);
		assert_int_equal(try(place), RS_EDAMAGED);
		assert_non_null(strstr(place->detail.text, lost[i]));
		remove_file(place, lost[!i]);
	}
	/* The key file that was made for the lost vault serves the next one. */
	OK(try(place));
	assert_false(place->made);
}

static bool
is_there(struct place *place, const char *name)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/%s", place->home, name);
	return access(path, F_OK) == 0;
}

static const uint8_t entity[16] = "written early";

/* A first start, in a process of its own, that may end after any step; returns its status. */
static int
start_and_die(struct place *place, long steps, bool *committed)
{
	struct replica *replica;
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child > 0) {
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		return WEXITSTATUS(status);
	}
	steps_left = steps;
	if (home_open(&place->settings, &replica, &place->made, &place->detail) != RS_OK ||
	    replica_begin(replica) != RS_OK ||
	    replica_write(replica, RECORD_ITEM, entity, "x", bytes_of_text("kept")) != RS_OK ||
	    replica_commit(replica) != RS_OK)
		_exit(1);
	*committed = true;
	replica_close(replica);
	_exit(0);
}

/* Nothing lies about under a name that nobody knows: it could be a copy of the key. */
static void
assert_tidy(struct place *place)
{
	static const char *const names[] = { ".", "..", "key", "vault.db", "vault.keys" };
	DIR *home = opendir(place->home);
	struct dirent *entry;
	size_t i;

	while ((entry = readdir(home)) != NULL) {
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (strcmp(entry->d_name, names[i]) == 0)
				break;
		if (i == sizeof(names) / sizeof(names[0]))
			fail_msg("%s is left", entry->d_name);
	}
	closedir(home);
}

/* The next start opens the home, with all that was committed in it, and leaves no trace. */
static void
start_again(struct place *place, bool committed)
{
	struct replica *replica;
	uint64_t held;
	int err;

	err = home_open(&place->settings, &replica, &place->made, &place->detail);
	if (err != RS_OK)
		fail_msg("%s: %s", rs_err_text(err), place->detail.text);
	held = version_vector_get(replica_vector(replica), replica_origin(replica));
	assert_int_equal(held, committed ? 1 : held);
	replica_close(replica);
	assert_true(is_there(place, "vault.keys") && is_there(place, "vault.db"));
	assert_tidy(place);
}

static void
a_first_start_may_be_killed_anywhere(void **state)
{
	struct place *place = *state;
	bool *committed = mmap(NULL, sizeof(*committed), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool begun = false;
	int status = KILLED;
	long steps;

	assert_true(committed != MAP_FAILED);
	for (steps = 0; status == KILLED; steps++) {
		empty(place);
		*committed = false;
		status = start_and_die(place, steps, committed);
		begun = begun || (is_there(place, "vault.db") && !is_there(place, "vault.keys"));
		start_again(place, *committed);
	}
	assert_int_equal(status, 0);
	assert_true(*committed && begun);
	assert_true(steps > 30);
	munmap(committed, sizeof(*committed));
}

static void
first_keys_of_a_vault_that_never_was_are_dropped(void **state)
{
	struct place *place = *state;
	char from[100], to[100];

	/* Of another passphrase, even: nothing was ever sealed under them. */
	OK(secret_copy("one", 3, (struct secret **)&place->settings.passphrase));
	OK(try(place));
	snprintf(from, sizeof(from), "%s/vault.keys", place->home);
	snprintf(to, sizeof(to), "%s/vault.keys.first", place->home);
	assert_int_equal(rename(from, to), 0);
	remove_file(place, "vault.db");
	secret_free((struct secret *)place->settings.passphrase);
	place->settings.passphrase = NULL;
	OK(try(place));
	assert_true(place->made);
	assert_false(is_there(place, "vault.keys.first"));
}

static void
two_first_starts_make_one_vault(void **state)
{
	struct place *place = *state;
	pid_t children[4];
	int status;

	place->settings.wait_ms = 30000;
	for (int round = 0; round < 10; round++) {
		empty(place);
		for (int i = 0; i < 4; i++) {
			children[i] = fork();
			assert_true(children[i] >= 0);
			if (children[i] == 0)
				_exit(-try(place));
		}
		for (int i = 0; i < 4; i++) {
			assert_int_equal(waitpid(children[i], &status, 0), children[i]);
			assert_true(WIFEXITED(status));
			assert_int_equal(WEXITSTATUS(status), 0);
		}
	}
}

/* From a byte that comes through ${pipe} on open the home; hold it until the next one. */
static pid_t
start_waiter(struct place *place, int pipe)
{
	struct replica *replica;
	pid_t child = fork();
	uint8_t byte;
	int err;

	assert_true(child >= 0);
	if (child > 0)
		return child;
	place->settings.wait_ms = 30000;
	if (read(pipe, &byte, 1) != 1)
		_exit(1);
	err = home_open(&place->settings, &replica, &place->made, &place->detail);
	if (err == RS_OK && read(pipe, &byte, 1) == 1)
		replica_close(replica);
	_exit(-err);
}

static void
who_waits_is_seen_and_has_its_turn(void **state)
{
	struct place *place = *state;
	struct replica *replica;
	int pipes[2], status, tries = 0;
	pid_t child;

	/* SQLite's locks do not outlive a fork. */
	assert_int_equal(pipe(pipes), 0);
	child = start_waiter(place, pipes[0]);
	OK(home_open(&place->settings, &replica, &place->made, &place->detail));
	assert_false(home_awaited(place->home));
	assert_int_equal(write(pipes[1], "", 1), 1);
	while (!home_awaited(place->home) && tries++ < 30000)
		usleep(1000);
	assert_true(home_awaited(place->home));
	replica_close(replica);
	home_give_way(place->home);
	assert_false(home_awaited(place->home));
	assert_int_equal(home_open(&place->settings, &replica, &place->made, &place->detail),
	    RS_ELOCKED);
	assert_int_equal(write(pipes[1], "", 1), 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	OK(home_open(&place->settings, &replica, &place->made, &place->detail));
	replica_close(replica);
	close(pipes[0]);
	close(pipes[1]);
	/* Nor is anybody in the line of a home that is none. */
	place->settings.directory = "/nonexistent";
	assert_false(home_awaited("/nonexistent"));
	home_give_way("/nonexistent");
}

static void
a_missing_or_wrong_key_is_said(void **state)
{
	struct place *place = *state;

	OK(try(place));
	remove_file(place, "key");
	assert_int_equal(try(place), RS_EKEY);
	assert_non_null(strstr(place->detail.text, "no key file"));
	OK(secret_copy("wrong", 5, (struct secret **)&place->settings.passphrase));
	assert_int_equal(try(place), RS_EKEY);
	secret_free((struct secret *)place->settings.passphrase);
}

static void
a_passphrase_leaves_no_key_file(void **state)
{
	struct place *place = *state;
	char path[100];

	OK(secret_copy("open sesame", 11, (struct secret **)&place->settings.passphrase));
	OK(try(place));
	assert_false(place->made);
	snprintf(path, sizeof(path), "%s/key", place->home);
	assert_int_equal(access(path, F_OK), -1);
	OK(try(place));
	secret_free((struct secret *)place->settings.passphrase);
}

static void
a_home_is_open_to_one_program(void **state)
{
	struct place *place = *state;
	struct replica *replica;

	OK(home_open(&place->settings, &replica, &place->made, &place->detail));
	assert_int_equal(try(place), RS_ELOCKED);
	replica_close(replica);
	OK(try(place));
}

static void
a_kept_key_opens_it_again(void **state)
{
	struct place *place = *state;
	struct home_key keep = { .secret = NULL };
	char path[100];

	place->settings.keep = &keep;
	OK(try(place));
	assert_non_null(keep.secret);
	snprintf(path, sizeof(path), "%s/key", place->home);
	OK(unlink(path));
	OK(try(place));
	place->settings.keep = NULL;
	assert_int_equal(try(place), RS_EKEY);
	/* It is the key of this vault, and of no other. */
	place->settings.keep = &keep;
	keep.secret->data[0] ^= 1;
	assert_int_equal(try(place), RS_EKEY);
	secret_free(keep.secret);
}

#define MARK "xylophonequartz"

/* No file of the home has ${secret} in it. */
static void
assert_nowhere(struct place *place, const void *secret, size_t len, const char *when)
{
	DIR *home = opendir(place->home);
	struct dirent *entry;
	struct buffer content;
	char path[400];

	assert_non_null(home);
	while ((entry = readdir(home)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", place->home, entry->d_name);
		buffer_init(&content, 64 << 20);
		OK(file_read(path, &content));
		if (content.len > 0 && memmem(content.data, content.len, secret, len) != NULL)
			fail_msg("%s: it is in %s", when, entry->d_name);
		buffer_release(&content);
	}
	closedir(home);
}

static void
assert_sealed(struct place *place, struct node *node, const char *when)
{
	struct secret *identity;

	assert_nowhere(place, MARK, strlen(MARK), when);
	assert_nowhere(place, "CREATE TABLE", 12, when);
	assert_nowhere(place, "SQLite format", 13, when);
	assert_nowhere(place, replica_library_secret(node->replica), 32, when);
	OK(device_identity(node->replica, &identity));
	assert_nowhere(place, identity->data, identity->len, when);
	secret_free(identity);
}

/* Write our mark into every table, as far as one has room for words. */
static void
write_everywhere(struct node *node)
{
	Readsync__Fetch away = READSYNC__FETCH__INIT;
	Readsync__Image image = READSYNC__IMAGE__INIT;
	uint8_t item[HASH_NAME_LEN], fetch[HASH_NAME_LEN], reading[HASH_NAME_LEN], value[200];
	uint8_t page[HASH_CONTENT_LEN] = MARK, invite[DEVICE_INVITE_LEN], key[32] = MARK;
	struct record ahead = { .kind = RECORD_ITEM, .field = bytes_of_text("title"),
	    .value = bytes_of_text(MARK), .clock = INT64_MAX, .origin = MARK, .sequence = 1 };
	struct site site = { .name = "example.org", .user = MARK, .password = MARK };
	struct token token = { .address_count = 1, .addresses = { MARK ".example:1" } };
	struct secret *identity;
	int64_t expires_ms;
	struct note_heads heads = { .count = 0 };
	Readsync__Highlight passage = READSYNC__HIGHLIGHT__INIT;

	OK(device_identity(node->replica, &identity));
	secret_free(identity);
	keep(node, "https://example.org/" MARK, MARK " a title", "Text with " MARK ".", item);
	IN(node, item_tag(node->replica, item, MARK, true));
	add_fetch(node, item, "<p>" MARK, fetch);
	add_reading(node, fetch, READSYNC__COPY__COPY_FULL, MARK, MARK, reading);
	IN(node, image_put(node->replica, reading, "https://example.org/" MARK, &image,
	    bytes_of_text(MARK)));
	IN(node, offline_ask(node->replica, item));
	IN(node, work_queue(node->replica, item, 1));
	IN(node, work_failed(node->replica, item, 0, MARK, 2));
	/* A fetch whose page is still to come. */
	away.item = (ProtobufCBinaryData){ HASH_NAME_LEN, item };
	away.page = (ProtobufCBinaryData){ sizeof(page), page };
	IN(node, replica_write(node->replica, RECORD_FETCH, entity, "fetch",
	    bytes_of(value, readsync__fetch__pack(&away, value))));
	IN(node, replica_reincarnate(node->replica));
	IN(node, replica_apply(node->replica, &ahead));
	IN(node, device_add(node->replica, key, MARK, false));
	IN(node, device_invite(node->replica, false, invite, &expires_ms));
	IN(node, note_write(node->replica, item, "A note of " MARK, &heads));
	OK(note_heads(node->replica, item, &heads));
	IN(node, note_write(node->replica, item, "Another of " MARK, &heads));
	passage.quote = (char *)"with " MARK;
	IN(node, highlight_add(node->replica, item, &passage, fetch));
	IN(node, highlight_comment(node->replica, fetch, "Indeed, " MARK));
	IN(node, peer_join(node->replica, &token, MARK));
	IN(node, snapshot_begin(node->replica, entity, replica_vector(node->replica)));
	IN(node, local_set(node->replica, MARK, bytes_of_text(MARK)));
	IN(node, image_work_queue(node->replica, entity));
	IN(node, database_run(&node->replica->database, "INSERT INTO gone (item) VALUES (?)",
	    VALUES(DB_BLOB(MARK, strlen(MARK)))));
	IN(node, site_put(node->replica, &site));
	IN(node, site_jar_merge(node->replica, "example.org", true, bytes_of_text(""),
	    bytes_of_text("example.org\tFALSE\t/\tTRUE\t0\t" MARK "\t" MARK "\n")));
	IN(node, replica_write(node->replica, (enum record_kind)77, entity, MARK,
	    bytes_of_text(MARK)));
}

/* A table that is added later must be written to here too. */
static void
assert_no_table_is_empty(struct node *node)
{
	struct rows rows = database_query(&node->replica->database,
	    "SELECT name FROM sqlite_schema WHERE type = 'table'", NO_VALUES);
	char sql[100];

	while (database_next(&rows)) {
		snprintf(sql, sizeof(sql), "SELECT count(*) FROM \"%s\"", database_text(&rows, 0));
		if (ask(node, sql) == 0)
			fail_msg("%s", sql);
	}
	OK(database_end(&rows));
}

static void
no_file_of_a_home_can_be_read(void **state)
{
	struct place *place = *state;
	struct node node = { .now_ms = FIXTURE_START_MS };
	uint8_t id[HASH_NAME_LEN];
	char url[64];

	place->settings.replica.role = REPLICA_ARCHIVE;
	OK(home_open(&place->settings, &node.replica, &place->made, &place->detail));
	write_everywhere(&node);
	assert_no_table_is_empty(&node);
	assert_sealed(place, &node, "after commits, in the log");
	/* More than the cache holds: pages go out before the commit. */
	OK(database_script(&node.replica->database, "PRAGMA cache_size = 10"));
	OK(replica_begin(node.replica));
	for (int i = 0; i < 300; i++) {
		snprintf(url, sizeof(url), "https://example.org/" MARK "/%d", i);
		save(&node, url, MARK, id);
	}
	assert_sealed(place, &node, "in a transaction");
	replica_rollback(node.replica);
	assert_sealed(place, &node, "after a rollback");
	OK(database_script(&node.replica->database, "PRAGMA wal_checkpoint(TRUNCATE)"));
	assert_sealed(place, &node, "after a checkpoint");
	IN(&node, derive_rebuild(node.replica));
	save(&node, "https://example.org/gone", MARK, id);
	IN(&node, item_remove(node.replica, id));
	assert_sealed(place, &node, "after a rebuild and a removal");
	replica_close(node.replica);
	OK(home_open(&place->settings, &node.replica, &place->made, &place->detail));
	assert_int_equal(ask(&node, "SELECT count(*) FROM search WHERE search MATCH '" MARK "'"),
	    1);
	assert_sealed(place, &node, "opened again");
	replica_close(node.replica);
	assert_nowhere(place, MARK, strlen(MARK), "closed");
}

static void
a_home_that_cannot_be_made_is_named(void **state)
{
	struct place *place = *state;

	place->settings.directory = "/dev/null/home";
	assert_int_not_equal(try(place), RS_OK);
	assert_non_null(strstr(place->detail.text, "/dev/null"));
}

#define AT_A_PLACE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		AT_A_PLACE(a_home_is_made_once_with_a_key_file),
		AT_A_PLACE(a_vault_is_never_made_beside_half_a_one),
		AT_A_PLACE(a_first_start_may_be_killed_anywhere),
		AT_A_PLACE(first_keys_of_a_vault_that_never_was_are_dropped),
		AT_A_PLACE(two_first_starts_make_one_vault),
		AT_A_PLACE(who_waits_is_seen_and_has_its_turn),
		AT_A_PLACE(a_missing_or_wrong_key_is_said),
		AT_A_PLACE(a_passphrase_leaves_no_key_file),
		AT_A_PLACE(a_home_is_open_to_one_program),
		AT_A_PLACE(a_kept_key_opens_it_again),
		AT_A_PLACE(no_file_of_a_home_can_be_read),
		AT_A_PLACE(a_home_that_cannot_be_made_is_named),
	};

	return cmocka_run_group_tests_name("proto/replica/home", tests, NULL, NULL);
}
