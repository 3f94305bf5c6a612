/*
 * A vault: one SQLite database, sealed on disk, open to one program at a time.
 *
 * vault_open gives an ordinary connection.  Everything that SQLite writes goes
 * through the VFS of proto/vault/vfs.h, so tables, indexes and the full-text index
 * are all ciphertext: `vault.db`, and while it is open `vault.db-wal`.  No other
 * file is ever made: temporary tables, sorters and rollbacks stay in memory.
 *
 * What always holds for a connection from here, and must stay so: journal_mode
 * WAL, locking_mode EXCLUSIVE, synchronous FULL (a commit that returned survives a
 * power cut), secure_delete ON, auto_vacuum INCREMENTAL, foreign_keys ON,
 * temp_store MEMORY, no mmap, no ATTACH (so no VACUUM), no extensions, schema not
 * trusted: an SQL function that triggers or generated columns use is registered
 * with SQLITE_INNOCUOUS.  Result codes are SQLite's primary ones.
 *
 * A connection belongs to one thread at a time, and never crosses a fork.
 */
#ifndef PROTO_VAULT_VAULT_H
#define PROTO_VAULT_VAULT_H

#include <stdint.h>

#include "proto/base/err.h"
#include "proto/base/secret.h"
#include "proto/vault/keys.h"

struct sqlite3;

enum {
	VAULT_CREATE = 1,	/* make an empty vault when there is none */
	VAULT_ALONE = 2		/* a file that nobody else knows: its directory may be locked */
};

/**
 * vault_open(path, id, key, flags, wait_ms, ret_db, detail):
 * Open the vault in the file ${path} (a home's `vault.db`), whose id and data key
 * vault_keys_open gave, recover what a crash left in its log, and hold it until
 * vault_close.  Waits up to ${wait_ms} milliseconds for another holder to let go.
 *
 * SQLite's default VFS lies beneath; a test that wants another one registers it
 * as the default first.  Fails with
 *   RS_ENOTFOUND  there is no such file, and ${flags} lacks VAULT_CREATE
 *   RS_ELOCKED    another program held it all the time
 *   RS_ENOTVAULT  the file is not a vault
 *   RS_EVERSION   it was written by a newer version
 *   RS_EKEY       it is a vault, and not of this key
 *   RS_EDAMAGED   it is of this key, and bytes on disk were changed
 *   RS_EFULL, RS_EIO, RS_ENOMEM
 * ${detail} (or NULL) then names the file, and the page or frame where there is one.
 * A failed call changes no file that was there.
 */
int vault_open(const char *path, const uint8_t id[VAULT_ID_LEN], const struct secret *key,
    unsigned flags, unsigned wait_ms, struct sqlite3 **ret_db, struct rs_err_detail *detail);

/**
 * vault_close(db):
 * Roll an open transaction back, bring the log into the database and let go of the
 * vault.  The caller has finalized its statements (and those alone: FTS5 has
 * some of its own on the same connection).  NULL is ignored.
 */
void vault_close(struct sqlite3 *db);

/**
 * vault_error(db, code, detail):
 * Say what the SQLite result ${code}, just got from ${db}, means: RS_OK for
 * SQLITE_OK, SQLITE_ROW and SQLITE_DONE; RS_EFULL for a full disk; RS_EDAMAGED when
 * a page failed its authentication, with ${detail} (or NULL) naming it, or when
 * the structure of the database does not hold; RS_ENOMEM, RS_ELOCKED,
 * RS_ELIMIT (SQLITE_TOOBIG), RS_EINTERRUPTED, RS_EIO; RS_EEXIST for a broken
 * constraint; RS_EINTERNAL for what only a mistake of ours can cause.
 */
int vault_error(struct sqlite3 *db, int code, struct rs_err_detail *detail);

/**
 * vault_rest(db):
 * Give back the memory that speeds up work: SQLite's pages and the end of the log, both in
 * plain.  Between transactions; what is needed later is read again.
 */
void vault_rest(struct sqlite3 *db);

#endif
