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

/* What speaks for a candidate; of the markup's, the surest first. */
enum candidate_kind {
	CANDIDATE_PROPERTY = 0,	/* itemprop="articleBody" */
	CANDIDATE_NAMED,	/* class or id as "article-body" */
	CANDIDATE_ARTICLE,	/* <article> */
	CANDIDATE_MAIN,		/* <main>, role=main */
	CANDIDATE_TEXT,		/* where the sentences are */
	CANDIDATE_WIDE,		/* with what is round them and made of sentences too */
	CANDIDATE_KINDS
};

struct candidate {
	struct measure *roots[CANDIDATE_ROOTS];
	size_t count;
};

/**
 * candidate_find(measures, candidates):
 * Set each of ${candidates} to what speaks of its kind on the page, by the sums of
 * ${measures}; the count is 0 where nothing does.
 */
void candidate_find(const struct measures *measures,
    struct candidate candidates[CANDIDATE_KINDS]);

/**
 * candidate_judge(candidates):
 * Return which of ${candidates}, one of each kind, is most likely the article;
 * its count is 0 when there are neither sentences nor an element with pictures that the
 * markup calls one.
 */
enum candidate_kind candidate_judge(const struct candidate candidates[CANDIDATE_KINDS]);

/**
 * candidate_add_lead(measures, names, summary, candidate):
 * Add to the chosen ${candidate} the lead: sentences that stand between the page's
 * main heading and it, and that are called so (by a hint that is among ${names}), or say
 * what the page gives as its ${summary} (NULL: it gives none); these need no heading.
 */
void candidate_add_lead(const struct measures *measures, uint32_t names, const char *summary,
    struct candidate *candidate);

/**
 * candidate_running(candidate):
 * Return the running text of all its roots.
 */
uint32_t candidate_running(const struct candidate *candidate);

#endif
