/*
 * Text in terminal cells: how wide it is, where to cut it, and what of it may
 * reach a terminal at all.
 *
 * Text comes in as UTF-8 and goes out in the user's locale.  Widths are those
 * of wcwidth(3).  Control characters become spaces; marks that turn the
 * direction of what follows them are left out, as they would rearrange
 * text that is not theirs; and what the locale cannot show becomes its
 * nearest ASCII character, or "?".
 */
#ifndef CLIENT_VIEW_CELLS_H
#define CLIENT_VIEW_CELLS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
	CELL_BYTES_MAX = 24		/* of one character in any locale, with its NUL */
};

/* One character. */
struct cell {
	size_t len;			/* its bytes in the text, 1 to 4 */
	uint32_t point;			/* U+FFFD for a byte that is not UTF-8 */
	unsigned width;			/* cells: 0, 1 or 2 */
	char bytes[CELL_BYTES_MAX];	/* what to write; "" when it is left out */
};

/**
 * cells_take(text, ret_cell):
 * Read the first character of ${text}, which must not be empty.
 */
void cells_take(const char *text, struct cell *ret_cell);

/**
 * cells_width(text):
 * Return how many cells cells_print writes for all of ${text}.
 */
size_t cells_width(const char *text);

/**
 * cells_print(out, text, max):
 * Write ${text} in at most ${max} cells (SIZE_MAX: all of it), cut with an
 * ellipsis where it is longer.  Returns the cells written.
 */
size_t cells_print(FILE *out, const char *text, size_t max);

/**
 * cells_columns():
 * Return how many columns the terminal on standard output has; 0 when there
 * is none, so that nothing need be cut.
 */
size_t cells_columns(void);

#endif
