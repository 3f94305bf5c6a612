/*
 * Frames from any bytes in any pieces.  The first byte sets the bound, the
 * second the size of the pieces; the frames must be those that a plain walk
 * over the whole stream finds.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/wire/frame.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct frame_reader reader;
	struct bytes in, frame;
	size_t max, piece, fed = 2, at = 2, body_len;
	int err = RS_OK;

	if (len < 2)
		return 0;
	max = (size_t)data[0] * 257 % FRAME_MAX + 1;
	piece = (size_t)data[1] + 1;
	frame_reader_init(&reader);
	while (err == RS_OK && fed < len) {
		in = bytes_of(data + fed, piece < len - fed ? piece : len - fed);
		fed += in.len;
		while (err == RS_OK && in.len > 0) {
			err = frame_reader_take(&reader, max, &in, &frame);
			if (err != RS_OK || frame.len == 0)
				continue;
			body_len = (size_t)data[at] << 8 | data[at + 1];
			if (frame.len != body_len || body_len > max ||
			    memcmp(frame.data, data + at + FRAME_HEADER_LEN, body_len) != 0)
				abort();
			at += FRAME_HEADER_LEN + body_len;
		}
	}
	if (err == RS_OK && frame_reader_between(&reader) != (at == len))
		abort();
	frame_reader_release(&reader);
	return 0;
}
