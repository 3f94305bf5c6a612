/*
 * The growing list of an article's blocks.
 *
 * Every block is malloc'ed as protobuf-c's own are, and the bounds of
 * proto/record/article.h hold at every step.
 */
#ifndef DAEMON_PAGE_BLOCK_H
#define DAEMON_PAGE_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/buffer.h"
#include "readsync.pb-c.h"

struct block_list {
	Readsync__Block **list;
	size_t count;
	size_t capacity;
	size_t text;		/* bytes of text in all blocks */
};

/**
 * block_list_init(blocks), block_list_release(blocks):
 * Make the list empty; free all that it holds.
 */
void block_list_init(struct block_list *blocks);
/** Free what it holds, but not itself. */
void block_list_release(struct block_list *blocks);

/**
 * block_list_insert(blocks, at, kind, depth, ret_block):
 * Put a new block at place ${at} (at most the count, which appends), and set
 * ${ret_block}, which may be NULL, to it.  RS_ELIMIT, RS_ENOMEM.
 */
int block_list_insert(struct block_list *blocks, size_t at, Readsync__Block__Kind kind,
    uint32_t depth, Readsync__Block **ret_block);

/**
 * block_list_add(blocks, kind, depth, ret_block):
 * Append a block, as block_list_insert does.
 */
int block_list_add(struct block_list *blocks, Readsync__Block__Kind kind, uint32_t depth,
    Readsync__Block **ret_block);

/**
 * block_list_cut(blocks, from, to):
 * Free the blocks at the places ${from} up to, not including, ${to}.
 */
void block_list_cut(struct block_list *blocks, size_t from, size_t to);

/**
 * block_list_sweep(blocks):
 * Free all blocks of the kind NONE.
 */
void block_list_sweep(struct block_list *blocks);

/**
 * block_set_text(blocks, block, text):
 * Give ${block}, which has no text yet, a copy of ${text}.  RS_ELIMIT when the
 * article's text would pass its bound, RS_ENOMEM.
 */
int block_set_text(struct block_list *blocks, Readsync__Block *block, struct bytes text);

/**
 * block_set(field, text):
 * Replace the text in ${field}, a string field of a message, by a copy of ${text}
 * (NULL: "").  RS_ENOMEM.
 */
int block_set(char **field, const char *text);

/**
 * block_list_take(blocks, article):
 * Move all blocks into ${article}, which has none, and leave the list empty.
 */
void block_list_take(struct block_list *blocks, Readsync__Article *article);

#endif
