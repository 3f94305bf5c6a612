/*
 * The kinds of evidence about a copy, in one table: what each is called and
 * how much it weighs; what it means stands in proto/record/evidence_reason.h.
 *
 * Weights add up.  Above 0 speaks for "the text is not all here", below 0 for "it
 * is"; EVIDENCE_DOUBT and more is "not full".  A kind that is decisive settles the copy
 * as blocked whatever else was seen: no article was sent at all.
 */
#ifndef DAEMON_PAGE_EVIDENCE_H
#define DAEMON_PAGE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "readsync.pb-c.h"

enum {
	EVIDENCE_DOUBT = 50,	/* the sum from which a copy is not full */
	EVIDENCE_ITEMS = 40,	/* of one verdict */
	EVIDENCE_EXCERPT = 200	/* bytes */
};

enum evidence_kind {
	/* What the publisher declares: of the article, not of the copy. */
	EVIDENCE_DECLARED_GATED,
	EVIDENCE_DECLARED_FREE,
	EVIDENCE_SWG_GATED,
	EVIDENCE_TIER_LOCKED,
	EVIDENCE_TIER_METERED,
	EVIDENCE_TIER_FREE,
	EVIDENCE_AMP_ACCESS,
	/* The part that is declared gated. */
	EVIDENCE_PART_PRESENT,
	EVIDENCE_PART_EMPTY,
	EVIDENCE_PART_MISSING,
	EVIDENCE_PART_WITHHELD,
	/* Walls. */
	EVIDENCE_WALL_AT_END,
	EVIDENCE_WALL_SHORT_BODY,
	EVIDENCE_WALL_ASIDE,
	EVIDENCE_METER_COUNTER,
	EVIDENCE_SHARE_LEFT,
	/* Length and shape of the text. */
	EVIDENCE_WORDS_AGREE,
	EVIDENCE_WORDS_LACK,
	EVIDENCE_BODY_LONG,
	EVIDENCE_BODY_SHORT,
	EVIDENCE_CUT_OFF,
	EVIDENCE_LETTERS_LOST,
	EVIDENCE_NEXT_PAGE,
	EVIDENCE_ELSEWHERE,
	/* The session and the server. */
	EVIDENCE_LOGGED_IN,
	EVIDENCE_LOGGED_OUT,
	EVIDENCE_IN_USE,
	EVIDENCE_HTTP_PAYMENT,
	/* Decisive: there is no article here. */
	EVIDENCE_HTTP_LOGIN,
	EVIDENCE_HTTP_FORBIDDEN,
	EVIDENCE_HTTP_GONE,
	EVIDENCE_HTTP_LEGAL,
	EVIDENCE_HTTP_BUSY,
	EVIDENCE_HTTP_ERROR,
	EVIDENCE_LOGIN_PAGE,
	EVIDENCE_BOT_CHECK,
	EVIDENCE_CONSENT_PAGE,
	EVIDENCE_DENIED_PAGE,
	EVIDENCE_GONE_PAGE,
	EVIDENCE_EMPTY,
	EVIDENCE_KINDS
};

struct evidence {
	enum evidence_kind kind;
	char excerpt[EVIDENCE_EXCERPT + 1];
};

/* What one verdict rests on, in the order in which it was seen. */
struct evidence_list {
	struct evidence items[EVIDENCE_ITEMS];
	size_t count;
};

/**
 * evidence_add(list, kind, excerpt):
 * Add ${kind} once, with what was seen (NULL: nothing to quote).  A second one
 * of the same kind, and what is beyond EVIDENCE_ITEMS, is dropped.
 */
void evidence_add(struct evidence_list *list, enum evidence_kind kind, const char *excerpt);

/**
 * evidence_has(list, kind):
 * Tell whether ${list} holds ${kind}.
 */
bool evidence_has(const struct evidence_list *list, enum evidence_kind kind);

/**
 * evidence_sum(list):
 * Return the sum of the weights.
 */
int evidence_sum(const struct evidence_list *list);

/**
 * evidence_find_decisive(list):
 * Tell whether any item is decisive.
 */
bool evidence_find_decisive(const struct evidence_list *list);

/**
 * evidence_quote(verdict, kind, excerpt):
 * Where ${verdict} rests on ${kind}, have it quote ${excerpt} for that; what was quoted
 * before stays where there is no memory.
 */
void evidence_quote(Readsync__Verdict *verdict, enum evidence_kind kind, const char *excerpt);

/**
 * evidence_store(list, verdict):
 * Copy ${list} into ${verdict}, whose evidence is empty.  RS_ENOMEM; what was
 * copied stays in the verdict, which its free function frees.
 */
int evidence_store(const struct evidence_list *list, Readsync__Verdict *verdict);

#endif
