/*
 * What is not part of an article, by one judge after another.
 *
 * Each judge looks at an element and gives a reason to drop it, or none.  A
 * judge that would drop more than a quarter of the running text is wrong about
 * this page, and all that it dropped is taken back: a site may call its article
 * "related-story".  Nothing is cut from the tree (see measure.h).
 */
#ifndef DAEMON_PAGE_PRUNE_H
#define DAEMON_PAGE_PRUNE_H

#include "daemon/page/candidate.h"
#include "daemon/page/measure.h"

/**
 * prune_page(measures):
 * Drop, on the whole page, what is never the article: navigation, forms, comments,
 * related stories, sharing, newsletters, advertising.  Sums again.
 */
void prune_page(struct measures *measures);

/**
 * prune_candidate(measures, candidate):
 * Drop from the chosen part the labels, the blocks that are nearly all links and
 * the lines that point to other articles.  Sums again.
 */
void prune_candidate(struct measures *measures, const struct candidate *candidate);

#endif
