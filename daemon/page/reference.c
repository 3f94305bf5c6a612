#include <ctype.h>
#include <string.h>

#include "daemon/page/reference.h"

enum {
	FIRST = 0x80,
	LAST = 0x9F,
	LENGTH_MIN = 5,		/* of a reference: "&#x92" */
	DIGITS_MAX = 8		/* with leading zeros */
};

/* The HTML Standard's table; "" where the control has no other meaning. */
static const char characters[LAST - FIRST + 1][4] = {
	"\u20AC", "", "\u201A", "\u0192", "\u201E", "\u2026", "\u2020", "\u2021",
	"\u02C6", "\u2030", "\u0160", "\u2039", "\u0152", "", "\u017D", "",
	"", "\u2018", "\u2019", "\u201C", "\u201D", "\u2022", "\u2013", "\u2014",
	"\u02DC", "\u2122", "\u0161", "\u203A", "\u0153", "", "\u017E", "\u0178",
};

static int
digit_of(uint8_t byte, int base)
{
	if (isdigit(byte))
		return byte - '0';
	return base == 16 && isxdigit(byte) ? tolower(byte) - 'a' + 10 : -1;
}

/* The number of the reference at ${at} and its length; 0 when it is none that we mend. */
static unsigned
read_number(const uint8_t *at, size_t len, size_t *ret_len)
{
	size_t first = 2, i;
	unsigned number = 0;
	int base = 10, digit;

	if (len < LENGTH_MIN || at[1] != '#')
		return 0;
	if (at[2] == 'x' || at[2] == 'X') {
		base = 16;
		first = 3;
	}
	for (i = first; i < len && i < first + DIGITS_MAX; i++) {
		if ((digit = digit_of(at[i], base)) < 0)
			break;
		number = number * (unsigned)base + (unsigned)digit;
	}
	/* A number that goes on is another one. */
	if (i < len && digit_of(at[i], base) >= 0)
		return 0;
	*ret_len = i + (i < len && at[i] == ';');
	return number;
}

size_t
reference_mend(uint8_t *text, size_t len)
{
	const uint8_t *from = text, *end = text + len, *next;
	uint8_t *to = text;
	size_t skip = 0;

	while ((next = memchr(from, '&', (size_t)(end - from))) != NULL) {
		unsigned number = read_number(next, (size_t)(end - next), &skip);
		const char *character = number >= FIRST && number <= LAST ?
		    characters[number - FIRST] : "";

		memmove(to, from, (size_t)(next - from));
		to += next - from;
		if (character[0] == '\0') {
			*to++ = '&';
			from = next + 1;
		} else {
			while (*character != '\0')
				*to++ = (uint8_t)*character++;
			from = next + skip;
		}
	}
	memmove(to, from, (size_t)(end - from));
	return (size_t)(to - text) + (size_t)(end - from);
}
