#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/encode.h"
#include "proto/replica/backup.h"
#include "proto/replica/rekey.h"
#include "proto/replica/upkeep.h"
#include "proto/replica/upkeep_command.h"
#include "proto/replica/upkeep_slot.h"
#include "proto/replica/upkeep_unlock.h"
#include "proto/replica/verify.h"

enum {
	WORDS_MAX = 3			/* of a command's name */
};

/* ------------------------------------------------------------------------ info */

static int
say_size(struct upkeep *upkeep, const char *what, const char *name)
{
	struct buffer path;
	struct stat status;
	int err;

	buffer_init(&path, UPKEEP_PATH_MAX);
	err = buffer_printf(&path, "%s/%s", upkeep->settings->home.directory, name);
	if (err == RS_OK)
		upkeep_say(upkeep, "%s: %lld bytes", what,
		    stat(buffer_text(&path), &status) == 0 ? (long long)status.st_size : 0LL);
	buffer_release(&path);
	return err;
}

/* What weakens the keys, and what mends that. */
static void
say_weakness(struct upkeep *upkeep, const struct vault_slot *slot)
{
	struct vault_cost usual = vault_cost_usual();
	char name[UPKEEP_NAME_LEN + 1], key[UPKEEP_PATH_MAX];

	upkeep_slot_name(slot, name);
	if (slot->kind == VAULT_SLOT_PASSPHRASE && (slot->cost.passes < usual.passes ||
	    slot->cost.memory_kib < usual.memory_kib))
		upkeep_say(upkeep, "slot %s costs less to guess than a new one: vault passwd "
		    "brings it up to date, with the same passphrase too", name);
	snprintf(key, sizeof(key), "%s/key", upkeep->settings->home.directory);
	if (slot->kind == VAULT_SLOT_KEY_FILE && access(key, F_OK) == 0)
		upkeep_say(upkeep, "slot %s: if its key file is %s, whoever has this directory "
		    "reads the vault", name, key);
}

static int
tell_info(struct upkeep *upkeep)
{
	const char *path = buffer_text(&upkeep->keys);
	struct vault_slot slots[VAULT_SLOTS_MAX];
	uint8_t id[VAULT_ID_LEN];
	char text[2 * VAULT_ID_LEN + 1];
	struct rs_err_detail shared;
	size_t count;
	int err = vault_keys_list(path, id, slots, &count);

	if (err != RS_OK)
		return upkeep_explain(upkeep, err, path);
	encode_hex(bytes_of(id, VAULT_ID_LEN), text);
	upkeep_say(upkeep, "vault: %s", text);
	err = say_size(upkeep, "database", "vault.db");
	if (err == RS_OK)
		err = say_size(upkeep, "log", "vault.db-wal");
	upkeep_say(upkeep, "slots: %zu", count);
	upkeep_unlock_tell(upkeep, id);
	for (size_t i = 0; i < count; i++)
		say_weakness(upkeep, &slots[i]);
	if (home_key_is_shared(&upkeep->settings->home, &shared))
		upkeep_say(upkeep, "%s", shared.text);
	return upkeep_explain(upkeep, err, path);
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
		return upkeep_explain(upkeep, err, settings->home.directory);
	database = vault.database;
	vault.database = NULL;
	home_close_vault(&vault);
	err = verify_vault(database, &settings->home.replica, &report, upkeep->detail);
	return upkeep_explain(upkeep, err, settings->home.directory);
}

/* --------------------------------------------------------------------- backups */

/* Does nothing open the vault but a file, which no backup has in it? */
static bool
needs_key_file(const struct upkeep *upkeep)
{
	struct vault_slot slots[VAULT_SLOTS_MAX];
	size_t i, count, files = 0;

	if (vault_keys_list(buffer_text(&upkeep->keys), NULL, slots, &count) != RS_OK)
		return false;
	for (i = 0; i < count; i++)
		files += slots[i].kind == VAULT_SLOT_KEY_FILE;
	return files == count;
}

static int
back_up(struct upkeep *upkeep)
{
	const struct upkeep_settings *settings = upkeep->settings;
	const char *path = upkeep->arguments[0], *key_file = settings->home.key_file;
	int err = backup_make(&settings->home, path, settings->progress, upkeep->detail);

	if (err != RS_OK)
		return upkeep_explain(upkeep, err, path);
	upkeep_say(upkeep, "%s: whole; it opens with what opens the vault now", path);
	if (needs_key_file(upkeep))
		upkeep_say(upkeep, "that is a key file alone, which is not in it: keep a copy of "
		    "%s%s elsewhere, or add a recovery key and make the backup anew",
		    key_file != NULL ? key_file : settings->home.directory,
		    key_file != NULL ? "" : "/key");
	return RS_OK;
}

static int
restore(struct upkeep *upkeep)
{
	const struct upkeep_settings *settings = upkeep->settings;
	const char *path = upkeep->arguments[0];
	int err = backup_restore(&settings->home, path, settings->progress, upkeep->detail);

	if (err == RS_OK)
		upkeep_say(upkeep, "%s: made from %s", settings->home.directory, path);
	return upkeep_explain(upkeep, err, path);
}

/* ----------------------------------------------------------------------- rekey */

static int
rekey(struct upkeep *upkeep)
{
	const struct upkeep_settings *settings = upkeep->settings;
	int err = rekey_home(&settings->home, settings->progress, upkeep->detail);

	if (err == RS_OK)
		upkeep_say(upkeep, "the vault has a new key, which opens with what opened the old "
		    "one");
	return upkeep_explain(upkeep, err, settings->home.directory);
}

/* -------------------------------------------------------------------- the table */

/* Sorted by name. */
static const struct command {
	const char *words[WORDS_MAX + 1];	/* NULL ends them */
	int arguments_min;
	int arguments_max;
	bool writes;
	bool makes;			/* a vault, where there is none */
	int (*run)(struct upkeep *upkeep);
} commands[] = {
	{ { "backup" }, 1, 1, false, false, back_up },
	{ { "info" }, 0, 0, false, false, tell_info },
	{ { "lock" }, 0, 0, true, false, upkeep_lock },
	{ { "passwd" }, 0, 1, true, false, upkeep_slot_change },
	{ { "rekey" }, 0, 0, true, false, rekey },
	{ { "restore" }, 1, 1, true, true, restore },
	{ { "slot", "add", "key-file" }, 1, 1, true, false, upkeep_slot_add_key_file },
	{ { "slot", "add", "passphrase" }, 0, 1, true, false, upkeep_slot_add_passphrase },
	{ { "slot", "add", "recovery-key" }, 0, 0, true, false, upkeep_slot_add_recovery },
	{ { "slot", "list" }, 0, 0, false, false, upkeep_slot_list },
	{ { "slot", "remove" }, 1, 1, true, false, upkeep_slot_remove },
	{ { "unlock" }, 0, 1, true, false, upkeep_unlock },
	{ { "verify" }, 0, 0, true, false, verify },
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
		err = upkeep_explain(upkeep, home_settle(directory, upkeep->detail), directory);
	if (err == RS_OK && !command->makes)
		err = home_find(directory, upkeep->detail);
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
		buffer_init(&upkeep.keys, UPKEEP_PATH_MAX);
		err = run_command(&upkeep, &commands[i]);
		buffer_release(&upkeep.keys);
		return err;
	}
	rs_err_detail_set(detail, argc == 0 ? "a command is missing" :
	    "there is no such command as '%s%s%s'", argc == 0 ? "" : argv[0],
	    argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
	return RS_EINVAL;
}
