#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/file.h"
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
 * How far the first start of a home came.  It makes the key file, the keys under their
 * first name, the empty vault; then gives the keys their name, and only then lets
 * anything be written into the vault.  So keys without a vault under that first name
 * have sealed nothing, and one of the two files alone under its own name means
 * that the other was lost, with everything that was sealed.
 */
enum stage {
	STAGE_NOTHING,	/* there is no vault, or only the first keys of one */
	STAGE_BEGUN,	/* an empty vault, and its keys under their first name */
	STAGE_WHOLE	/* both have their names */
};

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
		err = buffer_printf(&opening->first_keys, "%s/vault.keys.first",
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
open_keys(struct opening *opening, const struct buffer *path)
{
	int err = unlock_find(opening->settings, false, &opening->unlock, opening->detail);

	if (err != RS_OK)
		return err;
	return vault_keys_open(buffer_text(path), &opening->unlock.with, opening->vault_id,
	    &opening->vault_key, opening->detail);
}

static bool
exists(const struct buffer *path)
{
	return access(buffer_text(path), F_OK) == 0;
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

/* Of two programs that start in a new home, let one make the vault. */
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
	if (!has_keys && !has_vault) {
		rs_err_detail_set(detail, "there is no vault in %s", directory);
		return RS_ENOTFOUND;
	}
	rs_err_detail_set(detail, "%s/%s is there and %s is not: restore it, or move the other "
	    "away to begin anew", directory, has_keys ? "vault.keys" : "vault.db",
	    has_keys ? "vault.db" : "vault.keys");
	return RS_EDAMAGED;
}

static int
find_stage(struct opening *opening, enum stage *ret_stage)
{
	struct rs_err_detail told;
	int err = home_find(opening->settings->directory, &told);

	if (err == RS_ENOTFOUND && opening->may_make)
		*ret_stage = STAGE_NOTHING;
	else if (err == RS_EDAMAGED && exists(&opening->vault) && exists(&opening->first_keys))
		*ret_stage = STAGE_BEGUN;
	else if (err == RS_OK)
		*ret_stage = STAGE_WHOLE;
	else {
		rs_err_detail_set(opening->detail, "%s", told.text);
		return err;
	}
	return RS_OK;
}

/* Get the vault's key, or make one where there is no vault. */
static int
get_key(struct opening *opening, enum stage *ret_stage)
{
	const char *directory = opening->settings->directory;
	int err = RS_OK;

	/* Of a name that was mistyped no directory is made. */
	if (!opening->may_make && home_find(directory, NULL) == RS_ENOTFOUND)
		return home_find(directory, opening->detail);
	/* Another first start may be at work: look at the files when it is done. */
	if (!exists(&opening->keys))
		err = lock_directory(opening);
	if (err == RS_OK)
		err = find_stage(opening, ret_stage);
	if (err != RS_OK)
		return err;
	switch (*ret_stage) {
	case STAGE_NOTHING:
		return make_keys(opening);
	case STAGE_BEGUN:
		return open_keys(opening, &opening->first_keys);
	case STAGE_WHOLE:
		if (unlock_held(opening->settings, buffer_text(&opening->keys),
		    opening->vault_id, &opening->vault_key) == RS_OK)
			return RS_OK;
		return open_keys(opening, &opening->keys);
	}
	return RS_EINTERNAL;
}

/* Get the key that an earlier opening has kept, or get it and keep it. */
static int
get_kept_key(struct opening *opening, struct home_key *keep, enum stage *ret_stage)
{
	int err;

	if (keep != NULL && keep->secret != NULL) {
		*ret_stage = STAGE_WHOLE;
		memcpy(opening->vault_id, keep->vault_id, sizeof(keep->vault_id));
		return secret_copy(keep->secret->data, keep->secret->len, &opening->vault_key);
	}
	err = get_key(opening, ret_stage);
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
open_vault(struct opening *opening, enum stage stage, struct sqlite3 **ret_database)
{
	const char *keys = buffer_text(&opening->keys);
	struct sqlite3 *database;
	int err = RS_OK;

	/* The database is seen, which may not have its name for good: nothing goes before that. */
	if (stage == STAGE_BEGUN)
		err = file_sync_name(buffer_text(&opening->vault));
	if (err != RS_OK) {
		rs_err_detail_set(opening->detail, "%s: %s", buffer_text(&opening->vault),
		    rs_err_text(err));
		return err;
	}
	err = vault_open(buffer_text(&opening->vault), opening->vault_id, opening->vault_key,
	    stage == STAGE_NOTHING ? VAULT_CREATE : 0, opening->settings->wait_ms, &database,
	    opening->detail);
	if (err != RS_OK)
		return err;
	if (stage != STAGE_WHOLE) {
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

/* Where file_replace leaves a file when it is killed: keys, of which no copy is to lie about. */
static const char *const leftovers[] = { "vault.keys.new", "vault.keys.first.new" };

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

	if (err == RS_OK && (rekey_is_open(&paths) || has_leftovers(directory))) {
		err = home_lock(directory, &lock, detail);
		if (err == RS_OK)
			err = rekey_settle(&paths, detail);
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
take_vault(struct opening *opening, enum stage stage, struct sqlite3 **ret_database)
{
	int line = lock_keys(opening->settings->directory, LOCK_SH);
	int err = open_vault(opening, stage, ret_database);

	if (line >= 0)
		close(line);
	return err;
}

/* All but what is in the vault. */
static int
open_home(struct opening *opening, struct sqlite3 **ret_database)
{
	enum stage stage;
	int err;

	buffer_init(&opening->keys, PATH_LEN_MAX);
	buffer_init(&opening->first_keys, PATH_LEN_MAX);
	buffer_init(&opening->vault, PATH_LEN_MAX);
	err = name_files(opening);
	if (err == RS_OK)
		err = home_settle(opening->settings->directory, opening->detail);
	if (err == RS_OK)
		err = get_kept_key(opening, opening->settings->keep, &stage);
	if (err == RS_OK)
		err = take_vault(opening, stage, ret_database);
	if (err == RS_EKEY && forget_kept_key(opening)) {
		err = get_kept_key(opening, opening->settings->keep, &stage);
		if (err == RS_OK)
			err = take_vault(opening, stage, ret_database);
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
