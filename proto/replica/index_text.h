/*
 * The texts of articles, as the index has them.
 *
 * To index a text takes several times as long as to make it of its blob.  So where one
 * transaction indexes many items, those that come next are made ready by a helper
 * (proto/base/helper.h) while SQLite's thread indexes one: it reads the blobs, a few ahead,
 * and the helper does what calls nothing of SQLite.  What waits is bounded, since a large
 * article is not read ahead.  One article starts no thread, and none outlives the
 * transaction.
 */
#ifndef PROTO_REPLICA_INDEX_TEXT_H
#define PROTO_REPLICA_INDEX_TEXT_H

#include "proto/base/helper.h"
#include "proto/replica/database.h"
#include "proto/replica/pack.h"
#include "proto/replica/replica.h"

enum {
	/* Bytes of an article that are indexed: the rest of a longer one is not found. */
	INDEX_TEXT_MAX = 4 * 1024 * 1024,

	/* How many articles are read ahead, each no larger than this, packed and unpacked. */
	INDEX_TEXT_AHEAD = 16,
	INDEX_TEXT_FRAME_MAX = 64 * 1024,
	INDEX_TEXT_CONTENT_MAX = 256 * 1024
};

/* One that was read ahead; the helper's until it is waited for. */
struct index_text_job {
	struct helper_job job;
	struct pack *pack;		/* the helper's own */
	int64_t item;
	struct buffer frame;
	struct buffer text;
	int err;
};

struct index_text {
	struct replica *replica;
	struct rows items;		/* those to come, */
	bool more;			/* as far as there are any */
	struct helper helper;
	struct pack *pack;		/* the helper's, once it has a job */
	struct index_text_job ahead[INDEX_TEXT_AHEAD];	/* a ring */
	size_t first, count;
	struct buffer text;		/* made here */
};

/**
 * index_text_make(replica, hash, text):
 * Append the text of the article in the blob ${hash}, which is here, to ${text}, bounded by
 * INDEX_TEXT_MAX; of what is no article, however hostile, nothing.  RS_ENOMEM, RS_EDAMAGED,
 * RS_EIO.
 */
int index_text_make(struct replica *replica, const uint8_t *hash, struct buffer *text);

/**
 * index_text_begin(texts, replica), index_text_end(texts):
 * Begin to hand out the texts of the items in temp.reindex; end, at whichever.  Meanwhile
 * neither that table nor an item changes.
 */
void index_text_begin(struct index_text *texts, struct replica *replica);
/** End the helper, and free what ${texts} holds, but not itself. */
void index_text_end(struct index_text *texts);

/**
 * index_text_next(texts, item, hash, ret_text):
 * Return the text of the row ${item} of `item`, whose article is the blob ${hash}; borrowed
 * until the next call.  Items come in rising order.  Fails like index_text_make.
 */
int index_text_next(struct index_text *texts, int64_t item, const uint8_t *hash,
    struct bytes *ret_text);

#endif
