/*
 * Text in terminal cells: how wide it is, where to cut it, and what of it may
 * reach a terminal at all.  Widths are those of wcwidth(3) in the user's locale;
 * where that cannot show a character, a "?" takes its place.
 */
#ifndef CLIENT_VIEW_CELLS_H
#define CLIENT_VIEW_CELLS_H

#include <stddef.h>
#include <stdio.h>

/**
 * cells_next(text, ret_len):
 * Return how many cells the first character of ${text} takes, and its bytes in
 * ${ret_len}; -1 for a control character or one that cannot be shown.
 */
int cells_next(const char *text, size_t *ret_len);

/**
 * cells_width(text):
 * Return how many cells cells_print writes for all of ${text}.
 */
size_t cells_width(const char *text);

/**
 * cells_print(out, text, max):
 * Write ${text} in at most ${max} cells, cut with an ellipsis where it is
 * longer; control characters become spaces.  Returns the cells written.
 */
size_t cells_print(FILE *out, const char *text, size_t max);

/**
 * cells_terminal(limit):
 * Return how many columns to use: those of the terminal on standard output, at
 * most ${limit} if that is not 0; 80 where there is no terminal.
 */
size_t cells_terminal(size_t limit);

#endif
