#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/record/quote.h"

#define OK(call) assert_int_equal((call), RS_OK)

/* The words at the place that is found in ${text} are ${expected}, NULL for none. */
static void
assert_found(const char *text, const struct quote *quote, size_t count, const char *expected)
{
	struct quote_place place;
	struct quote_text *plain;
	size_t found = 0;
	int err;

	OK(quote_text_new(bytes_of_text(text), &plain));
	err = quote_find(plain, quote, &place, &found);
	quote_text_free(plain);
	assert_int_equal(err, expected == NULL ? RS_ENOTFOUND : RS_OK);
	if (expected == NULL)
		return;
	assert_int_equal(found, count);
	assert_true(place.start <= place.end && place.end <= strlen(text));
	if (place.end - place.start != strlen(expected) ||
	    memcmp(text + place.start, expected, strlen(expected)) != 0)
		fail_msg("\"%s\" in \"%s\": found \"%.*s\"", quote->words, text,
		    (int)(place.end - place.start), text + place.start);
}

static void
words_are_found_however_they_are_set(void **state)
{
	static const struct {
		const char *text;
		const char *words;
		const char *found;	/* NULL: nowhere */
	} cases[] = {
		{ "The sea is salt.", "sea is", "sea is" },
		{ "The sea is salt.", "The sea is salt.", "The sea is salt." },
		{ "The sea is salt.", "sea  \n is ", "sea is" },
		{ "The sea\nis\t salt.", " sea is", "sea\nis" },
		{ "The sea\xc2\xa0is salt.", "sea is", "sea\xc2\xa0is" },
		{ "The \xe2\x80\x9cold\xe2\x80\x9d sea\xe2\x80\x99s salt", "\"old\" sea's",
		    "\xe2\x80\x9cold\xe2\x80\x9d sea\xe2\x80\x99s" },
		{ "The \"old\" sea's salt", "\xe2\x80\x9cold\xe2\x80\x9d sea\xe2\x80\x99s",
		    "\"old\" sea's" },
		{ "1914\xe2\x80\x93" "1918 \xe2\x80\x94 war\xe2\x80\xa6 ends", "1914-1918 - war... ends",
		    "1914\xe2\x80\x93" "1918 \xe2\x80\x94 war\xe2\x80\xa6 ends" },
		{ "light\xc2\xadhouse", "lighthouse", "light\xc2\xadhouse" },
		{ "東京の海", "の海", "の海" },
		{ "The sea is salt.", "Sea is", NULL },
		{ "The sea is salt.", "sea is salt. And", NULL },
		{ "The sea is salt.", " \n", NULL },
		{ "The sea is salt.", "", NULL },
		{ "", "sea", NULL },
		{ "a\xff" "b", "b", "b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_found(cases[i].text,
		    &(struct quote){ cases[i].words, "", "", 0 }, 1, cases[i].found);
}

static void
of_many_places_the_one_with_its_neighbours_is_meant(void **state)
{
	static const char text[] = "A red boat. A green boat. A blue boat, and a boat.";
	static const struct {
		const char *prefix;
		const char *suffix;
		uint32_t start;
		size_t at;
	} cases[] = {
		{ "", "", 0, 6 },
		{ "A green ", ". A blue", 0, 20 },
		{ "a green\n", "", 0, 20 },
		{ "", ", and", 0, 33 },
		{ "and a ", ".", 0, 45 },
		/* As good by what is about them: the nearest, then the first. */
		{ "", "", 21, 20 },
		{ "", "", 13, 6 },
		{ "", "", 4000000000u, 45 },
		/* What stood about it says more than where it was. */
		{ "A red ", "", 45, 6 },
	};
	struct quote_place place;
	struct quote_text *plain;
	size_t count;

	(void)state;
	OK(quote_text_new(bytes_of_text(text), &plain));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct quote quote = { "boat", cases[i].prefix, cases[i].suffix, cases[i].start };

		OK(quote_find(plain, &quote, &place, &count));
		assert_int_equal(count, 4);
		assert_int_equal(place.start, cases[i].at);
		assert_int_equal(place.end, cases[i].at + 4);
	}
	quote_text_free(plain);
}

/* A text and a quote that fit at every byte, as a page could be made of. */
static void
no_text_takes_long(void **state)
{
	enum { TEXT = 4 << 20, WORDS = 16000 };
	char *text = malloc(TEXT + 1), *words = malloc(WORDS + 1);
	struct quote_text *plain;
	struct quote_place place;
	clock_t begun = clock();
	size_t count;

	(void)state;
	memset(text, 'a', TEXT);
	text[TEXT] = '\0';
	memset(words, 'a', WORDS);
	words[WORDS] = '\0';
	OK(quote_text_new(bytes_of_text(text), &plain));
	OK(quote_find(plain, &(struct quote){ words, "", "", 0 }, &place, &count));
	assert_int_equal(count, TEXT / WORDS);
	words[0] = 'b';
	assert_int_equal(quote_find(plain, &(struct quote){ words, "", "", 0 }, &place, &count),
	    RS_ENOTFOUND);
	words[0] = 'a';
	words[WORDS - 1] = 'b';
	assert_int_equal(quote_find(plain, &(struct quote){ words, "", "", 0 }, &place, &count),
	    RS_ENOTFOUND);
	/* Milliseconds; a search that goes back at each byte would take minutes. */
	assert_true(clock() - begun < 10 * CLOCKS_PER_SEC);
	quote_text_free(plain);
	free(words);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_found_however_they_are_set),
		cmocka_unit_test(of_many_places_the_one_with_its_neighbours_is_meant),
		cmocka_unit_test(no_text_takes_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
