/*
 * The offline policy: which articles a device keeps, in the reader's words.
 *
 *	unread, starred, newest 90 days, images no, at most 2 GB
 *
 * Clauses are parted by commas.  An article is kept when one of these asks for it:
 *	everything  nothing  unread  starred  tag NAME  newest N days
 * (none of them is `everything`); `images yes` or `images no` says whether pictures are
 * kept with it; `at most N` KB, MB, GB or TB (of 1000 each) bounds all that is kept.
 */
#ifndef PROTO_REPLICA_POLICY_H
#define PROTO_REPLICA_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buffer.h"
#include "proto/base/err.h"
#include "proto/replica/item.h"

enum {
	POLICY_TEXT_MAX = 2000,		/* bytes of a policy's text */
	POLICY_TAGS_MAX = 16,
	POLICY_DAYS_MAX = 36500
};

struct policy {
	bool everything;		/* then the four below ask for nothing more */
	bool unread;
	bool starred;
	unsigned newest_days;		/* saved since the beginning of that day; 0: none */
	size_t tag_count;
	char tags[POLICY_TAGS_MAX][ITEM_TAG_MAX + 1];
	bool images;
	uint64_t bytes_max;		/* of articles and images; 0: no bound */
};

/**
 * policy_everything():
 * Return the policy of a device that was told nothing: it keeps everything.
 */
struct policy policy_everything(void);

/**
 * policy_bounds(policy):
 * Tell whether ${policy} leaves anything out, or may.
 */
bool policy_bounds(const struct policy *policy);

/**
 * policy_parse(text, ret_policy, detail):
 * Read ${text}.  RS_EINVAL for anything else than the above, for a clause that is there
 * twice, and for `everything` or `nothing` beside another; ${detail} names the clause, what
 * is wrong with it, and an example.
 */
int policy_parse(const char *text, struct policy *ret_policy, struct rs_err_detail *detail);

/**
 * policy_write(policy, out):
 * Append the text that policy_parse reads as ${policy}.
 */
int policy_write(const struct policy *policy, struct buffer *out);

#endif
