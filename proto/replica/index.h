/*
 * The full-text index: one entry per shown item, made of its title and of the
 * article that its row names.  An entry must be taken out before the row changes
 * and put back after, because FTS5 takes out what the content says at that time.
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
 * SQLite; before any statement that touches the index.
 */
int index_register(struct replica *replica);

/**
 * index_add(replica, item), index_remove(replica, item):
 * Put the entry of the row ${item} of `item` in, or take it out; of one that
 * is not shown, nothing.
 */
int index_add(struct replica *replica, int64_t item);
int index_remove(struct replica *replica, int64_t item);

/**
 * index_clear(replica):
 * Take every entry out.
 */
int index_clear(struct replica *replica);

#endif
