/*
 * The statements that a page makes of itself, gathered: of each field the best one so
 * far, by how far its source is trusted.
 */
#ifndef DAEMON_PAGE_GATHER_H
#define DAEMON_PAGE_GATHER_H

#include <stddef.h>

#include "daemon/page/author.h"
#include "daemon/page/breadcrumb.h"
#include "daemon/page/dom.h"
#include "daemon/page/memo.h"

enum field {
	FIELD_TITLE, FIELD_SITE_NAME, FIELD_PUBLISHED, FIELD_MODIFIED, FIELD_LANGUAGE,
	FIELD_SECTION, FIELD_EXCERPT, FIELD_CANONICAL, FIELD_LEAD_IMAGE,
	FIELD_WORD_COUNT, FIELD_REFERRER, FIELD_HEADING, FIELD_AUTHOR,
	FIELD_COUNT
};

/*
 * How far a source is trusted: a lower rank wins, the first of equal rank stays.
 * What a machine reads (and an editor therefore checks) stands before what only
 * looks like the thing that is wanted.
 */
enum rank {
	RANK_JSONLD = 10,
	RANK_OPENGRAPH = 20,
	RANK_DUBLIN_CORE = 30,
	RANK_MICRODATA = 35,
	RANK_META = 40,
	RANK_TWITTER = 45,
	RANK_MARKUP = 50,	/* rel, time, h1 */
	RANK_CLASS = 60,	/* what a class name suggests */
	RANK_HOUSE = 65,	/* the author is the site: who wrote it may stand elsewhere */
	RANK_CHANGED = 68,	/* when it was changed: it was published by then */
	RANK_TITLE = 70,	/* <title>, <article lang> */
	RANK_ADDRESS = 80,	/* the page's own URL */
	RANK_NONE = 1000
};

enum {
	GATHER_HEADINGS = 8	/* headings that a title is compared with */
};

/* The best statement of each field so far. */
struct gather {
	const char *url;
	char *best[FIELD_COUNT];		/* FIELD_AUTHOR's lies in authors instead */
	enum rank rank[FIELD_COUNT];
	struct author_list authors;
	const xmlNode *byline;		/* where the first of them stands; NULL when declared */
	char *base;
	char *document_title;
	char *headings[GATHER_HEADINGS];	/* every h1, in order */
	size_t heading_count;
	struct breadcrumb trail;
	struct memo bylines;			/* of byline_marks, by class */
};

/**
 * gather_offer(gather, field, rank, text):
 * Keep a copy of ${text} as ${field} when nothing better was said; NULL and "" say
 * nothing, nor does a date or language that is none.  The same day with a time is better than
 * without, whoever says it.  Authors are added up.  RS_ENOMEM.
 */
int gather_offer(struct gather *gather, enum field field, enum rank rank, const char *text);

/**
 * gather_offer_content(gather, field, rank, node):
 * Offer the text of ${node}, unless it is too large for a line.  RS_ENOMEM.
 */
int gather_offer_content(struct gather *gather, enum field field, enum rank rank,
    xmlNode *node);

/**
 * gather_offer_byline(gather, rank, node):
 * Offer the author whom ${node} names.  Of several bylines the first is the article's,
 * the others are those of comments and of other articles; and a name is better than the
 * line that it stands in.  RS_ENOMEM.
 */
int gather_offer_byline(struct gather *gather, enum rank rank, xmlNode *node);

/**
 * gather_release(gather):
 * Free what it holds, but not itself.
 */
void gather_release(struct gather *gather);

#endif
