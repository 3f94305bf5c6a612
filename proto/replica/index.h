/*
 * The full-text index: one entry per shown item, made of its title, of the
 * article that its row names, and of the reader's notes and highlights.
 *
 * Entries that change are gathered, and changed before the commit in the order of their
 * rows: FTS5 writes out all that it holds in memory whenever it meets a row
 * below the last, and articles come in the order in which they are wanted, newest
 * first.  A first sync took twice as long.  So a search in a transaction may miss what
 * that transaction has changed.  index_text.h makes the texts.
 */
#ifndef PROTO_REPLICA_INDEX_H
#define PROTO_REPLICA_INDEX_H

#include "proto/replica/replica.h"

enum {
	/*
	 * Raise this when the tokenizer or the text of an article changes: an
	 * index that another version made is made anew at open.
	 */
	INDEX_VERSION = 1
};

/**
 * index_register(replica):
 * Make the tokenizer and the function of the view `search_content` known to
 * SQLite, and the table of what changes; before any statement that touches the index.
 */
int index_register(struct replica *replica);

/**
 * index_change(replica, item):
 * What the entry of the row ${item} of `item` is made of is about to change: the row, or a
 * note or highlight that is shown with it.
 */
int index_change(struct replica *replica, int64_t item);

/**
 * index_settle(replica):
 * Bring the entries of all rows that have changed in line with them: the last act of a
 * transaction.
 */
int index_settle(struct replica *replica);

/**
 * index_forget(replica):
 * SQLite has rolled back a transaction by itself: have FTS5 forget what it keeps in memory.
 * When the statement that fails is one by which FTS5 reads how many rows and words there
 * are, it hears of the rollback first and then takes what it did not read for zero: later
 * commits would store that.
 */
void index_forget(struct replica *replica);

/**
 * index_compact(replica):
 * Much has been taken out: rewrite the index without it, in transactions of a bounded size.
 * FTS5 by itself notes what goes, and forgets both only with later merges.
 */
int index_compact(struct replica *replica);

/**
 * index_clear(replica):
 * Take every entry out.
 */
int index_clear(struct replica *replica);

#endif
