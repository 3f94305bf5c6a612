/*
 * Power cuts and faults while the files of a home are changed as a whole: its first start, a
 * new passphrase, a new key (rekey), a backup, and a home made of one.
 *
 * Each scene is recorded once (calls.h) and cut before its calls, in every manner.  What is
 * left opens, with what opened it before or with what was to, it holds what was acknowledged,
 * and `vault verify` finds it sound; what the opening mends is cut again.  No call writes
 * what the vault holds in plain.  Then each call
 * fails in its turn: the scene says so, the home opens, and once the disk works the
 * scene is played to its end.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/base/file.h"
#include "proto/base/random.h"
#include "proto/replica/backup.h"
#include "proto/replica/home.h"
#include "proto/replica/item.h"
#include "proto/replica/rekey.h"
#include "proto/replica/verify.h"
#include "tests/torture/calls.h"
#include "tests/torture/world.h"

enum { PATH_LEN_MAX = 128, ITEMS = 12, SHORT_STRIDE = 16 };

struct place {
	char root[48];
	char home[PATH_LEN_MAX];	/* what is recorded, cut, and fails */
	char keys[PATH_LEN_MAX];	/* its vault.keys */
	char copy[PATH_LEN_MAX];	/* a backup that is made in it, */
	char backup[PATH_LEN_MAX];	/* and one that lies apart */
	char other[PATH_LEN_MAX];	/* another home */
	char key_file[PATH_LEN_MAX];	/* apart */
	struct vault_cost cost;
	struct secret *words[2];	/* passphrases, the old and the new one */
	struct home_settings settings;
	struct state state;		/* what the vault held before the scene */
	uint8_t id[VAULT_ID_LEN];	/* its id after it */
	struct rs_err_detail detail;
};

/*
 * Marks, as in world.h: an odd one is set before a step of the scene, the next even one when
 * the step was acknowledged.
 */
struct scene {
	const char *name;
	void (*begin)(struct place *place);	/* what there is before */
	int (*play)(struct place *place);	/* an rs_err, with its detail */
	long end;				/* the last mark */
	/* See that ${home} is as it may be behind ${mark}. */
	void (*check)(struct place *place, long mark, const char *where);
	bool repeats;		/* what was cut short or failed can be played again */
};

static void
say(void *context, const char *line)
{
	(void)context;
	(void)line;
}

/* -------------------------------------------------------------------- the place */

static void
name_path(char path[PATH_LEN_MAX], const char *directory, const char *name)
{
	snprintf(path, PATH_LEN_MAX, "%.96s/%.24s", directory, name);
}

static void
remove_files(const char *directory)
{
	static const char *const names[] = {
		"key", "vault.db", "vault.db-wal", "vault.keys", "vault.keys.first"
	};
	char path[PATH_LEN_MAX];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		name_path(path, directory, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(directory), 0);
}

static void
place_start(struct place *place)
{
	memset(place, 0, sizeof(*place));
	assert_int_equal(secret_start(), RS_OK);
	strcpy(place->root, "/tmp/home-torture-XXXXXX");
	assert_non_null(mkdtemp(place->root));
	name_path(place->home, place->root, "home");
	name_path(place->keys, place->home, "vault.keys");
	name_path(place->copy, place->home, "copy");
	name_path(place->backup, place->root, "backup");
	name_path(place->other, place->root, "other");
	name_path(place->key_file, place->root, "key");
	assert_int_equal(vault_key_file_make(place->key_file, random_system()), RS_OK);
	assert_int_equal(secret_copy("one", 3, &place->words[0]), RS_OK);
	assert_int_equal(secret_copy("two", 3, &place->words[1]), RS_OK);
	place->cost = vault_cost_least();
	place->settings = (struct home_settings){ .directory = place->home,
	    .key_file = place->key_file, .cost = &place->cost,
	    .replica = { clock_system(), random_system(), REPLICA_ARCHIVE } };
	assert_int_equal(home_make_directory(place->home, NULL), RS_OK);
}

static void
place_end(struct place *place)
{
	/* Nothing is left in it, not even what has a name of its own. */
	calls_cut(&(struct calls_trace){ .count = 0 }, 0, DISK_LOSE_ALL, 0, place->home);
	remove_files(place->home);
	unlink(place->backup);
	unlink(place->key_file);
	rmdir(place->root);
	secret_free(place->words[0]);
	secret_free(place->words[1]);
}

/* Open the replica, save an item, and close it; an rs_err. */
static int
save(struct place *place, int number, struct replica **ret_replica)
{
	static const char *const tags[] = { "one", "two" };
	const struct item_save saving = { .tags = tags, .tag_count = 2, .title = "A title" };
	uint8_t item[HASH_NAME_LEN];
	struct replica *replica = *ret_replica;
	char url[64];
	bool made;
	int err = RS_OK;

	snprintf(url, sizeof(url), "https://example.org/%d", number);
	if (replica == NULL)
		err = home_open(&place->settings, &replica, &made, &place->detail);
	if (err != RS_OK)
		return err;
	*ret_replica = replica;
	err = replica_begin(replica);
	if (err == RS_OK) {
		err = item_save(replica, url, &saving, item, &made, &place->detail);
		if (err == RS_OK)
			err = replica_commit(replica);
		else
			replica_rollback(replica);
	}
	if (err != RS_OK)
		rs_err_detail_set(&place->detail, "%s", replica_err_text(replica, err));
	return err;
}

/* A library, whose last changes are in the log alone, as a program that was killed leaves it. */
static void
make_library(struct place *place)
{
	struct replica *replica = NULL;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		for (int i = 0; i < ITEMS; i++)
			if (save(place, i, &replica) != RS_OK)
				_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* What the vault of ${settings} holds, and its id; an rs_err. */
static int
look(struct place *place, const struct home_settings *settings, struct state *ret_state,
    uint8_t id[VAULT_ID_LEN])
{
	struct home_vault home = { .database = NULL };
	struct vault vault = { .db = NULL };
	int err;

	place->detail.text[0] = '\0';
	err = home_open_vault(settings, &home, &place->detail);
	if (err != RS_OK)
		return err;
	vault.db = home.database;
	err = vault_state(&vault, ret_state);
	if (err != RS_OK)
		place->detail = vault.detail;
	memcpy(id, home.key.vault_id, VAULT_ID_LEN);
	home_close_vault(&home);
	return err;
}

static void
begin_with_library(struct place *place)
{
	make_library(place);
}

/* Note what there is; it stays in the log. */
static void
note_state(struct place *place)
{
	struct calls_trace trace;
	uint8_t id[VAULT_ID_LEN];

	calls_record(place->home);
	calls_end(&trace);
	assert_int_equal(look(place, &place->settings, &place->state, id), RS_OK);
	calls_cut(&trace, 0, DISK_LOSE_ALL, 0, place->home);
	calls_release(&trace);
}

/* The vault opens with ${settings}, and holds what it did.  Gives its id. */
static void
check_vault(struct place *place, const struct home_settings *settings, const char *where,
    uint8_t id[VAULT_ID_LEN])
{
	struct state state;

	if (look(place, settings, &state, id) != RS_OK)
		fail_msg("%s: %s", where, place->detail.text);
	if (memcmp(&state, &place->state, sizeof(state)) != 0)
		fail_msg("%s: the vault does not hold what it did", where);
}

/* A home made of a backup opens, and holds the items; as another device, so not all else. */
static void
check_restored(struct place *place, const struct home_settings *settings, const char *where)
{
	struct home_vault home = { .database = NULL };
	struct vault vault = { .db = NULL };
	long items = -1;

	if (home_open_vault(settings, &home, &place->detail) != RS_OK)
		fail_msg("%s: %s", where, place->detail.text);
	vault.db = home.database;
	if (vault_ask(&vault, "SELECT count(*) FROM item", &items) != RS_OK || items != ITEMS)
		fail_msg("%s: %ld items: %s", where, items, vault.detail.text);
	home_close_vault(&home);
}

static void
verify(struct place *place, const char *where)
{
	const struct verify_report report = { .say = say };
	struct home_vault home;
	struct sqlite3 *database;

	if (home_open_vault(&place->settings, &home, &place->detail) != RS_OK)
		fail_msg("%s: %s", where, place->detail.text);
	database = home.database;
	home.database = NULL;
	home_close_vault(&home);
	if (verify_vault(database, &place->settings.replica, &report, &place->detail) != RS_OK)
		fail_msg("%s: verify: %s", where, place->detail.text);
}

/* ------------------------------------------------------------------ a first start */

static void
begin_with_nothing(struct place *place)
{
	/* Its key file lies in it, and is made too. */
	place->settings.key_file = NULL;
}

static int
first_start(struct place *place)
{
	struct replica *replica = NULL;
	int err;

	calls_mark(1);
	err = save(place, 0, &replica);
	if (err == RS_OK)
		calls_mark(2);
	replica_close(replica);
	return err;
}

static void
check_first_start(struct place *place, long mark, const char *where)
{
	struct home_vault home = { .database = NULL };
	struct vault vault = { .db = NULL };
	struct replica *replica;
	bool made;
	long items = -1;

	if (home_open(&place->settings, &replica, &made, &place->detail) != RS_OK)
		fail_msg("%s: %s", where, place->detail.text);
	replica_close(replica);
	assert_int_equal(home_open_vault(&place->settings, &home, &place->detail), RS_OK);
	vault.db = home.database;
	assert_int_equal(vault_ask(&vault, "SELECT count(*) FROM item", &items), RS_OK);
	home_close_vault(&home);
	if (items != 1 && (items != 0 || mark > 1))
		fail_msg("%s: %ld items behind mark %ld", where, items, mark);
}

/* --------------------------------------------------------------- a new passphrase */

static void
begin_with_two_slots(struct place *place)
{
	const struct vault_unlock word = { VAULT_SLOT_PASSPHRASE, place->words[0] };
	struct vault_unlock file = { .kind = VAULT_SLOT_KEY_FILE };
	struct secret *key, *secret;
	uint8_t id[VAULT_ID_LEN];

	make_library(place);
	assert_int_equal(vault_key_file_read(place->key_file, &secret), RS_OK);
	file.secret = secret;
	assert_int_equal(vault_keys_open(place->keys, &file, id, &key, NULL), RS_OK);
	assert_int_equal(vault_keys_add(place->keys, key, &word, &place->cost, random_system()),
	    RS_OK);
	secret_free(key);
	secret_free(secret);
}

/* Another passphrase, and then the key file's slot goes. */
static int
change_slots(struct place *place)
{
	const struct vault_unlock old = { VAULT_SLOT_PASSPHRASE, place->words[0] };
	const struct vault_unlock fresh = { VAULT_SLOT_PASSPHRASE, place->words[1] };
	int err;

	calls_mark(1);
	err = vault_keys_change(place->keys, &old, &fresh, &place->cost, random_system(),
	    &place->detail);
	if (err == RS_OK) {
		calls_mark(2);
		calls_mark(3);
		err = vault_keys_remove(place->keys, 0, &fresh, &place->detail);
	}
	if (err == RS_OK)
		calls_mark(4);
	return err;
}

static bool
opens_with(struct place *place, const struct secret *word)
{
	struct home_settings settings = place->settings;
	struct home_vault home = { .database = NULL };
	int err;

	settings.passphrase = word;
	err = home_open_vault(&settings, &home, &place->detail);
	home_close_vault(&home);
	return err == RS_OK;
}

static void
check_slots(struct place *place, long mark, const char *where)
{
	bool old = opens_with(place, place->words[0]), fresh = opens_with(place, place->words[1]);
	bool file = opens_with(place, NULL);
	uint8_t id[VAULT_ID_LEN];

	if (old == fresh || (fresh && mark < 1) || (old && mark > 1) || (!file && mark < 3) ||
	    (file && mark > 3))
		fail_msg("%s: opens with the old passphrase %d, the new one %d, the key file %d",
		    where, old, fresh, file);
	/* Also for what looks on. */
	place->settings.passphrase = place->words[fresh];
	check_vault(place, &place->settings, where, id);
}

/* ----------------------------------------------------------------------- a new key */

static int
rekey(struct place *place)
{
	int err;

	calls_mark(1);
	err = rekey_home(&place->settings, NULL, &place->detail);
	if (err == RS_OK)
		calls_mark(2);
	return err;
}

static void
check_rekey(struct place *place, long mark, const char *where)
{
	static const char *const left[] = { "vault.keys.fresh", "vault.keys.next", "vault.db.next" };
	uint8_t id[VAULT_ID_LEN];
	char path[PATH_LEN_MAX];

	check_vault(place, &place->settings, where, id);
	if (mark == 2 && memcmp(id, place->id, sizeof(id)) != 0)
		fail_msg("%s: the old key is back", where);
	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		name_path(path, place->home, left[i]);
		if (access(path, F_OK) == 0)
			fail_msg("%s: %s is still there", where, left[i]);
	}
}

/* ------------------------------------------------------------- a backup, and back */

static int
back_up(struct place *place)
{
	int err;

	unlink(place->copy);
	calls_mark(1);
	err = backup_make(&place->settings, place->copy, NULL, &place->detail);
	if (err == RS_OK)
		calls_mark(2);
	return err;
}

static void
check_backup(struct place *place, long mark, const char *where)
{
	struct home_settings other = place->settings;
	uint8_t id[VAULT_ID_LEN];

	check_vault(place, &place->settings, where, id);
	if (access(place->copy, F_OK) != 0) {
		if (mark == 2)
			fail_msg("%s: the backup is gone", where);
		return;
	}
	other.directory = place->other;
	if (backup_restore(&other, place->copy, NULL, &place->detail) != RS_OK)
		fail_msg("%s: %s", where, place->detail.text);
	check_restored(place, &other, where);
	remove_files(place->other);
}

static void
begin_with_backup(struct place *place)
{
	make_library(place);
	assert_int_equal(backup_make(&place->settings, place->backup, NULL, &place->detail), RS_OK);
}

static int
restore(struct place *place)
{
	int err;

	calls_mark(1);
	err = backup_restore(&place->settings, place->backup, NULL, &place->detail);
	if (err == RS_OK)
		calls_mark(2);
	return err;
}

static void
check_restore(struct place *place, long mark, const char *where)
{
	struct home_vault home = { .database = NULL };
	int err = home_open_vault(&place->settings, &home, &place->detail);

	home_close_vault(&home);
	/* Nothing of it is there, or that it was begun is told: it can be done again. */
	if ((err == RS_ENOTFOUND || err == RS_EDAMAGED) && mark < 2)
		err = backup_restore(&place->settings, place->backup, NULL, &place->detail);
	if (err != RS_OK)
		fail_msg("%s: %s", where, place->detail.text);
	check_restored(place, &place->settings, where);
}

static const struct scene first_start_scene = {
	"first start", begin_with_nothing, first_start, 2, check_first_start, true
};
static const struct scene slots_scene = {
	"slots", begin_with_two_slots, change_slots, 4, check_slots, false
};
static const struct scene rekey_scene = {
	"rekey", begin_with_library, rekey, 2, check_rekey, true
};
static const struct scene backup_scene = {
	"backup", begin_with_library, back_up, 2, check_backup, true
};
static const struct scene restore_scene = {
	"restore", begin_with_backup, restore, 2, check_restore, false
};

/* -------------------------------------------------------------------- power cuts */

/* A scene that is played, and the calls that it made. */
struct playing {
	const struct scene *scene;
	struct place place;
	struct calls_trace trace;
	long cuts, amid, again, faults;		/* counted */
};

/* The greatest mark before call ${at}. */
static long
mark_before(const struct calls_trace *trace, size_t at)
{
	long mark = 0;

	for (size_t i = 0; i < at; i++)
		if (trace->ops[i].change == CALLS_NONE && trace->ops[i].op.call == DISK_MARK)
			mark = trace->ops[i].op.mark;
	return mark;
}

/* Is call ${at} one to cut before?  Most is at stake at syncs, and where names change. */
static bool
is_cut_point(const struct calls_trace *trace, size_t at)
{
	return torture_full() || at == trace->count || at % SHORT_STRIDE == 0 ||
	    trace->ops[at].change != CALLS_NONE || trace->ops[at].op.call == DISK_SYNC ||
	    trace->ops[at].op.call == DISK_MARK;
}

/* What was mended, behind the first calls of ${mending}, is cut in its turn. */
static void
cut_again(struct playing *playing, const struct calls_trace *mending, size_t at, long mark,
    uint64_t seed, const char *where)
{
	struct place *place = &playing->place;

	playing->again++;
	calls_cut(mending, at, (enum disk_loss)(disk_draw(&seed) % DISK_LOSSES), seed, place->home);
	playing->scene->check(place, mark, where);
}

/*
 * Cut before call ${at}, see what is left, and cut that too as it is mended.  Where nothing is
 * lost it is a kill: what was not durable stays so, and most is at stake behind a new name.
 */
static void
cut(struct playing *playing, size_t at, enum disk_loss loss, uint64_t seed)
{
	const struct calls_trace *trace = &playing->trace;
	struct place *place = &playing->place;
	bool kill = loss == DISK_LOSE_NONE;
	bool renamed = at > 0 && trace->ops[at - 1].change == CALLS_RENAME;
	struct calls_trace mending;
	long mark = mark_before(trace, at);
	size_t first = kill ? at : 0, count;
	char where[120];

	snprintf(where, sizeof(where), "%s: cut %zu of %zu, loss %d, seed %llu",
	    playing->scene->name, at, trace->count, loss, (unsigned long long)seed);
	playing->cuts++;
	playing->amid += mark % 2;
	if (kill) {
		calls_kill(trace, at, place->home);
	} else {
		calls_cut(trace, at, loss, seed, place->home);
		calls_record(place->home);
	}
	playing->scene->check(place, mark, where);
	calls_end(&mending);
	if (seed % 7 == 1)
		verify(place, where);
	count = mending.count - first;
	if (kill && renamed) {
		for (at = 0; at < count * (torture_full() ? DISK_LOSSES * 4 : DISK_LOSSES); at++)
			cut_again(playing, &mending, first + at % count, mark, seed + at, where);
	} else if (count > 0 && seed % 2 == 0) {
		cut_again(playing, &mending, first + (size_t)(disk_draw(&seed) % count), mark, seed,
		    where);
	}
	calls_release(&mending);
}

static void
record(struct playing *playing, const struct scene *scene)
{
	struct place *place = &playing->place;
	struct state state;

	memset(playing, 0, sizeof(*playing));
	playing->scene = scene;
	place_start(place);
	scene->begin(place);
	if (scene != &first_start_scene)
		note_state(place);
	if (scene == &restore_scene)
		calls_cut(&(struct calls_trace){ .count = 0 }, 0, DISK_LOSE_ALL, 0, place->home);
	calls_record(place->home);
	if (scene->play(place) != RS_OK)
		fail_msg("%s: %s", scene->name, place->detail.text);
	calls_end(&playing->trace);
	if (scene == &rekey_scene)
		assert_int_equal(look(place, &place->settings, &state, place->id), RS_OK);
}

static void
cut_everywhere(struct playing *playing)
{
	const struct calls_trace *trace = &playing->trace;
	uint64_t seed = 0;

	for (size_t at = 0; at <= trace->count; at++)
		for (int loss = 0; loss < DISK_LOSSES && is_cut_point(trace, at); loss++)
			cut(playing, at, (enum disk_loss)loss, seed++);
	printf("# %s: %ld cuts in %zu calls, %ld amid a step; %ld cut again as it was mended\n",
	    playing->scene->name, playing->cuts, trace->count, playing->amid, playing->again);
	assert_true(playing->amid >= 50);
}

/* ------------------------------------------------------------------------- faults */

/* Nothing that was written tells what the vault holds. */
static void
assert_sealed(const struct playing *playing)
{
	static const char *const plain[] = { "example.org", "A title", "SQLite format", "CREATE " };
	const struct disk_op *op;

	for (size_t at = 0; at < playing->trace.count; at++) {
		op = &playing->trace.ops[at].op;
		for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]) && op->len > 0; i++)
			if (memmem(op->data, op->len, plain[i], strlen(plain[i])) != NULL)
				fail_msg("%s: call %zu writes \"%s\"", playing->scene->name, at, plain[i]);
	}
}

/* Play with a fault at call ${call}; return how many calls there were. */
static long
fail_at(struct playing *playing, long call, int number)
{
	const struct scene *scene = playing->scene;
	struct place *place = &playing->place;
	struct calls_trace trace;
	long calls, mark;
	char where[120];
	int err;

	snprintf(where, sizeof(where), "%s: %s at call %ld", scene->name,
	    number == ENOSPC ? "full disk" : "bad sector", call);
	calls_cut(&playing->trace, 0, DISK_LOSE_ALL, 0, place->home);
	place->detail.text[0] = '\0';
	calls_record(place->home);
	calls_fail((struct calls_fault){ call, number == ENOSPC ? LONG_MAX : call, number });
	err = scene->play(place);
	calls = calls_count();
	calls_fail((struct calls_fault){ .last = 0 });
	calls_end(&trace);
	mark = mark_before(&trace, trace.count);
	calls_release(&trace);
	if (err != RS_OK) {
		playing->faults++;
		if (err != (number == ENOSPC ? RS_EFULL : RS_EIO))
			fail_msg("%s: error %d: %s", where, err, place->detail.text);
	}
	if (memcmp(where, "rekey", 5) == 0)
		mark = 1;	/* a new key each time */
	scene->check(place, mark, where);
	if (err != RS_OK && scene->repeats) {
		if (scene->play(place) != RS_OK)
			fail_msg("%s: on a disk that works: %s", where, place->detail.text);
		scene->check(place, scene == &rekey_scene ? 1 : scene->end, where);
	}
	return calls;
}

static void
fail_everywhere(struct playing *playing)
{
	static const int numbers[] = { EIO, ENOSPC };
	long calls, call, runs = 0;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		calls = fail_at(playing, LONG_MAX, numbers[i]);
		for (call = 1; call <= calls; call += torture_full() ? 1 : 1 + calls / 45) {
			fail_at(playing, call, numbers[i]);
			runs++;
		}
	}
	printf("# %s: %ld runs, %ld met the fault\n", playing->scene->name, runs, playing->faults);
	assert_true(playing->faults > runs / 4);
}

static void
torture(const struct scene *scene)
{
	struct playing playing;

	record(&playing, scene);
	assert_sealed(&playing);
	cut_everywhere(&playing);
	fail_everywhere(&playing);
	calls_release(&playing.trace);
	place_end(&playing.place);
}

static void
a_first_start(void **state)
{
	(void)state;
	torture(&first_start_scene);
}

static void
a_new_passphrase(void **state)
{
	(void)state;
	torture(&slots_scene);
}

static void
a_new_key(void **state)
{
	(void)state;
	torture(&rekey_scene);
}

static void
a_backup(void **state)
{
	(void)state;
	torture(&backup_scene);
}

static void
a_home_made_of_a_backup(void **state)
{
	(void)state;
	torture(&restore_scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_first_start),
		cmocka_unit_test(a_new_passphrase),
		cmocka_unit_test(a_new_key),
		cmocka_unit_test(a_backup),
		cmocka_unit_test(a_home_made_of_a_backup),
	};

	return cmocka_run_group_tests_name("homes", tests, NULL, NULL);
}
