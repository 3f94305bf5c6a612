#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/fold.h"
#include "daemon/page/masthead.h"
#include "daemon/page/title.h"
#include "proto/base/err.h"

enum {
	TITLE_MAX = 4000,	/* bytes, folded */
	WORDS_COMPARED = 40,
	LIKE_DECLARED = 60,	/* percent of words that a heading shares with what is */
	LIKE_DOCUMENT = 80,	/* declared, or with the browser's title, to be the same */
	NAMES_MAX = 4,		/* that are cut off a title: site, section, the site once more */
	TAIL_WORDS = 5,		/* of what is no headline behind a bar, at most */
	REST_WORDS = 4,		/* of the headline before it, at least */
	WORD_BYTES = 6,		/* of a word where no spaces are written */
	CUT_MIN = 90		/* bytes of a headline that a program may have cut */
};

/* What stands between a title and a site's name; blanks belong to some. */
static const struct separator {
	const char *text;
	enum { WEAK, BAR, TIGHT } kind;
} separators[] = {
	/* A bar parts names, and hardly ever a headline. */
	{ " | ", BAR }, { " - ", WEAK }, { " – ", WEAK }, { " — ", WEAK }, { " · ", BAR },
	{ " • ", BAR }, { " :: ", BAR }, { " » ", BAR }, { " « ", BAR }, { " / ", WEAK },
	{ " > ", WEAK }, { " : ", WEAK }, { "｜", BAR }, { " ‹ ", BAR }, { " › ", BAR },
	{ " ⋅ ", BAR }, { " ∙ ", BAR }, { " ― ", WEAK }, { "_", WEAK }, { "|", WEAK },
	/* These stand in headlines as well, and only the last may part off a name. */
	{ " [", TIGHT }, { "【", TIGHT }, { "--", TIGHT }, { "-", TIGHT }, { "：", TIGHT },
	{ "／", TIGHT },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* A part of a title, as a copy. */
static char *
part_of(const char *start, const char *end)
{

	while (start < end && *start == ' ')
		start++;
	while (end > start && end[-1] == ' ')
		end--;
	return strndup(start, (size_t)(end - start));
}

/* About how many words ${len} bytes of ${text} have, in any script. */
static size_t
words_of(const char *text, size_t len)
{
	size_t words = 0, signs = 0;

	for (size_t i = 0; i < len; i++) {
		words += text[i] != ' ' && (i == 0 || text[i - 1] == ' ');
		signs += (unsigned char)text[i] >= 0xE0;
	}
	return 3 * signs > len / 2 ? 3 * signs / WORD_BYTES : words;
}

/* What a title is cut by. */
struct hints {
	const struct masthead *masthead;
	const char *heading;		/* or NULL */
	bool whole;			/* the heading is the title as it is */
};

/*
 * Tell whether ${name}, the ${last} part behind such a separator and ${before}, is none of the
 * title.
 */
static bool
is_behind(const struct hints *hints, const struct separator *separator, const char *before,
    const char *name, bool last)
{
	const struct masthead *masthead = hints->masthead;

	if (last && (masthead_is_exact(masthead, name) || masthead_is_publication(name)))
		return true;
	if (separator->kind == BAR && last)
		return masthead_is(masthead, name) || masthead_is_section(masthead, name) ||
		    (masthead_begins(masthead, name) && words_of(before, strlen(before)) > 1 &&
		    words_of(name, strlen(name)) <= TAIL_WORDS);
	/* What the headline has as well is a part of it, unless nobody could mean that. */
	if (hints->whole || separator->kind == TIGHT)
		return separator->text[1] == '[' && last && masthead_is(masthead, name);
	return masthead_is(masthead, name);
}

/*
 * Try one cut of ${title} at ${at}: return the side that is left when the other
 * one names the site, or when the page's heading is exactly that side; else NULL.
 */
static char *
try_cut(const char *title, const char *at, const struct separator *separator, bool last,
    const struct hints *hints)
{
	char *before = part_of(title, at);
	char *after = part_of(at + strlen(separator->text), title + strlen(title));
	bool both_ways = separator->kind != TIGHT && !hints->whole;
	char *kept = NULL;

	if (before != NULL && after != NULL && *before != '\0' && *after != '\0') {
		if (is_behind(hints, separator, before, after, last) || (both_ways &&
		    hints->heading != NULL && fold_equal(before, hints->heading)))
			kept = before;
		else if ((both_ways && (masthead_is(hints->masthead, before) ||
		    (hints->heading != NULL && fold_equal(after, hints->heading)))) ||
		    (separator->kind == BAR && masthead_is_section(hints->masthead, before)))
			kept = after;
	}
	if (kept != before)
		free(before);
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): what is kept is one of the two */
	if (kept != after)
		free(after);
	return kept;	/* NOLINT(clang-analyzer-unix.Malloc): the same */
}

/* The last ${separator} in ${title}, or NULL. */
static const char *
last_of(const char *title, const char *separator)
{
	const char *last = NULL, *next = strstr(title, separator);

	for (; next != NULL; next = strstr(next + strlen(separator), separator))
		last = next;
	return last;
}

/* The first part of ${title} when the page's ${heading} is exactly that, else NULL. */
static char *
cut_behind(const char *title, const char *heading)
{

	for (size_t i = 0; i < COUNT(separators); i++) {
		const char *at = separators[i].kind == TIGHT ? NULL :
		    strstr(title, separators[i].text);
		char *before = at == NULL ? NULL : part_of(title, at);

		if (before != NULL && fold_equal(before, heading))
			return before;
		free(before);
	}
	return NULL;
}

/* Return what is left of ${title} without one name, or NULL where it has none. */
static char *
cut_name(const char *title, const struct hints *hints)
{
	char *kept;

	if (hints->heading != NULL && !hints->whole &&
	    (kept = cut_behind(title, hints->heading)) != NULL)
		return kept;
	for (size_t i = 0; i < COUNT(separators); i++) {
		const char *first = strstr(title, separators[i].text);
		const char *last = last_of(title, separators[i].text);

		if (first == NULL)
			continue;
		if ((kept = try_cut(title, last, &separators[i], true, hints)) != NULL ||
		    (first != last &&
		    (kept = try_cut(title, first, &separators[i], false, hints)) != NULL))
			return kept;
	}
	return NULL;
}

char *
title_clean(const char *title, const struct masthead *masthead, const char *heading)
{
	struct hints hints = { masthead, heading, false };
	char *kept = strdup(title), *shorter;

	for (unsigned names = 0; kept != NULL && names < NAMES_MAX; names++) {
		hints.whole = heading != NULL && fold_equal(kept, heading);
		if ((shorter = cut_name(kept, &hints)) == NULL)
			break;
		free(kept);
		kept = shorter;
		/* Where it is no part of the title as it came, it is one of a path. */
		hints.heading = NULL;
	}
	return kept;
}

/* ------------------------------------------------------------------- headings */

/* The next word of folded ${text}, which is moved behind it; its length, 0 at the end. */
static size_t
next_word(const char **text)
{
	size_t len;

	*text += strspn(*text, " ");
	len = strcspn(*text, " ");
	*text += len;
	return len;
}

static bool
has_word(const char *text, const char *word, size_t word_len)
{
	size_t len;

	while ((len = next_word(&text)) > 0)
		if (len == word_len && memcmp(text - len, word, len) == 0)
			return true;
	return false;
}

/* How many words ${text} has, and how many of them ${other} has too. */
static unsigned
count_words(const char *text, const char *other, unsigned *ret_shared)
{
	unsigned words = 0;
	size_t len;

	*ret_shared = 0;
	while ((len = next_word(&text)) > 0 && words < WORDS_COMPARED) {
		words++;
		*ret_shared += has_word(other, text - len, len);
	}
	return words;
}

/* Tell whether ${heading} and ${title} share at least ${percent} of their words. */
static bool
is_headline(const char *heading, const char *title, unsigned percent)
{
	struct buffer a, b;
	unsigned words, others, shared, unused;
	bool is = false;

	if (heading == NULL || title == NULL)
		return false;
	buffer_init(&a, TITLE_MAX);
	buffer_init(&b, TITLE_MAX);
	if (fold_append(heading, &a) == 0 && fold_append(title, &b) == 0) {
		words = count_words(buffer_text(&a), buffer_text(&b), &shared);
		others = count_words(buffer_text(&b), buffer_text(&a), &unused);
		is = shared > 0 && 200 * shared >= (words + others) * percent;
	}
	buffer_release(&a);
	buffer_release(&b);
	return is;
}

/* Tell whether one of the headings has ${tail} in it. */
static bool
is_in_heading(const struct title_evidence *evidence, const char *tail)
{

	for (size_t i = 0; i < evidence->heading_count; i++)
		if (strstr(evidence->headings[i], tail) != NULL)
			return true;
	return false;
}

/* Tell whether the ${len} bytes at ${title} have a separator other than ${separator}. */
static bool
has_others(const char *title, size_t len, const struct separator *separator)
{

	for (size_t i = 0; i < COUNT(separators); i++)
		if (separators[i].kind != TIGHT && &separators[i] != separator &&
		    memmem(title, len, separators[i].text, strlen(separators[i].text)) != NULL)
			return true;
	return false;
}

/*
 * Cut off ${title}, in place, the few words behind a bar that no heading has: a site of which
 * nothing else is known, a section, or what is there for search engines.  But where signs of
 * several kinds make a path, the headline is its end.  Tell whether there was something.
 */
static bool
cut_tail(const struct title_evidence *evidence, char *title)
{

	for (size_t i = 0; i < COUNT(separators); i++) {
		const char *at = separators[i].kind == BAR ? last_of(title, separators[i].text) :
		    NULL;
		const char *tail = at == NULL ? NULL : at + strlen(separators[i].text);

		if (tail == NULL || is_in_heading(evidence, tail) ||
		    words_of(tail, strlen(tail)) > TAIL_WORDS ||
		    words_of(title, (size_t)(at - title)) < REST_WORDS ||
		    (strchr(separators[i].text, '|') == NULL &&
		    has_others(title, (size_t)(at - title), &separators[i])))
			continue;
		title[at - title] = '\0';
		return true;
	}
	return false;
}

static char *
clean(const struct title_evidence *evidence, const char *title)
{
	const char *heading = NULL;
	char *kept, *best = NULL;

	/*
	 * Where two headings stand in the title, as the site's name and the headline do, the
	 * longer one is the headline.
	 */
	for (size_t i = 0; i < evidence->heading_count; i++) {
		/* A heading that is the site's name says nothing of the title. */
		if (masthead_is_exact(&evidence->masthead, evidence->headings[i]))
			continue;
		heading = heading == NULL ? evidence->headings[i] : heading;
		kept = title_clean(title, &evidence->masthead, evidence->headings[i]);
		if (kept != NULL && fold_equal(kept, evidence->headings[i]) &&
		    (best == NULL || strlen(kept) > strlen(best))) {
			free(best);
			best = kept;
		} else {
			free(kept);
		}
	}
	if (best == NULL)
		best = title_clean(title, &evidence->masthead, heading);
	if (best == NULL || !cut_tail(evidence, best))
		return best;
	kept = title_clean(best, &evidence->masthead, NULL);
	free(best);
	return kept;
}

/*
 * Tell whether ${heading} is the headline: it says what is declared, or what the
 * browser shows without the site's name.
 */
static bool
is_chosen(const struct title_evidence *evidence, const char *heading)
{
	char *shown = NULL;
	bool is;

	if (masthead_is(&evidence->masthead, heading))
		return false;
	if (is_headline(heading, evidence->declared, LIKE_DECLARED))
		return true;
	if (evidence->document != NULL)
		shown = title_clean(evidence->document, &evidence->masthead, heading);
	is = is_headline(heading, shown, LIKE_DOCUMENT);
	free(shown);
	return is;
}

static bool
begins_with(const char *title, const char *heading)
{
	return title != NULL && strncasecmp(title, heading, strlen(heading)) == 0;
}

/* Tell whether ${whole} begins with the words of ${text}, and goes on. */
static bool
goes_on(const char *text, const char *whole)
{
	struct buffer a, b;
	bool goes;

	buffer_init(&a, TITLE_MAX);
	buffer_init(&b, TITLE_MAX);
	goes = fold_append(text, &a) == 0 && fold_append(whole, &b) == 0 && a.len < b.len &&
	    a.len > 0 && memcmp(a.data, b.data, a.len) == 0;
	buffer_release(&a);
	buffer_release(&b);
	return goes;
}

/* Tell whether ${title} ends in three dots, of which ${ret_len} is what stands before them. */
static bool
is_broken_off(const char *title, size_t *ret_len)
{
	size_t len = strlen(title);

	*ret_len = len;
	/* Either way of writing them has three bytes. */
	if (len > 3 && (strcmp(title + len - 3, "...") == 0 || strcmp(title + len - 3, "…") == 0))
		*ret_len = len - 3;
	return *ret_len < len;
}

/*
 * Programs cut what is declared: JSON-LD's headline at 110 letters, as search engines asked for,
 * Twitter's title at 70.  Return the document's title, cleaned, where that goes on; else NULL.
 */
static char *
whole_title(const struct title_evidence *evidence, const char *declared)
{
	char *whole, *begin;
	size_t len;
	bool goes;

	if (evidence->document == NULL ||
	    (!is_broken_off(declared, &len) && len < CUT_MIN))
		return NULL;
	begin = strndup(declared, len);
	whole = clean(evidence, evidence->document);
	goes = begin != NULL && whole != NULL && goes_on(begin, whole) &&
	    !is_broken_off(whole, &len);
	free(begin);
	if (goes)
		return whole;
	free(whole);
	return NULL;
}

char *
title_choose(const struct title_evidence *evidence)
{
	const char *title = evidence->declared != NULL ? evidence->declared : evidence->document;
	const char *chosen = NULL;
	char *whole;

	if (title == NULL)
		return evidence->heading_count > 0 ? clean(evidence, evidence->headings[0]) : NULL;
	for (size_t i = 0; i < evidence->heading_count; i++) {
		const char *heading = evidence->headings[i];

		/* The site's name may be a heading too, and then stands behind the headline. */
		if ((chosen == NULL || (!begins_with(evidence->document, chosen) &&
		    begins_with(evidence->document, heading))) && is_chosen(evidence, heading))
			chosen = heading;
	}
	if (chosen == NULL && (whole = whole_title(evidence, title)) != NULL)
		return whole;
	return clean(evidence, chosen == NULL ? title : chosen);
}
