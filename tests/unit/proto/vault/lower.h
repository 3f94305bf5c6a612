/*
 * A VFS to lie beneath a vault: the system's, with a disk that can be full.
 * lower_start makes it SQLite's default, which is what vault_open builds on.
 */
#ifndef TESTS_VAULT_LOWER_H
#define TESTS_VAULT_LOWER_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

struct lower {
	sqlite3_vfs base;
	sqlite3_vfs *system;
	long room;	/* bytes that may still be written; -1 for any number */
	long reads, writes;	/* calls so far */
	bool refused;	/* has a write met a full disk? */
};

struct lower_file {
	sqlite3_file base;
	struct lower *lower;
	sqlite3_file *system;
};

static struct lower lower;
static sqlite3_io_methods lower_methods;

#define LOWER_SYSTEM(file) (((struct lower_file *)(file))->system)

static inline int
lower_close(sqlite3_file *file)
{
	return LOWER_SYSTEM(file)->pMethods->xClose(LOWER_SYSTEM(file));
}

static inline int
lower_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
	lower.reads++;
	return LOWER_SYSTEM(file)->pMethods->xRead(LOWER_SYSTEM(file), out, len, at);
}

/* A full disk takes the part that fits, as a real one does. */
static inline int
lower_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
	int fits = len;

	lower.writes++;
	if (lower.room >= 0 && len > lower.room) {
		fits = (int)lower.room;
		lower.refused = true;
	}
	if (lower.room >= 0)
		lower.room -= fits;
	if (fits > 0)
		LOWER_SYSTEM(file)->pMethods->xWrite(LOWER_SYSTEM(file), data, fits, at);
	return fits == len ? SQLITE_OK : SQLITE_FULL;
}

static inline int
lower_truncate(sqlite3_file *file, sqlite3_int64 len)
{
	return LOWER_SYSTEM(file)->pMethods->xTruncate(LOWER_SYSTEM(file), len);
}

static inline int
lower_sync(sqlite3_file *file, int flags)
{
	return LOWER_SYSTEM(file)->pMethods->xSync(LOWER_SYSTEM(file), flags);
}

static inline int
lower_len(sqlite3_file *file, sqlite3_int64 *ret_len)
{
	return LOWER_SYSTEM(file)->pMethods->xFileSize(LOWER_SYSTEM(file), ret_len);
}

static inline int
lower_lock(sqlite3_file *file, int level)
{
	return LOWER_SYSTEM(file)->pMethods->xLock(LOWER_SYSTEM(file), level);
}

static inline int
lower_unlock(sqlite3_file *file, int level)
{
	return LOWER_SYSTEM(file)->pMethods->xUnlock(LOWER_SYSTEM(file), level);
}

static inline int
lower_check(sqlite3_file *file, int *ret_reserved)
{
	return LOWER_SYSTEM(file)->pMethods->xCheckReservedLock(LOWER_SYSTEM(file), ret_reserved);
}

static inline int
lower_control(sqlite3_file *file, int operation, void *argument)
{
	return LOWER_SYSTEM(file)->pMethods->xFileControl(LOWER_SYSTEM(file), operation, argument);
}

static inline int
lower_sector_len(sqlite3_file *file)
{
	return LOWER_SYSTEM(file)->pMethods->xSectorSize(LOWER_SYSTEM(file));
}

static inline int
lower_characteristics(sqlite3_file *file)
{
	return LOWER_SYSTEM(file)->pMethods->xDeviceCharacteristics(LOWER_SYSTEM(file));
}

static inline int
lower_open(sqlite3_vfs *base, const char *path, sqlite3_file *file, int flags, int *ret_flags)
{
	struct lower_file *opened = (struct lower_file *)file;
	int rc;

	(void)base;
	opened->lower = &lower;
	opened->system = (sqlite3_file *)(opened + 1);
	rc = lower.system->xOpen(lower.system, path, opened->system, flags, ret_flags);
	file->pMethods = opened->system->pMethods != NULL ? &lower_methods : NULL;
	return rc;
}

static inline void
lower_start(void)
{
	lower.system = sqlite3_vfs_find("unix");
	lower.base = *lower.system;
	lower.base.zName = "lower";
	lower.base.szOsFile += (int)sizeof(struct lower_file);
	lower.base.xOpen = lower_open;
	lower.room = -1;
	lower.reads = lower.writes = 0;
	lower.refused = false;
	lower_methods = (sqlite3_io_methods){
		.iVersion = 1,
		.xClose = lower_close,
		.xRead = lower_read,
		.xWrite = lower_write,
		.xTruncate = lower_truncate,
		.xSync = lower_sync,
		.xFileSize = lower_len,
		.xLock = lower_lock,
		.xUnlock = lower_unlock,
		.xCheckReservedLock = lower_check,
		.xFileControl = lower_control,
		.xSectorSize = lower_sector_len,
		.xDeviceCharacteristics = lower_characteristics
	};
	sqlite3_vfs_register(&lower.base, 1);
}

static inline void
lower_stop(void)
{
	sqlite3_vfs_unregister(&lower.base);
	sqlite3_vfs_register(lower.system, 1);
}

#endif
