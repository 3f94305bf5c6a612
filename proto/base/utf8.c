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

bool
utf8_valid(struct bytes text)
{
	uint8_t low, high;
	size_t at = 0, len, i;

	while (at < text.len) {
		len = sequence_len(text.data[at], &low, &high);
		if (len == 0 || len > text.len - at)
			return false;
		if (len > 1 && (text.data[at + 1] < low || text.data[at + 1] > high))
			return false;
		for (i = 2; i < len; i++) {
			if (text.data[at + i] < 0x80 || text.data[at + i] > 0xbf)
				return false;
		}
		at += len;
	}
	return true;
}
