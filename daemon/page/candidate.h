/*
 * Which part of a page is its article.
 *
 * Candidates come from two kinds of evidence.  What the markup says: an
 * element that microdata, or a name that many sites use, calls the body of
 * an article; <article>; <main>.  And where the sentences are: the element whose
 * paragraphs weigh most, with those of its siblings that look like it.  Judges
 * then compare them by how much running text each holds: the markup is
 * believed unless it leaves out too much of what the sentences show.
 *
 * A candidate is a list of elements, in document order and none inside another,
 * because some pages split their article over several.
 */
#ifndef DAEMON_PAGE_CANDIDATE_H
#define DAEMON_PAGE_CANDIDATE_H

#include "daemon/page/measure.h"

enum {
	CANDIDATE_ROOTS = 64
};

struct candidate {
	struct measure *roots[CANDIDATE_ROOTS];
	size_t count;
};

/**
 * candidate_choose(measures, candidate):
 * Set ${candidate} to the part of the page that is most likely its article, by
 * the sums of ${measures}; its count is 0 when there is no text at all.
 */
void candidate_choose(const struct measures *measures, struct candidate *candidate);

/**
 * candidate_running(candidate):
 * Return the running text of all its roots.
 */
uint32_t candidate_running(const struct candidate *candidate);

#endif
