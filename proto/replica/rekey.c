#include <unistd.h>

#include "proto/base/file.h"
#include "proto/replica/rekey.h"
#include "proto/replica/unlock.h"
#include "proto/vault/keyring.h"
#include "proto/vault/pages.h"
#include "proto/vault/vault.h"

enum { PATH_LEN_MAX = 4096 };

int
rekey_paths_init(struct rekey_paths *paths, const char *directory)
{
	int err;

	buffer_init(&paths->keys, PATH_LEN_MAX);
	buffer_init(&paths->keys_fresh, PATH_LEN_MAX);
	buffer_init(&paths->keys_next, PATH_LEN_MAX);
	buffer_init(&paths->vault, PATH_LEN_MAX);
	buffer_init(&paths->vault_next, PATH_LEN_MAX);
	err = buffer_printf(&paths->keys, "%s/vault.keys", directory);
	if (err == RS_OK)
		err = buffer_printf(&paths->keys_fresh, "%s/vault.keys.fresh", directory);
	if (err == RS_OK)
		err = buffer_printf(&paths->keys_next, "%s/vault.keys.next", directory);
	if (err == RS_OK)
		err = buffer_printf(&paths->vault, "%s/vault.db", directory);
	if (err == RS_OK)
		err = buffer_printf(&paths->vault_next, "%s/vault.db.next", directory);
	return err;
}

void
rekey_paths_release(struct rekey_paths *paths)
{
	buffer_release(&paths->vault_next);
	buffer_release(&paths->vault);
	buffer_release(&paths->keys_next);
	buffer_release(&paths->keys_fresh);
	buffer_release(&paths->keys);
}

static bool
exists(const struct buffer *path)
{
	return access(buffer_text(path), F_OK) == 0;
}

bool
rekey_is_open(const struct rekey_paths *paths)
{
	return exists(&paths->keys_fresh) || exists(&paths->keys_next) ||
	    exists(&paths->vault_next);
}

int
rekey_settle(const struct rekey_paths *paths, struct rs_err_detail *detail)
{
	const char *fresh = buffer_text(&paths->keys_fresh);
	const char *next = buffer_text(&paths->keys_next);
	int err = RS_OK;

	/*
	 * What is seen of step 4 may not be on the disk yet, and must be before step 5.  Alone,
	 * the next keys would pass for those of vault.db: so not alone for a moment.
	 */
	if (exists(&paths->keys_next))
		err = file_sync_name(next);
	if (err == RS_OK && exists(&paths->keys_next))
		err = file_move(next, exists(&paths->vault_next) ? fresh :
		    buffer_text(&paths->keys));
	if (err != RS_OK) {
		rs_err_detail_set(detail, "%s: %s", next, rs_err_text(err));
		return err;
	}
	unlink(buffer_text(&paths->vault_next));
	unlink(fresh);
	return RS_OK;
}

/* See that nobody is locked out: nothing but what came is wrapped for the new key. */
static int
check_slots(const struct rekey_paths *paths, struct rs_err_detail *detail)
{
	struct vault_slot slots[VAULT_SLOTS_MAX];
	size_t count;
	int err = vault_keys_list(buffer_text(&paths->keys), NULL, slots, &count);

	if (err != RS_OK || count == 1)
		return err;
	rs_err_detail_set(detail, "there are %zu slots, and only the one that opens the vault now "
	    "can be carried over: remove the others, and add them again afterwards", count);
	return RS_EREFUSED;
}

/* Who is told how far it is. */
struct telling {
	const char *what;
	void (*progress)(const char *what, uint64_t done, uint64_t total);
};

static void
on_progress(void *context, uint64_t done, uint64_t total)
{
	const struct telling *telling = context;

	if (telling->progress != NULL)
		telling->progress(telling->what, done, total);
}

/* Have all of the vault in its database, every page of it sound. */
static int
check_vault(struct sqlite3 *database, struct telling *telling, struct rs_err_detail *detail)
{
	const struct pages_watch watch = { NULL, on_progress, telling };
	uint64_t pages, damaged;
	int err;

	telling->what = "checking";
	err = pages_check(database, &watch, &pages, &damaged, detail);
	if (err != RS_OK || damaged == 0)
		return err;
	rs_err_detail_set(detail, "the vault is damaged: vault verify tells where");
	return RS_EDAMAGED;
}

/* Steps 1 to 4, with the vault held and the home locked. */
static int
exchange(const struct home_settings *settings, const struct rekey_paths *paths,
    struct sqlite3 *database, const struct vault_unlock *unlock, struct telling *telling,
    struct rs_err_detail *detail)
{
	const struct pages_watch watch = { NULL, on_progress, telling };
	const char *fresh = buffer_text(&paths->keys_fresh);
	const char *vault = buffer_text(&paths->vault_next);
	struct secret *key = NULL;
	uint8_t id[VAULT_ID_LEN];
	int err = vault_keys_create(fresh, unlock, settings->cost, settings->replica.random, id,
	    &key);

	telling->what = "sealing";
	if (err == RS_OK)
		err = pages_reseal(database, vault, id, key, &watch, detail);
	secret_free(key);
	if (err == RS_OK)
		err = file_move(fresh, buffer_text(&paths->keys_next));
	if (err == RS_OK)
		err = file_move(vault, buffer_text(&paths->vault));
	return err;
}

/* All of it, on the files ${paths}. */
static int
rekey(const struct home_settings *settings, const struct rekey_paths *paths,
    struct telling *telling, struct rs_err_detail *detail)
{
	struct home_settings known = *settings;
	struct home_vault vault = { .database = NULL };
	struct unlock unlock = { .owned = NULL };
	int lock = -1, err, settled;

	err = unlock_find(settings, false, &unlock, detail);
	/* What was typed is not asked for again. */
	if (err == RS_OK && unlock.with.kind == VAULT_SLOT_PASSPHRASE)
		known.passphrase = unlock.with.secret;
	if (err == RS_OK)
		err = home_open_vault(&known, &vault, detail);
	if (err == RS_OK)
		err = check_vault(vault.database, telling, detail);
	if (err == RS_OK)
		err = home_lock(settings->directory, &lock, detail);
	if (err == RS_OK)
		err = check_slots(paths, detail);
	if (err == RS_OK)
		err = exchange(settings, paths, vault.database, &unlock.with, telling, detail);
	/* What opened the old one does not stay unlocked. */
	if (err == RS_OK)
		(void)keyring_drop(vault.key.vault_id);
	/* Before the new one can be opened: it is the same log's name. */
	home_close_vault(&vault);
	if (lock >= 0) {
		settled = rekey_settle(paths, detail);
		if (err == RS_OK)
			err = settled;
		close(lock);
	}
	unlock_release(&unlock);
	return err;
}

int
rekey_home(const struct home_settings *settings,
    void (*progress)(const char *what, uint64_t done, uint64_t total),
    struct rs_err_detail *detail)
{
	struct telling telling = { "", progress };
	struct rekey_paths paths;
	int err = rekey_paths_init(&paths, settings->directory);

	if (err == RS_OK)
		err = rekey(settings, &paths, &telling, detail);
	rekey_paths_release(&paths);
	return err;
}
