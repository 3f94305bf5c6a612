/*
 * Backups of a vault: one file with all of it, as sealed as the vault is.
 *
 * It is a vault.db, then the vault.keys of that moment, and a tail of 12 bytes: the
 * length of those keys (4 bytes, big endian) and "RSBACKUP".  So a backup opens with
 * what opened the vault when it was made, and with nothing else; and who has the file
 * learns what who has those two files does.
 *
 * The steps of a restore, each on the disk before the next:
 *   1. vault.keys.restored  the keys
 *   2. vault.db.part        the database, looked over, and made that of another device
 *   3. vault.db.part        is called vault.db
 *   4. vault.keys.restored  is called vault.keys
 * Cut short before step 3, it is to be run again, which whoever opens the home is told; after
 * that, step 4 is all that is left, and home_settle takes it.
 */
#ifndef PROTO_REPLICA_BACKUP_H
#define PROTO_REPLICA_BACKUP_H

#include "proto/replica/home.h"

#define BACKUP_RESTORED_KEYS "vault.keys.restored"	/* their name in a home until step 4 */

/* Called with how much of the part ${what} is done; may be NULL. */
typedef void backup_progress(const char *what, uint64_t done, uint64_t total);

/**
 * backup_make(settings, path, progress, detail):
 * Copy the vault of the home ${settings} into the new file ${path}, of mode 0600, as it
 * was at one moment, also while another program holds it and goes on writing: all that
 * was committed before this was called is in it.  The copy's pages are authenticated.
 * The log grows meanwhile; vault.keys cannot be changed.  RS_EEXIST when ${path} is
 * there, RS_EDAMAGED when the vault is; else fails like vault_keys_open and vault_open.
 * After a failure, or a kill, ${path} is not there; after a kill ${path}.part, and
 * ${path}.part-wal, may be.
 */
int backup_make(const struct home_settings *settings, const char *path,
    backup_progress *progress, struct rs_err_detail *detail);

/**
 * backup_restore(settings, path, progress, detail):
 * Make the home ${settings} of the backup ${path}, which must open with what
 * ${settings} has.  Its replica goes on under a new origin, see replica_reincarnate: what
 * it wrote since comes back from whoever has it.  RS_EEXIST where there is any part of a
 * vault, RS_ENOTVAULT when ${path} is no backup, RS_EDAMAGED when it is cut short or
 * changed; else fails like vault_keys_open, vault_open and replica_open.  After a failure
 * the home is as before; after a kill it has this vault, or none and a trace of that.
 */
int backup_restore(const struct home_settings *settings, const char *path,
    backup_progress *progress, struct rs_err_detail *detail);

#endif
