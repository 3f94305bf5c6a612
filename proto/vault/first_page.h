/*
 * The first page of a vault's database: what is fixed about it.
 *
 * SQLite begins every database with the same 16 bytes, "SQLite format 3" and a NUL.
 * On disk their place is taken by the *mark*, the only plaintext of the file:
 *
 *     "RSVAULT"  version (1 byte, 1)  check (8 bytes)
 *
 * The check is the first half of hash_name, keyed with the data key, of the vault
 * id.  It tells a wrong key from a damaged page, and a vault from any other file,
 * before SQLite touches anything; it tells nothing about key or content.  The
 * mark never changes in the life of a database, so no torn write can harm it.
 */
#ifndef PROTO_VAULT_FIRST_PAGE_H
#define PROTO_VAULT_FIRST_PAGE_H

#include <stdint.h>

#include "proto/base/secret.h"
#include "proto/vault/keys.h"
#include "proto/vault/seal.h"

enum {
	/*
	 * Fixed by the format.  Against 8192 and 16384, the same work took the same
	 * time within 5 % (sealing costs by the byte), and small changes, which
	 * seal and log whole pages, would cost two and four times as much.
	 */
	VAULT_PAGE_LEN = 4096,
	VAULT_PAGE_TEXT_LEN = VAULT_PAGE_LEN - SEAL_RESERVE_LEN,
	FIRST_PAGE_MARK_LEN = 16,
	FIRST_PAGE_MAGIC_LEN = 7,	/* of the mark's bytes, "RSVAULT" */
	FIRST_PAGE_VERSION = 1
};

/**
 * first_page_mark(id, key, mark):
 * Write the mark of the vault ${id} with the data key ${key}.
 */
void first_page_mark(const uint8_t id[VAULT_ID_LEN], const struct secret *key,
    uint8_t mark[FIRST_PAGE_MARK_LEN]);

/**
 * first_page_magic():
 * Return the FIRST_PAGE_MARK_LEN bytes that SQLite has where the mark is on disk.
 */
const uint8_t *first_page_magic(void);

/**
 * first_page_make(page):
 * Write page 1 of an empty database as SQLite would (File format, section 1.3 and
 * 1.6): in WAL mode, of our page size and reserve, auto_vacuum INCREMENTAL.  Its
 * header also answers for a page 1 that a power cut tore: page size, reserve
 * and vacuum mode are all that SQLite takes from it before it reads the log.
 */
void first_page_make(uint8_t page[VAULT_PAGE_LEN]);

/**
 * first_page_count(page):
 * Return how many pages the database has, by what its plaintext first ${page} says.
 */
uint32_t first_page_count(const uint8_t page[VAULT_PAGE_LEN]);

#endif
