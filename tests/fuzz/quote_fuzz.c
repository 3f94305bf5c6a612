/*
 * Quotes in any text.  The first two bytes choose a part of the rest: it must be found
 * there, where its plain form stands; anything else only within the text.
 */
#include <string.h>

#include "proto/base/err.h"
#include "proto/base/utf8.h"
#include "proto/record/quote.h"
#include "tests/fuzz/fuzz.h"

enum { WORDS_MAX = 256 };

/* Move ${at} back to where a character begins. */
static size_t
whole(struct bytes text, size_t at)
{
	while (at > 0 && at < text.len && (text.data[at] & 0xc0) == 0x80)
		at--;
	return at;
}

/* Look for ${words}; tells whether they are found, in ${ret_found} what is there. */
static bool
find(struct bytes text, const char *words, struct bytes *ret_found)
{
	struct quote quote = { words, "a ", " b", 7 };
	struct quote_place place;
	struct quote_text *plain;
	size_t count = 0;
	int err;

	fuzz_check(quote_text_new(text, &plain) == RS_OK);
	err = quote_find(plain, &quote, &place, &count);
	quote_text_free(plain);
	fuzz_check(err == RS_OK || err == RS_ENOTFOUND);
	if (err != RS_OK)
		return false;
	fuzz_check(count > 0 && place.start <= place.end && place.end <= text.len);
	*ret_found = bytes_of(text.data + place.start, place.end - place.start);
	return true;
}

/* What is found of a quote says what the quote says: it is found in that alone. */
static void
check_part(struct bytes text, size_t from, size_t to)
{
	char words[WORDS_MAX + 1];
	struct bytes found, again, blank;

	memcpy(words, text.data + from, to - from);
	words[to - from] = '\0';
	if (strlen(words) != to - from)
		return;
	if (!find(text, words, &found)) {
		/* There is nothing in it to look for: then it is nowhere. */
		fuzz_check(!find(bytes_of(words, to - from), words, &blank));
		return;
	}
	/* Dots that are a part of an ellipsis end before it. */
	if (memmem(text.data, text.len, "\xe2\x80\xa6", 3) == NULL)
		fuzz_check(find(found, words, &again));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes text, found;
	size_t from, to;

	if (len < 3)
		return 0;
	text = bytes_of(data + 2, len - 2);
	(void)find(text, "a b", &found);
	if (!utf8_valid(text))
		return 0;
	from = whole(text, data[0] * text.len / 256);
	to = from + data[1];
	to = whole(text, to < text.len ? to : text.len);
	if (to > from)
		check_part(text, from, to);
	return 0;
}
