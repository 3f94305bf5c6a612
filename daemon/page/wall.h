/*
 * Walls that the reader sees: a few short blocks that together say that the text
 * goes on or is reserved, and what to do about it.
 *
 * A wall proves that a copy is cut only where the article's text ends at it; so
 * each wall remembers what stands before and after it, to be found again in the
 * extracted article.
 */
#ifndef DAEMON_PAGE_WALL_H
#define DAEMON_PAGE_WALL_H

#include "daemon/page/view.h"

enum {
	WALL_MAX = 16,		/* walls of one page */
	WALL_ANCHOR = 160,	/* bytes of the text beside a wall */
	WALL_EXCERPT = 200	/* bytes, as Evidence.excerpt */
};

struct wall {
	unsigned flags;			/* enum view_flag of its blocks */
	unsigned ideas;			/* enum phrase_idea of its blocks */
	unsigned words;
	int percent_left;
	int characters_left;
	uint32_t first_text;		/* the text nodes to cut */
	uint32_t last_text;
	bool bare;			/* a remark alone, which ends no long text */
	bool in_text;			/* text and wall stand in one element, not the body */
	unsigned words_before;		/* of prose, in that element */
	unsigned words_after;
	char before[WALL_ANCHOR];	/* folded: the end of the prose before it */
	char after[WALL_ANCHOR];	/* folded: the start of the prose after it */
	char excerpt[WALL_EXCERPT];
};

/**
 * wall_find(view, walls, ret_count):
 * Find the walls of ${view}, in reading order, and write at most WALL_MAX of
 * them.  Allocates nothing that lasts.  RS_ENOMEM.
 */
int wall_find(const struct view *view, struct wall walls[WALL_MAX], size_t *ret_count);

/**
 * wall_excerpt(text, excerpt):
 * Copy as much of ${text} as fits, cut between characters.
 */
void wall_excerpt(const char *text, char excerpt[WALL_EXCERPT]);

#endif
