#include <string.h>

#include "proto/base/utf8.h"

/*
 * The length of the sequence that ${lead} begins, 0 when it begins none, and
 * the range that the second byte must lie in: that range is what rules out
 * overlong forms, surrogates and what is above U+10FFFF (RFC 3629, section 4).
 */
static size_t
sequence_len(uint8_t lead, uint8_t *ret_low, uint8_t *ret_high)
{
	*ret_low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
	*ret_high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

size_t
utf8_character(struct bytes text, size_t at, uint32_t *ret_point)
{
	const uint8_t *byte = text.data + at;
	uint8_t low, high;
	uint32_t point;
	size_t len;

	if (at >= text.len)
		return 0;
	len = sequence_len(byte[0], &low, &high);
	if (len == 0 || len > text.len - at)
		return 0;
	point = len == 1 ? byte[0] : byte[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if (byte[i] < (i == 1 ? low : 0x80) || byte[i] > (i == 1 ? high : 0xbf))
			return 0;
		point = point << 6 | (byte[i] & 0x3f);
	}
	*ret_point = point;
	return len;
}

size_t
utf8_ascii_len(struct bytes text, size_t at)
{
	size_t start = at;
	uint64_t eight;

	for (; text.len - at >= sizeof(eight); at += sizeof(eight)) {
		memcpy(&eight, text.data + at, sizeof(eight));
		if ((eight & 0x8080808080808080u) != 0)
			break;
	}
	if (at == start)
		while (at < text.len && text.data[at] < 0x80)
			at++;
	return at - start;
}

bool
utf8_valid(struct bytes text)
{
	uint32_t point;
	size_t len;

	for (size_t at = 0; at < text.len; at += len) {
		len = utf8_ascii_len(text, at);
		if (len == 0)
			len = utf8_character(text, at, &point);
		if (len == 0)
			return false;
	}
	return true;
}
