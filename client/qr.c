#include <stdbool.h>

#include <qrencode.h>

#include "client/qr.h"
#include "client/view/cells.h"

#define QUIET 2		/* modules around it; terminals have a margin of their own */

static bool
dark(const QRcode *code, int x, int y)
{
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return false;
	return (code->data[y * code->width + x] & 1) != 0;
}

void
qr_print(FILE *out, const char *text)
{
	/* Two rows of modules a line; light ones are drawn, as terminals are dark. */
	static const char *const blocks[2][2] = { { "█", "▀" }, { "▄", " " } };
	QRcode *code;
	size_t len;
	int x, y;

	if (cells_next("█", &len) != 1)
		return;
	code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	if (code == NULL)
		return;
	for (y = -QUIET; y < code->width + QUIET; y += 2) {
		for (x = -QUIET; x < code->width + QUIET; x++)
			fputs(blocks[dark(code, x, y)][dark(code, x, y + 1)], out);
		fputc('\n', out);
	}
	QRcode_free(code);
}
