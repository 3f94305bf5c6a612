/*
 * What a reader sees of a page: its visible text as a list of blocks in reading order,
 * each with where it stands and which ideas of a wall it speaks of.
 *
 * A block is a run of text whose nearest ancestor that breaks the line is the
 * same.  Hidden elements, templates, scripts and attributes never enter, so no
 * judgement rests on what the page does not show.
 */
#ifndef DAEMON_PAGE_VIEW_H
#define DAEMON_PAGE_VIEW_H

#include <stdint.h>

#include "daemon/page/dom.h"
#include "daemon/page/phrase.h"
#include "proto/base/buffer.h"

enum view_flag {
	VIEW_CHROME = 1 << 0,		/* in nav, header, footer or their roles */
	VIEW_COMMENTS = 1 << 1,
	VIEW_VENDOR = 1 << 2,		/* in an element that a paywall product makes */
	VIEW_HINT = 1 << 3,		/* in an element named like a wall */
	VIEW_OVERLAY = 1 << 4,		/* in a dialog */
	VIEW_HEADING = 1 << 5,
	VIEW_PARAGRAPH = 1 << 6,
	VIEW_LINK = 1 << 7,		/* some of it is a link or a button */
	VIEW_LIST = 1 << 8,		/* a list's item */
	VIEW_NEWSLETTER = 1 << 9	/* in a form that a newsletter's product makes */
};

struct view_block {
	const xmlNode *node;		/* valid until the tree is changed */
	unsigned flags;			/* enum view_flag */
	unsigned ideas;			/* enum phrase_idea; of short blocks only */
	unsigned words;
	uint32_t first_text;		/* the text nodes it is made of, counted over */
	uint32_t last_text;		/* the whole tree, hidden ones too */
	size_t start;			/* its text, in view.text */
	size_t len;
	size_t linked;			/* bytes of it inside links */
	int percent_left;		/* as in struct phrase_hits */
	int characters_left;
};

struct view {
	struct view_block *blocks;
	size_t count;
	struct buffer text;		/* blocks end with a NUL each */
	unsigned words;
	bool password;			/* a visible field asks for a password */
	bool account;			/* someone is logged in: "log out" and its like */
	struct phrase_index phrases;	/* that its texts were searched for, for others too */
};

enum {
	VIEW_BLOCKS = 20000,		/* blocks that are looked at */
	VIEW_TEXT = 8 * 1024 * 1024,
	VIEW_SHORT = 600		/* bytes: longer blocks are prose, no wall */
};

/**
 * view_new(document, ret_view):
 * Make the view of ${document}; what is beyond the bounds is left out.  The caller
 * frees it with view_free.  RS_ENOMEM.
 */
int view_new(xmlDoc *document, struct view **ret_view);

/**
 * view_free(view):
 * Free it; NULL is ignored.
 */
void view_free(struct view *view);

/**
 * view_text(view, block):
 * Return the text of ${block}, as the page shows it in one line; borrowed.
 */
const char *view_text(const struct view *view, const struct view_block *block);

#endif
