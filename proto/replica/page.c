#include <string.h>

#include "proto/replica/blob.h"
#include "proto/replica/internal.h"
#include "proto/replica/local.h"
#include "proto/replica/page.h"
#include "proto/replica/want.h"

/* Its value says nothing; that it is there, says no. */
#define LOCAL_DROP "drop-pages"

int
page_load(struct replica *replica)
{
	struct buffer value;
	int err;

	buffer_init(&value, 8);
	err = local_get(replica, LOCAL_DROP, &value);
	replica->drops_pages = err == RS_OK;
	buffer_release(&value);
	return err == RS_ENOTFOUND ? RS_OK : err;
}

int
page_keep(struct replica *replica, bool keep)
{
	int err;

	if (replica->drops_pages == !keep)
		return RS_OK;
	err = replica_begin(replica);
	if (err != RS_OK)
		return err;
	err = local_set(replica, LOCAL_DROP, bytes_of_text(keep ? "" : "1"));
	if (err == RS_OK) {
		replica->drops_pages = !keep;
		err = want_rebuild(replica);
	}
	/* When that fails, what is in memory is read anew too. */
	return replica_settle(replica, err);
}

/* Set ${page} to what ${fetch} got; RS_ENOTFOUND when there is none, or it is still needed. */
static int
find_page(struct replica *replica, const uint8_t *fetch, uint8_t page[HASH_CONTENT_LEN])
{
	struct rows rows = database_query(&replica->database,
	    "SELECT page FROM fetch AS one WHERE fetch = ?1 AND page IS NOT NULL"
	    " AND NOT EXISTS (SELECT 1 FROM fetch WHERE page = one.page AND NOT EXISTS"
	    " (SELECT 1 FROM reading WHERE reading.fetch = fetch.fetch))"
	    " AND NOT EXISTS (SELECT 1 FROM reading WHERE article = one.page)"
	    " AND NOT EXISTS (SELECT 1 FROM image WHERE blob = one.page)",
	    VALUES(DB_BLOB(fetch, HASH_NAME_LEN)));
	bool found = database_next(&rows);

	if (found)
		memcpy(page, database_blob(&rows, 0).data, HASH_CONTENT_LEN);
	if (database_end(&rows) != RS_OK)
		return rows.err;
	return found ? RS_OK : RS_ENOTFOUND;
}

int
page_was_read(struct replica *replica, const uint8_t *fetch)
{
	uint8_t page[1][HASH_CONTENT_LEN];
	int err;

	int64_t goes;

	err = database_lookup(&replica->database,
	    "SELECT ?2 OR EXISTS (SELECT 1 FROM reading WHERE fetch = ?1 AND withheld)",
	    VALUES(DB_BLOB(fetch, HASH_NAME_LEN), DB_INTEGER(replica->drops_pages)), &goes);
	if (err != RS_OK || !goes)
		return err;
	err = find_page(replica, fetch, page[0]);
	if (err != RS_OK)
		return err == RS_ENOTFOUND ? RS_OK : err;
	return blob_give_up(replica, (const uint8_t (*)[HASH_CONTENT_LEN])page, 1);
}
