#include "tests/unit/proto/replica/fixture.h"
#include "tests/unit/proto/replica/steps.h"

#include <dirent.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <sched.h>
#include <signal.h>
#include <time.h>

#include "proto/base/file.h"
#include "proto/replica/home.h"
#include "proto/replica/rekey.h"

static atomic_bool *waits;	/* shared: another process sleeps, for a lock */

/* SQLite's sleep between two tries to get a lock, for the other process. */
static int
note_sleep(sqlite3_vfs *vfs, int us)
{
	struct timespec time = { 0, (long)us * 1000 };

	(void)vfs;
	atomic_store(waits, true);
	return nanosleep(&time, NULL) == 0 ? us : 0;
}

struct place {
	char root[40];
	char home[60];
	struct home_settings settings;
	struct vault_cost cost;
	struct buffer library;		/* what was in it from the first */
	struct rs_err_detail detail;
};

static struct replica *
open_home(struct place *place)
{
	struct replica *replica;
	bool made;

	place->detail.text[0] = '\0';
	if (home_open(&place->settings, &replica, &made, &place->detail) != RS_OK)
		fail_msg("%s", place->detail.text);
	return replica;
}

static void
dump(struct place *place, struct buffer *out)
{
	struct node node = { .replica = open_home(place) };

	dump_derived(&node, out);
	dump_truth(&node, out);
	dump_sql(&node, "SELECT hash, size, received FROM blob ORDER BY 1", out);
	replica_close(node.replica);
}

static int
setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	struct node node = { .now_ms = FIXTURE_START_MS };
	uint8_t item[HASH_NAME_LEN];
	char url[64];

	assert_non_null(place);
	OK(secret_start());
	place->cost = vault_cost_least();
	strcpy(place->root, "/tmp/rekey-test-XXXXXX");
	assert_non_null(mkdtemp(place->root));
	snprintf(place->home, sizeof(place->home), "%s/home", place->root);
	place->settings = (struct home_settings){ .directory = place->home,
	    .cost = &place->cost, .wait_ms = 30000,
	    .replica = { clock_system(), random_system(), REPLICA_ARCHIVE } };
	OK(secret_copy("correct horse", 13, (struct secret **)&place->settings.passphrase));
	node.replica = open_home(place);
	for (int i = 0; i < 5; i++) {
		snprintf(url, sizeof(url), "https://example.org/%d", i);
		keep(&node, url, "A title", "A text.", item);
	}
	replica_close(node.replica);
	buffer_init(&place->library, 1 << 22);
	dump(place, &place->library);
	*state = place;
	return 0;
}

static int
teardown(void **state)
{
	struct place *place = *state;
	DIR *home = opendir(place->home);
	struct dirent *entry;

	while ((entry = readdir(home)) != NULL)
		unlinkat(dirfd(home), entry->d_name, 0);
	closedir(home);
	rmdir(place->home);
	rmdir(place->root);
	secret_free((struct secret *)place->settings.passphrase);
	buffer_release(&place->library);
	free(place);
	return 0;
}

static int
rekey(struct place *place)
{
	return rekey_home(&place->settings, NULL, &place->detail);
}

static void
path_of(struct place *place, const char *name, char path[100])
{
	snprintf(path, 100, "%s/%s", place->home, name);
}

static struct buffer
read_file(struct place *place, const char *name)
{
	struct buffer content;
	char path[100];

	path_of(place, name, path);
	buffer_init(&content, 1 << 22);
	OK(file_read(path, &content));
	return content;
}

/* The home opens, has its library, and nothing lies about in it. */
static void
assert_whole(struct place *place)
{
	struct buffer now;
	DIR *home;
	struct dirent *entry;

	buffer_init(&now, 1 << 22);
	dump(place, &now);
	assert_string_equal(buffer_text(&now), buffer_text(&place->library));
	buffer_release(&now);
	home = opendir(place->home);
	while ((entry = readdir(home)) != NULL) {
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, "vault.keys") != 0 &&
		    strcmp(entry->d_name, "vault.db") != 0)
			fail_msg("%s", entry->d_name);
	}
	closedir(home);
}

/* No page of before is left, and the old keys open nothing of it. */
static void
everything_is_sealed_anew(void **state)
{
	struct place *place = *state;
	struct buffer db = read_file(place, "vault.db"), keys = read_file(place, "vault.keys");
	struct buffer new_db;
	struct replica *replica;
	char path[100];
	bool made;

	OK(rekey(place));
	assert_whole(place);
	new_db = read_file(place, "vault.db");
	assert_int_equal(new_db.len, db.len);
	for (size_t at = 0; at < db.len; at += 4096)
		assert_memory_not_equal(new_db.data + at, db.data + at, 4096);
	path_of(place, "vault.keys", path);
	OK(file_replace(path, buffer_bytes(&keys), 0600));
	assert_int_equal(home_open(&place->settings, &replica, &made, &place->detail), RS_EKEY);
	buffer_release(&new_db);
	buffer_release(&keys);
	buffer_release(&db);
}

static void
it_may_be_killed_anywhere(void **state)
{
	struct place *place = *state;
	bool finished = false, taken_back = false;
	struct buffer before, after;
	int status = KILLED << 8;
	char path[100];
	long steps;

	path_of(place, "vault.keys.next", path);
	for (steps = 0; status == KILLED << 8; steps++) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0) {
			steps_left = steps;
			_exit(rekey(place) == RS_OK ? 0 : 1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		before = read_file(place, "vault.keys");
		assert_whole(place);
		after = read_file(place, "vault.keys");
		/* The way that it was settled: forth or back. */
		if (bytes_equal(buffer_bytes(&before), buffer_bytes(&after)))
			taken_back = true;
		else
			finished = true;
		buffer_release(&before);
		buffer_release(&after);
	}
	assert_int_equal(status, 0);
	assert_true(finished && taken_back);
	assert_true(steps > 50);
}

/* What settles a cut may be cut too. */
static void
settling_may_be_killed_anywhere(void **state)
{
	struct place *place = *state;
	int status;

	for (long cut = 6; cut < 100; cut += 11) {
		for (long steps = 0; steps < 5; steps++) {
			pid_t child = fork();

			if (child == 0) {
				steps_left = cut;
				_exit(rekey(place));
			}
			assert_int_equal(waitpid(child, &status, 0), child);
			child = fork();
			if (child == 0) {
				steps_left = steps;
				_exit(home_settle(place->home, &place->detail));
			}
			assert_int_equal(waitpid(child, &status, 0), child);
		}
		assert_whole(place);
	}
}

/* So may a change of the slots: what it leaves is cleared away when the home is opened. */
static void
a_change_of_slots_may_be_killed_anywhere(void **state)
{
	struct place *place = *state;
	struct vault_unlock word = { VAULT_SLOT_PASSPHRASE, place->settings.passphrase };
	int status = KILLED << 8;
	bool left = false;
	char path[100], new_path[100];

	path_of(place, "vault.keys", path);
	path_of(place, "vault.keys.new", new_path);
	for (long steps = 0; status == KILLED << 8; steps++) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0) {
			steps_left = steps;
			_exit(vault_keys_change(path, &word, &word, &place->cost, random_system(),
			    &place->detail) == RS_OK ? 0 : 1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		left = left || access(new_path, F_OK) == 0;
		assert_whole(place);
	}
	assert_int_equal(status, 0);
	assert_true(left);
}

static void
only_one_slot_is_carried_over(void **state)
{
	struct place *place = *state;
	struct secret *key;
	struct vault_unlock word = { VAULT_SLOT_PASSPHRASE, place->settings.passphrase };
	uint8_t id[VAULT_ID_LEN];
	char path[100];

	path_of(place, "vault.keys", path);
	OK(vault_keys_open(path, &word, id, &key, NULL));
	OK(vault_keys_add(path, key, &word, &place->cost, random_system()));
	secret_free(key);
	assert_int_equal(rekey(place), RS_EREFUSED);
	assert_non_null(strstr(place->detail.text, "there are 2 slots"));
	assert_whole(place);
}

static void
a_vault_that_is_held_is_left_alone(void **state)
{
	struct place *place = *state;
	struct replica *replica = open_home(place);
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		place->settings.wait_ms = 0;
		_exit(rekey(place) == RS_ELOCKED ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	replica_close(replica);
	assert_whole(place);
}

static void
a_damaged_vault_keeps_its_key(void **state)
{
	struct place *place = *state;
	struct buffer db = read_file(place, "vault.db"), now;
	char path[100];

	path_of(place, "vault.db", path);
	db.data[db.len - 100] ^= 1;
	OK(file_replace(path, buffer_bytes(&db), 0600));
	assert_int_equal(rekey(place), RS_EDAMAGED);
	now = read_file(place, "vault.db");
	assert_true(bytes_equal(buffer_bytes(&now), buffer_bytes(&db)));
	buffer_release(&now);
	db.data[db.len - 100] ^= 1;
	OK(file_replace(path, buffer_bytes(&db), 0600));
	assert_whole(place);
	buffer_release(&db);
}

/* Give vault.db another file with the same in it. */
static void
replace_vault(struct place *place)
{
	pid_t child = fork();
	struct buffer db;
	char path[100];
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		/* Not in the holder's process: closing the file would end its lock (fcntl(2)). */
		db = read_file(place, "vault.db");
		path_of(place, "vault.db", path);
		_exit(file_replace(path, buffer_bytes(&db), 0600) == RS_OK ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* Who has waited for the file that was replaced must not write into it, nor to its log. */
static void
who_waited_is_told_to_try_again(void **state)
{
	struct place *place = *state;
	struct replica *replica, *other;
	atomic_bool *held;
	int status;
	bool made;
	pid_t child;

	waits = mmap(NULL, 2 * sizeof(*waits), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	    -1, 0);
	assert_true(waits != MAP_FAILED);
	held = waits + 1;
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sqlite3_vfs_find(NULL)->xSleep = note_sleep;
		while (!atomic_load(held))
			sched_yield();
		_exit(home_open(&place->settings, &other, &made, &place->detail) == RS_ELOCKED &&
		    strstr(place->detail.text, "was replaced just now") != NULL ? 0 : 1);
	}
	alarm(60);
	replica = open_home(place);
	OK(database_script(&replica->database, "PRAGMA wal_checkpoint(TRUNCATE)"));
	atomic_store(waits, false);
	atomic_store(held, true);
	while (!atomic_load(waits))
		assert_int_equal(waitpid(child, &status, WNOHANG), 0);
	replace_vault(place);
	replica_close(replica);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	alarm(0);
	munmap(waits, 2 * sizeof(*waits));
	waits = NULL;
	assert_whole(place);
}

/* A program that keeps the key between openings gets the new one. */
static void
a_key_that_was_kept_is_got_anew(void **state)
{
	struct place *place = *state;
	struct home_key kept = { .secret = NULL };

	place->settings.keep = &kept;
	assert_whole(place);
	assert_non_null(kept.secret);
	place->settings.keep = NULL;
	OK(rekey(place));
	place->settings.keep = &kept;
	assert_whole(place);
	assert_whole(place);
	place->settings.keep = NULL;
	secret_free(kept.secret);
}

#define AT_A_PLACE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		AT_A_PLACE(everything_is_sealed_anew),
		AT_A_PLACE(it_may_be_killed_anywhere),
		AT_A_PLACE(settling_may_be_killed_anywhere),
		AT_A_PLACE(a_change_of_slots_may_be_killed_anywhere),
		AT_A_PLACE(only_one_slot_is_carried_over),
		AT_A_PLACE(a_vault_that_is_held_is_left_alone),
		AT_A_PLACE(a_damaged_vault_keeps_its_key),
		AT_A_PLACE(who_waited_is_told_to_try_again),
		AT_A_PLACE(a_key_that_was_kept_is_got_anew),
	};

	return cmocka_run_group_tests_name("proto/replica/rekey", tests, NULL, NULL);
}
