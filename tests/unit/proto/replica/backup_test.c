#include "tests/unit/proto/replica/fixture.h"
#include "tests/unit/proto/replica/steps.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/wait.h>

#include "proto/base/file.h"
#include "proto/replica/backup.h"
#include "proto/replica/home.h"
#include "proto/replica/verify.h"

/* The other process of a test. */
static pid_t child;

/* What happens before each piece of a file is copied; ${log}: of a log. */
static void (*before_piece)(bool log);

/* The copying itself, in small pieces. */
ssize_t
sendfile(int to, int from, off_t *at, size_t len)
{
	enum { PIECE = 64 * 1024 };
	ssize_t (*real)(int to, int from, off_t *at, size_t len);
	char link[40], path[200];
	ssize_t path_len;

	*(void **)&real = dlsym(RTLD_NEXT, "sendfile");
	step();
	snprintf(link, sizeof(link), "/proc/self/fd/%d", from);
	path_len = readlink(link, path, sizeof(path));
	assert_true(path_len > 4);
	if (before_piece != NULL)
		before_piece(memcmp(path + path_len - 4, "-wal", 4) == 0);
	return real(to, from, at, len < PIECE ? len : PIECE);
}

/* A home with a library in it, a place for its backup, and another home. */
struct place {
	char root[40];
	char home[60], other[60], backup[60];
	struct home_settings settings, other_settings;
	struct secret *word;
	struct rs_err_detail detail;
};

static const struct vault_cost *
least(void)
{
	static struct vault_cost cost;

	cost = vault_cost_least();
	return &cost;
}

static struct replica *
open_home(const struct home_settings *settings)
{
	struct rs_err_detail detail = { "" };
	struct replica *replica;
	bool made;

	if (home_open(settings, &replica, &made, &detail) != RS_OK)
		fail_msg("%s", detail.text);
	return replica;
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
	OK(secret_copy("correct horse", 13, &place->word));
	strcpy(place->root, "/tmp/backup-test-XXXXXX");
	assert_non_null(mkdtemp(place->root));
	snprintf(place->home, sizeof(place->home), "%s/home", place->root);
	snprintf(place->other, sizeof(place->other), "%s/other", place->root);
	snprintf(place->backup, sizeof(place->backup), "%s/backup", place->root);
	place->settings = (struct home_settings){ .directory = place->home,
	    .passphrase = place->word, .cost = least(), .wait_ms = 10000,
	    .replica = { clock_system(), random_system(), REPLICA_ARCHIVE } };
	place->other_settings = place->settings;
	place->other_settings.directory = place->other;
	node.replica = open_home(&place->settings);
	for (int i = 0; i < 5; i++) {
		snprintf(url, sizeof(url), "https://example.org/%d", i);
		keep(&node, url, "A title", "A text.", item);
	}
	replica_close(node.replica);
	*state = place;
	return 0;
}

static void
empty(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;

	if (directory == NULL)
		return;
	while ((entry = readdir(directory)) != NULL)
		unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
	rmdir(path);
}

static int
teardown(void **state)
{
	struct place *place = *state;

	empty(place->home);
	empty(place->other);
	empty(place->root);
	/* Left by a test that failed. */
	before_piece = NULL;
	if (child > 0)
		kill(child, SIGKILL);
	secret_free(place->word);
	free(place);
	return 0;
}

static int
back_up(struct place *place)
{
	return backup_make(&place->settings, place->backup, NULL, &place->detail);
}

static int
restore(struct place *place)
{
	return backup_restore(&place->other_settings, place->backup, NULL, &place->detail);
}

/* What is in a home, as text, whoever it is: a home that was restored is another device. */
static void
dump(const struct home_settings *settings, struct buffer *out)
{
	struct node node = { .replica = open_home(settings) };

	dump_derived(&node, out);
	dump_sql(&node, "SELECT kind, entity, field, value, clock, sequence FROM register"
	    " ORDER BY 1, 2, 3", out);
	dump_sql(&node, "SELECT hash, size, received FROM blob ORDER BY 1", out);
	dump_sql(&node, "SELECT name, value FROM local WHERE name <> 'replica/origin'"
	    " ORDER BY 1", out);
	replica_close(node.replica);
}

static void
assert_same_homes(struct place *place)
{
	struct buffer ours, theirs;

	buffer_init(&ours, 1 << 22);
	buffer_init(&theirs, 1 << 22);
	dump(&place->settings, &ours);
	dump(&place->other_settings, &theirs);
	assert_string_equal(buffer_text(&theirs), buffer_text(&ours));
	buffer_release(&ours);
	buffer_release(&theirs);
}

static size_t
count_files(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	size_t count = 0;

	if (directory == NULL)
		return 0;
	while ((entry = readdir(directory)) != NULL)
		count += entry->d_name[0] != '.';
	closedir(directory);
	return count;
}

static void
a_backup_makes_the_same_home(void **state)
{
	struct place *place = *state;
	struct stat status;

	OK(back_up(place));
	assert_int_equal(stat(place->backup, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(back_up(place), RS_EEXIST);
	OK(restore(place));
	assert_same_homes(place);
	assert_int_equal(restore(place), RS_EEXIST);
	assert_int_equal(count_files(place->other), 2);
	assert_int_equal(count_files(place->root), 3);
}

static void
it_opens_with_what_opened_the_vault(void **state)
{
	struct place *place = *state;

	OK(back_up(place));
	place->other_settings.passphrase = NULL;
	assert_int_equal(restore(place), RS_EKEY);
	assert_int_equal(count_files(place->other), 0);
	OK(secret_copy("correct house", 13, (struct secret **)&place->other_settings.passphrase));
	assert_int_equal(restore(place), RS_EKEY);
	assert_non_null(strstr(place->detail.text, "no key slot opens with this passphrase"));
	assert_int_equal(count_files(place->other), 0);
	secret_free((struct secret *)place->other_settings.passphrase);
}

/* Cut anywhere, or with any byte changed, it is refused, and nothing is made. */
static void
a_spoilt_backup_is_refused(void **state)
{
	struct place *place = *state;
	struct buffer whole;
	int err;

	OK(back_up(place));
	buffer_init(&whole, 1 << 22);
	OK(file_read(place->backup, &whole));
	for (size_t len = 0; len < whole.len; len += len + 100 < whole.len ? 997 : 1) {
		OK(file_replace(place->backup, bytes_of(whole.data, len), 0600));
		err = restore(place);
		assert_true(err == RS_ENOTVAULT);
	}
	for (size_t at = 0; at < whole.len; at += at + 200 < whole.len ? 1511 : 1) {
		whole.data[at] ^= 8;
		OK(file_replace(place->backup, buffer_bytes(&whole), 0600));
		whole.data[at] ^= 8;
		err = restore(place);
		if (err == RS_OK)
			fail_msg("byte %zu of %zu", at, whole.len);
		assert_int_not_equal(place->detail.text[0], '\0');
		assert_int_equal(count_files(place->other), 0);
	}
	/* A page that is missing from the middle. */
	memmove(whole.data + 40960, whole.data + 45056, whole.len - 45056);
	OK(file_replace(place->backup, bytes_of(whole.data, whole.len - 4096), 0600));
	assert_int_equal(restore(place), RS_EDAMAGED);
	buffer_release(&whole);
}

static void
a_damaged_vault_is_not_backed_up(void **state)
{
	struct place *place = *state;
	struct buffer vault;
	char path[100];

	snprintf(path, sizeof(path), "%s/vault.db", place->home);
	buffer_init(&vault, 1 << 22);
	OK(file_read(path, &vault));
	vault.data[vault.len - 50] ^= 1;
	OK(file_replace(path, buffer_bytes(&vault), 0600));
	assert_int_equal(back_up(place), RS_EDAMAGED);
	assert_non_null(strstr(place->detail.text, "was changed or damaged"));
	assert_int_equal(count_files(place->root), 1);
	buffer_release(&vault);
}

/* Run ${work} in a process that ends in place of step ${steps}; returns its status. */
static int
run_and_die(struct place *place, long steps, int (*work)(struct place *place))
{
	int status;

	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		steps_left = steps;
		_exit(work(place) == RS_OK ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	child = 0;
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static bool
is_there(const char *directory, const char *name)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return access(path, F_OK) == 0;
}

/*
 * Whoever opens the home that a restore was to make, and was killed, finishes it, or is told: there
 * is no other vault in its place.  Where nothing was begun, nothing is there.
 */
static void
assert_told_or_whole(struct place *place)
{
	bool begun = count_files(place->other) > 0, made;
	bool placed = is_there(place->other, "vault.db");
	struct replica *replica;
	int err;

	if (!begun)
		return;
	place->detail.text[0] = '\0';
	err = home_open(&place->other_settings, &replica, &made, &place->detail);
	if (placed) {
		OK(err);
		replica_close(replica);
		assert_same_homes(place);
		assert_int_equal(count_files(place->other), 2);
		return;
	}
	assert_int_equal(err, RS_EDAMAGED);
	assert_non_null(strstr(place->detail.text, "if it was cut short, run it again"));
	assert_int_equal(home_find(place->other, NULL), RS_EDAMAGED);
	assert_false(is_there(place->other, "vault.keys"));
}

static void
either_may_be_killed_anywhere(void **state)
{
	struct place *place = *state;
	int status = KILLED;
	long steps;

	for (steps = 0; status == KILLED; steps++) {
		status = run_and_die(place, steps, back_up);
		/* There is a whole one or none. */
		if (access(place->backup, F_OK) == 0) {
			OK(restore(place));
			assert_same_homes(place);
			empty(place->other);
			unlink(place->backup);
		}
	}
	assert_int_equal(status, 0);
	assert_true(steps > 8);
	OK(back_up(place));
	status = KILLED;
	for (steps = 0; status == KILLED; steps++) {
		empty(place->other);
		status = run_and_die(place, steps, restore);
		assert_told_or_whole(place);
		if (steps % 3 == 0) {
			run_and_die(place, steps % 8, restore);
			assert_told_or_whole(place);
		}
		/* Begun anew, or finished by whoever opens the home. */
		if (restore(place) == RS_EEXIST)
			assert_true(access(place->other, F_OK) == 0);
		assert_same_homes(place);
		assert_int_equal(count_files(place->other), 2);
	}
	assert_int_equal(status, 0);
	assert_true(steps > 8);
}

/* One that fails leaves what another has left: nobody takes that for a home without a vault. */
static void
what_was_cut_short_is_not_forgotten(void **state)
{
	struct place *place = *state;
	const struct secret *word = place->word;

	OK(back_up(place));
	for (long steps = 0; count_files(place->other) < 2; steps++)
		assert_int_equal(run_and_die(place, steps, restore), KILLED);
	OK(secret_copy("correct house", 13, (struct secret **)&place->other_settings.passphrase));
	assert_int_equal(restore(place), RS_EKEY);
	secret_free((struct secret *)place->other_settings.passphrase);
	place->other_settings.passphrase = word;
	assert_told_or_whole(place);
	assert_int_equal(count_files(place->other), 1);
	OK(restore(place));
	assert_same_homes(place);
	assert_int_equal(count_files(place->other), 2);
}

/* It is a trace, and no key: a vault that was put there since opens with its own. */
static void
what_was_cut_short_opens_no_other_vault(void **state)
{
	struct place *place = *state;
	char path[100];

	OK(back_up(place));
	OK(restore(place));
	snprintf(path, sizeof(path), "%s/vault.keys.restored", place->other);
	OK(file_create(path, bytes_of_text("others"), 0600));
	assert_same_homes(place);
}

static const uint8_t entity[16] = "meanwhile";

#define WRITTEN "FROM register WHERE substr(entity, 1, 9) = CAST('meanwhile' AS BLOB)"

/* Another program that holds the vault, and commits as many writes as it is told to. */
static struct writer {
	atomic_ulong allowed;
	atomic_ulong committed;
} *writer;

static void
write_what_is_allowed(struct place *place, const char *pragma)
{
	struct replica *replica = open_home(&place->settings);
	char field[32];
	int err;

	OK(database_script(&replica->database, pragma));
	for (unsigned long i = 1;; i++) {
		while (atomic_load(&writer->allowed) < i)
			sched_yield();
		snprintf(field, sizeof(field), "n%lu", i);
		OK(replica_begin(replica));
		OK(replica_write(replica, RECORD_ITEM, entity, field, bytes_of_text("kept")));
		OK(replica_commit(replica));
		/* Put off while the database is copied. */
		if (i == 40) {
			err = database_script(&replica->database, "PRAGMA wal_checkpoint");
			assert_true(err == RS_OK || err == RS_ELOCKED);
		}
		atomic_store(&writer->committed, i);
	}
}

/* Have ${count} more writes committed. */
static void
let_write(unsigned long count)
{
	unsigned long wanted = atomic_load(&writer->allowed) + count;
	int status;

	atomic_store(&writer->allowed, wanted);
	while (atomic_load(&writer->committed) < wanted) {
		assert_int_equal(waitpid(child, &status, WNOHANG), 0);
		sched_yield();
	}
}

static void
start_writer(struct place *place, const char *pragma)
{
	/* The bound of every wait for it. */
	alarm(60);
	writer = mmap(NULL, sizeof(*writer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	    -1, 0);
	assert_true(writer != MAP_FAILED);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		/* Also when the test fails. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		write_what_is_allowed(place, pragma);
		_exit(1);
	}
}

static void
stop_writer(void)
{
	int status;

	before_piece = NULL;
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	child = 0;
	munmap(writer, sizeof(*writer));
	alarm(0);
}

static void
say_nothing(void *context, const char *line)
{
	(void)context;
	(void)line;
}

/* Whoever restores says so: what was sent since the backup comes back by a sync. */
static void
what_is_restored_goes_on_as_another_device(void **state)
{
	struct place *place = *state;
	uint8_t origin[VERSION_ORIGIN_LEN], item[HASH_NAME_LEN];
	struct node node = { .now_ms = FIXTURE_START_MS }, *peer = node_new(REPLICA_LAPTOP, 7);

	peer->now_ms = clock_now_ms(clock_system());
	OK(back_up(place));
	node.replica = open_home(&place->settings);
	memcpy(origin, replica_origin(node.replica), sizeof(origin));
	save(&node, "https://example.org/sent", NULL, item);
	pair(&node, peer);
	exchange(&node, peer);
	replica_close(node.replica);
	OK(restore(place));
	node.replica = open_home(&place->other_settings);
	assert_int_equal(ask(&node, "SELECT count(*) FROM item WHERE shown"), 5);
	assert_memory_not_equal(replica_origin(node.replica), origin, sizeof(origin));
	/* The same sequences as those that the other holds, and yet both get all. */
	save(&node, "https://example.org/new", NULL, item);
	exchange(peer, &node);
	exchange(&node, peer);
	assert_int_equal(ask(&node, "SELECT count(*) FROM item WHERE shown"), 7);
	assert_int_equal(ask(peer, "SELECT count(*) FROM item WHERE shown"), 7);
	replica_close(node.replica);
	node_free(peer);
}

/* Back up: all that was committed before is in it, and no half of anything. */
static void
assert_backed_up(struct place *place)
{
	const struct verify_report report = { say_nothing, NULL, NULL };
	unsigned long before = atomic_load(&writer->committed);
	struct home_vault vault;
	struct node node;

	if (back_up(place) != RS_OK)
		fail_msg("after %lu: %s", before, place->detail.text);
	OK(restore(place));
	node.replica = open_home(&place->other_settings);
	assert_true((unsigned long)ask(&node, "SELECT count(*) " WRITTEN) >= before);
	assert_int_equal(ask(&node, "SELECT coalesce(max(CAST(substr(CAST(field AS TEXT), 2) AS"
	    " INTEGER)), 0) - count(*) " WRITTEN), 0);
	replica_close(node.replica);
	OK(home_open_vault(&place->other_settings, &vault, &place->detail));
	OK(verify_vault(vault.database, &place->settings.replica, &report, &place->detail));
	vault.database = NULL;
	home_close_vault(&vault);
	empty(place->other);
	unlink(place->backup);
}

static void
write_between_pieces(bool log)
{
	if (!log)
		let_write(12);
}

/* Without the lock, checkpoints would change the database between its pieces. */
static void
it_is_made_while_another_program_writes(void **state)
{
	struct place *place = *state;

	start_writer(*state, "PRAGMA wal_autocheckpoint = 10");
	before_piece = write_between_pieces;
	for (int i = 0; i < 5; i++)
		assert_backed_up(place);
	stop_writer();
}

static void
write_between_pieces_of_the_log(bool log)
{
	static int pieces;

	/* One commit begins the log anew before its first piece, and others follow. */
	if (log)
		let_write(pieces++ == 0 ? 1 : 8);
}

/* A log that begins anew while it is copied leaves a hole in the copy. */
static void
a_log_that_begins_anew_is_copied_again(void **state)
{
	struct place *place = *state;

	start_writer(*state, "PRAGMA wal_autocheckpoint = 0");
	let_write(40);
	before_piece = write_between_pieces_of_the_log;
	assert_backed_up(place);
	stop_writer();
}

#define AT_A_PLACE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		AT_A_PLACE(what_is_restored_goes_on_as_another_device),
		AT_A_PLACE(a_backup_makes_the_same_home),
		AT_A_PLACE(it_opens_with_what_opened_the_vault),
		AT_A_PLACE(a_spoilt_backup_is_refused),
		AT_A_PLACE(a_damaged_vault_is_not_backed_up),
		AT_A_PLACE(either_may_be_killed_anywhere),
		AT_A_PLACE(what_was_cut_short_is_not_forgotten),
		AT_A_PLACE(what_was_cut_short_opens_no_other_vault),
		AT_A_PLACE(it_is_made_while_another_program_writes),
		AT_A_PLACE(a_log_that_begins_anew_is_copied_again),
	};

	return cmocka_run_group_tests_name("proto/replica/backup", tests, NULL, NULL);
}
