/*
 * The database file under the sealing VFS; the layout is in proto/vault/vfs.h.
 */
#ifndef PROTO_VAULT_VFS_DATABASE_H
#define PROTO_VAULT_VFS_DATABASE_H

#include "proto/vault/vfs.h"
#include "proto/vault/vfs_ahead.h"
#include "proto/vault/vfs_batch.h"

struct vfs_database {
	sqlite3_file base;
	struct vfs *vfs;
	sqlite3_file *lower;
	struct vfs_batch batch;
	struct vfs_ahead ahead;
	int directory;			/* that the file is in, to lock; or -1 */
	bool claimed;			/* it is locked, see vfs.h */
	uint8_t page[VAULT_PAGE_LEN];	/* one that SQLite wants a part of */
};

/**
 * vfs_database_open(database, vfs, lower, flags, ret_flags):
 * Open the database of ${vfs} into ${database}, with ${lower} as the memory for the
 * lower VFS's file.  Reads the mark, so that a wrong key or a foreign file is
 * found before SQLite acts on either.  An empty file passes only with
 * SQLITE_OPEN_CREATE in ${flags}.  Returns an SQLite code; on failure
 * database->base.pMethods stays NULL, as xOpen wants it.
 */
int vfs_database_open(struct vfs_database *database, struct vfs *vfs, sqlite3_file *lower,
    int flags, int *ret_flags);

/**
 * vfs_database_seal(vfs, page, text, sealed):
 * Seal the plaintext page number ${page} at ${text} into ${sealed}, both
 * VAULT_PAGE_LEN bytes and apart.
 */
void vfs_database_seal(struct vfs *vfs, uint32_t page, const uint8_t *text, uint8_t *sealed);

/**
 * vfs_database_rest(database):
 * Give back the memory of what was read ahead.
 */
void vfs_database_rest(struct vfs_database *database);

#endif
