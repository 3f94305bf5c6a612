#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/view/changes.h"

static char *
changes(const char *before, const char *after, bool colour)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	bool any;

	assert_int_equal(changes_print(out, bytes_of_text(before), bytes_of_text(after), colour,
	    &any), 0);
	fclose(out);
	assert_int_equal(any, len > 0);
	return text;
}

static void
what_differs_is_shown_and_nothing_else(void **state)
{
	static const struct { const char *before, *after, *shown; } cases[] = {
		{ "one\ntwo\nthree", "one\ntwo\nthree", "" },
		{ "", "", "" },
		{ "", "all is new", "{+all is new+} \n" },
		{ "all is gone", "", "[-all is gone-] \n" },
		{ "the same\nthe old bridge stood here", "the same\nthe new bridge stood here",
		    "the [-old-] {+new+} bridge stood here \n" },
		{ "a\nb\nc", "a\nc", "[-b-] \n" },
		{ "a\nc\ne f", "a\nb\nc\ne g", "{+b+} \n\ne [-f-] {+g+} \n" },
		{ "x y z", "y z w", "[-x-] y z {+w+} \n" },
		{ "no word alike", "something quite different",
		    "[-no word alike-] {+something quite different+} \n" },
		/* Paragraphs stay such. */
		{ "a b c d-", "a b c d\ne f\ng h", "a b c [-d--] {+d\n\ne f\n\ng h+} \n" },
		{ "", "a b\nc d", "{+a b\n\nc d+} \n" },
		{ "a b c x\nd e f y", "a b c z\nd e f z",
		    "a b c [-x-] {+z+} \n\nd e f [-y-] {+z+} \n" },
		{ "a b c\nd e f", "a b c d e f", "a b c d e f \n" },
		{ "a b c d e f", "a b c\nd e f", "a b c \n\nd e f \n" },
		/* Two words that happen to be alike tell nothing. */
		{ "in this year of the survey the keepers wrote down how the water stood",
		    "a new heading\nfirst of the list\nquoted words",
		    "[-in this year of the survey the keepers wrote down how the water stood-] "
		    "{+a new heading\n\nfirst of the list\n\nquoted words+} \n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *shown = changes(cases[i].before, cases[i].after, false);

		assert_string_equal(shown, cases[i].shown);
		free(shown);
	}
}

static void
colours_stand_in_place_of_brackets(void **state)
{
	char *shown = changes("old", "new", true);

	(void)state;
	assert_string_equal(shown, "\033[31mold\033[0m \033[32mnew\033[0m \n");
	free(shown);
}

/* Take the changes back: without what came it is the old text, without what went the new. */
static void
check_both_ways(const char *before, const char *after)
{
	char *shown = changes(before, after, false), *old = calloc(1, strlen(shown) + 1);
	char *new = calloc(1, strlen(shown) + 1), *at = shown;
	int in_old = 1, in_new = 1;

	for (; *at != '\0'; at++) {
		if (strncmp(at, "[-", 2) == 0)
			in_new = 0, at++;
		else if (strncmp(at, "{+", 2) == 0)
			in_old = 0, at++;
		else if (strncmp(at, "-] ", 3) == 0)
			in_new = 1, at += 2;
		else if (strncmp(at, "+} ", 3) == 0)
			in_old = 1, at += 2;
		else if (*at != ' ' && *at != '\n') {
			if (in_old)
				strncat(old, at, 1);
			if (in_new)
				strncat(new, at, 1);
		}
	}
	if (shown[0] != '\0') {
		char *wanted_old = strdup(before), *wanted_new = strdup(after), *from, *to;

		for (from = to = wanted_old; *from != '\0'; from++)
			if (*from != ' ')
				*to++ = *from;
		*to = '\0';
		for (from = to = wanted_new; *from != '\0'; from++)
			if (*from != ' ')
				*to++ = *from;
		*to = '\0';
		assert_string_equal(old, wanted_old);
		assert_string_equal(new, wanted_new);
		free(wanted_old);
		free(wanted_new);
	}
	free(old);
	free(new);
	free(shown);
}

static void
any_two_texts_can_be_made_of_each_other(void **state)
{
	uint32_t seed = 1;
	char before[200], after[200];

	(void)state;
	for (int round = 0; round < 3000; round++) {
		char *texts[] = { before, after };

		for (int t = 0; t < 2; t++) {
			size_t words = (seed = seed * 1664525 + 1013904223) >> 28;

			texts[t][0] = '\0';
			for (size_t i = 0; i < words; i++) {
				seed = seed * 1664525 + 1013904223;
				strcat(texts[t], i == 0 ? "" : " ");
				strncat(texts[t], &"abcde"[(seed >> 20) % 4], 1);
			}
		}
		check_both_ways(before, after);
	}
}

static void
texts_that_have_nothing_in_common_end(void **state)
{
	char *before = calloc(1, 400000), *after = calloc(1, 400000), *b = before, *a = after;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		b += sprintf(b, "b%d ", i);
		a += sprintf(a, "a%d ", i);
	}
	free(changes(before, after, false));
	free(before);
	free(after);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_differs_is_shown_and_nothing_else),
		cmocka_unit_test(colours_stand_in_place_of_brackets),
		cmocka_unit_test(any_two_texts_can_be_made_of_each_other),
		cmocka_unit_test(texts_that_have_nothing_in_common_end),
	};

	return cmocka_run_group_tests_name("client/view/changes", tests, NULL, NULL);
}
