#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/buffer.h"
#include "proto/base/file.h"
#include "proto/vault/vault.h"
#include "proto/vault/vfs.h"
#include "proto/vault/vfs_log.h"
#include "proto/vault/vfs_database.h"

/*
 * In this order: the lock mode before anything touches a file, or SQLite would want
 * shared memory; the journal mode last, because it is what first reads.
 */
static const char *const pragmas[] = {
	"PRAGMA locking_mode=EXCLUSIVE",
	"PRAGMA temp_store=MEMORY",
	"PRAGMA mmap_size=0",
	"PRAGMA journal_mode=WAL",
	"PRAGMA synchronous=FULL",
	"PRAGMA secure_delete=ON",
	"PRAGMA cell_size_check=ON",
	"PRAGMA foreign_keys=ON",
	/*
	 * KiB; a cached page is opened once.  With half of it, the indexes over ids of 50,000 new
	 * items were written out and read back all the time.
	 */
	"PRAGMA cache_size=-16384",
	"PRAGMA wal_autocheckpoint=1000",	/* pages */
	"PRAGMA journal_size_limit=16777216"	/* one huge transaction's log does not stay */
};

/* Write the file of an empty vault; that another program just did so too is well. */
static int
create(struct vfs *vfs)
{
	uint8_t text[VAULT_PAGE_LEN], sealed[VAULT_PAGE_LEN];
	int err;

	/* A log without its database is what is left of a vault: never write over it. */
	if (access(vfs->log_path, F_OK) == 0) {
		vfs_fail(vfs, RS_EDAMAGED, "%s is gone, and its log is there: restore it from a "
		    "copy",
		    vfs->name);
		return RS_EDAMAGED;
	}
	first_page_make(text);
	vfs_database_seal(vfs, 1, text, sealed);
	err = file_create(vfs->path, bytes_of(sealed, sizeof(sealed)), 0600);
	return err == RS_EEXIST ? RS_OK : err;
}

/* See that the file is there, or make it. */
static int
find_or_create(struct vfs *vfs, unsigned flags)
{
	int err;

	if (access(vfs->path, F_OK) == 0)
		return RS_OK;
	err = rs_err_from_errno(errno);
	if (err == RS_ENOTFOUND && (flags & VAULT_CREATE) != 0)
		err = create(vfs);
	if (err != RS_OK && vfs->err == RS_OK)
		vfs_fail(vfs, err, "%s: %s", vfs->path, rs_err_text(err));
	return err;
}

static void
restrict_connection(sqlite3 *db)
{
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
}

/* Take the lock, recover the log and set what a vault's connection is; an SQLite code. */
static int
configure(sqlite3 *db)
{
	size_t i;
	int reserve = -1, rc = SQLITE_OK;

	for (i = 0; i < sizeof(pragmas) / sizeof(pragmas[0]) && rc == SQLITE_OK; i++)
		rc = sqlite3_exec(db, pragmas[i], NULL, NULL, NULL);
	/* Read page 1 by all means, so that damage in it is found now. */
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_file_control(db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
	if (reserve != SEAL_RESERVE_LEN) {
		vfs_fail(vfs_of(db), RS_EINTERNAL, "SQLite reserves %d bytes a page instead of %d",
		    reserve, SEAL_RESERVE_LEN);
		return SQLITE_CANTOPEN;
	}
	return SQLITE_OK;
}

static int
translate(sqlite3 *db, int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return RS_OK;
	case SQLITE_FULL:
		return RS_EFULL;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return RS_EDAMAGED;
	case SQLITE_IOERR:
		return sqlite3_extended_errcode(db) == SQLITE_IOERR_NOMEM ? RS_ENOMEM : RS_EIO;
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return RS_EIO;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return RS_ELOCKED;
	case SQLITE_NOMEM:	/* the only code without a connection */
		return RS_ENOMEM;
	case SQLITE_TOOBIG:
		return RS_ELIMIT;
	case SQLITE_INTERRUPT:
		return RS_EINTERRUPTED;
	case SQLITE_CONSTRAINT:
		return RS_EEXIST;
	default:
		return RS_EINTERNAL;
	}
}

/* vault_error, for a connection that may not have come to know its VFS. */
static int
explain(struct vfs *vfs, sqlite3 *db, int code, struct rs_err_detail *detail)
{
	int err = translate(db, code), noted;

	if (vfs == NULL) {
		rs_err_detail_set(detail, "%s", sqlite3_errmsg(db));
		return err;
	}
	if (err == RS_EIO || err == RS_EDAMAGED) {
		noted = vfs_take_failure(vfs, detail);
		if (noted != RS_OK)
			return noted;
	}
	switch (err) {
	case RS_OK:
		break;
	case RS_ELOCKED:
		rs_err_detail_set(detail, "%s is in use by another program: close that, or try "
		    "again",
		    vfs->name);
		break;
	case RS_EFULL:
		rs_err_detail_set(detail, "%s: no space left on the disk; nothing already kept is "
		    "lost",
		    vfs->path);
		break;
	case RS_EIO:
		/* SQLite's message may tell of a table that it could not set up for it. */
		rs_err_detail_set(detail, "%s: %s", vfs->path, sqlite3_errstr(code));
		break;
	default:
		rs_err_detail_set(detail, "%s: %s", vfs->name, sqlite3_errmsg(db));
	}
	return err;
}

int
vault_open(const char *path, const uint8_t id[VAULT_ID_LEN], const struct secret *key,
    unsigned flags, unsigned wait_ms, struct sqlite3 **ret_db, struct rs_err_detail *detail)
{
	struct vfs *vfs;
	sqlite3 *db = NULL;
	int rc, err;

	/* Nobody asks how much SQLite holds, and counting takes a lock at each allocation. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	err = vfs_new(path, id, key, sqlite3_vfs_find(NULL), &vfs);
	if (err != RS_OK) {
		rs_err_detail_set(detail, "%s: %s", path, rs_err_text(err));
		return err;
	}
	vfs->alone = (flags & VAULT_ALONE) != 0;
	err = find_or_create(vfs, flags);
	if (err != RS_OK) {
		vfs_take_failure(vfs, detail);
		goto out;
	}
	rc = sqlite3_open_v2(vfs->path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
	    SQLITE_OPEN_PRIVATECACHE, vfs->vfs_name);
	if (rc == SQLITE_OK) {
		restrict_connection(db);
		sqlite3_busy_timeout(db, wait_ms < INT32_MAX ? (int)wait_ms : INT32_MAX);
		rc = configure(db);
	}
	if (rc != SQLITE_OK) {
		err = explain(vfs, db, rc, detail);
		goto out;
	}
	*ret_db = db;
	return RS_OK;
out:
	sqlite3_close(db);
	vfs_free(vfs);
	return err;
}

void
vault_close(struct sqlite3 *db)
{
	struct vfs *vfs;

	if (db == NULL)
		return;
	vfs = vfs_of(db);
	/* A statement that is left keeps the connection, and so the VFS, alive. */
	if (sqlite3_close(db) == SQLITE_OK)
		vfs_free(vfs);
}

int
vault_error(struct sqlite3 *db, int code, struct rs_err_detail *detail)
{
	return explain(vfs_of(db), db, code, detail);
}

void
vault_rest(struct sqlite3 *db)
{
	sqlite3_file *file = NULL, *log = NULL;

	sqlite3_db_release_memory(db);
	if (vfs_of(db) != NULL &&
	    sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK)
		vfs_database_rest((struct vfs_database *)file);
	/* In WAL mode the "journal" is the log, once there is one. */
	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK &&
	    log != NULL && log->pMethods != NULL)
		vfs_log_rest((struct vfs_log *)log);
}
