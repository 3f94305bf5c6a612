/*
 * A new key for a vault: everything in it is sealed anew, so that who had the old key, or
 * an old copy of vault.keys, cannot read what is written from now on.
 *
 * The steps, each on the disk before the next:
 *   1. vault.keys.fresh  the new key, wrapped for the one who came
 *   2. vault.db.next     every page, under the new key
 *   3. vault.keys.fresh  is called vault.keys.next
 *   4. vault.db.next     is called vault.db
 *   5. vault.keys.next   is called vault.keys
 * So vault.keys.next without vault.db.next means that step 4 is done, and step 5 is all
 * that is left; otherwise the vault is the old one, and what is beside it is dropped,
 * after step 3 is taken back.  The log is empty, and the vault held, all the while.
 */
#ifndef PROTO_REPLICA_REKEY_H
#define PROTO_REPLICA_REKEY_H

#include <stdbool.h>

#include "proto/base/buffer.h"
#include "proto/replica/home.h"

/* Where in a home it happens. */
struct rekey_paths {
	struct buffer keys;
	struct buffer keys_fresh;
	struct buffer keys_next;
	struct buffer vault;
	struct buffer vault_next;
};

/**
 * rekey_paths_init(paths, directory), rekey_paths_release(paths):
 * Name the files in ${directory}.  Released also after a failure.
 */
int rekey_paths_init(struct rekey_paths *paths, const char *directory);
/** Free what it holds, but not itself. */
void rekey_paths_release(struct rekey_paths *paths);

/**
 * rekey_is_open(paths):
 * Tell whether a rekey runs or was cut short.
 */
bool rekey_is_open(const struct rekey_paths *paths);

/**
 * rekey_settle(paths, detail):
 * Finish what was cut short, or take it back.  The caller has the lock of home_lock.
 */
int rekey_settle(const struct rekey_paths *paths, struct rs_err_detail *detail);

/**
 * rekey_home(settings, progress, detail):
 * Give the vault of the home ${settings} a new id and a new key, wrapped under what opens
 * it now; the vault must be free.  Only that slot can be carried over: RS_EREFUSED where
 * there are others.  RS_ELOCKED while the vault is held, or a backup is made.  After any
 * failure or kill the vault opens with what opened it before.
 */
int rekey_home(const struct home_settings *settings,
    void (*progress)(const char *what, uint64_t done, uint64_t total),
    struct rs_err_detail *detail);

#endif
