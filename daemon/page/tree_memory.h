/*
 * Memory for the trees of pages.
 *
 * libxml2 makes a tree of very many small blocks, and asks the C library for each of them, and to
 * take each back: a tenth of what a page would cost.  Here the blocks of a tree stand side by
 * side in a few large pieces, in the order in which they were made, and a piece is given back when
 * nothing in it is in use any more: a tree goes by xmlFreeDoc as ever, and what outlives it keeps
 * its piece.  What libxml2 takes at other times, and large blocks, are the C library's; all are
 * where PLAIN_MEMORY is defined, for sanitizers, which watch over blocks that stand alone.
 *
 * A tree is freed in the thread in which it was made.
 */
#ifndef DAEMON_PAGE_TREE_MEMORY_H
#define DAEMON_PAGE_TREE_MEMORY_H

#include <stddef.h>

/**
 * tree_memory_begin(), tree_memory_end():
 * Have what libxml2 allocates in this thread between the two stand in pieces.
 */
void tree_memory_begin(void);
void tree_memory_end(void);

/**
 * tree_memory_pieces():
 * Return how many pieces this thread has.
 */
size_t tree_memory_pieces(void);

#endif
