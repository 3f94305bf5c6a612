#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/encode.h"
#include "proto/replica/backup.h"
#include "proto/replica/rekey.h"
#include "proto/replica/unlock.h"
#include "proto/replica/upkeep.h"
#include "proto/replica/verify.h"
#include "proto/vault/recovery.h"

enum {
	PATH_LEN_MAX = 4096,
	LINE_MAX_LEN = 2 * PATH_LEN_MAX,
	WORDS_MAX = 3,			/* of a command's name */
	NAME_TEXT_LEN = 2 * VAULT_SLOT_NAME_LEN
};

/* One run of a command. */
struct upkeep {
	const struct upkeep_settings *settings;
	struct buffer keys;		/* the path of vault.keys */
	char *const *arguments;		/* behind the command's name; NULL ends them */
	struct rs_err_detail *detail;
};

static void say(struct upkeep *upkeep, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Say one line.  A recovery key passes through here: leave no copy behind. */
static void
say(struct upkeep *upkeep, const char *format, ...)
{
	char line[LINE_MAX_LEN];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	upkeep->settings->say(upkeep->settings->context, line);
	secret_wipe(line, sizeof(line));
}

/* Fill in what the failure of a step on ${path} left unsaid. */
static int
explain(struct upkeep *upkeep, int err, const char *path)
{
	if (err != RS_OK && upkeep->detail->text[0] == '\0')
		rs_err_detail_set(upkeep->detail, "%s: %s", path, rs_err_text(err));
	return err;
}

/* ----------------------------------------------------------------------- slots */

static void
slot_name(const struct vault_slot *slot, char name[NAME_TEXT_LEN + 1])
{
	encode_hex(bytes_of(slot->name, VAULT_SLOT_NAME_LEN), name);
}

static void
say_slot(struct upkeep *upkeep, const struct vault_slot *slot)
{
	char name[NAME_TEXT_LEN + 1];

	slot_name(slot, name);
	if (slot->kind == VAULT_SLOT_PASSPHRASE)
		say(upkeep, "%s  passphrase, tried with Argon2id: %u passes over %u KiB", name,
		    slot->cost.passes, slot->cost.memory_kib);
	else
		say(upkeep, "%s  %s", name, vault_slot_kind_text(slot->kind));
}

static int
list_slots(struct upkeep *upkeep)
{
	const char *path = buffer_text(&upkeep->keys);
	struct vault_slot slots[VAULT_SLOTS_MAX];
	size_t count;
	int err = vault_keys_list(path, NULL, slots, &count);

	if (err != RS_OK)
		return explain(upkeep, err, path);
	for (size_t i = 0; i < count; i++)
		say_slot(upkeep, &slots[i]);
	return RS_OK;
}

/* Find the slot whose name begins with ${begin}. */
static int
find_slot(struct upkeep *upkeep, const char *begin, size_t *ret_slot)
{
	struct vault_slot slots[VAULT_SLOTS_MAX];
	char name[NAME_TEXT_LEN + 1];
	size_t count, matches = 0;
	int err = vault_keys_list(buffer_text(&upkeep->keys), NULL, slots, &count);

	if (err != RS_OK)
		return explain(upkeep, err, buffer_text(&upkeep->keys));
	for (size_t i = 0; i < count; i++) {
		slot_name(&slots[i], name);
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

/* Add a slot that ${fresh} opens. */
static int
add_slot(struct upkeep *upkeep, const struct vault_unlock *fresh)
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
		err = vault_keys_add(path, key, fresh, home->cost, home->replica.random);
	if (err == RS_ELIMIT)
		rs_err_detail_set(upkeep->detail, "all %d slots are in use: remove one first",
		    VAULT_SLOTS_MAX);
	if (err == RS_OK)
		err = vault_keys_list(path, NULL, slots, &count);
	if (err == RS_OK)
		say_slot(upkeep, &slots[count - 1]);
	if (lock >= 0)
		close(lock);
	secret_free(key);
	unlock_release(&unlock);
	return explain(upkeep, err, path);
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
		return explain(upkeep, err, path == NULL ? "new passphrase" : path);
	err = check_new(upkeep, passphrase);
	if (err == RS_OK)
		*ret_passphrase = passphrase;
	else
		secret_free(passphrase);
	return explain(upkeep, err, "new passphrase");
}

static int
add_passphrase(struct upkeep *upkeep)
{
	struct secret *passphrase = NULL;
	struct vault_unlock fresh = { VAULT_SLOT_PASSPHRASE, NULL };
	int err = get_new(upkeep, &passphrase);

	fresh.secret = passphrase;
	if (err == RS_OK)
		err = add_slot(upkeep, &fresh);
	secret_free(passphrase);
	return err;
}

/* A key file that is not there is made, and not left there without its slot. */
static int
add_key_file(struct upkeep *upkeep)
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
	if (explain(upkeep, err, path) != RS_OK)
		return err;
	fresh.secret = key;
	err = add_slot(upkeep, &fresh);
	if (err != RS_OK && made)
		unlink(path);
	secret_free(key);
	return err;
}

static int
add_recovery_key(struct upkeep *upkeep)
{
	struct vault_unlock fresh = { VAULT_SLOT_RECOVERY, NULL };
	char text[RECOVERY_TEXT_LEN + 1];
	struct secret *key = NULL;
	int err = recovery_make(upkeep->settings->home.replica.random, &key, text);

	if (err != RS_OK)
		return explain(upkeep, err, "recovery key");
	fresh.secret = key;
	err = add_slot(upkeep, &fresh);
	if (err == RS_OK) {
		say(upkeep, "recovery key: %s", text);
		say(upkeep, "It is shown once. Print it, and keep it away from this machine; "
		    "it is taken wherever the passphrase is.");
	}
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
	char key[PATH_LEN_MAX];
	size_t count;

	snprintf(key, sizeof(key), "%s/key", upkeep->settings->home.directory);
	if (access(key, F_OK) != 0 || vault_keys_list(buffer_text(&upkeep->keys), NULL, slots,
	    &count) != RS_OK)
		return;
	for (size_t i = 0; i < count; i++) {
		if (slots[i].kind == VAULT_SLOT_KEY_FILE)
			return;
	}
	say(upkeep, "no key file opens the vault any more: remove %s", key);
}

static int
remove_slot(struct upkeep *upkeep)
{
	const char *path = buffer_text(&upkeep->keys);
	struct unlock unlock = { .owned = NULL };
	size_t slot;
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
	return explain(upkeep, err, path);
}

static int
change_passphrase(struct upkeep *upkeep)
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
	return explain(upkeep, err, path);
}

/* ------------------------------------------------------------------------ info */

static int
say_size(struct upkeep *upkeep, const char *what, const char *name)
{
	struct buffer path;
	struct stat status;
	int err;

	buffer_init(&path, PATH_LEN_MAX);
	err = buffer_printf(&path, "%s/%s", upkeep->settings->home.directory, name);
	if (err == RS_OK)
		say(upkeep, "%s: %lld bytes", what,
		    stat(buffer_text(&path), &status) == 0 ? (long long)status.st_size : 0LL);
	buffer_release(&path);
	return err;
}

/* What weakens the keys, and what mends that. */
static void
say_weakness(struct upkeep *upkeep, const struct vault_slot *slot)
{
	struct vault_cost usual = vault_cost_usual();
	char name[NAME_TEXT_LEN + 1], key[PATH_LEN_MAX];

	slot_name(slot, name);
	if (slot->kind == VAULT_SLOT_PASSPHRASE && (slot->cost.passes < usual.passes ||
	    slot->cost.memory_kib < usual.memory_kib))
		say(upkeep, "slot %s costs less to guess than a new one: vault passwd brings it up "
		    "to date, with the same passphrase too", name);
	snprintf(key, sizeof(key), "%s/key", upkeep->settings->home.directory);
	if (slot->kind == VAULT_SLOT_KEY_FILE && access(key, F_OK) == 0)
		say(upkeep, "slot %s: if its key file is %s, whoever has this directory reads the "
		    "vault", name, key);
}

static int
tell_info(struct upkeep *upkeep)
{
	const char *path = buffer_text(&upkeep->keys);
	struct vault_slot slots[VAULT_SLOTS_MAX];
	uint8_t id[VAULT_ID_LEN];
	char text[2 * VAULT_ID_LEN + 1];
	size_t count;
	int err = vault_keys_list(path, id, slots, &count);

	if (err != RS_OK)
		return explain(upkeep, err, path);
	encode_hex(bytes_of(id, VAULT_ID_LEN), text);
	say(upkeep, "vault: %s", text);
	err = say_size(upkeep, "database", "vault.db");
	if (err == RS_OK)
		err = say_size(upkeep, "log", "vault.db-wal");
	say(upkeep, "slots: %zu", count);
	for (size_t i = 0; i < count; i++)
		say_weakness(upkeep, &slots[i]);
	return explain(upkeep, err, path);
}

/* ---------------------------------------------------------------------- verify */

static int
verify(struct upkeep *upkeep)
{
	const struct upkeep_settings *settings = upkeep->settings;
	const struct verify_report report = { settings->say, settings->progress,
	    settings->context };
	struct home_vault vault;
	struct sqlite3 *database;
	int err = home_open_vault(&settings->home, &vault, upkeep->detail);

	if (err != RS_OK)
		return explain(upkeep, err, settings->home.directory);
	database = vault.database;
	vault.database = NULL;
	home_close_vault(&vault);
	err = verify_vault(database, &settings->home.replica, &report, upkeep->detail);
	return explain(upkeep, err, settings->home.directory);
}

/* --------------------------------------------------------------------- backups */

static int
back_up(struct upkeep *upkeep)
{
	const struct upkeep_settings *settings = upkeep->settings;
	const char *path = upkeep->arguments[0];
	int err = backup_make(&settings->home, path, settings->progress, upkeep->detail);

	if (err == RS_OK)
		say(upkeep, "%s: whole; it opens with what opens the vault now", path);
	return explain(upkeep, err, path);
}

static int
restore(struct upkeep *upkeep)
{
	const struct upkeep_settings *settings = upkeep->settings;
	const char *path = upkeep->arguments[0];
	int err = backup_restore(&settings->home, path, settings->progress, upkeep->detail);

	if (err == RS_OK)
		say(upkeep, "%s: made from %s", settings->home.directory, path);
	return explain(upkeep, err, path);
}

/* ----------------------------------------------------------------------- rekey */

static int
rekey(struct upkeep *upkeep)
{
	const struct upkeep_settings *settings = upkeep->settings;
	int err = rekey_home(&settings->home, settings->progress, upkeep->detail);

	if (err == RS_OK)
		say(upkeep, "the vault has a new key, which opens with what opened the old one");
	return explain(upkeep, err, settings->home.directory);
}

/* -------------------------------------------------------------------- the table */

/* Sorted by name. */
static const struct command {
	const char *words[WORDS_MAX + 1];	/* NULL ends them */
	int arguments_min;
	int arguments_max;
	bool writes;
	int (*run)(struct upkeep *upkeep);
} commands[] = {
	{ { "backup" }, 1, 1, false, back_up },
	{ { "info" }, 0, 0, false, tell_info },
	{ { "passwd" }, 0, 1, true, change_passphrase },
	{ { "rekey" }, 0, 0, true, rekey },
	{ { "restore" }, 1, 1, true, restore },
	{ { "slot", "add", "key-file" }, 1, 1, true, add_key_file },
	{ { "slot", "add", "passphrase" }, 0, 1, true, add_passphrase },
	{ { "slot", "add", "recovery-key" }, 0, 0, true, add_recovery_key },
	{ { "slot", "list" }, 0, 0, false, list_slots },
	{ { "slot", "remove" }, 1, 1, true, remove_slot },
	{ { "verify" }, 0, 0, true, verify },
};

/* How many of the words that follow are the command's name; 0 when they are not. */
static int
match(const struct command *command, int argc, char *const argv[])
{
	int i;

	for (i = 0; command->words[i] != NULL; i++) {
		if (i == argc || strcmp(command->words[i], argv[i]) != 0)
			return 0;
	}
	return i;
}

/* Files that root makes in a user's home, that user cannot read. */
static int
check_owner(struct upkeep *upkeep)
{
	const char *path = upkeep->settings->home.directory;
	struct passwd entry, *owner = NULL;
	struct stat status;
	char room[1024];

	if (stat(path, &status) != 0 || status.st_uid == geteuid())
		return RS_OK;
	if (getpwuid_r(status.st_uid, &entry, room, sizeof(room), &owner) != 0 || owner == NULL)
		entry.pw_name = "unknown";
	rs_err_detail_set(upkeep->detail, "%s belongs to user %s: run this as that user", path,
	    entry.pw_name);
	return RS_EREFUSED;
}

static int
run_command(struct upkeep *upkeep, const struct command *command)
{
	const char *directory = upkeep->settings->home.directory;
	int err = command->writes ? check_owner(upkeep) : RS_OK;

	/* What a rekey has left must not be changed. */
	if (err == RS_OK && command->writes)
		err = explain(upkeep, home_settle(directory, upkeep->detail), directory);
	if (err == RS_OK)
		err = buffer_printf(&upkeep->keys, "%s/vault.keys", directory);
	return err == RS_OK ? command->run(upkeep) : err;
}

int
upkeep_run(const struct upkeep_settings *settings, int argc, char *const argv[],
    struct rs_err_detail *detail)
{
	struct upkeep upkeep = { .settings = settings, .detail = detail };
	int words, given, err;

	detail->text[0] = '\0';
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		words = match(&commands[i], argc, argv);
		given = argc - words;
		if (words == 0)
			continue;
		if (given < commands[i].arguments_min || given > commands[i].arguments_max) {
			rs_err_detail_set(detail, given < commands[i].arguments_min ?
			    "an argument is missing" : "one argument too many: '%s'",
			    argv[argc - 1]);
			return RS_EINVAL;
		}
		upkeep.arguments = argv + words;
		buffer_init(&upkeep.keys, PATH_LEN_MAX);
		err = run_command(&upkeep, &commands[i]);
		buffer_release(&upkeep.keys);
		return err;
	}
	rs_err_detail_set(detail, argc == 0 ? "a command is missing" :
	    "there is no such command as '%s%s%s'", argc == 0 ? "" : argv[0],
	    argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
	return RS_EINVAL;
}
