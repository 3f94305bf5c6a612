/*
 * The sealing VFS: what SQLite writes for one vault, on its way to the disk.
 *
 * It lies over another VFS (the system's), is made for one vault, and knows two
 * files: the database and its write-ahead log.  SQLite is kept in WAL mode
 * with an exclusive lock, so it needs no other; every other open is refused.
 *
 *
 * The database, "vault.db"
 * ------------------------
 * Pages of VAULT_PAGE_LEN bytes, each sealed by itself.  SQLite leaves
 * the last 40 bytes of every page alone (byte 20 of its header says so):
 *
 *     0                     P-40             P-16       P
 *     ciphertext of P-40     nonce (24)       tag (16)
 *
 * bound to vault id, 'D' and page number (4 bytes, big endian); the nonce's note is
 * 0.  Page 1 has the mark of first_page.h in its first 16 bytes; its
 * ciphertext is of the bytes from 16 on.  So a page authenticates only at its
 * own place in its own vault.
 *
 * SQLite reads whole pages, and parts of page 1 (100@0, 16@24); newer versions also
 * parts of overflow pages.  It writes whole pages.  Reads of a part of one page
 * are answered; everything else is an error.  A page that is not in the file is
 * damage if page 1 counts it; other pages read as zeros, because SQLite looks at
 * some that it allocated and never wrote.
 *
 * Where SQLite goes through the pages in order, they are read and opened ahead of it: see
 * vfs_ahead.h.
 *
 * A power cut during a checkpoint may tear page 1 while the log still holds all of
 * it.  SQLite looks at its header before it reads the log, so a read of a *part* of
 * a page 1 that does not authenticate is answered with first_page_make; a read of
 * all of it reports the damage.
 *
 * Only a checkpoint writes this file.  It locks the directory for itself (flock) from
 * its first write to its sync, and waits for another time where it cannot.  So who holds
 * that lock shared can copy the file while a program uses the vault; and the log,
 * which grows meanwhile, and at most once begins anew.
 *
 *
 * The log, "vault.db-wal"
 * -----------------------
 * A header of 32 bytes, as SQLite writes it: nothing of it is secret.  Then frames,
 * numbered from 1, of 24 + P bytes, each sealed as one unit:
 *
 *     0            16                      24+P-40      24+P-16    24+P
 *     page,        ciphertext of 8 bytes   nonce (24)   tag (16)
 *     commit size, of checksum and P-40
 *     salts        bytes of page
 *
 * bound to vault id, 'W', frame number (4), the salts of the log's header (8) and the
 * 16 bytes before the ciphertext.  The checksum, which SQLite computes over
 * plaintext, is encrypted with the page.  The salts change whenever SQLite begins
 * the log anew, so a frame authenticates only at its place, in its log, in its
 * vault.  (The salts in the frame itself are zero for a while when SQLite rewrites
 * checksums; hence both.)
 *
 * The nonce's note is the number of frames that were *durable* when this one was
 * sealed: the last that a successful sync covered and that was not written again
 * since.  This is what tells damage from a power cut: a power cut harms only
 * frames that no later frame counts as durable.
 *
 * SQLite's shapes.  Writes: the header, 32@0; a frame's header, 24, which waits in
 * memory until its page comes, so that a frame is written once; a page alone in
 * its place, which takes the stored header; a frame's header alone in its
 * place, which seals the stored page anew.  Reads: the header or its 8 last bytes; a
 * frame, its page or its checksum: any part of one frame is answered.  Everything
 * else is an error.
 *
 * A log that is found at open is written again, as it is, before the first sync: a sync that
 * failed under the last holder may have left it in the system's cache alone, and a later one
 * would not tell (fsync reports a failure once, and takes the pages for written).
 *
 * A frame that does not authenticate:
 *   - where SQLite wants its page, or this program wrote it: an error;
 *   - where SQLite looks for the end of the log after a crash: an error when a
 *     later frame authenticates and counts it as durable; else the log ends
 *     here, and SQLite is given zeros, which it takes for that.
 * A header of the log that does not hold is an error when any frame
 * authenticates with its own salts; else the log is empty.  (This takes a write
 * of 32 bytes at the start of a file to be whole or not done.)  After such an error
 * nothing is written to or deleted from the vault any more through this VFS: SQLite
 * would clear the log away when it closes.
 *
 *
 * What this gives, and what not
 * -----------------------------
 * Who reads the disk learns sizes, which pages change when and together (page
 * numbers in the log are plain), and the nonces: no byte of content.
 * Who changes the disk can make reads fail, and cannot make SQLite see bytes that
 * this vault did not write at that place.  They can put back an older page, an
 * older log or older files as a whole, and can cut or delete the log, which loses
 * the latest transactions: none of this is noticed.  A changed bit in the
 * last transaction of a log that a crash left looks like a power cut.
 */
#ifndef PROTO_VAULT_VFS_H
#define PROTO_VAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "proto/base/err.h"
#include "proto/base/secret.h"
#include "proto/vault/first_page.h"
#include "proto/vault/keys.h"
#include "proto/vault/seal.h"

/* One vault's VFS; only the files of the VFS look inside. */
struct vfs {
	sqlite3_vfs base;
	sqlite3_vfs *lower;
	struct seal *seal;
	char *path;			/* of the database, absolute */
	char *log_path;
	const char *name;		/* the last part of ${path}, for messages */
	char vfs_name[32];		/* what SQLite knows this VFS by */
	uint8_t mark[FIRST_PAGE_MARK_LEN];
	bool alone;			/* nobody else knows the file: no lock of its directory */
	bool broken;			/* recovery found damage: write no more */
	int err;			/* the last failure that SQLite has no code for */
	struct rs_err_detail detail;
};

/**
 * vfs_new(path, id, key, lower, ret_vfs):
 * Make a VFS for the vault ${id} with the data key ${key} whose database is
 * ${path}, over ${lower}, and register it with SQLite (never as the default).
 * ${path} need not exist: who writes a vault under a new key opens a second VFS.
 * RS_EINVAL for a key or path that cannot be one, RS_ENOMEM.
 */
int vfs_new(const char *path, const uint8_t id[VAULT_ID_LEN], const struct secret *key,
    sqlite3_vfs *lower, struct vfs **ret_vfs);

/**
 * vfs_free(vfs):
 * Unregister and free; every connection through it is closed.  NULL is ignored.
 */
void vfs_free(struct vfs *vfs);

/**
 * vfs_of(db):
 * Return the sealing VFS that ${db} was opened with, or NULL when it was opened with
 * another one, as a test does that keeps its database in memory.
 */
struct vfs *vfs_of(sqlite3 *db);

/**
 * vfs_fail(vfs, err, format, ...):
 * Note why the call that SQLite is about to see fail fails.  A code that SQLite has
 * none for reaches vault_error this way.
 */
void vfs_fail(struct vfs *vfs, int err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * vfs_take_failure(vfs, detail):
 * Return the failure last noted, or RS_OK, and forget it; ${detail} (or NULL) gets
 * its line.
 */
int vfs_take_failure(struct vfs *vfs, struct rs_err_detail *detail);

/**
 * vfs_code(lower, rc):
 * Return ${rc}, which a call that changes the lower file ${lower} gave; but SQLITE_FULL where
 * the system said that there is no room.  SQLite's own says that of writes alone: a quota,
 * or a file system that finds room at a sync, would come out as an I/O error.
 */
int vfs_code(sqlite3_file *lower, int rc);

/**
 * vfs_reserve_is_zero(page):
 * Tell whether SQLite left the reserved bytes at the end of ${page} zero.  The
 * page comes back with zeros there, and the log's checksums cover them.
 */
bool vfs_reserve_is_zero(const uint8_t *page);

#endif
