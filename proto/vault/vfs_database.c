#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "proto/vault/vfs_database.h"

enum {
	BOUND_LEN = 5,		/* 'D' and the page number */
	PROBED_PAGES = 16,	/* looked at to tell a damaged mark from a wrong key */
	BATCH_PAGES = 16
};

/* What page ${page} is bound to. */
static struct bytes
bind(uint32_t page, uint8_t bound[BOUND_LEN])
{
	bound[0] = 'D';
	bound[1] = (uint8_t)(page >> 24);
	bound[2] = (uint8_t)(page >> 16);
	bound[3] = (uint8_t)(page >> 8);
	bound[4] = (uint8_t)page;
	return bytes_of(bound, BOUND_LEN);
}

/* How much of page ${page} is plain: the mark, in the first. */
static size_t
plain_len(uint32_t page)
{
	return page == 1 ? FIRST_PAGE_MARK_LEN : 0;
}

void
vfs_database_seal(struct vfs *vfs, uint32_t page, const uint8_t *text, uint8_t *sealed)
{
	uint8_t bound[BOUND_LEN];
	size_t plain = plain_len(page);

	memcpy(sealed, vfs->mark, plain);
	seal_lock(vfs->seal, bind(page, bound), 0, text + plain, VAULT_PAGE_TEXT_LEN - plain,
	    sealed + plain);
}

/* Open page ${page} in place, whatever its mark: RS_EDAMAGED when it is not that page. */
static int
open_page(struct vfs *vfs, uint32_t page, uint8_t *sealed)
{
	uint8_t bound[BOUND_LEN];
	size_t plain = plain_len(page);
	int err;

	err = seal_open(vfs->seal, bind(page, bound), sealed + plain, VAULT_PAGE_TEXT_LEN - plain);
	if (err == RS_OK)
		memcpy(sealed, first_page_magic(), plain);
	return err;
}

/* The same for what is read ahead; page 1 never is, whose mark is looked at. */
static int
open_ahead(void *context, uint32_t page, uint8_t *sealed)
{
	return page == 1 ? RS_EINVAL : open_page(context, page, sealed);
}

static int
read_lower(struct vfs_database *database, uint8_t *out, size_t len, sqlite3_int64 offset)
{
	return database->lower->pMethods->xRead(database->lower, out, (int)len, offset);
}

/* Tell whether any of the first pages is one of this vault. */
static bool
any_page_opens(struct vfs_database *database)
{
	uint32_t page;

	for (page = 1; page <= PROBED_PAGES; page++) {
		if (read_lower(database, database->page, VAULT_PAGE_LEN,
		    (sqlite3_int64)(page - 1) * VAULT_PAGE_LEN) != SQLITE_OK)
			return false;
		if (open_page(database->vfs, page, database->page) == RS_OK)
			return true;
	}
	return false;
}

/*
 * Is this our database, under our key?  SQLite must not be let near it otherwise: no
 * frame of its log would authenticate, and SQLite would delete the log.
 */
static int
check_mark(struct vfs_database *database, int flags)
{
	struct vfs *vfs = database->vfs;
	uint8_t mark[FIRST_PAGE_MARK_LEN];
	sqlite3_int64 len;
	int rc = database->lower->pMethods->xFileSize(database->lower, &len);

	if (rc != SQLITE_OK || (len == 0 && (flags & SQLITE_OPEN_CREATE) != 0))
		return rc;
	rc = read_lower(database, mark, sizeof(mark), 0);
	if (rc == SQLITE_OK && memcmp(mark, vfs->mark, sizeof(mark)) == 0)
		return SQLITE_OK;
	if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ)
		return rc;
	/* A foreign key opens no page: when one opens, it is the mark that changed. */
	if (any_page_opens(database))
		vfs_fail(vfs, RS_EDAMAGED, "page 1 of %s was changed or damaged", vfs->name);
	else if (memcmp(mark, vfs->mark, FIRST_PAGE_MAGIC_LEN) != 0)
		vfs_fail(vfs, RS_ENOTVAULT, "%s is not a vault", vfs->name);
	else if (mark[FIRST_PAGE_MAGIC_LEN] > FIRST_PAGE_VERSION)
		vfs_fail(vfs, RS_EVERSION, "%s was written by a newer version of readsync",
		    vfs->name);
	else
		vfs_fail(vfs, RS_EKEY, "%s was sealed under another key than its vault.keys holds",
		    vfs->name);
	return SQLITE_CANTOPEN;
}

/* Open the directory of the database, for its lock; -1: there is none to take. */
static int
open_directory(const struct vfs *vfs)
{
	char *copy = vfs->alone ? NULL : strdup(vfs->path);
	int fd = copy == NULL ? -1 : open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	free(copy);
	return fd;
}

/*
 * Begin to change the file, unless somebody copies it; an SQLite code.  Not SQLITE_BUSY:
 * SQLite takes a checkpoint that met that for a good one, and where it closes, it would
 * delete the log of what was never written.
 */
static int
claim(struct vfs_database *database)
{
	if (database->claimed || database->directory < 0)
		return SQLITE_OK;
	/* A file system without such locks has no backups beside a running program either. */
	if (flock(database->directory, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? SQLITE_LOCKED : SQLITE_OK;
	database->claimed = true;
	return SQLITE_OK;
}

static void
disclaim(struct vfs_database *database)
{
	if (database->claimed)
		flock(database->directory, LOCK_UN);
	database->claimed = false;
}

static int
database_close(sqlite3_file *file)
{
	struct vfs_database *database = (struct vfs_database *)file;
	int rc = vfs_batch_flush(&database->batch), close_rc;

	vfs_ahead_stop(&database->ahead);
	vfs_batch_release(&database->batch);
	if (database->directory >= 0)
		close(database->directory);
	close_rc = database->lower->pMethods->xClose(database->lower);
	return rc != SQLITE_OK ? rc : close_rc;
}

/*
 * Is page ${page} behind the end of a whole database?  A page that a transaction
 * allocated and freed again is never written, and SQLite may look at it all the same;
 * one that page 1 counts must be there.  A page 1 that is torn vouches for nothing.
 */
static int
is_behind_the_end(struct vfs_database *database, uint32_t page, bool *ret_answer)
{
	uint8_t *first = database->page;
	sqlite3_int64 len;
	int rc = database->lower->pMethods->xFileSize(database->lower, &len);

	if (rc != SQLITE_OK)
		return rc;
	*ret_answer = len == 0;
	if (len < VAULT_PAGE_LEN)
		return SQLITE_OK;
	rc = read_lower(database, first, VAULT_PAGE_LEN, 0);
	if (rc == SQLITE_OK && open_page(database->vfs, 1, first) == RS_OK)
		*ret_answer = page > first_page_count(first);
	return rc;
}

/* Answer a read of ${len} bytes that found less than a page. */
static int
read_short(struct vfs_database *database, uint32_t page, void *out, int len)
{
	bool behind;
	int rc = is_behind_the_end(database, page, &behind);

	if (rc != SQLITE_OK)
		return rc;
	if (behind) {
		memset(out, 0, (size_t)len);
		return SQLITE_IOERR_SHORT_READ;
	}
	vfs_fail(database->vfs, RS_EDAMAGED, "%s is cut short: page %u is missing",
	    database->vfs->name, page);
	return SQLITE_IOERR_DATA;
}

static int
database_read(sqlite3_file *file, void *out, int len, sqlite3_int64 offset)
{
	struct vfs_database *database = (struct vfs_database *)file;
	struct vfs *vfs = database->vfs;
	uint32_t page = (uint32_t)(offset / VAULT_PAGE_LEN) + 1;
	size_t within = (size_t)(offset % VAULT_PAGE_LEN);
	bool whole = len == VAULT_PAGE_LEN;
	uint8_t *sealed = whole ? out : database->page;
	int rc;

	if (within + (size_t)len > VAULT_PAGE_LEN) {
		vfs_fail(vfs, RS_EINTERNAL, "read of %d bytes at %lld of %s", len,
		    (long long)offset, vfs->name);
		return SQLITE_IOERR_READ;
	}
	offset -= (sqlite3_int64)within;
	rc = vfs_batch_flush_for(&database->batch, offset, VAULT_PAGE_LEN);
	if (rc == SQLITE_OK && whole && database->batch.len == 0 &&
	    vfs_ahead_take(&database->ahead, page, out))
		return SQLITE_OK;
	if (rc == SQLITE_OK)
		rc = read_lower(database, sealed, VAULT_PAGE_LEN, offset);
	if (rc == SQLITE_IOERR_SHORT_READ)
		return read_short(database, page, out, len);
	if (rc != SQLITE_OK)
		return rc;
	if ((page == 1 && memcmp(sealed, vfs->mark, FIRST_PAGE_MARK_LEN) != 0) ||
	    open_page(vfs, page, sealed) != RS_OK) {
		if (page != 1 || whole) {
			vfs_fail(vfs, RS_EDAMAGED, "page %u of %s was changed or damaged", page,
			    vfs->name);
			return SQLITE_IOERR_DATA;
		}
		/* Perhaps torn in a checkpoint, and whole in the log. */
		first_page_make(sealed);
	}
	if (!whole)
		memcpy(out, sealed + within, (size_t)len);
	return SQLITE_OK;
}

static int
database_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
	struct vfs_database *database = (struct vfs_database *)file;
	struct vfs *vfs = database->vfs;
	uint32_t page = (uint32_t)(offset / VAULT_PAGE_LEN) + 1;
	uint8_t *room;
	int rc;

	if (vfs->broken)
		return SQLITE_IOERR_WRITE;
	if (len != VAULT_PAGE_LEN || offset % VAULT_PAGE_LEN != 0 || !vfs_reserve_is_zero(data) ||
	    memcmp(data, first_page_magic(), plain_len(page)) != 0) {
		vfs_fail(vfs, RS_EINTERNAL, "write of %d bytes at %lld of %s", len,
		    (long long)offset, vfs->name);
		return SQLITE_IOERR_WRITE;
	}
	vfs_ahead_drop(&database->ahead);
	rc = claim(database);
	if (rc == SQLITE_OK)
		rc = vfs_batch_add(&database->batch, offset, VAULT_PAGE_LEN, &room);
	if (rc == SQLITE_OK)
		vfs_database_seal(vfs, page, data, room);
	return rc;
}

static int
database_truncate(sqlite3_file *file, sqlite3_int64 len)
{
	struct vfs_database *database = (struct vfs_database *)file;
	int rc = vfs_batch_flush(&database->batch);

	vfs_ahead_drop(&database->ahead);
	if (rc == SQLITE_OK)
		rc = claim(database);
	if (rc != SQLITE_OK)
		return rc;
	if (database->vfs->broken)
		return SQLITE_IOERR_TRUNCATE;
	return vfs_code(database->lower,
	    database->lower->pMethods->xTruncate(database->lower, len));
}

static int
database_sync(sqlite3_file *file, int flags)
{
	struct vfs_database *database = (struct vfs_database *)file;
	int rc = vfs_batch_flush(&database->batch);

	if (rc != SQLITE_OK)
		return rc;
	rc = vfs_code(database->lower, database->lower->pMethods->xSync(database->lower, flags));
	/* The last step of a checkpoint. */
	if (rc == SQLITE_OK)
		disclaim(database);
	return rc;
}

static int
database_len(sqlite3_file *file, sqlite3_int64 *ret_len)
{
	struct vfs_database *database = (struct vfs_database *)file;
	int rc = vfs_batch_flush(&database->batch);

	return rc == SQLITE_OK ? database->lower->pMethods->xFileSize(database->lower, ret_len) :
	    rc;
}

/*
 * A vault has one holder: the first lock is the exclusive one.  Were two openers to
 * share first, as SQLite does, each would wait for the other to let go.
 */
static int
database_lock(sqlite3_file *file, int level)
{
	struct vfs_database *database = (struct vfs_database *)file;
	sqlite3_file *lower = database->lower;
	int moved = 0, rc;

	if (level == SQLITE_LOCK_NONE)
		return SQLITE_OK;
	rc = lower->pMethods->xLock(lower, SQLITE_LOCK_SHARED);
	if (rc != SQLITE_OK)
		return rc;
	rc = lower->pMethods->xLock(lower, SQLITE_LOCK_EXCLUSIVE);
	/* Who waited for the lock may have the file that a rekey has replaced meanwhile. */
	if (rc == SQLITE_OK)
		lower->pMethods->xFileControl(lower, SQLITE_FCNTL_HAS_MOVED, &moved);
	if (moved) {
		vfs_fail(database->vfs, RS_ELOCKED, "%s was replaced just now: try again",
		    database->vfs->name);
		rc = SQLITE_IOERR_LOCK;
	}
	if (rc != SQLITE_OK)
		lower->pMethods->xUnlock(lower, SQLITE_LOCK_NONE);
	return rc;
}

static int
database_unlock(sqlite3_file *file, int level)
{
	sqlite3_file *lower = ((struct vfs_database *)file)->lower;

	return level == SQLITE_LOCK_NONE ? lower->pMethods->xUnlock(lower, level) : SQLITE_OK;
}

static int
database_check_reserved_lock(sqlite3_file *file, int *ret_reserved)
{
	sqlite3_file *lower = ((struct vfs_database *)file)->lower;

	return lower->pMethods->xCheckReservedLock(lower, ret_reserved);
}

/* No hint on sizes passes: a chunk of zeros is no page.  Nor one on mmap. */
static int
database_control(sqlite3_file *file, int operation, void *argument)
{
	struct vfs_database *database = (struct vfs_database *)file;
	sqlite3_file *lower = database->lower;

	switch (operation) {
	case SQLITE_FCNTL_SYNC:
		/* Comes before every commit, also of one that does not sync. */
		return vfs_batch_flush(&database->batch);
	case SQLITE_FCNTL_LOCKSTATE:
	case SQLITE_FCNTL_LAST_ERRNO:
	case SQLITE_FCNTL_HAS_MOVED:
	case SQLITE_FCNTL_PERSIST_WAL:
		return lower->pMethods->xFileControl(lower, operation, argument);
	default:
		return SQLITE_NOTFOUND;
	}
}

static int
database_sector_len(sqlite3_file *file)
{
	sqlite3_file *lower = ((struct vfs_database *)file)->lower;

	return lower->pMethods->xSectorSize(lower);
}

/*
 * SQLite's own default, and what WAL frames need: without it a commit is padded
 * with copies to the end of a sector and written in other shapes.
 */
static int
database_characteristics(sqlite3_file *file)
{
	(void)file;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* Version 1: no shared memory, so no -shm file; no xFetch, so no mmap. */
static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = database_close,
	.xRead = database_read,
	.xWrite = database_write,
	.xTruncate = database_truncate,
	.xSync = database_sync,
	.xFileSize = database_len,
	.xLock = database_lock,
	.xUnlock = database_unlock,
	.xCheckReservedLock = database_check_reserved_lock,
	.xFileControl = database_control,
	.xSectorSize = database_sector_len,
	.xDeviceCharacteristics = database_characteristics
};

int
vfs_database_open(struct vfs_database *database, struct vfs *vfs, sqlite3_file *lower,
    int flags, int *ret_flags)
{
	int got = 0, rc;

	database->base.pMethods = NULL;
	database->vfs = vfs;
	database->lower = lower;
	rc = vfs_batch_init(&database->batch, lower, BATCH_PAGES * VAULT_PAGE_LEN);
	if (rc != SQLITE_OK)
		return rc;
	vfs_ahead_init(&database->ahead, lower, open_ahead, vfs);
	rc = vfs->lower->xOpen(vfs->lower, vfs->path, lower, flags, &got);
	if (rc == SQLITE_OK && (got & SQLITE_OPEN_READONLY) != 0) {
		vfs_fail(vfs, RS_EIO, "%s cannot be written: see its permissions", vfs->name);
		rc = SQLITE_CANTOPEN;
	}
	if (rc == SQLITE_OK)
		rc = check_mark(database, flags);
	if (rc == SQLITE_OK) {
		database->directory = open_directory(vfs);
		database->claimed = false;
		database->base.pMethods = &methods;
		if (ret_flags != NULL)
			*ret_flags = got;
		return SQLITE_OK;
	}
	if (lower->pMethods != NULL)
		lower->pMethods->xClose(lower);
	vfs_batch_release(&database->batch);
	return rc;
}

void
vfs_database_rest(struct vfs_database *database)
{
	vfs_ahead_stop(&database->ahead);
}
