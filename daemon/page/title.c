#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/fold.h"
#include "daemon/page/title.h"
#include "proto/base/err.h"

enum {
	TITLE_MAX = 4000,	/* bytes, folded */
	WORDS_COMPARED = 40,
	LIKE_DECLARED = 60,	/* percent of words that a heading shares with what is */
	LIKE_DOCUMENT = 80	/* declared, or with the browser's title, to be the same */
};

/* What stands between a title and a site's name; blanks belong to some. */
static const char *const separators[] = {
	" | ", " - ", " – ", " — ", " · ", " • ", " :: ", " » ", " « ", " / ", " > ", " : ",
	"｜", " ‹ ", " ― ", "_", "|",
};

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

/* Fold ${text} and drop the spaces too: as a host name would spell it. */
static void
squeeze(const char *text, struct buffer *out)
{
	size_t to = 0;

	if (fold_append(text, out) < 0)
		buffer_clear(out);
	for (size_t i = 0; i < out->len; i++) {
		if (out->data[i] != ' ')
			out->data[to++] = out->data[i];
	}
	out->len = to;
	if (out->data != NULL)
		out->data[to] = '\0';
}

/* Does the host of ${url} spell ${squeezed}, or that the host's name? */
static bool
host_spells(const char *url, const char *squeezed)
{
	const char *host = strstr(url, "://"), *end;
	char label[256];
	size_t len = 0;

	if (host == NULL || strlen(squeezed) < 3)
		return false;
	host += 3;
	end = host + strcspn(host, "/:?#");
	if (end - host > 4 && strncmp(host, "www.", 4) == 0)
		host += 4;
	for (; host < end && len < sizeof(label) - 1; host++) {
		if (*host != '-' && *host != '.')
			label[len++] = *host;
	}
	label[len] = '\0';
	return strstr(label, squeezed) == label ||
	    (len >= 5 && strlen(squeezed) >= 5 && strstr(label, squeezed) != NULL);
}

/* Does ${part} name the site? */
static bool
names_site(const char *part, const char *site_name, const char *url)
{
	struct buffer folded, site;
	bool named = false;

	buffer_init(&folded, TITLE_MAX);
	buffer_init(&site, TITLE_MAX);
	squeeze(part, &folded);
	if (site_name != NULL)
		squeeze(site_name, &site);
	if (folded.len > 0 && site.len > 0) {
		const char *a = buffer_text(&folded), *b = buffer_text(&site);

		named = strcmp(a, b) == 0 ||
		    (site.len >= 4 && folded.len < site.len * 2 && strstr(a, b) != NULL) ||
		    (folded.len >= 4 && site.len < folded.len * 2 && strstr(b, a) != NULL);
	}
	named = named || (folded.len > 0 && host_spells(url, buffer_text(&folded)));
	buffer_release(&folded);
	buffer_release(&site);
	return named;
}

/*
 * Try one cut of ${title} at ${at}: return the side that is left when the other
 * one names the site, or when the page's heading is exactly that side; else NULL.
 */
static char *
try_cut(const char *title, const char *at, size_t len, const char *const hints[3])
{
	const char *site_name = hints[0], *heading = hints[1], *url = hints[2];
	char *before = part_of(title, at);
	char *after = part_of(at + len, title + strlen(title));
	char *kept = NULL;

	if (before != NULL && after != NULL && *before != '\0' && *after != '\0') {
		if (names_site(after, site_name, url) ||
		    (heading != NULL && fold_equal(before, heading)))
			kept = before;
		else if (names_site(before, site_name, url) ||
		    (heading != NULL && fold_equal(after, heading)))
			kept = after;
	}
	if (kept != before)
		free(before);
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): what is kept is one of the two */
	if (kept != after)
		free(after);
	return kept;	/* NOLINT(clang-analyzer-unix.Malloc): the same */
}

/* The first part of ${title} when the page's ${heading} is exactly that, else NULL. */
static char *
cut_behind(const char *title, const char *heading)
{

	for (size_t i = 0; i < sizeof(separators) / sizeof(separators[0]); i++) {
		const char *at = strstr(title, separators[i]);
		char *before = at == NULL ? NULL : part_of(title, at);

		if (before != NULL && fold_equal(before, heading))
			return before;
		free(before);
	}
	return NULL;
}

char *
title_clean(const char *title, const char *site_name, const char *heading, const char *url)
{
	const char *const hints[3] = { site_name, heading, url };
	char *kept;

	/* A heading that is the whole title leaves nothing to cut. */
	if (heading != NULL && fold_equal(title, heading))
		return strdup(title);
	if (heading != NULL && (kept = cut_behind(title, heading)) != NULL)
		return kept;
	for (size_t i = 0; i < sizeof(separators) / sizeof(separators[0]); i++) {
		size_t len = strlen(separators[i]);
		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): a heading is a text */
		const char *first = strstr(title, separators[i]), *last = first, *next;

		if (first == NULL)
			continue;
		while ((next = strstr(last + len, separators[i])) != NULL)
			last = next;
		if ((kept = try_cut(title, last, len, hints)) != NULL ||
		    (first != last && (kept = try_cut(title, first, len, hints)) != NULL))
			return kept;
	}
	return strdup(title);
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
		if (evidence->site_name != NULL &&
		    fold_equal(evidence->headings[i], evidence->site_name))
			continue;
		heading = heading == NULL ? evidence->headings[i] : heading;
		kept = title_clean(title, evidence->site_name, evidence->headings[i],
		    evidence->url);
		if (kept != NULL && fold_equal(kept, evidence->headings[i]) &&
		    (best == NULL || strlen(kept) > strlen(best))) {
			free(best);
			best = kept;
		} else {
			free(kept);
		}
	}
	return best != NULL ? best :
	    title_clean(title, evidence->site_name, heading, evidence->url);
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

	if (names_site(heading, evidence->site_name, evidence->url))
		return false;
	if (is_headline(heading, evidence->declared, LIKE_DECLARED))
		return true;
	if (evidence->document != NULL)
		shown = title_clean(evidence->document, evidence->site_name, heading,
		    evidence->url);
	is = is_headline(heading, shown, LIKE_DOCUMENT);
	free(shown);
	return is;
}

static bool
begins_with(const char *title, const char *heading)
{
	return title != NULL && strncasecmp(title, heading, strlen(heading)) == 0;
}

char *
title_choose(const struct title_evidence *evidence)
{
	const char *title = evidence->declared != NULL ? evidence->declared : evidence->document;
	const char *chosen = NULL;

	if (title == NULL)
		return evidence->heading_count > 0 ? clean(evidence, evidence->headings[0]) : NULL;
	for (size_t i = 0; i < evidence->heading_count; i++) {
		const char *heading = evidence->headings[i];

		/* The site's name may be a heading too, and then stands behind the headline. */
		if ((chosen == NULL || (!begins_with(evidence->document, chosen) &&
		    begins_with(evidence->document, heading))) && is_chosen(evidence, heading))
			chosen = heading;
	}
	return clean(evidence, chosen == NULL ? title : chosen);
}
