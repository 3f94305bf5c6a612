#include "proto/replica/blob.h"
#include "proto/replica/internal.h"
#include "proto/replica/item.h"
#include "proto/replica/statistics.h"

int
statistics_read(struct replica *replica, struct statistics *ret_statistics)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT count(*), count(*) FILTER (WHERE state = ?), count(*) FILTER (WHERE copy = ?),"
	    " (SELECT count(*) FROM reading),"
	    " (SELECT count(*) FROM blob WHERE received = size),"
	    " (SELECT coalesce(sum(size), 0) FROM blob WHERE received = size)"
	    " FROM item WHERE shown",
	    VALUES(DB_INTEGER(ITEM_UNREAD), DB_INTEGER(READSYNC__COPY__COPY_FULL)));
	struct statistics read = { .blobs_wanted = blob_wanted(replica) };

	if (database_next(&rows)) {
		read.items = (uint64_t)database_integer(&rows, 0);
		read.unread = (uint64_t)database_integer(&rows, 1);
		read.full = (uint64_t)database_integer(&rows, 2);
		read.readings = (uint64_t)database_integer(&rows, 3);
		read.blobs = (uint64_t)database_integer(&rows, 4);
		read.stored_bytes = (uint64_t)database_integer(&rows, 5);
	}
	if (database_end(&rows) == RS_OK)
		*ret_statistics = read;
	return rows.err;
}
