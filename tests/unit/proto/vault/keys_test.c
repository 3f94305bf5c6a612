#include "fixture.h"
#include "proto/vault/keys.h"

#include <sys/stat.h>

enum { FILE_LEN = 25 + 100 + 16 };

struct bunch {
	struct fixture *f;
	char path[96], key_path[96];
	struct secret *word, *other_word, *file;
	struct vault_unlock by_word, by_other_word, by_file;
	struct vault_cost cost;
};

static int
setup(void **state)
{
	struct bunch *b = calloc(1, sizeof(*b));
	void *fixture;

	assert_non_null(b);
	fixture_setup(&fixture);
	b->f = fixture;
	snprintf(b->path, sizeof(b->path), "%s/vault.keys", b->f->directory);
	snprintf(b->key_path, sizeof(b->key_path), "%s/vault.key", b->f->directory);
	assert_int_equal(secret_copy("correct horse", 13, &b->word), RS_OK);
	assert_int_equal(secret_copy("correct house", 13, &b->other_word), RS_OK);
	assert_int_equal(vault_key_file_make(b->key_path, random_system()), RS_OK);
	assert_int_equal(vault_key_file_read(b->key_path, &b->file), RS_OK);
	b->by_word = (struct vault_unlock){ VAULT_SLOT_PASSPHRASE, b->word };
	b->by_other_word = (struct vault_unlock){ VAULT_SLOT_PASSPHRASE, b->other_word };
	b->by_file = (struct vault_unlock){ VAULT_SLOT_KEY_FILE, b->file };
	b->cost = vault_cost_least();
	*state = b;
	return 0;
}

static int
teardown(void **state)
{
	struct bunch *b = *state;
	void *fixture = b->f;

	secret_free(b->word);
	secret_free(b->other_word);
	secret_free(b->file);
	fixture_teardown(&fixture);
	free(b);
	return 0;
}

/* Create with ${unlock}; the caller frees the key. */
static struct secret *
create(struct bunch *b, const struct vault_unlock *unlock)
{
	struct secret *key;

	assert_int_equal(vault_keys_create(b->path, unlock, &b->cost, random_system(), b->f->id,
	    &key), RS_OK);
	return key;
}

static int
try(struct bunch *b, const struct vault_unlock *unlock)
{
	uint8_t id[VAULT_ID_LEN];
	struct secret *key = NULL;
	int err = vault_keys_open(b->path, unlock, id, &key, &b->f->detail);

	assert_true((err == RS_OK) == (key != NULL));
	secret_free(key);
	return err;
}

/* Remove a slot, with the key file as the other key. */
static int
remove_slot(struct bunch *b, size_t slot)
{
	return vault_keys_remove(b->path, slot, &b->by_file, &b->f->detail);
}

static void
opens_with_what_it_was_made_with(void **state)
{
	struct bunch *b = *state;
	const struct vault_unlock *unlocks[] = { &b->by_word, &b->by_file };
	struct secret *made, *opened;
	uint8_t id[VAULT_ID_LEN];
	struct stat status;
	size_t i;

	for (i = 0; i < 2; i++) {
		made = create(b, unlocks[i]);
		assert_int_equal(stat(b->path, &status), 0);
		assert_int_equal(status.st_mode & 07777, 0600);
		assert_int_equal(vault_keys_open(b->path, unlocks[i], id, &opened, NULL), RS_OK);
		assert_memory_equal(id, b->f->id, VAULT_ID_LEN);
		assert_memory_equal(opened->data, made->data, VAULT_KEY_LEN);
		assert_int_equal(try(b, unlocks[1 - i]), RS_EKEY);
		secret_free(made);
		secret_free(opened);
		unlink(b->path);
	}
	assert_int_equal(try(b, &b->by_word), RS_ENOTFOUND);
}

static void
says_what_does_not_fit(void **state)
{
	struct bunch *b = *state;
	struct secret *key = create(b, &b->by_word), *again = NULL;

	assert_int_equal(vault_keys_create(b->path, &b->by_word, &b->cost, random_system(),
	    b->f->id, &again), RS_EEXIST);
	assert_null(again);
	assert_int_equal(try(b, &b->by_other_word), RS_EKEY);
	assert_non_null(strstr(b->f->detail.text, "passphrase"));
	b->by_file.secret = b->word;
	assert_int_equal(try(b, &b->by_file), RS_EINVAL);
	put_contents(b->path, "an ordinary text", 16);
	assert_int_equal(try(b, &b->by_word), RS_ENOTVAULT);
	secret_free(key);
}

static void
every_cut_and_every_bit_is_noticed(void **state)
{
	struct bunch *b = *state;
	struct buffer whole;
	struct secret *key = create(b, &b->by_file);
	size_t len;
	int err;

	whole = contents(b->path);
	assert_int_equal(whole.len, FILE_LEN);
	for (len = 0; len < whole.len; len++) {
		put_contents(b->path, whole.data, len);
		err = try(b, &b->by_file);
		assert_int_equal(err, len < 7 ? RS_ENOTVAULT : RS_EDAMAGED);
		put_contents(b->path, whole.data, whole.len);
		flip(b->path, len);
		err = try(b, &b->by_file);
		assert_int_equal(err, len < 7 ? RS_ENOTVAULT : len == 7 ? RS_EVERSION :
		    RS_EDAMAGED);
	}
	put_contents(b->path, whole.data, whole.len);
	assert_int_equal(try(b, &b->by_file), RS_OK);
	buffer_release(&whole);
	secret_free(key);
}

/* Put a right hash under a changed file, as who tampers would. */
static void
tamper(struct bunch *b, size_t at, uint8_t value)
{
	struct buffer file = contents(b->path);
	struct bytes hashed = bytes_of(file.data, file.len - HASH_NAME_LEN);

	file.data[at] = value;
	hash_name(bytes_of(NULL, 0), &hashed, 1, file.data + hashed.len);
	put_contents(b->path, file.data, file.len);
	buffer_release(&file);
}

static void
tampering_opens_nothing(void **state)
{
	struct bunch *b = *state;
	struct secret *key = create(b, &b->by_word);

	tamper(b, 8, (uint8_t)~b->f->id[0]);	/* another vault's id */
	assert_int_equal(try(b, &b->by_word), RS_EKEY);
	tamper(b, 8, b->f->id[0]);
	assert_int_equal(try(b, &b->by_word), RS_OK);
	tamper(b, 25 + 4, 0xff);		/* passes that take for ever */
	assert_int_equal(try(b, &b->by_word), RS_EDAMAGED);
	tamper(b, 25 + 4, 0);
	tamper(b, 25 + 8, 0xff);		/* memory that is not there */
	assert_int_equal(try(b, &b->by_word), RS_EDAMAGED);
	tamper(b, 25 + 8, 0);
	tamper(b, 25, VAULT_SLOT_KEY_FILE);	/* another kind */
	assert_int_equal(try(b, &b->by_file), RS_EKEY);
	secret_free(key);
}

static void
slots_come_and_go(void **state)
{
	struct bunch *b = *state;
	struct secret *key = create(b, &b->by_word);
	struct vault_slot slots[VAULT_SLOTS_MAX];
	size_t count, i;

	assert_int_equal(remove_slot(b, 0), RS_EREFUSED);
	assert_int_equal(remove_slot(b, 1), RS_ENOTFOUND);
	assert_int_equal(vault_keys_add(b->path, key, &b->by_file, NULL, random_system()), RS_OK);
	assert_int_equal(try(b, &b->by_word), RS_OK);
	assert_int_equal(try(b, &b->by_file), RS_OK);
	assert_int_equal(vault_keys_list(b->path, NULL, slots, &count), RS_OK);
	assert_int_equal(count, 2);
	assert_int_equal(slots[0].kind, VAULT_SLOT_PASSPHRASE);
	assert_int_equal(slots[0].cost.memory_kib, b->cost.memory_kib);
	assert_int_equal(slots[1].kind, VAULT_SLOT_KEY_FILE);
	for (i = count; i < VAULT_SLOTS_MAX; i++)
		assert_int_equal(vault_keys_add(b->path, key, &b->by_file, NULL, random_system()),
		    RS_OK);
	assert_int_equal(vault_keys_add(b->path, key, &b->by_file, NULL, random_system()),
	    RS_ELIMIT);
	assert_int_equal(remove_slot(b, 0), RS_OK);
	assert_int_equal(try(b, &b->by_word), RS_EKEY);
	assert_int_equal(try(b, &b->by_file), RS_OK);
	for (i = VAULT_SLOTS_MAX - 1; i > 1; i--)
		assert_int_equal(remove_slot(b, i - 1), RS_OK);
	assert_int_equal(remove_slot(b, 0), RS_EREFUSED);
	assert_int_equal(try(b, &b->by_file), RS_OK);
	secret_free(key);
}

static void
nobody_removes_the_slot_they_come_with(void **state)
{
	struct bunch *b = *state;
	struct secret *key = create(b, &b->by_word);

	assert_int_equal(vault_keys_add(b->path, key, &b->by_file, NULL, random_system()), RS_OK);
	assert_int_equal(remove_slot(b, 1), RS_EKEY);
	assert_non_null(strstr(b->f->detail.text, "no other slot opens with this key file"));
	assert_int_equal(vault_keys_remove(b->path, 1, &b->by_other_word, NULL), RS_EKEY);
	assert_int_equal(try(b, &b->by_file), RS_OK);
	assert_int_equal(vault_keys_remove(b->path, 1, &b->by_word, NULL), RS_OK);
	assert_int_equal(try(b, &b->by_file), RS_EKEY);
	secret_free(key);
}

static int
change(struct bunch *b, const struct vault_unlock *unlock, const struct vault_unlock *fresh,
    const struct vault_cost *cost)
{
	return vault_keys_change(b->path, unlock, fresh, cost, random_system(), &b->f->detail);
}

static void
a_passphrase_is_changed_in_its_place(void **state)
{
	struct bunch *b = *state;
	struct secret *key = create(b, &b->by_word);
	struct vault_cost more = { b->cost.passes + 1, b->cost.memory_kib * 2 };
	struct vault_slot slots[VAULT_SLOTS_MAX];
	uint8_t id[VAULT_ID_LEN];
	size_t count;

	assert_int_equal(vault_keys_add(b->path, key, &b->by_file, NULL, random_system()), RS_OK);
	assert_int_equal(change(b, &b->by_other_word, &b->by_word, &b->cost), RS_EKEY);
	assert_int_equal(change(b, &b->by_word, &b->by_other_word, &more), RS_OK);
	assert_int_equal(try(b, &b->by_word), RS_EKEY);
	assert_int_equal(try(b, &b->by_other_word), RS_OK);
	assert_int_equal(try(b, &b->by_file), RS_OK);
	assert_int_equal(vault_keys_list(b->path, id, slots, &count), RS_OK);
	assert_memory_equal(id, b->f->id, sizeof(id));
	assert_int_equal(count, 2);
	assert_int_equal(slots[0].cost.passes, more.passes);
	assert_int_equal(slots[0].cost.memory_kib, more.memory_kib);
	/* The key file says who they are; which passphrase is meant is plain. */
	assert_int_equal(change(b, &b->by_file, &b->by_word, &b->cost), RS_OK);
	assert_int_equal(try(b, &b->by_other_word), RS_EKEY);
	assert_int_equal(try(b, &b->by_word), RS_OK);
	/* Of two it is not; and the one that opened is. */
	assert_int_equal(vault_keys_add(b->path, key, &b->by_other_word, &b->cost,
	    random_system()), RS_OK);
	assert_int_equal(change(b, &b->by_file, &b->by_word, &b->cost), RS_EAMBIGUOUS);
	assert_int_equal(change(b, &b->by_word, &b->by_word, &more), RS_OK);
	assert_int_equal(try(b, &b->by_other_word), RS_OK);
	assert_int_equal(vault_keys_list(b->path, NULL, slots, &count), RS_OK);
	assert_int_equal(count, 3);
	assert_int_equal(slots[0].cost.passes, more.passes);
	secret_free(key);
}

static void
a_first_passphrase_is_added(void **state)
{
	struct bunch *b = *state;
	struct secret *key = create(b, &b->by_file);

	assert_int_equal(change(b, &b->by_file, &b->by_word, &b->cost), RS_OK);
	assert_int_equal(try(b, &b->by_file), RS_OK);
	assert_int_equal(try(b, &b->by_word), RS_OK);
	assert_int_equal(remove_slot(b, 1), RS_OK);
	for (int i = 1; i < VAULT_SLOTS_MAX; i++)
		assert_int_equal(vault_keys_add(b->path, key, &b->by_file, NULL, random_system()),
		    RS_OK);
	assert_int_equal(change(b, &b->by_file, &b->by_word, &b->cost), RS_ELIMIT);
	secret_free(key);
}

static void
a_recovery_key_opens(void **state)
{
	struct bunch *b = *state;
	struct secret *key = create(b, &b->by_word), *paper, *other;
	struct vault_unlock by_paper = { VAULT_SLOT_RECOVERY, NULL };

	assert_int_equal(secret_copy("0123456789abcdef", VAULT_RECOVERY_LEN, &paper), RS_OK);
	assert_int_equal(secret_copy("0123456789abcdeg", VAULT_RECOVERY_LEN, &other), RS_OK);
	by_paper.secret = paper;
	assert_int_equal(try(b, &by_paper), RS_EKEY);
	assert_int_equal(vault_keys_add(b->path, key, &by_paper, NULL, random_system()), RS_OK);
	assert_int_equal(try(b, &by_paper), RS_OK);
	/* A forgotten passphrase. */
	assert_int_equal(change(b, &by_paper, &b->by_other_word, &b->cost), RS_OK);
	assert_int_equal(try(b, &b->by_word), RS_EKEY);
	assert_int_equal(try(b, &b->by_other_word), RS_OK);
	by_paper.secret = other;
	assert_int_equal(try(b, &by_paper), RS_EKEY);
	assert_non_null(strstr(b->f->detail.text, "recovery key"));
	by_paper.secret = b->word;
	assert_int_equal(try(b, &by_paper), RS_EINVAL);
	secret_free(paper);
	secret_free(other);
	secret_free(key);
}

/* Slots come and go, and are still called what they were called. */
static void
a_slot_keeps_its_name(void **state)
{
	struct bunch *b = *state;
	struct secret *key = create(b, &b->by_word);
	struct vault_slot before[VAULT_SLOTS_MAX], after[VAULT_SLOTS_MAX];
	size_t count;

	for (int i = 0; i < 2; i++)
		assert_int_equal(vault_keys_add(b->path, key, &b->by_file, NULL, random_system()),
		    RS_OK);
	assert_int_equal(vault_keys_list(b->path, NULL, before, &count), RS_OK);
	assert_int_equal(remove_slot(b, 0), RS_OK);
	assert_int_equal(vault_keys_list(b->path, NULL, after, &count), RS_OK);
	assert_int_equal(count, 2);
	assert_memory_equal(before[1].name, after[0].name, VAULT_SLOT_NAME_LEN);
	assert_memory_equal(before[2].name, after[1].name, VAULT_SLOT_NAME_LEN);
	assert_memory_not_equal(after[0].name, after[1].name, VAULT_SLOT_NAME_LEN);
	secret_free(key);
}

/* A kind of slot from the future is kept, never tried, and not counted as a way in. */
static void
unknown_kinds_are_kept(void **state)
{
	struct bunch *b = *state;
	struct secret *key = create(b, &b->by_file);
	struct vault_slot slots[VAULT_SLOTS_MAX];
	size_t count;

	assert_int_equal(vault_keys_add(b->path, key, &b->by_file, NULL, random_system()), RS_OK);
	tamper(b, 25, 77);
	assert_int_equal(try(b, &b->by_file), RS_OK);
	assert_int_equal(remove_slot(b, 1), RS_EREFUSED);
	assert_int_equal(vault_keys_list(b->path, NULL, slots, &count), RS_OK);
	assert_int_equal(count, 2);
	assert_int_equal((int)slots[0].kind, 77);
	secret_free(key);
}

static void
a_key_file_is_private_and_exact(void **state)
{
	struct bunch *b = *state;
	struct secret *key = NULL;
	struct stat status;

	assert_int_equal(stat(b->key_path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(vault_key_file_make(b->key_path, random_system()), RS_EEXIST);
	assert_int_equal(vault_key_file_read(b->path, &key), RS_ENOTFOUND);
	put_contents(b->path, "0123456789abcdef0123456789abcde", 31);
	assert_int_equal(vault_key_file_read(b->path, &key), RS_EINVAL);
	put_contents(b->path, "0123456789abcdef0123456789abcdef0", 33);
	assert_int_equal(vault_key_file_read(b->path, &key), RS_EINVAL);
	assert_null(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(opens_with_what_it_was_made_with, setup, teardown),
		cmocka_unit_test_setup_teardown(says_what_does_not_fit, setup, teardown),
		cmocka_unit_test_setup_teardown(every_cut_and_every_bit_is_noticed, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(tampering_opens_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(slots_come_and_go, setup, teardown),
		cmocka_unit_test_setup_teardown(nobody_removes_the_slot_they_come_with, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(a_passphrase_is_changed_in_its_place, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(a_first_passphrase_is_added, setup, teardown),
		cmocka_unit_test_setup_teardown(a_recovery_key_opens, setup, teardown),
		cmocka_unit_test_setup_teardown(a_slot_keeps_its_name, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_kinds_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(a_key_file_is_private_and_exact, setup, teardown),
	};

	return cmocka_run_group_tests_name("proto/vault/keys", tests, NULL, NULL);
}
