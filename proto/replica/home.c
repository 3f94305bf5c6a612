#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/file.h"
#include "proto/replica/home.h"
#include "proto/vault/keys.h"
#include "proto/vault/vault.h"

#define PASSPHRASE_FILE_MAX 4096	/* bytes */

/* The paths of one home. */
struct home {
	char keys[PATH_MAX];
	char database[PATH_MAX];
	char key_file[PATH_MAX];
};

/* Make ${path} and what is missing above it. */
static int
make_directory(const char *path)
{
	char copy[PATH_MAX];
	char *at;

	if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy))
		return RS_ELIMIT;
	for (at = copy + 1; *at != '\0'; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		if (mkdir(copy, 0700) != 0 && errno != EEXIST)
			return rs_err_from_errno(errno);
		*at = '/';
	}
	if (mkdir(copy, 0700) != 0 && errno != EEXIST)
		return rs_err_from_errno(errno);
	return RS_OK;
}

static int
find_paths(const struct home_settings *settings, struct home *home)
{
	/* Room for the longest name that is made here, and for ".new" behind it. */
	if (strlen(settings->directory) + sizeof("/vault.keys.new") > PATH_MAX)
		return RS_ELIMIT;
	snprintf(home->keys, sizeof(home->keys), "%s/vault.keys", settings->directory);
	snprintf(home->database, sizeof(home->database), "%s/vault.db", settings->directory);
	if (settings->key_file == NULL)
		snprintf(home->key_file, sizeof(home->key_file), "%s/key", settings->directory);
	else if (snprintf(home->key_file, sizeof(home->key_file), "%s", settings->key_file) >=
	    (int)sizeof(home->key_file))
		return RS_ELIMIT;
	return RS_OK;
}

/* One vault file without the other is a loss that nothing new may cover up. */
static int
check_pair(const struct home *home, bool has_keys, bool has_database, struct rs_err_detail *detail)
{
	if (has_keys && !has_database) {
		rs_err_detail_set(detail, "%s is there but %s is not: restore it, or remove the former to "
		    "begin a new vault", home->keys, home->database);
		return RS_ENOTVAULT;
	}
	if (has_database && !has_keys) {
		rs_err_detail_set(detail, "%s is there but %s is not: without it the vault cannot be opened; "
		    "restore it", home->database, home->keys);
		return RS_ENOTVAULT;
	}
	return RS_OK;
}

/* The key file's secret; a new vault without one has it made. */
static int
read_key_file(const struct home_settings *settings, const struct home *home, bool new_vault,
    struct secret **ret_secret, bool *ret_made, struct rs_err_detail *detail)
{
	int err;

	*ret_made = false;
	if (new_vault && access(home->key_file, F_OK) != 0) {
		err = vault_key_file_make(home->key_file, settings->replica.random);
		if (err != RS_OK) {
			rs_err_detail_set(detail, "the key file %s cannot be made: %s", home->key_file,
			    rs_err_text(err));
			return err;
		}
		*ret_made = true;
	}
	err = vault_key_file_read(home->key_file, ret_secret);
	if (err == RS_ENOTFOUND) {
		rs_err_detail_set(detail, "the vault needs a key: there is no key file %s, and no passphrase "
		    "was given", home->key_file);
		return RS_EKEY;
	}
	if (err != RS_OK)
		rs_err_detail_set(detail, "key file %s: %s", home->key_file, rs_err_text(err));
	return err;
}

static int
open_vault(const struct home_settings *settings, const struct home *home, bool new_vault,
    const struct vault_unlock *unlock, struct sqlite3 **ret_database, struct rs_err_detail *detail)
{
	uint8_t id[VAULT_ID_LEN];
	struct secret *key = NULL;
	int err;

	if (new_vault)
		err = vault_keys_create(home->keys, unlock, NULL, settings->replica.random, id, &key);
	else
		err = vault_keys_open(home->keys, unlock, id, &key, detail);
	if (err == RS_OK) {
		err = vault_open(home->database, id, key, new_vault ? VAULT_CREATE : 0, settings->wait_ms,
		    ret_database, detail);
	}
	secret_free(key);
	return err;
}

int
home_open(const struct home_settings *settings, struct replica **ret_replica,
    bool *ret_made_key_file, struct rs_err_detail *detail)
{
	struct vault_unlock unlock = { VAULT_SLOT_PASSPHRASE, settings->passphrase };
	struct sqlite3 *database = NULL;
	struct secret *key_file = NULL;
	bool has_keys, has_database, made = false;
	struct home home;
	int err;

	err = find_paths(settings, &home);
	if (err == RS_OK)
		err = make_directory(settings->directory);
	if (err != RS_OK)
		return err;
	has_keys = access(home.keys, F_OK) == 0;
	has_database = access(home.database, F_OK) == 0;
	err = check_pair(&home, has_keys, has_database, detail);
	if (err == RS_OK && settings->passphrase == NULL) {
		err = read_key_file(settings, &home, !has_keys, &key_file, &made, detail);
		unlock = (struct vault_unlock){ VAULT_SLOT_KEY_FILE, key_file };
	}
	if (err == RS_OK)
		err = open_vault(settings, &home, !has_keys, &unlock, &database, detail);
	if (err == RS_OK)
		err = replica_open(database, &settings->replica, ret_replica, detail);
	if (err == RS_OK)
		*ret_made_key_file = made;
	else
		vault_close(database);
	secret_free(key_file);
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
