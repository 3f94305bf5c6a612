/*
 * Flowing text: words into lines of so many cells, behind a prefix.
 *
 * A line breaks at spaces, after a dash between words, and beside the wide
 * characters of Chinese and Japanese, which need no spaces, save before closing and after opening
 * punctuation and inside joined emoji; a word that is longer than a line has one
 * of its own.  Styles cost no cells, and none reaches into a prefix.
 */
#ifndef CLIENT_VIEW_FLOW_H
#define CLIENT_VIEW_FLOW_H

#include <stdbool.h>
#include <stdio.h>

#include "proto/base/buffer.h"

enum flow_style {
	FLOW_STRONG = 1,
	FLOW_EMPHASIS = 2,
	FLOW_UNDERLINE = 4,
	FLOW_STRIKE = 8,
	FLOW_CODE = 16,
	FLOW_DIM = 32,
	FLOW_MARK = 64			/* as with a marker pen */
};

struct flow {
	FILE *out;
	size_t columns;
	bool colour;			/* without it, styles are left out */
	const char *first;		/* prefix of the first line, borrowed */
	const char *rest;		/* prefix of the others */

	size_t column;			/* cells on this line, 0 before its prefix */
	bool any_line;			/* the first prefix has been written */
	bool space;			/* a space stands before the word */
	bool wide;			/* a line may break behind the character before */
	bool stuck;			/* no line may break behind it */
	struct buffer word;		/* bytes, styles among them */
	size_t word_cells;
	unsigned style;			/* in force now */
	unsigned word_style;		/* in force where the word begins */
};

/**
 * flow_init(flow, out, columns, colour), flow_release(flow):
 * Make a flow into ${out}; free what it holds.
 */
void flow_init(struct flow *flow, FILE *out, size_t columns, bool colour);
/** Free what it holds, but not itself. */
void flow_release(struct flow *flow);

/**
 * flow_begin(flow, first, rest):
 * Begin a block whose lines stand behind ${first}, then ${rest}.
 */
void flow_begin(struct flow *flow, const char *first, const char *rest);

/**
 * flow_character(flow, text):
 * Take the first character of ${text}, as cells_take shows it, and return its
 * length in bytes.  White space ends a word.
 */
size_t flow_character(struct flow *flow, const char *text);

/**
 * flow_text(flow, text):
 * Take all of ${text}.
 */
void flow_text(struct flow *flow, const char *text);

/**
 * flow_set_style(flow, style):
 * Change the styles in force to ${style}, a set of enum flow_style.
 */
void flow_set_style(struct flow *flow, unsigned style);

/**
 * flow_break(flow):
 * End the line.
 */
void flow_break(struct flow *flow);

/**
 * flow_end(flow):
 * End the block: its last line, and all styles.
 */
void flow_end(struct flow *flow);

#endif
