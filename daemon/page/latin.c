#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <strings.h>

#include <unicode/uchar.h>
#include <unicode/ucnv.h>

#include "daemon/page/latin.h"

enum {
	HALF = 128		/* the bytes above ASCII */
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* What pages are written in: in the west of Europe, and in its middle. */
static const char *const usual[] = { "windows-1252", "windows-1250", "iso-8859-2" };
enum { WEST, MIDDLE };

/* What detectors call it; charsets that hardly a page is written in give way in doubt. */
static const struct {
	const char *label;
	size_t first;		/* of the usual ones, the one to be tried first */
	bool rare;
} detected[] = {
	{ "iso-8859-1", WEST, false }, { "iso-8859-15", WEST, false },
	{ "windows-1252", WEST, false }, { "iso-8859-9", WEST, false },
	{ "windows-1254", WEST, false }, { "iso-8859-2", MIDDLE, false },
	{ "windows-1250", MIDDLE, false }, { "iso-8859-16", MIDDLE, false },
	{ "iso-8859-3", WEST, true }, { "iso-8859-10", WEST, true },
	{ "mac-centraleurope", WEST, true }, { "ibm852", WEST, true },
};

/* What the bytes above ASCII stand for.  False when there is no such charset of single bytes. */
static bool
fill_half(const char *label, UChar32 *half)
{
	UErrorCode status = U_ZERO_ERROR;
	UConverter *converter = ucnv_open(label, &status);
	bool filled = U_SUCCESS(status) && ucnv_getMaxCharSize(converter) == 1;

	for (int i = 0; filled && i < HALF; i++) {
		char byte = (char)(HALF + i);
		UChar letter[2];

		status = U_ZERO_ERROR;
		half[i] = ucnv_toUChars(converter, letter, 2, &byte, 1, &status) == 1 &&
		    U_SUCCESS(status) ? letter[0] : 0xfffd;
	}
	ucnv_close(converter);
	return filled;
}

/* The letter, or what else, that ${byte} stands for. */
static UChar32
letter_of(uint8_t byte, const UChar32 *half)
{

	return byte < HALF ? byte : half[byte - HALF];
}

/* Signs of the alphabet that stand behind a word or a number: 1st, 2nd, squared, a half. */
static bool
is_raised(UChar32 sign)
{

	return sign == 0xaa || sign == 0xba || u_charType(sign) == U_OTHER_NUMBER;
}

/* Signs that stand by a letter in any text: for copyrights, degrees, sections. */
static bool
stands_by_letters(UChar32 sign)
{

	return sign == 0xa7 || sign == 0xa9 || sign == 0xae || sign == 0xb0 || sign == 0x2122;
}

/* Tell whether no text has ${sign} between ${before} and ${after}. */
static bool
is_misfit(UChar32 before, UChar32 sign, UChar32 after)
{
	bool behind = u_isalpha(before), ahead = u_isalpha(after);

	if (sign == 0xfffd || (sign >= 0x80 && sign < 0xa0))
		return true;
	if (is_raised(sign))
		return ahead;
	if (u_isalpha(sign))
		return u_isupper(sign) && u_islower(before);
	if (stands_by_letters(sign))
		return false;
	switch (u_charType(sign)) {
	case U_MATH_SYMBOL:
	case U_CURRENCY_SYMBOL:
	case U_MODIFIER_SYMBOL:
	case U_OTHER_SYMBOL:
		return behind || ahead;
	default:
		return sign == 0xb6 && (behind || ahead);
	}
}

/* Count what no text has in ${page}, read by ${half}. */
static size_t
misfits(struct bytes page, const UChar32 *half)
{
	size_t count = 0;

	for (size_t at = 0; at < page.len; at++) {
		if (page.data[at] < HALF)
			continue;
		count += is_misfit(at == 0 ? ' ' : letter_of(page.data[at - 1], half),
		    half[page.data[at] - HALF],
		    at + 1 == page.len ? ' ' : letter_of(page.data[at + 1], half));
	}
	return count;
}

const char *
latin_mend(struct bytes page, const char *label)
{
	UChar32 half[HALF];
	const char *best = label, *other;
	size_t which = 0, least = SIZE_MAX, count;

	while (which < COUNT(detected) && strcasecmp(label, detected[which].label) != 0)
		which++;
	if (which == COUNT(detected))
		return label;
	if (!detected[which].rare && fill_half(label, half))
		least = misfits(page, half);
	for (size_t i = 0; i < COUNT(usual) && least > 0; i++) {
		other = usual[(detected[which].first + i) % COUNT(usual)];
		if (!fill_half(other, half) || (count = misfits(page, half)) >= least)
			continue;
		least = count;
		best = other;
	}
	return best;
}
