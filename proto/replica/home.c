#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/file.h"
#include "proto/replica/backup.h"
#include "proto/replica/home.h"
#include "proto/replica/rekey.h"
#include "proto/replica/unlock.h"
#include "proto/vault/keys.h"
#include "proto/vault/vault.h"

enum {
	PATH_LEN_MAX = 4096,
	PASSPHRASE_FILE_MAX = 4096	/* bytes */
};

/*
 * A first start makes the key file, the keys under an early name, the empty vault; then gives
 * the keys their name, and only then lets anything be written into the vault.  So the first
 * keys without a vault have sealed nothing; a vault whose keys have their early name still lacks
 * this last step alone; and one of the two files under its own name without the other means that
 * that was lost, with everything that was sealed.  A restore does likewise, see backup.h, but its
 * keys without a vault tell that there was to be one.
 */
static const char *const early_names[] = { BACKUP_RESTORED_KEYS, HOME_FIRST_KEYS };

/* Where file_replace leaves a file when it is killed: keys, of which no copy is to lie about. */
static const char *const leftovers[] = { "vault.keys.new", BACKUP_RESTORED_KEYS ".new" };

/* A home that is being opened. */
struct opening {
	const struct home_settings *settings;
	struct buffer keys;		/* paths */
	struct buffer first_keys;
	struct buffer vault;
	bool may_make;			/* a vault, where there is none */
	int lock;			/* on the directory, for a first start; or -1 */
	struct unlock unlock;
	uint8_t vault_id[VAULT_ID_LEN];
	struct secret *vault_key;
	struct rs_err_detail *detail;
};

static int
name_files(struct opening *opening)
{
	const struct home_settings *settings = opening->settings;
	int err;

	err = buffer_printf(&opening->keys, "%s/vault.keys", settings->directory);
	if (err == RS_OK)
		err = buffer_printf(&opening->first_keys, "%s/" HOME_FIRST_KEYS,
		    settings->directory);
	if (err == RS_OK)
		err = buffer_printf(&opening->vault, "%s/vault.db", settings->directory);
	return err;
}

int
home_make_directory(const char *path, struct rs_err_detail *detail)
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

/* Make keys under their first name; those of a first start that was cut short go. */
static int
make_keys(struct opening *opening)
{
	const char *path = buffer_text(&opening->first_keys);
	const struct home_settings *settings = opening->settings;
	int err = unlock_find(settings, true, &opening->unlock, opening->detail);

	if (err != RS_OK)
		return err;
	unlink(path);
	err = vault_keys_create(path, &opening->unlock.with, settings->cost,
	    settings->replica.random, opening->vault_id, &opening->vault_key);
	if (err != RS_OK)
		rs_err_detail_set(opening->detail, "%s: %s", path, rs_err_text(err));
	return err;
}

static int
open_keys(struct opening *opening)
{
	int err = unlock_find(opening->settings, false, &opening->unlock, opening->detail);

	if (err != RS_OK)
		return err;
	return vault_keys_open(buffer_text(&opening->keys), &opening->unlock.with,
	    opening->vault_id, &opening->vault_key, opening->detail);
}

/* Open ${path} and lock it; return what it is open as, or -1 with errno set. */
static int
open_locked(const char *path, int operation)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc, problem;

	do
		rc = fd < 0 ? -1 : flock(fd, operation);
	while (rc != 0 && errno == EINTR);
	if (rc == 0)
		return fd;
	problem = errno;
	if (fd >= 0)
		close(fd);
	errno = problem;
	return -1;
}

static int
lock(const char *directory, int operation, int *ret_fd, struct rs_err_detail *detail)
{
	int fd = open_locked(directory, operation), err;

	if (fd >= 0) {
		*ret_fd = fd;
		return RS_OK;
	}
	err = rs_err_from_errno(errno);
	rs_err_detail_set(detail, "%s: %s", directory, strerror(errno));
	return err;
}

int
home_lock(const char *directory, int *ret_fd, struct rs_err_detail *detail)
{
	return lock(directory, LOCK_EX, ret_fd, detail);
}

int
home_share(const char *directory, int *ret_fd, struct rs_err_detail *detail)
{
	return lock(directory, LOCK_SH, ret_fd, detail);
}

/* Lock the keys in ${directory}, as open_locked does. */
static int
lock_keys(const char *directory, int operation)
{
	struct buffer path;
	int fd = -1;

	buffer_init(&path, PATH_LEN_MAX);
	errno = ENAMETOOLONG;
	if (buffer_printf(&path, "%s/vault.keys", directory) == RS_OK)
		fd = open_locked(buffer_text(&path), operation);
	buffer_release(&path);
	return fd;
}

bool
home_awaited(const char *directory)
{
	int fd = lock_keys(directory, LOCK_EX | LOCK_NB);

	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == EWOULDBLOCK;
}

void
home_give_way(const char *directory)
{
	int fd = lock_keys(directory, LOCK_EX);

	if (fd >= 0)
		close(fd);
}

static int
lock_directory(struct opening *opening)
{
	const char *path = opening->settings->directory;
	int err = home_make_directory(path, opening->detail);

	return err == RS_OK ? home_lock(path, &opening->lock, opening->detail) : err;
}

/* Is ${name} in ${directory}?  What cannot be looked at may be. */
static bool
has_file(const char *directory, const char *name)
{
	struct buffer path;
	bool has = true;

	buffer_init(&path, PATH_LEN_MAX);
	if (buffer_printf(&path, "%s/%s", directory, name) == RS_OK)
		has = access(buffer_text(&path), F_OK) == 0 ||
		    (errno != ENOENT && errno != ENOTDIR);
	buffer_release(&path);
	return has;
}

/* The early name of the keys in ${directory}, where the vault waits for them; or NULL. */
static const char *
find_early_keys(const char *directory)
{
	if (!has_file(directory, "vault.db") || has_file(directory, "vault.keys"))
		return NULL;
	for (size_t i = 0; i < sizeof(early_names) / sizeof(early_names[0]); i++)
		if (has_file(directory, early_names[i]))
			return early_names[i];
	return NULL;
}

/* Give such keys their name; the caller has the lock of home_lock. */
static int
name_keys(const char *directory, struct rs_err_detail *detail)
{
	const char *name = find_early_keys(directory);
	struct buffer from, to;
	int err;

	if (name == NULL)
		return RS_OK;
	buffer_init(&from, PATH_LEN_MAX);
	buffer_init(&to, PATH_LEN_MAX);
	err = buffer_printf(&from, "%s/%s", directory, name);
	if (err == RS_OK)
		err = buffer_printf(&to, "%s/vault.keys", directory);
	/* The database is seen, which may not have its name for good: nothing goes before that. */
	if (err == RS_OK)
		err = file_sync_name(buffer_text(&from));
	if (err == RS_OK)
		err = file_move(buffer_text(&from), buffer_text(&to));
	if (err != RS_OK)
		rs_err_detail_set(detail, "%s: %s", buffer_text(&to), rs_err_text(err));
	buffer_release(&to);
	buffer_release(&from);
	return err;
}

/*
 * Of two files one may have been lost, with everything sealed under the other: a new
 * vault beside it would look as if nothing had ever been saved.
 */
int
home_find(const char *directory, struct rs_err_detail *detail)
{
	bool has_keys = has_file(directory, "vault.keys");
	bool has_vault = has_file(directory, "vault.db");

	if (has_keys && has_vault)
		return RS_OK;
	if (find_early_keys(directory) != NULL) {
		rs_err_detail_set(detail, "the making of the vault in %s was cut short at its last "
		    "step: run vault verify, which takes it", directory);
		return RS_EDAMAGED;
	}
	if (!has_keys && !has_vault && has_file(directory, BACKUP_RESTORED_KEYS)) {
		rs_err_detail_set(detail, "a restore of %s has not come to its end: if it was cut "
		    "short, run it again, or remove " BACKUP_RESTORED_KEYS " and "
		    "vault.db.part* there to begin anew", directory);
		return RS_EDAMAGED;
	}
	if (!has_keys && !has_vault) {
		rs_err_detail_set(detail, "there is no vault in %s", directory);
		return RS_ENOTFOUND;
	}
	rs_err_detail_set(detail, "%s/%s is there and %s is not: restore it, or move the other "
	    "away to begin anew", directory, has_keys ? "vault.keys" : "vault.db",
	    has_keys ? "vault.db" : "vault.keys");
	return RS_EDAMAGED;
}

/* Of two programs that start in a new home, let one make the vault; the other waits for that. */
static int
begin_making(struct opening *opening, bool *ret_make)
{
	const char *directory = opening->settings->directory;
	struct rs_err_detail told;
	int err = lock_directory(opening);

	if (err == RS_OK)
		err = name_keys(directory, opening->detail);
	if (err != RS_OK)
		return err;
	err = home_find(directory, &told);
	*ret_make = err == RS_ENOTFOUND && opening->may_make;
	if (err == RS_OK || *ret_make)
		return RS_OK;
	rs_err_detail_set(opening->detail, "%s", told.text);
	return err;
}

/* Get the vault's key, or make one where ${ret_make} tells that there is no vault. */
static int
get_key(struct opening *opening, bool *ret_make)
{
	struct rs_err_detail told;
	int err = home_find(opening->settings->directory, &told);

	*ret_make = false;
	/* Of a name that was mistyped no directory is made. */
	if (!opening->may_make && err == RS_ENOTFOUND) {
		rs_err_detail_set(opening->detail, "%s", told.text);
		return RS_ENOTFOUND;
	}
	if (err != RS_OK) {
		err = begin_making(opening, ret_make);
		if (err != RS_OK)
			return err;
	}
	if (*ret_make)
		return make_keys(opening);
	if (unlock_held(opening->settings, buffer_text(&opening->keys), opening->vault_id,
	    &opening->vault_key) == RS_OK)
		return RS_OK;
	return open_keys(opening);
}

/* Get the key that an earlier opening has kept, or get it and keep it. */
static int
get_kept_key(struct opening *opening, struct home_key *keep, bool *ret_make)
{
	int err;

	if (keep != NULL && keep->secret != NULL) {
		*ret_make = false;
		memcpy(opening->vault_id, keep->vault_id, sizeof(keep->vault_id));
		return secret_copy(keep->secret->data, keep->secret->len, &opening->vault_key);
	}
	err = get_key(opening, ret_make);
	if (err != RS_OK || keep == NULL)
		return err;
	memcpy(keep->vault_id, opening->vault_id, sizeof(keep->vault_id));
	return secret_copy(opening->vault_key->data, opening->vault_key->len, &keep->secret);
}

/* A key that was kept may be one that a rekey has replaced: tell whether there was one. */
static bool
forget_kept_key(struct opening *opening)
{
	struct home_key *keep = opening->settings->keep;

	if (keep == NULL || keep->secret == NULL)
		return false;
	secret_free(keep->secret);
	secret_free(opening->vault_key);
	keep->secret = NULL;
	opening->vault_key = NULL;
	return true;
}

/* Open the vault under its key; from here on the home is a whole one. */
static int
open_vault(struct opening *opening, bool make, struct sqlite3 **ret_database)
{
	const char *keys = buffer_text(&opening->keys);
	struct sqlite3 *database;
	int err = vault_open(buffer_text(&opening->vault), opening->vault_id, opening->vault_key,
	    make ? VAULT_CREATE : 0, opening->settings->wait_ms, &database, opening->detail);

	if (err != RS_OK)
		return err;
	if (make) {
		err = file_move(buffer_text(&opening->first_keys), keys);
		if (err != RS_OK) {
			rs_err_detail_set(opening->detail, "%s: %s", keys, rs_err_text(err));
			vault_close(database);
			return err;
		}
	}
	*ret_database = database;
	return RS_OK;
}

static void
release(struct opening *opening)
{
	if (opening->lock >= 0)
		close(opening->lock);
	secret_free(opening->vault_key);
	unlock_release(&opening->unlock);
	buffer_release(&opening->vault);
	buffer_release(&opening->first_keys);
	buffer_release(&opening->keys);
}

static bool
has_leftovers(const char *directory)
{
	for (size_t i = 0; i < sizeof(leftovers) / sizeof(leftovers[0]); i++)
		if (has_file(directory, leftovers[i]))
			return true;
	return false;
}

/* The caller has the lock of home_lock: nobody is at work on one. */
static void
drop_leftovers(const char *directory)
{
	struct buffer path;

	buffer_init(&path, PATH_LEN_MAX);
	for (size_t i = 0; i < sizeof(leftovers) / sizeof(leftovers[0]); i++) {
		buffer_clear(&path);
		if (buffer_printf(&path, "%s/%s", directory, leftovers[i]) == RS_OK)
			unlink(buffer_text(&path));
	}
	buffer_release(&path);
}

int
home_settle(const char *directory, struct rs_err_detail *detail)
{
	struct rekey_paths paths;
	int lock = -1, err = rekey_paths_init(&paths, directory);

	if (err == RS_OK && (rekey_is_open(&paths) || has_leftovers(directory) ||
	    find_early_keys(directory) != NULL)) {
		err = home_lock(directory, &lock, detail);
		if (err == RS_OK)
			err = rekey_settle(&paths, detail);
		if (err == RS_OK)
			err = name_keys(directory, detail);
		if (err == RS_OK)
			drop_leftovers(directory);
		if (lock >= 0)
			close(lock);
	}
	rekey_paths_release(&paths);
	return err;
}

/* Open the vault when it is its turn: who holds it may give way to those in the line. */
static int
take_vault(struct opening *opening, bool make, struct sqlite3 **ret_database)
{
	int line = lock_keys(opening->settings->directory, LOCK_SH);
	int err = open_vault(opening, make, ret_database);

	if (line >= 0)
		close(line);
	return err;
}

/* All but what is in the vault. */
static int
open_home(struct opening *opening, struct sqlite3 **ret_database)
{
	bool make;
	int err;

	buffer_init(&opening->keys, PATH_LEN_MAX);
	buffer_init(&opening->first_keys, PATH_LEN_MAX);
	buffer_init(&opening->vault, PATH_LEN_MAX);
	err = name_files(opening);
	if (err == RS_OK)
		err = home_settle(opening->settings->directory, opening->detail);
	if (err == RS_OK)
		err = get_kept_key(opening, opening->settings->keep, &make);
	if (err == RS_OK)
		err = take_vault(opening, make, ret_database);
	if (err == RS_EKEY && forget_kept_key(opening)) {
		err = get_kept_key(opening, opening->settings->keep, &make);
		if (err == RS_OK)
			err = take_vault(opening, make, ret_database);
	}
	return err;
}

int
home_open(const struct home_settings *settings, struct replica **ret_replica,
    bool *ret_made_key_file, struct rs_err_detail *detail)
{
	struct opening opening = { .settings = settings, .may_make = true, .lock = -1,
	    .detail = detail };
	struct sqlite3 *database = NULL;
	int err = open_home(&opening, &database);

	if (err == RS_OK)
		err = replica_open(database, &settings->replica, ret_replica, detail);
	if (err != RS_OK)
		vault_close(database);
	else
		*ret_made_key_file = opening.unlock.made_key_file;
	release(&opening);
	return err;
}

int
home_open_vault(const struct home_settings *settings, struct home_vault *ret_vault,
    struct rs_err_detail *detail)
{
	struct opening opening = { .settings = settings, .lock = -1, .detail = detail };
	struct sqlite3 *database;
	int err = open_home(&opening, &database);

	if (err == RS_OK) {
		ret_vault->database = database;
		memcpy(ret_vault->key.vault_id, opening.vault_id, VAULT_ID_LEN);
		ret_vault->key.secret = opening.vault_key;
		opening.vault_key = NULL;
	}
	release(&opening);
	return err;
}

void
home_close_vault(struct home_vault *vault)
{
	vault_close(vault->database);
	secret_free(vault->key.secret);
	*vault = (struct home_vault){ .database = NULL };
}

/* What another user lets us read, a group or a list (acl(5), shown as one) is the way to. */
bool
home_key_is_shared(const struct home_settings *settings, struct rs_err_detail *warning)
{
	struct buffer path;
	struct stat status;
	bool shared = false;

	if (settings->passphrase != NULL)
		return false;
	buffer_init(&path, PATH_LEN_MAX);
	if (buffer_printf(&path, "%s%s", settings->key_file != NULL ? settings->key_file :
	    settings->directory, settings->key_file != NULL ? "" : "/key") == RS_OK)
		shared = stat(buffer_text(&path), &status) == 0 &&
		    (status.st_mode & (status.st_uid == geteuid() ? S_IRWXG | S_IRWXO : S_IRWXO));
	if (shared)
		rs_err_detail_set(warning, "the key file %s can be used by others (mode %03o): "
		    "chmod 600 it, and if that was so for long, vault rekey", buffer_text(&path),
		    status.st_mode & 0777);
	buffer_release(&path);
	return shared;
}

int
home_read_passphrase(const char *path, struct secret **ret_passphrase)
{
	struct buffer text;
	size_t len;
	int err;

	buffer_init_secret(&text, PASSPHRASE_FILE_MAX);
	err = file_read(path, &text);
	if (err == RS_OK) {
		len = strcspn(buffer_text(&text), "\r\n");
		err = len == 0 ? RS_EINVAL : secret_copy(text.data, len, ret_passphrase);
	}
	buffer_release(&text);
	return err;
}
