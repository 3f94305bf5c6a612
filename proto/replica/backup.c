#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/file.h"
#include "proto/replica/backup.h"
#include "proto/replica/unlock.h"
#include "proto/vault/first_page.h"
#include "proto/vault/pages.h"
#include "proto/vault/vault.h"

enum {
	PATH_LEN_MAX = 4096,
	KEYS_MAX = 8192,		/* more than vault.keys has */
	TAIL_LEN = 12,
	STEP = 4 * 1024 * 1024,		/* bytes copied between two looks at the progress */
	COMPARED = 64 * 1024,
	LOG_TRIES = 20
};

static const uint8_t magic[8] = { 'R', 'S', 'B', 'A', 'C', 'K', 'U', 'P' };

/* What is being copied from where to where. */
struct copying {
	const struct home_settings *settings;
	const char *backup;
	struct buffer home_keys;	/* paths in the home */
	struct buffer home_vault;
	struct buffer home_log;
	struct buffer first_keys;	/* of a first start */
	struct buffer restored_keys;
	struct buffer part;		/* the copy, until it is whole and has its name */
	struct buffer part_log;
	struct unlock unlock;
	uint8_t id[VAULT_ID_LEN];
	struct secret *key;
	struct buffer keys;		/* the content of vault.keys */
	backup_progress *progress;
	struct rs_err_detail *detail;
};

/* Say of ${path} what went wrong, if nobody has said more. */
static int
explain(struct copying *copying, int err, const char *path)
{
	if (err != RS_OK && copying->detail->text[0] == '\0')
		rs_err_detail_set(copying->detail, "%s: %s", path, rs_err_text(err));
	return err;
}

/* Begin; the copy is called ${part}.part until it is whole. */
static int
begin(struct copying *copying, const char *part)
{
	const char *directory = copying->settings->directory;
	int err;

	buffer_init(&copying->home_keys, PATH_LEN_MAX);
	buffer_init(&copying->home_vault, PATH_LEN_MAX);
	buffer_init(&copying->home_log, PATH_LEN_MAX);
	buffer_init(&copying->first_keys, PATH_LEN_MAX);
	buffer_init(&copying->restored_keys, PATH_LEN_MAX);
	buffer_init(&copying->part, PATH_LEN_MAX);
	buffer_init(&copying->part_log, PATH_LEN_MAX);
	buffer_init(&copying->keys, KEYS_MAX);
	copying->detail->text[0] = '\0';
	err = buffer_printf(&copying->home_keys, "%s/vault.keys", directory);
	if (err == RS_OK)
		err = buffer_printf(&copying->home_vault, "%s/vault.db", directory);
	if (err == RS_OK)
		err = buffer_printf(&copying->home_log, "%s/vault.db-wal", directory);
	if (err == RS_OK)
		err = buffer_printf(&copying->first_keys, "%s/" HOME_FIRST_KEYS, directory);
	if (err == RS_OK)
		err = buffer_printf(&copying->restored_keys, "%s/" BACKUP_RESTORED_KEYS, directory);
	if (err == RS_OK)
		err = buffer_printf(&copying->part, "%s.part",
		    part != NULL ? part : buffer_text(&copying->home_vault));
	if (err == RS_OK)
		err = buffer_printf(&copying->part_log, "%s-wal", buffer_text(&copying->part));
	return err;
}

/* What one that was killed has left is not taken for a part of this one. */
static void
forget_part(const struct copying *copying)
{
	unlink(buffer_text(&copying->part_log));
	unlink(buffer_text(&copying->part));
}

static void
end(struct copying *copying)
{
	forget_part(copying);
	unlock_release(&copying->unlock);
	secret_free(copying->key);
	buffer_release(&copying->keys);
	buffer_release(&copying->part_log);
	buffer_release(&copying->part);
	buffer_release(&copying->restored_keys);
	buffer_release(&copying->first_keys);
	buffer_release(&copying->home_log);
	buffer_release(&copying->home_vault);
	buffer_release(&copying->home_keys);
}

/* ------------------------------------------------------------------------ bytes */

/* Append the first ${len} bytes of ${from} to ${to}. */
static int
copy_bytes(struct copying *copying, int from, int to, uint64_t len)
{
	off_t at = 0;
	ssize_t got;

	while ((uint64_t)at < len) {
		got = sendfile(to, from, &at, len - (uint64_t)at < STEP ?
		    (size_t)(len - (uint64_t)at) : STEP);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? rs_err_from_errno(errno) : RS_EDAMAGED;
		if (copying->progress != NULL)
			copying->progress("copying", (uint64_t)at, len);
	}
	return RS_OK;
}

/* Make the file ${path} of the first ${len} bytes of ${from}, and leave it open. */
static int
make_copy(struct copying *copying, int from, uint64_t len, const char *path, int *ret_fd)
{
	int fd, err;

	unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return explain(copying, rs_err_from_errno(errno), path);
	err = copy_bytes(copying, from, fd, len);
	if (err != RS_OK) {
		close(fd);
		return explain(copying, err, path);
	}
	*ret_fd = fd;
	return RS_OK;
}

static int
file_len(int fd, uint64_t *ret_len)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return rs_err_from_errno(errno);
	*ret_len = (uint64_t)status.st_size;
	return RS_OK;
}

/* Are the first ${len} bytes of both the same? */
static bool
is_same(int a, int b, uint64_t len)
{
	static uint8_t left[COMPARED], right[COMPARED];
	uint64_t at = 0;
	ssize_t got;

	while (at < len) {
		got = pread(a, left, sizeof(left), (off_t)at);
		if (got <= 0 || pread(b, right, (size_t)got, (off_t)at) != got ||
		    memcmp(left, right, (size_t)got) != 0)
			return false;
		at += (uint64_t)got;
	}
	return true;
}

/* ------------------------------------------------------------------- what is made */

/*
 * Copy the log, to which another program may be appending.  A copy that is the same as
 * the file when that is read again has not been overtaken by a log that began anew, and
 * any first part of a log is a moment of the vault.
 */
static int
copy_log(struct copying *copying)
{
	const char *path = buffer_text(&copying->home_log);
	int from = open(path, O_RDONLY | O_CLOEXEC), to = -1, err = RS_ELOCKED;
	uint64_t len = 0;
	bool same = false;

	if (from < 0)
		return errno == ENOENT ? RS_OK :
		    explain(copying, rs_err_from_errno(errno), path);
	for (int i = 0; i < LOG_TRIES && !same; i++) {
		err = file_len(from, &len);
		if (err == RS_OK)
			err = make_copy(copying, from, len, buffer_text(&copying->part_log), &to);
		if (err != RS_OK && err != RS_EDAMAGED)
			break;
		/* A log that is shorter than it was has begun anew. */
		if (err == RS_EDAMAGED) {
			copying->detail->text[0] = '\0';
			continue;
		}
		same = is_same(to, from, len);
		close(to);
	}
	close(from);
	if (!same && (err == RS_OK || err == RS_EDAMAGED))
		err = RS_ELOCKED;
	return explain(copying, err, path);
}

/* Copy keys, database and log while nobody writes the first two. */
static int
copy_home(struct copying *copying)
{
	const char *vault = buffer_text(&copying->home_vault);
	const char *keys = buffer_text(&copying->home_keys);
	uint64_t len = 0;
	int from = -1, to = -1, lock = -1;
	int err = home_share(copying->settings->directory, &lock, copying->detail);

	if (err == RS_OK)
		err = explain(copying, file_read(keys, &copying->keys), keys);
	if (err == RS_OK && copying->key == NULL)
		err = vault_keys_open(keys, &copying->unlock.with, copying->id, &copying->key,
		    copying->detail);
	if (err == RS_OK) {
		from = open(vault, O_RDONLY | O_CLOEXEC);
		err = from < 0 ? rs_err_from_errno(errno) : file_len(from, &len);
		explain(copying, err, vault);
	}
	forget_part(copying);
	if (err == RS_OK)
		err = make_copy(copying, from, len, buffer_text(&copying->part), &to);
	if (err == RS_OK)
		err = copy_log(copying);
	if (to >= 0)
		close(to);
	if (from >= 0)
		close(from);
	if (lock >= 0)
		close(lock);
	return err;
}

static void
on_damaged(void *context, uint64_t page)
{
	struct copying *copying = context;

	if (copying->detail->text[0] == '\0')
		rs_err_detail_set(copying->detail, "page %" PRIu64 " was changed or damaged", page);
}

static void
on_progress(void *context, uint64_t done, uint64_t total)
{
	struct copying *copying = context;

	if (copying->progress != NULL)
		copying->progress("checking", done, total);
}

/* Open the copy as the vault that it is: its log goes in, and every page is looked at. */
static int
settle_copy(struct copying *copying)
{
	const struct pages_watch watch = { on_damaged, on_progress, copying };
	uint64_t pages, damaged = 0;
	struct sqlite3 *database;
	int err = vault_open(buffer_text(&copying->part), copying->id, copying->key, VAULT_ALONE,
	    0, &database, copying->detail);

	if (err != RS_OK)
		return err;
	err = pages_check(database, &watch, &pages, &damaged, copying->detail);
	vault_close(database);
	if (err == RS_OK && access(buffer_text(&copying->part_log), F_OK) == 0)
		err = RS_EIO;
	return err == RS_OK && damaged > 0 ? RS_EDAMAGED : err;
}

/* Write ${bytes} behind what is in ${fd}. */
static int
append(int fd, struct bytes bytes)
{
	ssize_t put;

	while (bytes.len > 0) {
		put = write(fd, bytes.data, bytes.len);
		if (put < 0 && errno != EINTR)
			return rs_err_from_errno(errno);
		if (put > 0)
			bytes = bytes_of(bytes.data + put, bytes.len - (size_t)put);
	}
	return RS_OK;
}

/* Put keys and tail behind the copy, and have all of it on the disk. */
static int
seal_copy(struct copying *copying)
{
	const char *path = buffer_text(&copying->part);
	size_t len = copying->keys.len;
	const uint8_t tail[TAIL_LEN - sizeof(magic)] = {
		(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len
	};
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	int err = fd < 0 ? rs_err_from_errno(errno) : append(fd, buffer_bytes(&copying->keys));

	if (err == RS_OK)
		err = append(fd, bytes_of(tail, sizeof(tail)));
	if (err == RS_OK)
		err = append(fd, bytes_of(magic, sizeof(magic)));
	if (err == RS_OK && fsync(fd) != 0)
		err = rs_err_from_errno(errno);
	if (fd >= 0)
		close(fd);
	return explain(copying, err, path);
}

int
backup_make(const struct home_settings *settings, const char *path,
    backup_progress *progress, struct rs_err_detail *detail)
{
	struct copying copying = { .settings = settings, .backup = path, .progress = progress,
	    .detail = detail };
	int err = begin(&copying, path);

	if (err == RS_OK && access(path, F_OK) == 0) {
		rs_err_detail_set(detail, "%s is there already: name another file", path);
		err = RS_EEXIST;
	}
	if (err == RS_OK && unlock_held(settings, buffer_text(&copying.home_keys), copying.id,
	    &copying.key) != RS_OK)
		err = unlock_find(settings, false, &copying.unlock, detail);
	if (err == RS_OK)
		err = copy_home(&copying);
	if (err == RS_OK)
		err = settle_copy(&copying);
	if (err == RS_OK)
		err = seal_copy(&copying);
	if (err == RS_OK)
		err = file_move(buffer_text(&copying.part), path);
	explain(&copying, err, path);
	end(&copying);
	return err;
}

/* ---------------------------------------------------------------- and made a home of */

/* Read what stands behind the pages of the backup ${fd}; ${ret_len} is the pages' length. */
static int
read_tail(struct copying *copying, int fd, uint64_t *ret_len)
{
	uint8_t tail[TAIL_LEN], *room;
	uint64_t all = 0, keys;
	int err = file_len(fd, &all);

	if (err != RS_OK)
		return err;
	if (all < TAIL_LEN || pread(fd, tail, TAIL_LEN, (off_t)(all - TAIL_LEN)) != TAIL_LEN ||
	    memcmp(tail + 4, magic, sizeof(magic)) != 0) {
		rs_err_detail_set(copying->detail, "%s is no backup of a vault, or is cut short",
		    copying->backup);
		return RS_ENOTVAULT;
	}
	keys = (uint64_t)tail[0] << 24 | (uint64_t)tail[1] << 16 | (uint64_t)tail[2] << 8 | tail[3];
	all -= TAIL_LEN;
	if (keys > KEYS_MAX || keys >= all || (all - keys) % VAULT_PAGE_LEN != 0)
		return RS_EDAMAGED;
	err = buffer_reserve(&copying->keys, (size_t)keys, &room);
	if (err != RS_OK)
		return err;
	if (pread(fd, room, (size_t)keys, (off_t)(all - keys)) != (ssize_t)keys)
		return RS_EIO;
	buffer_commit(&copying->keys, (size_t)keys);
	*ret_len = all - keys;
	return RS_OK;
}

/* See that a new vault would take no other's place. */
static int
check_empty(struct copying *copying)
{
	const char *directory = copying->settings->directory;

	if (access(buffer_text(&copying->home_keys), F_OK) != 0 &&
	    access(buffer_text(&copying->home_vault), F_OK) != 0)
		return RS_OK;
	rs_err_detail_set(copying->detail, "there is a vault in %s: move it away, or name another "
	    "home", directory);
	return RS_EEXIST;
}

/*
 * What was written after the backup was made is gone here, and others may have it: so
 * the copy goes on as a device of its own, before anybody writes to it.
 */
static int
begin_anew(struct copying *copying)
{
	const struct replica_settings *settings = &copying->settings->replica;
	struct sqlite3 *database;
	struct replica *replica;
	int err = vault_open(buffer_text(&copying->part), copying->id, copying->key,
	    VAULT_ALONE, 0, &database, copying->detail);

	if (err != RS_OK)
		return err;
	err = replica_open(database, settings, &replica, copying->detail);
	if (err != RS_OK) {
		vault_close(database);
		return err;
	}
	err = replica_begin(replica);
	if (err == RS_OK)
		err = replica_settle(replica, replica_reincarnate(replica));
	replica_close(replica);
	/* What the close did not bring into the database, it does not say why. */
	if (err == RS_OK && access(buffer_text(&copying->part_log), F_OK) == 0)
		err = settle_copy(copying);
	return err;
}

/* Open the keys of the backup, which lie at ${path} now; what is wrong is wrong with the backup. */
static int
open_keys(struct copying *copying, const char *path)
{
	struct rs_err_detail told = { "" };
	size_t len = strlen(path);
	int err = vault_keys_open(path, &copying->unlock.with, copying->id, &copying->key, &told);

	if (err == RS_OK)
		return RS_OK;
	if (strncmp(told.text, path, len) == 0)
		rs_err_detail_set(copying->detail, "%s%s", copying->backup, told.text + len);
	else
		*copying->detail = told;
	return err;
}

/* Step 1; ${ret_again} tells that another restore was cut short. */
static int
place_keys(struct copying *copying, bool *ret_again)
{
	const char *path = buffer_text(&copying->restored_keys);
	int err;

	/* Those of a first start that made no vault have sealed nothing. */
	unlink(buffer_text(&copying->first_keys));
	err = file_create(path, buffer_bytes(&copying->keys), 0600);
	*ret_again = err == RS_EEXIST;
	if (err == RS_EEXIST)
		err = file_replace(path, buffer_bytes(&copying->keys), 0600);
	return explain(copying, err, path);
}

/* Make the home's database, and name its keys. */
static int
place_copy(struct copying *copying, int from, uint64_t len)
{
	const char *part = buffer_text(&copying->part);
	const char *keys = buffer_text(&copying->restored_keys);
	bool again;
	int to = -1, err = place_keys(copying, &again);

	if (err == RS_OK)
		err = open_keys(copying, keys);
	forget_part(copying);
	if (err == RS_OK)
		err = make_copy(copying, from, len, part, &to);
	if (err == RS_OK)
		err = settle_copy(copying);
	if (err == RS_OK)
		err = begin_anew(copying);
	if (err == RS_OK && fsync(to) != 0)
		err = rs_err_from_errno(errno);
	if (to >= 0)
		close(to);
	if (err == RS_OK)
		err = file_move(part, buffer_text(&copying->home_vault));
	if (err == RS_OK)
		err = file_move(keys, buffer_text(&copying->home_keys));
	/* With its database there, the keys are what opens it. */
	if (err != RS_OK && !again && access(buffer_text(&copying->home_vault), F_OK) != 0)
		unlink(keys);
	return err;
}

int
backup_restore(const struct home_settings *settings, const char *path,
    backup_progress *progress, struct rs_err_detail *detail)
{
	struct copying copying = { .settings = settings, .backup = path, .progress = progress,
	    .detail = detail };
	int from = open(path, O_RDONLY | O_CLOEXEC), lock = -1, err = begin(&copying, NULL);
	uint64_t len = 0;

	if (err == RS_OK)
		err = from < 0 ? rs_err_from_errno(errno) : read_tail(&copying, from, &len);
	if (err == RS_OK)
		err = unlock_find(settings, false, &copying.unlock, detail);
	if (err == RS_OK)
		err = home_make_directory(settings->directory, detail);
	if (err == RS_OK)
		err = home_lock(settings->directory, &lock, detail);
	if (err == RS_OK)
		err = check_empty(&copying);
	if (err == RS_OK)
		err = place_copy(&copying, from, len);
	explain(&copying, err, path);
	if (from >= 0)
		close(from);
	if (lock >= 0)
		close(lock);
	end(&copying);
	return err;
}
