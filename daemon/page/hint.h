/*
 * What the class and id of an element hint at.
 *
 * A name such as "article__shareButtons" is split into whole words (article,
 * share, buttons), and each word is looked up in one table: matching parts of
 * words would take "downloads" for an advertisement.  A name that opens with
 * "has", "no", "with" or the like speaks of the page's layout, and hints at nothing.
 */
#ifndef DAEMON_PAGE_HINT_H
#define DAEMON_PAGE_HINT_H

#include <stdint.h>

#include "daemon/page/dom.h"
#include "daemon/page/memo.h"

enum hint {
	HINT_CHROME = 1 << 0,	/* navigation, breadcrumbs, toolbars */
	HINT_SHARE = 1 << 1,	/* buttons of social networks */
	HINT_RELATED = 1 << 2,	/* other stories */
	HINT_COMMENTS = 1 << 3,
	HINT_SIGNUP = 1 << 4,	/* newsletters, subscriptions, offers */
	HINT_ADVERT = 1 << 5,
	HINT_BYLINE = 1 << 6,	/* who wrote it, when: labels around the text */
	HINT_LABEL = 1 << 7,	/* tags, sections, counts */
	HINT_CAPTION = 1 << 8,
	HINT_CREDIT = 1 << 9,
	HINT_UNSEEN = 1 << 10,	/* for screen readers or for print */
	HINT_BODY = 1 << 11,	/* the text itself, by a name that many sites use */
	HINT_CONTENT = 1 << 12,	/* around the text, among other things */
	HINT_DROPCAP = 1 << 13,
	HINT_GUTTER = 1 << 14,	/* line numbers beside code */
	HINT_QUOTE = 1 << 15,	/* a line of the text itself, set large again */
	HINT_CONTENTS = 1 << 16,	/* a table of contents */
	HINT_LEAD = 1 << 17,	/* the sentences under the headline */
	HINT_TEASER = 1 << 18,	/* a picture of another article: its headline and a sentence */
	HINT_PROFILE = 1 << 19,	/* the box that tells of the author */
	HINT_DEK = 1 << 20,	/* as HINT_LEAD, but in English what advertises the text */
	HINT_POST = 1 << 21,	/* what somebody wrote in a network, embedded; it may be one link */
	HINT_FORMULA = 1 << 22,	/* set by TeX */
	HINT_SIGN = 1 << 23,	/* an image that stands for a sign of the text, as an emoji */
	HINT_LIVE = 1 << 24	/* of entries, each with its time */
};

/**
 * hint_of(node, memo):
 * Return the hints of the class, id and itemprop of ${node}, or 0.  ${memo} is for who asks of
 * all elements of a page, and is for this alone; NULL for who asks of a few.
 */
uint32_t hint_of(const xmlNode *node, struct memo *memo);

#endif
