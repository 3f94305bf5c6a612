/*
 * Why a page was read as it was, written down for the people who debug a site.
 *
 * First what must not be kept; then the candidates, one line each, with what they
 * weigh; then the tree: each element that was dropped, with the reason and its first
 * words, under the elements that lead to it; at last what shows nothing, and what was
 * cut from the text.
 */
#ifndef DAEMON_PAGE_EXPLAIN_H
#define DAEMON_PAGE_EXPLAIN_H

#include "daemon/page/candidate.h"
#include "daemon/page/measure.h"
#include "proto/base/buffer.h"
#include "readsync.pb-c.h"

/**
 * explain_candidates(candidates, chosen, out):
 * Append to ${out} a line for each of ${candidates}, by the sums as they are.  All
 * functions here do nothing where ${out} is NULL, and fail like buffer_append.
 */
int explain_candidates(const struct candidate candidates[CANDIDATE_KINDS],
    enum candidate_kind chosen, struct buffer *out);

/**
 * explain_tree(measures, chosen, out):
 * Append the elements of the page that are not in the article, and why.
 */
int explain_tree(const struct measures *measures, const struct candidate *chosen,
    struct buffer *out);

/**
 * explain_cut(block, reason, out):
 * Append that ${block} was cut for ${reason}.
 */
int explain_cut(const Readsync__Block *block, const char *reason, struct buffer *out);

/**
 * explain_part(node, reason, out):
 * Append that ${node} was left out for ${reason}: an element by its name, a text by its
 * first words.
 */
int explain_part(const xmlNode *node, const char *reason, struct buffer *out);

/**
 * explain_opening(out):
 * Append that of a closed article, which names no closed part, the opening alone is kept.
 */
int explain_opening(struct buffer *out);

#endif
