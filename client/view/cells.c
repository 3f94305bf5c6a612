#define _XOPEN_SOURCE_EXTENDED
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "client/view/cells.h"

#define DEFAULT_COLUMNS 80

int
cells_next(const char *text, size_t *ret_len)
{
	mbstate_t state;
	wchar_t character;
	size_t len;

	memset(&state, 0, sizeof(state));
	len = mbrtowc(&character, text, strlen(text), &state);
	if (len == 0 || len == (size_t)-1 || len == (size_t)-2) {
		/* Not of this locale: pass over the whole UTF-8 sequence. */
		*ret_len = 1;
		while (((uint8_t)text[*ret_len] & 0xc0) == 0x80)
			(*ret_len)++;
		return -1;
	}
	*ret_len = len;
	return wcwidth(character);
}

/* What stands in for a character that cannot be shown. */
static char
substitute(const char *text)
{
	return (uint8_t)*text < 0x20 || *text == 0x7f ? ' ' : '?';
}

size_t
cells_width(const char *text)
{
	size_t width = 0, len;

	for (; *text != '\0'; text += len) {
		int cells = cells_next(text, &len);

		width += cells < 0 ? 1 : (size_t)cells;
	}
	return width;
}

size_t
cells_print(FILE *out, const char *text, size_t max)
{
	bool cut = cells_width(text) > max;
	size_t room = cut && max > 0 ? max - 1 : max, used = 0, len;

	for (; *text != '\0'; text += len) {
		int cells = cells_next(text, &len);
		size_t width = cells < 0 ? 1 : (size_t)cells;

		if (used + width > room)
			break;
		used += width;
		if (cells < 0)
			fputc(substitute(text), out);
		else
			fwrite(text, 1, len, out);
	}
	if (cut && max > 0) {
		/* In a locale without the ellipsis, a full stop serves. */
		fputs(cells_next("…", &len) == 1 ? "…" : ".", out);
		used++;
	}
	return used;
}

size_t
cells_terminal(size_t limit)
{
	struct winsize size;
	size_t columns = DEFAULT_COLUMNS;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		columns = size.ws_col;
	return limit != 0 && columns > limit ? limit : columns;
}
