#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sqlite3.h>

#include "proto/base/file.h"
#include "proto/vault/first_page.h"
#include "proto/vault/pages.h"
#include "proto/vault/vault.h"
#include "proto/vault/vfs.h"
#include "proto/vault/vfs_database.h"

enum {
	/* The page of SQLite's lock bytes is never written (File format, section 1.4). */
	LOCK_PAGE = 0x40000000 / VAULT_PAGE_LEN + 1,
	TOLD_EVERY = 1024	/* pages */
};

static void
tell(const struct pages_watch *watch, uint64_t page, uint64_t count)
{
	if (watch->on_progress != NULL && (page % TOLD_EVERY == 0 || page == count))
		watch->on_progress(watch->context, page, count);
}

/* Read page ${page} through the VFS, which authenticates it; an SQLite code. */
static int
read_page(sqlite3_file *file, uint64_t page, uint8_t text[VAULT_PAGE_LEN])
{
	return file->pMethods->xRead(file, text, VAULT_PAGE_LEN,
	    (sqlite3_int64)(page - 1) * VAULT_PAGE_LEN);
}

/* Have all of the vault in its database file; an SQLite code. */
static int
settle(sqlite3 *db, sqlite3_file **ret_file, uint64_t *ret_count)
{
	sqlite3_int64 len;
	int rc;

	rc = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, ret_file);
	if (rc == SQLITE_OK)
		rc = (*ret_file)->pMethods->xFileSize(*ret_file, &len);
	if (rc == SQLITE_OK)
		*ret_count = (uint64_t)(len + VAULT_PAGE_LEN - 1) / VAULT_PAGE_LEN;
	return rc;
}

int
pages_check(struct sqlite3 *db, const struct pages_watch *watch, uint64_t *ret_pages,
    uint64_t *ret_damaged, struct rs_err_detail *detail)
{
	uint64_t count = 0, damaged = 0, page;
	uint8_t text[VAULT_PAGE_LEN];
	sqlite3_file *file;
	int rc = settle(db, &file, &count);

	for (page = 1; page <= count && rc == SQLITE_OK; page++) {
		if (page != LOCK_PAGE)
			rc = read_page(file, page, text);
		/* What is no other failure of the disk is a page that was changed, or is cut. */
		if (rc == SQLITE_IOERR_DATA || rc == SQLITE_IOERR_SHORT_READ) {
			vfs_take_failure(vfs_of(db), NULL);
			damaged++;
			if (watch->on_damaged != NULL)
				watch->on_damaged(watch->context, page);
			rc = SQLITE_OK;
		}
		tell(watch, page, count);
	}
	secret_wipe(text, sizeof(text));
	if (rc != SQLITE_OK)
		return vault_error(db, rc, detail);
	*ret_pages = count;
	*ret_damaged = damaged;
	return RS_OK;
}

static int
write_page(int fd, const uint8_t sealed[VAULT_PAGE_LEN])
{
	size_t len = 0;
	ssize_t put;

	while (len < VAULT_PAGE_LEN) {
		put = write(fd, sealed + len, VAULT_PAGE_LEN - len);
		if (put < 0 && errno != EINTR)
			return rs_err_from_errno(errno);
		if (put > 0)
			len += (size_t)put;
	}
	return RS_OK;
}

/* Seal every page of ${file} for ${vfs} into ${fd}. */
static int
reseal_all(sqlite3 *db, sqlite3_file *file, uint64_t count, struct vfs *vfs, int fd,
    const struct pages_watch *watch, struct rs_err_detail *detail)
{
	uint8_t text[VAULT_PAGE_LEN], sealed[VAULT_PAGE_LEN];
	int rc = SQLITE_OK, err = RS_OK;

	for (uint64_t page = 1; page <= count && err == RS_OK; page++) {
		if (page == LOCK_PAGE) {
			/* A hole, as it is where it comes from. */
			if (lseek(fd, VAULT_PAGE_LEN, SEEK_CUR) < 0)
				err = rs_err_from_errno(errno);
			continue;
		}
		rc = read_page(file, page, text);
		if (rc != SQLITE_OK) {
			err = vault_error(db, rc, detail);
			break;
		}
		vfs_database_seal(vfs, (uint32_t)page, text, sealed);
		err = write_page(fd, sealed);
		tell(watch, page, count);
	}
	secret_wipe(text, sizeof(text));
	if (err == RS_OK && fsync(fd) != 0)
		err = rs_err_from_errno(errno);
	return err;
}

int
pages_reseal(struct sqlite3 *db, const char *path, const uint8_t id[VAULT_ID_LEN],
    const struct secret *key, const struct pages_watch *watch, struct rs_err_detail *detail)
{
	uint64_t count = 0;
	sqlite3_file *file;
	struct vfs *vfs;
	int fd, err, rc = settle(db, &file, &count);

	if (rc != SQLITE_OK)
		return vault_error(db, rc, detail);
	err = vfs_new(path, id, key, sqlite3_vfs_find(NULL), &vfs);
	if (err != RS_OK)
		return err;
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	err = fd < 0 ? rs_err_from_errno(errno) :
	    reseal_all(db, file, count, vfs, fd, watch, detail);
	if (fd >= 0)
		close(fd);
	if (err == RS_OK)
		err = file_sync_name(path);
	if (err != RS_OK)
		unlink(path);
	vfs_free(vfs);
	return err;
}
