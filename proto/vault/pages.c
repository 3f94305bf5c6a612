#include <sqlite3.h>

#include "proto/vault/first_page.h"
#include "proto/vault/pages.h"
#include "proto/vault/vault.h"
#include "proto/vault/vfs.h"

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
