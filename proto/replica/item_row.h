/*
 * The rows of the derived table `item`.
 */
#ifndef PROTO_REPLICA_ITEM_ROW_H
#define PROTO_REPLICA_ITEM_ROW_H

#include "proto/replica/database.h"
#include "proto/replica/item.h"

enum {
	ITEM_ROW_PREFIX_MIN = 4		/* hexadecimal digits that name an item, at least */
};

/* What item_row_read reads, in this order, of the table `item`. */
#define ITEM_ROW_COLUMNS \
	" item.item, item.url, item.title, item.site_name, item.state, item.starred," \
	" item.saved_ms, item.waits, item.copy, item.words, item.article IS NOT NULL," \
	" item.article IS NULL AND EXISTS (SELECT 1 FROM reading WHERE reading.id = item.best" \
	" AND reading.article IS NOT NULL)," \
	" (SELECT group_concat(tag, char(10)) FROM" \
	" (SELECT tag FROM item_tag WHERE item_tag.item = item.id ORDER BY tag))," \
	" EXISTS (SELECT 1 FROM note_head WHERE note_head.item = item.id AND text <> '') OR" \
	" EXISTS (SELECT 1 FROM highlight WHERE highlight.item = item.id AND present) "

enum {
	ITEM_ROW_COLUMN_COUNT = 14
};

/**
 * item_row_read(rows, item):
 * Fill ${item} from the first columns of the current row, which are
 * ITEM_ROW_COLUMNS.
 */
void item_row_read(const struct rows *rows, struct item *item);

/**
 * item_row_make(replica, item, ret_row):
 * Set ${ret_row} to the row of ${item}, made when it is the first that is heard of
 * it.
 */
int item_row_make(struct replica *replica, const uint8_t *item, int64_t *ret_row);

/**
 * item_row_register(replica):
 * Make the table of the rows that are gathered.
 */
int item_row_register(struct replica *replica);

/**
 * item_row_refresh(replica, row):
 * A register that bears on ${row} or its aliases, one of its readings, or a blob of
 * theirs has changed: bring in line what is shown, the best
 * reading, the index, the want-list, and on an archive the work.
 */
int item_row_refresh(struct replica *replica, int64_t row);

/**
 * item_row_settle(replica):
 * Refresh the rows that were gathered (replica_gather): before the index is settled.
 */
int item_row_settle(struct replica *replica);

/**
 * item_row_gain_article(replica, hash):
 * The blob ${hash} is here, wholly: items whose best reading has this article have it now.
 */
int item_row_gain_article(struct replica *replica, const uint8_t *hash);

/**
 * item_row_lose_article(replica, hash):
 * The blob ${hash} is about to be given up: no item has its article here any more.
 */
int item_row_lose_article(struct replica *replica, const uint8_t *hash);

#endif
