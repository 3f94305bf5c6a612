#include "proto/base/utf8.h"
#include "proto/replica/text.h"

static bool
is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

/* Tell whether ${text} is UTF-8 and, but for line feeds and tabs if ${prose}, shows. */
static bool
shows(struct bytes text, bool prose)
{
	uint32_t point;
	size_t len;

	for (size_t at = 0; at < text.len; at += len) {
		len = utf8_character(text, at, &point);
		if (len == 0 || (is_control(point) && !(prose && (point == '\n' || point == '\t'))))
			return false;
	}
	return true;
}

bool
text_is_line(struct bytes text)
{
	return shows(text, false);
}

bool
text_is_prose(struct bytes text)
{
	return shows(text, true);
}
