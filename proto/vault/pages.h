/*
 * The pages of a vault one after the other, beneath SQLite.
 */
#ifndef PROTO_VAULT_PAGES_H
#define PROTO_VAULT_PAGES_H

#include <stdint.h>

#include "proto/base/err.h"
#include "proto/base/secret.h"
#include "proto/vault/keys.h"

struct sqlite3;

/* Who is told of the pages; either may be NULL. */
struct pages_watch {
	void (*on_damaged)(void *context, uint64_t page);
	void (*on_progress)(void *context, uint64_t done, uint64_t total);
	void *context;
};

/**
 * pages_check(db, watch, ret_pages, ret_damaged, detail):
 * Bring the log of the vault ${db} (from vault_open, no transaction open) into its
 * database, and see whether each page on the disk authenticates.  ${ret_damaged} of
 * ${ret_pages} do not, and each was told.  Fails like vault_error; ${detail} (or NULL) as
 * there.
 */
int pages_check(struct sqlite3 *db, const struct pages_watch *watch, uint64_t *ret_pages,
    uint64_t *ret_damaged, struct rs_err_detail *detail);

/**
 * pages_reseal(db, path, id, key, watch, detail):
 * Bring the log of the vault ${db} into its database, and write the file ${path}: the same
 * pages, sealed for the vault ${id} under the data key ${key}, and on the disk when this
 * returns.  A file that was there is replaced.  Nobody may write to ${db} meanwhile.
 * RS_EDAMAGED when a page does not authenticate; else fails like pages_check, and
 * ${path} is then not there.
 */
int pages_reseal(struct sqlite3 *db, const char *path, const uint8_t id[VAULT_ID_LEN],
    const struct secret *key, const struct pages_watch *watch, struct rs_err_detail *detail);

#endif
