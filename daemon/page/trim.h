/*
 * The ends of an article, once it is blocks.
 *
 * What stands before and after the text on every page of a site has no markup
 * that tells it apart, but it has a place and a form: the title once more, a line
 * with the author and the date, a heading with nothing under it.
 */
#ifndef DAEMON_PAGE_TRIM_H
#define DAEMON_PAGE_TRIM_H

#include "daemon/page/block.h"
#include "daemon/page/metadata.h"

/**
 * trim(blocks, metadata, explanation):
 * Cut from ${blocks} what is there twice (repeat.h), the title, bylines and dates before the
 * text, labels of advertising anywhere, and headings and rules at the end.  ${metadata} may be
 * NULL; so may ${explanation}, which takes what was cut.  Fails like explain_cut.
 */
int trim(struct block_list *blocks, const struct metadata *metadata,
    struct buffer *explanation);

#endif
