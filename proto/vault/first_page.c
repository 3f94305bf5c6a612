#include <string.h>

#include "proto/base/hash.h"
#include "proto/vault/first_page.h"

enum {
	CHECK_AT = FIRST_PAGE_MAGIC_LEN + 1,
	CHECK_LEN = FIRST_PAGE_MARK_LEN - CHECK_AT,
	COUNT_AT = 28,		/* pages in the database, big endian */
	/* The database header is 100 bytes; the b-tree's own follows. */
	TREE_AT = 100
};

_Static_assert(VAULT_PAGE_LEN < 65536, "a length of 65536 is written as 1");

void
first_page_mark(const uint8_t id[VAULT_ID_LEN], const struct secret *key,
    uint8_t mark[FIRST_PAGE_MARK_LEN])
{
	struct bytes hashed = bytes_of(id, VAULT_ID_LEN);
	uint8_t check[HASH_NAME_LEN];

	hash_name(bytes_of(key->data, key->len), &hashed, 1, check);
	memcpy(mark, "RSVAULT", FIRST_PAGE_MAGIC_LEN);
	mark[FIRST_PAGE_MAGIC_LEN] = FIRST_PAGE_VERSION;
	memcpy(mark + CHECK_AT, check, CHECK_LEN);
}

const uint8_t *
first_page_magic(void)
{
	return (const uint8_t *)"SQLite format 3";
}

void
first_page_make(uint8_t page[VAULT_PAGE_LEN])
{
	memset(page, 0, VAULT_PAGE_LEN);
	memcpy(page, first_page_magic(), FIRST_PAGE_MARK_LEN);
	page[16] = VAULT_PAGE_LEN >> 8;
	page[17] = VAULT_PAGE_LEN & 0xff;
	page[18] = 2;			/* written in WAL mode */
	page[19] = 2;			/* read in WAL mode */
	page[20] = SEAL_RESERVE_LEN;
	page[21] = 64;			/* payload fractions: fixed by SQLite */
	page[22] = 32;
	page[23] = 32;
	page[COUNT_AT + 3] = 1;
	page[55] = 1;			/* largest root page: auto_vacuum is on */
	page[67] = 1;			/* incremental */
	/* The schema table: an empty leaf of a table b-tree. */
	page[TREE_AT] = 13;
	page[TREE_AT + 5] = VAULT_PAGE_TEXT_LEN >> 8;	/* where cells begin: at the end */
	page[TREE_AT + 6] = VAULT_PAGE_TEXT_LEN & 0xff;
}

uint32_t
first_page_count(const uint8_t page[VAULT_PAGE_LEN])
{
	return (uint32_t)page[COUNT_AT] << 24 | (uint32_t)page[COUNT_AT + 1] << 16 |
	    (uint32_t)page[COUNT_AT + 2] << 8 | page[COUNT_AT + 3];
}
