#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/file.h"
#include "proto/replica/home.h"
#include "proto/vault/keys.h"
#include "proto/vault/vault.h"

enum {
	PATH_LEN_MAX = 4096,
	PASSPHRASE_FILE_MAX = 4096	/* bytes */
};

/* A home that is being opened. */
struct opening {
	const struct home_settings *settings;
	struct buffer keys;		/* paths */
	struct buffer vault;
	struct buffer key_file;
	struct secret *key_file_secret;
	struct vault_unlock unlock;
	uint8_t vault_id[VAULT_ID_LEN];
	struct secret *vault_key;
	bool made_key_file;
	struct rs_err_detail *detail;
};

static int
name_files(struct opening *opening)
{
	const struct home_settings *settings = opening->settings;
	int err;

	err = buffer_printf(&opening->keys, "%s/vault.keys", settings->directory);
	if (err == RS_OK)
		err = buffer_printf(&opening->vault, "%s/vault.db", settings->directory);
	if (err != RS_OK)
		return err;
	if (settings->key_file != NULL)
		return buffer_append_text(&opening->key_file, settings->key_file);
	return buffer_printf(&opening->key_file, "%s/key", settings->directory);
}

/* Make the home, and what is missing above it, for its owner alone. */
static int
make_directory(const char *path, struct rs_err_detail *detail)
{
	struct buffer part;
	int err = RS_OK;

	buffer_init(&part, PATH_LEN_MAX);
	for (const char *slash = path; slash != NULL && err == RS_OK;) {
		slash = strchr(slash + 1, '/');
		buffer_clear(&part);
		err = buffer_append(&part, path, slash == NULL ? strlen(path) :
		    (size_t)(slash - path));
		if (err == RS_OK && mkdir(buffer_text(&part), 0700) != 0 && errno != EEXIST) {
			err = rs_err_from_errno(errno);
			rs_err_detail_set(detail, "%s: %s", buffer_text(&part), strerror(errno));
		}
	}
	buffer_release(&part);
	return err;
}

/* Set what opens a slot: the passphrase, or the key file, made for a ${new} vault. */
static int
get_unlock(struct opening *opening, bool new)
{
	const struct home_settings *settings = opening->settings;
	const char *path = buffer_text(&opening->key_file);
	int err;

	if (settings->passphrase != NULL) {
		opening->unlock = (struct vault_unlock){ VAULT_SLOT_PASSPHRASE,
		    settings->passphrase };
		return RS_OK;
	}
	err = vault_key_file_read(path, &opening->key_file_secret);
	if (err == RS_ENOTFOUND && new) {
		err = vault_key_file_make(path, settings->replica.random);
		opening->made_key_file = err == RS_OK;
		if (err == RS_OK)
			err = vault_key_file_read(path, &opening->key_file_secret);
	}
	if (err == RS_ENOTFOUND)
		rs_err_detail_set(opening->detail,
		    "there is no passphrase, and no key file %s", path);
	else if (err != RS_OK)
		rs_err_detail_set(opening->detail, "key file %s: %s", path, rs_err_text(err));
	opening->unlock = (struct vault_unlock){ VAULT_SLOT_KEY_FILE, opening->key_file_secret };
	return err;
}

static int
make_keys(struct opening *opening)
{
	const char *path = buffer_text(&opening->keys);
	int err = get_unlock(opening, true);

	if (err != RS_OK)
		return err;
	err = vault_keys_create(path, &opening->unlock, NULL, opening->settings->replica.random,
	    opening->vault_id, &opening->vault_key);
	if (err != RS_OK)
		rs_err_detail_set(opening->detail, "%s: %s", path, rs_err_text(err));
	return err;
}

static int
open_keys(struct opening *opening)
{
	int err = get_unlock(opening, false);

	if (err != RS_OK)
		return err;
	return vault_keys_open(buffer_text(&opening->keys), &opening->unlock, opening->vault_id,
	    &opening->vault_key, opening->detail);
}

/*
 * Get the vault's key, or make one where there is no vault.  Of two files one may
 * have been lost, with everything sealed under the other: a new vault beside it
 * would look as if nothing had ever been saved.
 */
static int
get_key(struct opening *opening, bool *ret_new)
{
	const char *keys = buffer_text(&opening->keys), *vault = buffer_text(&opening->vault);
	bool has_keys = access(keys, F_OK) == 0, has_vault = access(vault, F_OK) == 0;
	int err;

	if (has_keys != has_vault) {
		rs_err_detail_set(opening->detail, "%s is there and %s is not: restore it, or move"
		    " the other away to begin anew", has_keys ? keys : vault, has_keys ? vault : keys);
		return RS_ENOTFOUND;
	}
	*ret_new = !has_keys;
	if (has_keys)
		return open_keys(opening);
	err = make_directory(opening->settings->directory, opening->detail);
	return err == RS_OK ? make_keys(opening) : err;
}

int
home_open(const struct home_settings *settings, struct replica **ret_replica,
    bool *ret_made_key_file, struct rs_err_detail *detail)
{
	struct opening opening = { .settings = settings, .detail = detail };
	struct sqlite3 *database = NULL;
	bool new = false;
	int err;

	buffer_init(&opening.keys, PATH_LEN_MAX);
	buffer_init(&opening.vault, PATH_LEN_MAX);
	buffer_init(&opening.key_file, PATH_LEN_MAX);
	err = name_files(&opening);
	if (err == RS_OK)
		err = get_key(&opening, &new);
	if (err == RS_OK)
		err = vault_open(buffer_text(&opening.vault), opening.vault_id, opening.vault_key,
		    new ? VAULT_CREATE : 0, settings->wait_ms, &database, detail);
	if (err == RS_OK)
		err = replica_open(database, &settings->replica, ret_replica, detail);
	if (err != RS_OK)
		vault_close(database);
	else
		*ret_made_key_file = opening.made_key_file;
	secret_free(opening.vault_key);
	secret_free(opening.key_file_secret);
	buffer_release(&opening.key_file);
	buffer_release(&opening.vault);
	buffer_release(&opening.keys);
	return err;
}

int
home_read_passphrase(const char *path, struct secret **ret_passphrase)
{
	struct buffer text;
	size_t len;
	int err;

	buffer_init(&text, PASSPHRASE_FILE_MAX);
	err = file_read(path, &text);
	if (err == RS_OK) {
		len = strcspn(buffer_text(&text), "\r\n");
		err = len == 0 ? RS_EINVAL : secret_copy(text.data, len, ret_passphrase);
	}
	/* What was read lies in ordinary memory, the part past the line too. */
	if (text.data != NULL)
		secret_wipe(text.data, text.capacity);
	buffer_release(&text);
	return err;
}
