#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/encode.h"
#include "proto/replica/unlock.h"
#include "proto/replica/upkeep_slot.h"
#include "proto/vault/recovery.h"

void
upkeep_slot_name(const struct vault_slot *slot, char name[UPKEEP_NAME_LEN + 1])
{
	encode_hex(bytes_of(slot->name, VAULT_SLOT_NAME_LEN), name);
}

static void
say_slot(struct upkeep *upkeep, const struct vault_slot *slot)
{
	char name[UPKEEP_NAME_LEN + 1];

	upkeep_slot_name(slot, name);
	if (slot->kind == VAULT_SLOT_PASSPHRASE)
		upkeep_say(upkeep, "%s  passphrase, tried with Argon2id: %u passes over %u KiB",
		    name, slot->cost.passes, slot->cost.memory_kib);
	else
		upkeep_say(upkeep, "%s  %s", name, vault_slot_kind_text(slot->kind));
}

int
upkeep_slot_list(struct upkeep *upkeep)
{
	const char *path = buffer_text(&upkeep->keys);
	struct vault_slot slots[VAULT_SLOTS_MAX];
	size_t count;
	int err = vault_keys_list(path, NULL, slots, &count);

	if (err != RS_OK)
		return upkeep_explain(upkeep, err, path);
	for (size_t i = 0; i < count; i++)
		say_slot(upkeep, &slots[i]);
	return RS_OK;
}

/* Find the slot whose name begins with ${begin}. */
static int
find_slot(struct upkeep *upkeep, const char *begin, size_t *ret_slot)
{
	struct vault_slot slots[VAULT_SLOTS_MAX];
	char name[UPKEEP_NAME_LEN + 1];
	size_t count, matches = 0;
	int err = vault_keys_list(buffer_text(&upkeep->keys), NULL, slots, &count);

	if (err != RS_OK)
		return upkeep_explain(upkeep, err, buffer_text(&upkeep->keys));
	for (size_t i = 0; i < count; i++) {
		upkeep_slot_name(&slots[i], name);
		if (begin[0] != '\0' && strncmp(name, begin, strlen(begin)) == 0) {
			*ret_slot = i;
			matches++;
		}
	}
	if (matches == 1)
		return RS_OK;
	rs_err_detail_set(upkeep->detail, matches == 0 ?
	    "no slot's name begins with '%s'; vault slot list shows them" :
	    "more than one slot's name begins with '%s'; type more of it", begin);
	return matches == 0 ? RS_ENOTFOUND : RS_EAMBIGUOUS;
}

/* Keep other programs from the keys, having found what opens them. */
static int
begin_change(struct upkeep *upkeep, struct unlock *unlock, int *ret_lock)
{
	const struct home_settings *home = &upkeep->settings->home;
	int err = unlock_find(home, false, unlock, upkeep->detail);

	if (err == RS_OK)
		err = home_lock(home->directory, ret_lock, upkeep->detail);
	return err;
}

/* A second slot of one secret would go on opening the vault when the first is removed. */
static int
refuse_twice(struct upkeep *upkeep, const struct vault_unlock *fresh)
{
	struct rs_err_detail ignored = { "" };
	uint8_t id[VAULT_ID_LEN];
	struct secret *key = NULL;
	int err = vault_keys_open(buffer_text(&upkeep->keys), fresh, id, &key, &ignored);

	secret_free(key);
	if (err != RS_OK)
		return err == RS_EKEY ? RS_OK : err;
	rs_err_detail_set(upkeep->detail, "it opens the vault already; nothing was changed");
	return RS_EEXIST;
}

/* Show the recovery key ${text}. */
static int
show_recovery_key(struct upkeep *upkeep, const char *text)
{
	int err = RS_OK;

	upkeep_say(upkeep, "recovery key: %s", text);
	upkeep_say(upkeep, "It is shown once. Print it, and keep it away from this "
	    "machine; it is taken wherever the passphrase is.");
	if (upkeep->settings->flush != NULL)
		err = upkeep->settings->flush();
	if (err != RS_OK)
		rs_err_detail_set(upkeep->detail, "the recovery key could not be shown: %s",
		    rs_err_text(err));
	return err;
}

/* Take back slot ${i}, ${slot}, whose recovery key could not be shown, as ${err} says. */
static void
take_back(struct upkeep *upkeep, size_t i, const struct vault_slot *slot,
    const struct vault_unlock *unlock, int err)
{
	char name[UPKEEP_NAME_LEN + 1];
	int kept = vault_keys_remove(buffer_text(&upkeep->keys), i, unlock, NULL);

	if (kept == RS_OK)
		return;
	upkeep_slot_name(slot, name);
	rs_err_detail_set(upkeep->detail, "the recovery key could not be shown (%s), nor its slot "
	    "taken back (%s): vault slot remove %s", rs_err_text(err), rs_err_text(kept), name);
}

/*
 * Add a slot that ${fresh} opens, and show ${recovery}, if that is what opens it: a key that
 * nobody has seen must not pass for one that lies in a drawer.
 */
static int
add_slot(struct upkeep *upkeep, const struct vault_unlock *fresh, const char *recovery)
{
	const struct home_settings *home = &upkeep->settings->home;
	const char *path = buffer_text(&upkeep->keys);
	struct vault_slot slots[VAULT_SLOTS_MAX];
	uint8_t id[VAULT_ID_LEN];
	struct secret *key = NULL;
	struct unlock unlock = { .owned = NULL };
	size_t count;
	int lock = -1, err = begin_change(upkeep, &unlock, &lock);

	if (err == RS_OK)
		err = vault_keys_open(path, &unlock.with, id, &key, upkeep->detail);
	if (err == RS_OK)
		err = refuse_twice(upkeep, fresh);
	if (err == RS_OK)
		err = vault_keys_add(path, key, fresh, home->cost, home->replica.random);
	if (err == RS_ELIMIT)
		rs_err_detail_set(upkeep->detail, "all %d slots are in use: remove one first",
		    VAULT_SLOTS_MAX);
	if (err == RS_OK)
		err = vault_keys_list(path, NULL, slots, &count);
	if (err == RS_OK)
		say_slot(upkeep, &slots[count - 1]);
	if (err == RS_OK && recovery != NULL) {
		err = show_recovery_key(upkeep, recovery);
		if (err != RS_OK)
			take_back(upkeep, count - 1, &slots[count - 1], &unlock.with, err);
	}
	if (lock >= 0)
		close(lock);
	secret_free(key);
	unlock_release(&unlock);
	return upkeep_explain(upkeep, err, path);
}

/* Ask twice for a new passphrase. */
static int
ask_new(struct upkeep *upkeep, struct secret **ret_passphrase)
{
	const struct home_settings *home = &upkeep->settings->home;
	struct secret *first = NULL, *second = NULL;
	int err = home->ask == NULL ? RS_ENOTFOUND : home->ask("New passphrase: ", &first);

	if (err == RS_OK)
		err = home->ask("The same once more: ", &second);
	if (err == RS_OK && (first->len != second->len ||
	    memcmp(first->data, second->data, first->len) != 0)) {
		err = RS_EINVAL;
		rs_err_detail_set(upkeep->detail, "the two differ; nothing was changed");
	} else if (err == RS_EINVAL)
		rs_err_detail_set(upkeep->detail, "an empty passphrase; nothing was changed");
	else if (err == RS_ENOTFOUND)
		rs_err_detail_set(upkeep->detail, "there is no terminal to ask for the new "
		    "passphrase: name a file that has it in its first line");
	if (err == RS_OK)
		*ret_passphrase = first;
	else
		secret_free(first);
	secret_free(second);
	return err;
}

/* What is refused would make a slot that does not open. */
static int
check_new(struct upkeep *upkeep, const struct secret *passphrase)
{
	struct unlock unlock = { .owned = NULL };
	int err = unlock_of_text(passphrase, &unlock);

	if (err == RS_OK && unlock.with.kind != VAULT_SLOT_PASSPHRASE) {
		err = RS_EINVAL;
		rs_err_detail_set(upkeep->detail, "the new passphrase is a recovery key: take "
		    "another one");
	} else if (err == RS_OK && passphrase->len > VAULT_PASSPHRASE_MAX) {
		err = RS_EINVAL;
		rs_err_detail_set(upkeep->detail, "a passphrase has at most %d bytes",
		    VAULT_PASSPHRASE_MAX);
	}
	unlock_release(&unlock);
	return err;
}

/* The new passphrase, from the file that the command names, or the terminal. */
static int
get_new(struct upkeep *upkeep, struct secret **ret_passphrase)
{
	const char *path = upkeep->arguments[0];
	struct secret *passphrase;
	int err;

	if (path == NULL) {
		err = ask_new(upkeep, &passphrase);
	} else {
		err = home_read_passphrase(path, &passphrase);
		if (err == RS_EINVAL)
			rs_err_detail_set(upkeep->detail, "%s: its first line is empty", path);
	}
	if (err != RS_OK)
		return upkeep_explain(upkeep, err, path == NULL ? "new passphrase" : path);
	err = check_new(upkeep, passphrase);
	if (err == RS_OK)
		*ret_passphrase = passphrase;
	else
		secret_free(passphrase);
	return upkeep_explain(upkeep, err, "new passphrase");
}

int
upkeep_slot_add_passphrase(struct upkeep *upkeep)
{
	struct secret *passphrase = NULL;
	struct vault_unlock fresh = { VAULT_SLOT_PASSPHRASE, NULL };
	int err = get_new(upkeep, &passphrase);

	fresh.secret = passphrase;
	if (err == RS_OK)
		err = add_slot(upkeep, &fresh, NULL);
	secret_free(passphrase);
	return err;
}

/* A key file that is not there is made, and not left there without its slot. */
int
upkeep_slot_add_key_file(struct upkeep *upkeep)
{
	const char *path = upkeep->arguments[0];
	struct vault_unlock fresh = { VAULT_SLOT_KEY_FILE, NULL };
	struct secret *key = NULL;
	bool made;
	int err = vault_key_file_make(path, upkeep->settings->home.replica.random);

	made = err == RS_OK;
	if (err == RS_OK || err == RS_EEXIST)
		err = vault_key_file_read(path, &key);
	if (err == RS_EINVAL)
		rs_err_detail_set(upkeep->detail, "%s is no key file: it does not have %d bytes",
		    path, VAULT_KEY_FILE_LEN);
	if (upkeep_explain(upkeep, err, path) != RS_OK)
		return err;
	fresh.secret = key;
	err = add_slot(upkeep, &fresh, NULL);
	if (err != RS_OK && made)
		unlink(path);
	secret_free(key);
	return err;
}

int
upkeep_slot_add_recovery(struct upkeep *upkeep)
{
	struct vault_unlock fresh = { VAULT_SLOT_RECOVERY, NULL };
	char text[RECOVERY_TEXT_LEN + 1];
	struct secret *key = NULL;
	int err = recovery_make(upkeep->settings->home.replica.random, &key, text);

	if (err != RS_OK)
		return upkeep_explain(upkeep, err, "recovery key");
	fresh.secret = key;
	err = add_slot(upkeep, &fresh, text);
	secret_wipe(text, sizeof(text));
	secret_free(key);
	return err;
}

/* Who is at a terminal may have another key than the one that lies in the home. */
static int
remove_with_other_key(struct upkeep *upkeep, size_t slot)
{
	struct secret *answer = NULL;
	struct unlock unlock = { .owned = NULL };
	int err = upkeep->settings->home.ask("Another passphrase, or the recovery key: ",
	    &answer);

	if (err == RS_OK)
		err = unlock_of_text(answer, &unlock);
	if (err == RS_OK)
		err = vault_keys_remove(buffer_text(&upkeep->keys), slot, &unlock.with,
		    upkeep->detail);
	unlock_release(&unlock);
	secret_free(answer);
	return err == RS_ENOTFOUND ? RS_EKEY : err;
}

/* A key file that opens nothing any more would stand in the way of a passphrase. */
static void
say_useless_key(struct upkeep *upkeep)
{
	struct vault_slot slots[VAULT_SLOTS_MAX];
	char key[UPKEEP_PATH_MAX];
	size_t count;

	snprintf(key, sizeof(key), "%s/key", upkeep->settings->home.directory);
	if (access(key, F_OK) != 0 || vault_keys_list(buffer_text(&upkeep->keys), NULL, slots,
	    &count) != RS_OK)
		return;
	for (size_t i = 0; i < count; i++) {
		if (slots[i].kind == VAULT_SLOT_KEY_FILE)
			return;
	}
	upkeep_say(upkeep, "no key file opens the vault any more: remove %s", key);
}

int
upkeep_slot_remove(struct upkeep *upkeep)
{
	const char *path = buffer_text(&upkeep->keys);
	struct unlock unlock = { .owned = NULL };
	size_t slot = 0;
	int lock = -1, err = begin_change(upkeep, &unlock, &lock);

	if (err == RS_OK)
		err = find_slot(upkeep, upkeep->arguments[0], &slot);
	if (err == RS_OK) {
		err = vault_keys_remove(path, slot, &unlock.with, upkeep->detail);
		if (err == RS_EKEY && upkeep->settings->home.ask != NULL)
			err = remove_with_other_key(upkeep, slot);
	}
	if (err == RS_EREFUSED)
		rs_err_detail_set(upkeep->detail, "it is the last slot that opens the vault: add "
		    "another one first");
	if (err == RS_OK)
		say_useless_key(upkeep);
	if (lock >= 0)
		close(lock);
	unlock_release(&unlock);
	return upkeep_explain(upkeep, err, path);
}

int
upkeep_slot_change(struct upkeep *upkeep)
{
	const struct home_settings *home = &upkeep->settings->home;
	const char *path = buffer_text(&upkeep->keys);
	struct vault_unlock fresh = { VAULT_SLOT_PASSPHRASE, NULL };
	struct secret *passphrase = NULL;
	struct unlock unlock = { .owned = NULL };
	int lock = -1, err = get_new(upkeep, &passphrase);

	if (err == RS_OK)
		err = begin_change(upkeep, &unlock, &lock);
	if (err == RS_OK) {
		fresh.secret = passphrase;
		err = vault_keys_change(path, &unlock.with, &fresh, home->cost,
		    home->replica.random, upkeep->detail);
	}
	if (err == RS_EAMBIGUOUS)
		rs_err_detail_set(upkeep->detail, "there are several passphrases, and this %s says "
		    "not which to change: use vault slot add and remove",
		    vault_slot_kind_text(unlock.with.kind));
	if (lock >= 0)
		close(lock);
	unlock_release(&unlock);
	secret_free(passphrase);
	return upkeep_explain(upkeep, err, path);
}
