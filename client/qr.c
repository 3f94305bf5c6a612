#include <stdbool.h>
#include <string.h>

#include <qrencode.h>

#include "client/qr.h"
#include "client/view/cells.h"

#define FULL_BLOCK "█"
#define QUIET 2		/* modules around it; terminals have a margin of their own */

static bool
dark(const QRcode *code, int x, int y)
{
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return false;
	return (code->data[y * code->width + x] & 1) != 0;
}

static bool
can_draw(void)
{
	struct cell cell;

	cells_take(FULL_BLOCK, &cell);
	return strcmp(cell.bytes, FULL_BLOCK) == 0 && cell.width == 1;
}

void
qr_print(FILE *out, const char *text, size_t columns, bool colour)
{
	/* Two rows of modules a line, by whether the upper and the lower one are dark. */
	static const char *const blocks[2][2] = { { FULL_BLOCK, "▀" }, { "▄", " " } };
	QRcode *code;
	int x, y;

	code = can_draw() ? QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L) : NULL;
	if (code == NULL)
		return;
	if (columns == 0 || (size_t)code->width + 2 * QUIET <= columns) {
		for (y = -QUIET; y < code->width + QUIET; y += 2) {
			fputs(colour ? "\033[97;40m" : "", out);
			for (x = -QUIET; x < code->width + QUIET; x++)
				fputs(blocks[dark(code, x, y)][dark(code, x, y + 1)], out);
			fputs(colour ? "\033[0m\n" : "\n", out);
		}
	}
	QRcode_free(code);
}
