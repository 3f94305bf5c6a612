/*
 * From the tree to blocks.
 *
 * One walk over the elements that are not dropped (measure.h): text and inline
 * elements gather in a run, whatever breaks the line ends it, and elements that
 * mean something of their own (lists, quotes, tables, figures, code) become
 * containers.  An element that means nothing dissolves.  The walk is as deep as
 * the tree, which the parser bounds; the blocks are at most ARTICLE_DEPTH_MAX deep,
 * what would be deeper dissolves too.
 */
#ifndef DAEMON_PAGE_CONVERT_H
#define DAEMON_PAGE_CONVERT_H

#include "daemon/page/block.h"
#include "daemon/page/candidate.h"

/**
 * convert(candidate, base, blocks, explanation):
 * Append the blocks of all roots of ${candidate} to ${blocks}; links and images
 * are made absolute against ${base}.  ${explanation} may be NULL; else it takes what
 * becomes no block.  RS_ELIMIT, RS_ENOMEM.
 */
int convert(const struct candidate *candidate, const char *base, struct block_list *blocks,
    struct buffer *explanation);

#endif
