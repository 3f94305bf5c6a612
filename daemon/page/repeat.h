/*
 * An article that a page has more than once: builders of sites send one copy for each width of
 * a screen, and hide all but one by a style that only a browser can tell.
 *
 * A copy is a run of the same blocks in the same order, with some paragraphs among them.  What is
 * short, and what occurs again by itself, as a refrain or a line that stands under each of many
 * products, stays.
 */
#ifndef DAEMON_PAGE_REPEAT_H
#define DAEMON_PAGE_REPEAT_H

#include "daemon/page/block.h"

/**
 * repeat_cut(blocks, explanation):
 * Cut from ${blocks} what stands there for the second time.  ${explanation} may be NULL.  Linear.
 * Fails like explain_cut.
 */
int repeat_cut(struct block_list *blocks, struct buffer *explanation);

#endif
