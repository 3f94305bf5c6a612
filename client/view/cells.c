#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "client/view/cells.h"
#include "proto/base/utf8.h"

#define DEFAULT_COLUMNS 80
#define ELLIPSIS "…"

_Static_assert(MB_LEN_MAX < CELL_BYTES_MAX, "any character of a locale fits");

/* What prose and our own drawings use most, in ASCII. */
static const struct {
	uint32_t point;
	char ascii;
} stand_ins[] = {
	{ 0x00a0, ' ' }, { 0x00ab, '"' }, { 0x00b7, '-' }, { 0x00bb, '"' }, { 0x00d7, 'x' },
	{ 0x2009, ' ' }, { 0x2010, '-' }, { 0x2011, '-' }, { 0x2012, '-' }, { 0x2013, '-' },
	{ 0x2014, '-' }, { 0x2018, '\'' }, { 0x2019, '\'' }, { 0x201a, ',' }, { 0x201c, '"' },
	{ 0x201d, '"' }, { 0x201e, '"' }, { 0x2022, '*' }, { 0x2026, '.' }, { 0x202f, ' ' },
	{ 0x2212, '-' }, { 0x2502, '|' }
};

static char
stand_in(uint32_t point)
{
	size_t i;

	for (i = 0; i < sizeof(stand_ins) / sizeof(stand_ins[0]); i++) {
		if (stand_ins[i].point == point)
			return stand_ins[i].ascii;
	}
	return '?';
}

/* C0, DEL, C1, and the separators that some terminals take for line feeds. */
static bool
is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x2028 ||
	    point == 0x2029;
}

/*
 * Soft hyphens (wcwidth counts a cell, terminals show none or one), byte order marks,
 * and the embeddings, overrides and isolates of the bidirectional algorithm
 * (Unicode Standard Annex 9): one that is never closed reverses the rest of a line.
 */
static bool
is_left_out(uint32_t point)
{
	return point == 0xad || point == 0xfeff || (point >= 0x202a && point <= 0x202e) ||
	    (point >= 0x2066 && point <= 0x2069);
}

static void
set_ascii(struct cell *cell, char character)
{
	cell->width = 1;
	cell->bytes[0] = character;
	cell->bytes[1] = '\0';
}

void
cells_take(const char *text, struct cell *ret_cell)
{
	mbstate_t state;
	size_t len;
	int width;

	/* At most four bytes are looked at; a NUL ends every sequence. */
	ret_cell->len = utf8_character(bytes_of(text, strnlen(text, 4)), 0, &ret_cell->point);
	ret_cell->width = 0;
	ret_cell->bytes[0] = '\0';
	if (ret_cell->len == 0) {
		ret_cell->len = 1;
		ret_cell->point = 0xfffd;
		set_ascii(ret_cell, '?');
	} else if (is_control(ret_cell->point)) {
		set_ascii(ret_cell, ' ');
	} else if (ret_cell->point < 0x7f) {
		set_ascii(ret_cell, (char)ret_cell->point);
	} else if (!is_left_out(ret_cell->point)) {
		width = wcwidth((wchar_t)ret_cell->point);
		memset(&state, 0, sizeof(state));
		len = width < 0 ? (size_t)-1 :
		    wcrtomb(ret_cell->bytes, (wchar_t)ret_cell->point, &state);
		if (len == (size_t)-1) {
			set_ascii(ret_cell, stand_in(ret_cell->point));
		} else {
			ret_cell->width = (unsigned)width;
			ret_cell->bytes[len] = '\0';
		}
	}
}

size_t
cells_width(const char *text)
{
	struct cell cell;
	size_t width = 0;

	for (; *text != '\0'; text += cell.len) {
		cells_take(text, &cell);
		width += cell.width;
	}
	return width;
}

size_t
cells_print(FILE *out, const char *text, size_t max)
{
	bool cut = max != SIZE_MAX && cells_width(text) > max;
	size_t room = cut && max > 0 ? max - 1 : max, used = 0;
	struct cell cell;

	for (; *text != '\0'; text += cell.len) {
		cells_take(text, &cell);
		if (cell.width > room - used)
			break;
		used += cell.width;
		fputs(cell.bytes, out);
	}
	if (cut && max > 0) {
		cells_take(ELLIPSIS, &cell);
		fputs(cell.bytes, out);
		used += cell.width;
	}
	return used;
}

size_t
cells_columns(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return DEFAULT_COLUMNS;
}
