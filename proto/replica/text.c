#include "proto/base/utf8.h"
#include "proto/replica/text.h"

bool
text_is_line(struct bytes text)
{
	uint32_t point;
	size_t len;

	for (size_t at = 0; at < text.len; at += len) {
		len = utf8_character(text, at, &point);
		if (len == 0 || point < 0x20 || (point >= 0x7f && point < 0xa0))
			return false;
	}
	return true;
}
