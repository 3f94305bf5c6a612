#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/vault/vfs.h"
#include "proto/vault/vfs_database.h"
#include "proto/vault/vfs_log.h"

/* An open file as SQLite allocates it: one of ours, and behind it the lower VFS's. */
union opened {
	struct vfs_database database;
	struct vfs_log log;
	sqlite3_int64 align;	/* what SQLite gives, and what the lower one needs */
};

static struct vfs *
of(sqlite3_vfs *base)
{
	return base->pAppData;
}

void
vfs_fail(struct vfs *vfs, int err, const char *format, ...)
{
	char text[sizeof(vfs->detail.text)];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	vfs->err = err;
	rs_err_detail_set(&vfs->detail, "%s", text);
}

int
vfs_take_failure(struct vfs *vfs, struct rs_err_detail *detail)
{
	int err = vfs->err;

	if (err != RS_OK && detail != NULL)
		*detail = vfs->detail;
	vfs->err = RS_OK;
	return err;
}

int
vfs_code(sqlite3_file *lower, int rc)
{
	int number = 0;

	if ((rc & 0xff) != SQLITE_IOERR)
		return rc;
	lower->pMethods->xFileControl(lower, SQLITE_FCNTL_LAST_ERRNO, &number);
	return rs_err_from_errno(number) == RS_EFULL ? SQLITE_FULL : rc;
}

bool
vfs_reserve_is_zero(const uint8_t *page)
{
	static const uint8_t zero[SEAL_RESERVE_LEN];

	return memcmp(page + VAULT_PAGE_TEXT_LEN, zero, sizeof(zero)) == 0;
}

static int
vfs_open_file(sqlite3_vfs *base, const char *path, sqlite3_file *file, int flags,
    int *ret_flags)
{
	struct vfs *vfs = of(base);
	union opened *opened = (union opened *)file;
	sqlite3_file *lower = (sqlite3_file *)(opened + 1);

	file->pMethods = NULL;
	lower->pMethods = NULL;
	if (path != NULL && (flags & SQLITE_OPEN_MAIN_DB) != 0 && strcmp(path, vfs->path) == 0)
		return vfs_database_open(&opened->database, vfs, lower, flags, ret_flags);
	if (path != NULL && (flags & SQLITE_OPEN_WAL) != 0 && strcmp(path, vfs->log_path) == 0)
		return vfs_log_open(&opened->log, vfs, lower, flags, ret_flags);
	/* A temporary file, a journal, another database: it would be written in plain. */
	vfs_fail(vfs, RS_EINTERNAL, "%s: a file that the vault does not have (%x)",
	    path != NULL ? path : "temporary file", (unsigned)flags);
	return SQLITE_CANTOPEN;
}

static int
vfs_delete(sqlite3_vfs *base, const char *path, int sync_directory)
{
	struct vfs *vfs = of(base);

	if (vfs->broken || strcmp(path, vfs->log_path) != 0)
		return SQLITE_IOERR_DELETE;
	return vfs->lower->xDelete(vfs->lower, path, sync_directory);
}

/* No file but ours exists: no journal, above all, that would be rolled back into the vault. */
static int
vfs_access(sqlite3_vfs *base, const char *path, int flags, int *ret_answer)
{
	struct vfs *vfs = of(base);

	if (strcmp(path, vfs->path) == 0 || strcmp(path, vfs->log_path) == 0)
		return vfs->lower->xAccess(vfs->lower, path, flags, ret_answer);
	*ret_answer = 0;
	return SQLITE_OK;
}

static int
vfs_full_path(sqlite3_vfs *base, const char *path, int len, char *ret_path)
{
	struct vfs *vfs = of(base);

	return vfs->lower->xFullPathname(vfs->lower, path, len, ret_path);
}

static int
vfs_randomness(sqlite3_vfs *base, int len, char *out)
{
	return of(base)->lower->xRandomness(of(base)->lower, len, out);
}

static int
vfs_sleep(sqlite3_vfs *base, int microseconds)
{
	return of(base)->lower->xSleep(of(base)->lower, microseconds);
}

static int
vfs_current_time(sqlite3_vfs *base, double *ret_time)
{
	return of(base)->lower->xCurrentTime(of(base)->lower, ret_time);
}

static int
vfs_last_error(sqlite3_vfs *base, int len, char *text)
{
	return of(base)->lower->xGetLastError(of(base)->lower, len, text);
}

/* Set the paths of ${vfs} from ${path}. */
static int
set_paths(struct vfs *vfs, const char *path)
{
	char *full = malloc((size_t)vfs->lower->mxPathname + 1);
	int err = RS_ENOMEM;

	if (full == NULL)
		return RS_ENOMEM;
	/* The primary code: a symbolic link on the way is an extended SQLITE_OK. */
	if ((vfs->lower->xFullPathname(vfs->lower, path, vfs->lower->mxPathname, full) & 0xff) !=
	    SQLITE_OK) {
		err = RS_EINVAL;
		goto out;
	}
	vfs->path = strdup(full);
	if (vfs->path == NULL || asprintf(&vfs->log_path, "%s-wal", full) < 0) {
		vfs->log_path = NULL;
		goto out;
	}
	vfs->name = strrchr(vfs->path, '/');
	vfs->name = vfs->name != NULL ? vfs->name + 1 : vfs->path;
	err = RS_OK;
out:
	free(full);
	return err;
}

int
vfs_new(const char *path, const uint8_t id[VAULT_ID_LEN], const struct secret *key,
    sqlite3_vfs *lower, struct vfs **ret_vfs)
{
	static atomic_uint made;
	struct vfs *vfs = calloc(1, sizeof(*vfs));
	int err;

	if (vfs == NULL)
		return RS_ENOMEM;
	vfs->lower = lower;
	err = set_paths(vfs, path);
	if (err == RS_OK)
		err = seal_new(id, key, random_system(), &vfs->seal);
	if (err != RS_OK)
		goto out;
	first_page_mark(id, key, vfs->mark);
	snprintf(vfs->vfs_name, sizeof(vfs->vfs_name), "readsync-vault-%u",
	    atomic_fetch_add(&made, 1));
	/* Version 1, and no xDlOpen: nothing loads code through a vault. */
	vfs->base = (sqlite3_vfs){
		.iVersion = 1,
		.szOsFile = (int)sizeof(union opened) + lower->szOsFile,
		.mxPathname = lower->mxPathname,
		.zName = vfs->vfs_name,
		.pAppData = vfs,
		.xOpen = vfs_open_file,
		.xDelete = vfs_delete,
		.xAccess = vfs_access,
		.xFullPathname = vfs_full_path,
		.xRandomness = vfs_randomness,
		.xSleep = vfs_sleep,
		.xCurrentTime = vfs_current_time,
		.xGetLastError = vfs_last_error
	};
	err = sqlite3_vfs_register(&vfs->base, 0) == SQLITE_OK ? RS_OK : RS_ENOMEM;
out:
	if (err != RS_OK)
		vfs_free(vfs);
	else
		*ret_vfs = vfs;
	return err;
}

void
vfs_free(struct vfs *vfs)
{
	if (vfs == NULL)
		return;
	sqlite3_vfs_unregister(&vfs->base);
	seal_free(vfs->seal);
	free(vfs->path);
	free(vfs->log_path);
	free(vfs);
}

struct vfs *
vfs_of(sqlite3 *db)
{
	sqlite3_vfs *base = NULL;

	sqlite3_file_control(db, "main", SQLITE_FCNTL_VFS_POINTER, &base);
	return base == NULL || base->xOpen != vfs_open_file ? NULL : of(base);
}
