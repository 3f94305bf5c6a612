/*
 * What each element of a page weighs, kept beside the tree.
 *
 * The weight of a text is its count of letters without spaces, where a letter
 * of a script that writes a word in one or two signs (Chinese, Japanese,
 * Korean) counts three: so the same thresholds hold in every script.  Running
 * text is the weight of blocks that are long enough, and not mostly links, to be
 * sentences; it is what tells an article from a menu.
 *
 * Nothing is cut from the tree: an element is dropped by noting a reason, which
 * can be taken back.  Sums are made in two linear passes over the elements in
 * document order, without recursion.
 */
#ifndef DAEMON_PAGE_MEASURE_H
#define DAEMON_PAGE_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/page/dom.h"

/* Why an element is not part of the article. */
enum measure_drop {
	MEASURE_KEPT = 0,
	MEASURE_HIDDEN,		/* the page does not show it */
	MEASURE_CHROME,		/* navigation, forms, buttons, footers */
	MEASURE_COMMENTS,	/* what readers wrote */
	MEASURE_ASIDE,		/* related stories, sharing, newsletters, advertising */
	MEASURE_LINKS,		/* nearly all of it is links */
	MEASURE_LABEL,		/* byline, date, tags: kept in the metadata */
	MEASURE_POINTER		/* a line that points to another article */
};

struct measure {
	xmlNode *node;
	struct measure *parent;	/* NULL for the root */
	struct measure *block;	/* the nearest element that breaks the line, or itself */
	struct measure *end;	/* the first after all that is below */
	uint32_t text;		/* weight of the texts that are its own children */
	uint32_t weight;	/* of the visible text below */
	uint32_t link_weight;	/* of that, inside links */
	uint32_t running;	/* of that, running text */
	uint32_t own;		/* weight of the lines of this block alone */
	uint32_t own_link;
	uint32_t links;		/* how many links are below */
	uint32_t blocks;	/* blocks with running text below */
	uint32_t hints;		/* enum hint, of its class and id */
	uint32_t hints_below;	/* of all that is below */
	uint32_t score;		/* for candidate.c, as the next */
	uint8_t kind;
	enum measure_drop drop;
	bool gone;		/* dropped, or inside what is; set by measures_sum */
	bool in_link;
	bool is_media;		/* shown, but its content is no text of the page */
	bool is_piece;		/* what a figure may show instead of an image */
	bool has_block;		/* something below breaks the line */
	bool has_media;		/* an image, a frame or a video is below */
	bool has_piece;		/* a table, a list, a quote or code is below */
};

struct measures {
	struct measure *list;	/* in document order; the root first */
	size_t count;
};

enum {
	MEASURE_SENTENCE = 32	/* weight from which a block can be running text */
};

/**
 * measures_init(measures, root):
 * Note every element from ${root} down, so that measure_of finds it, and sum.
 * The notes die with measures_release; the tree is otherwise unchanged.
 * RS_ENOMEM.
 */
int measures_init(struct measures *measures, xmlNode *root);

/**
 * measures_release(measures):
 * Free the notes and take them off the tree.
 */
void measures_release(struct measures *measures);

/**
 * measures_sum(measures):
 * Sum again, without what is dropped by now.
 */
void measures_sum(struct measures *measures);

/**
 * measure_of(node):
 * Return the notes of an element; NULL for a node of another kind.
 */
struct measure *measure_of(const xmlNode *node);

/**
 * measure_text(text):
 * Return the weight of a text.
 */
uint32_t measure_text(const char *text);

#endif
