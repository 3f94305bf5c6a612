#include "proto/replica/text.h"

size_t
text_character(struct bytes text, size_t at, uint32_t *ret_point)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t *byte = text.data + at;
	size_t len = byte[0] < 0x80 ? 1 : byte[0] >> 5 == 0x06 ? 2 : byte[0] >> 4 == 0x0e ? 3 :
	    byte[0] >> 3 == 0x1e ? 4 : 0;
	uint32_t point;

	if (len == 0 || len > text.len - at)
		return 0;
	point = len == 1 ? byte[0] : byte[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if (byte[i] >> 6 != 2)
			return 0;
		point = point << 6 | (byte[i] & 0x3f);
	}
	if (point < smallest[len] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		return 0;
	*ret_point = point;
	return len;
}

bool
text_is_line(struct bytes text)
{
	uint32_t point;
	size_t len;

	for (size_t i = 0; i < text.len; i += len) {
		len = text_character(text, i, &point);
		if (len == 0 || point < 0x20 || (point >= 0x7f && point < 0xa0))
			return false;
	}
	return true;
}
