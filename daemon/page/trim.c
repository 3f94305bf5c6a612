#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/author.h"
#include "daemon/page/date.h"
#include "daemon/page/explain.h"
#include "daemon/page/fold.h"
#include "daemon/page/furniture.h"
#include "daemon/page/repeat.h"
#include "daemon/page/trim.h"
#include "proto/base/err.h"

enum {
	TITLE_PLACE = 8,	/* blocks among which the title is looked for */
	DAY_LEN = 20,		/* bytes of a day */
	STAMP_LEN = 80,		/* of what leads to one */
	TRAIL_LEN = 200,	/* of what leads to the page */
	START_PLACE = 6,	/* blocks that can stand before the text */
	ABOUT_LEN = 800,	/* of what is said of an author */
	TEASERS = 64,		/* of one list; more is an article of lists */
	PROSE_LEN = 160		/* bytes from which a block without links is prose */
};

static bool
is_text(const Readsync__Block *block)
{

	return block->kind == READSYNC__BLOCK__KIND__PARAGRAPH ||
	    block->kind == READSYNC__BLOCK__KIND__HEADING;
}

/* Tell whether two texts are the same letters and digits, whatever is between. */
static bool
same_letters(const char *a, const char *b)
{

	while (*a != '\0' || *b != '\0') {
		while (*a != '\0' && (unsigned char)*a < 0x80 && !isalnum((unsigned char)*a))
			a++;
		while (*b != '\0' && (unsigned char)*b < 0x80 && !isalnum((unsigned char)*b))
			b++;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		a += *a != '\0';
		b += *b != '\0';
	}
	return true;
}

/* Cut the blocks from ${from} up to, not including, ${to}. */
static int
cut(struct block_list *blocks, size_t from, size_t to, const char *reason,
    struct buffer *explanation)
{
	int err = 0;

	for (size_t i = from; i < to && err == 0; i++)
		if (blocks->list[i]->text[0] != '\0')
			err = explain_cut(blocks->list[i], reason, explanation);
	block_list_cut(blocks, from, to);
	return err;
}

/* Note that the blocks from ${from} up to ${to} go; block_list_sweep takes them all at once. */
static int
mark(struct block_list *blocks, size_t from, size_t to, const char *reason,
    struct buffer *explanation)
{
	int err = 0;

	for (size_t i = from; i < to && err == 0; i++) {
		if (blocks->list[i]->text[0] != '\0')
			err = explain_cut(blocks->list[i], reason, explanation);
		blocks->list[i]->kind = READSYNC__BLOCK__KIND__NONE;
	}
	return err;
}

/* The heading that is the title stands among the first blocks. */
static int
cut_title(struct block_list *blocks, const struct metadata *metadata,
    struct buffer *explanation)
{
	size_t i;

	for (i = 0; i < blocks->count && i < TITLE_PLACE; i++) {
		const Readsync__Block *block = blocks->list[i];

		if (!is_text(block))
			continue;
		if ((metadata != NULL && metadata->title != NULL &&
		    same_letters(block->text, metadata->title)) ||
		    (block->kind == READSYNC__BLOCK__KIND__HEADING && block->level == 1))
			return cut(blocks, i, i + 1, "the title", explanation);
	}
	return 0;
}

static int
cut_labels(struct block_list *blocks, struct buffer *explanation)
{
	int err = 0;

	for (size_t i = 0; i < blocks->count && err == 0; i++)
		if (blocks->list[i]->depth == 0 && is_text(blocks->list[i]) &&
		    furniture_of(blocks->list[i]->text) == FURNITURE_LABEL)
			err = mark(blocks, i, i + 1, "a label", explanation);
	block_list_sweep(blocks);
	return err;
}

static size_t
end_of(const struct block_list *blocks, size_t begin)
{
	size_t end = begin + 1;

	while (end < blocks->count && blocks->list[end]->depth > 0)
		end++;
	return end;
}

/* Tell whether ${text} is a day without its year, as sites of little age write it: "Jan 23". */
static bool
is_day(const char *text)
{
	char dated[DAY_LEN + sizeof(" 2024")];
	struct date date;

	return strlen(text) <= DAY_LEN && strpbrk(text, "123456789") != NULL &&
	    (size_t)snprintf(dated, sizeof(dated), "%s 2024", text) < sizeof(dated) &&
	    date_parse(dated, &date) == RS_OK;
}

static bool
is_author(const char *text, const struct metadata *metadata)
{

	for (size_t i = 0; metadata != NULL && i < metadata->author_count; i++)
		if (fold_equal(text, metadata->authors[i]))
			return true;
	return false;
}

static bool
is_stamp(const Readsync__Block *block, const struct metadata *metadata)
{
	return is_text(block) && (furniture_of(block->text) == FURNITURE_STAMP ||
	    is_author(block->text, metadata));
}

/*
 * Tell whether a list is a byline: an item says when, or how long it takes to read, and others,
 * who; or a trail, which begins with "Home" or the like and is short.
 */
static bool
is_list_of_stamps(const struct block_list *blocks, size_t begin, size_t end,
    const struct metadata *metadata)
{
	bool stamped = false, trail = false;
	size_t bytes = 0;

	for (size_t i = begin; i < end; i++) {
		const Readsync__Block *block = blocks->list[i];
		bool stamp = is_stamp(block, metadata) || is_day(block->text);

		if (block->text[0] == '\0')
			continue;
		if (bytes == 0)
			trail = stamp && strpbrk(block->text, "0123456789") == NULL;
		bytes += strlen(block->text);
		if (!stamp && !author_is_full_name(block->text) && (!trail || bytes > TRAIL_LEN))
			return false;
		stamped = stamped || stamp;
	}
	return stamped;
}

/* Tell whether ${text} says of a date what else is to happen then: "Deadline: 1 March 2024". */
static bool
is_appointment(const char *text)
{
	size_t len = strcspn(text, ":0123456789");
	char stamp[STAMP_LEN];

	return text[len] == ':' && (size_t)snprintf(stamp, sizeof(stamp), "%.*s 1", (int)len,
	    text) < sizeof(stamp) && furniture_of(stamp) != FURNITURE_STAMP;
}

/*
 * Bylines and dates before the text; what is shown there may stand between, and a line or two
 * of the text before.
 */
static int
cut_start(struct block_list *blocks, const struct metadata *metadata, struct buffer *explanation)
{
	size_t i = 0, looked, end;
	bool begun = false;
	int err = 0;

	for (looked = 0; looked < START_PLACE && i < blocks->count && err == 0; looked++) {
		const Readsync__Block *block = blocks->list[i];

		end = end_of(blocks, i);
		if (block->depth == 0 && ((is_stamp(block, metadata) &&
		    !(begun && is_appointment(block->text))) ||
		    (block->kind == READSYNC__BLOCK__KIND__LIST &&
		    is_list_of_stamps(blocks, i, end, metadata)))) {
			err = cut(blocks, i, end, "a byline or date", explanation);
			continue;
		}
		begun = begun || (block->depth == 0 && is_text(block));
		i++;
	}
	return err;
}

/* ------------------------------------------------------- lists of other articles */

/* Where the block at depth 0 begins that ends before ${end}. */
static size_t
begin_of(const struct block_list *blocks, size_t end)
{

	while (end-- > 1 && blocks->list[end]->depth > 0)
		;
	return end;
}

/* Bytes of text in the blocks, and how many of them are linked. */
static size_t
text_of(const struct block_list *blocks, size_t from, size_t to, size_t *ret_linked)
{
	size_t len = 0, linked = 0;

	for (size_t i = from; i < to; i++) {
		const Readsync__Block *block = blocks->list[i];

		len += strlen(block->text);
		for (size_t j = 0; j < block->n_marks; j++)
			if (block->marks[j]->kind == READSYNC__MARK__KIND__LINK)
				linked += block->marks[j]->length;
	}
	*ret_linked = linked;
	return len;
}

/* What can stand in a list of other articles: links, and short lines beside them. */
static bool
is_teaser(const struct block_list *blocks, size_t from, size_t to)
{
	size_t linked, len = text_of(blocks, from, to, &linked);

	return linked * 2 > len || (len < PROSE_LEN && to == from + 1 &&
	    blocks->list[from]->kind == READSYNC__BLOCK__KIND__PARAGRAPH);
}

/* Where the last but one block of prose stands: behind it there is no long text. */
static size_t
last_prose(const struct block_list *blocks)
{
	size_t begin, end = blocks->count, linked, len;
	unsigned found = 0;

	for (; end > 0; end = begin) {
		begin = begin_of(blocks, end);
		len = text_of(blocks, begin, end, &linked);
		found += len >= (size_t)2 * PROSE_LEN && linked * 2 < len;
		if (found == 2)
			return begin;
	}
	return 0;
}

/*
 * Where the list ends that ${i} opens: all teasers when nothing follows them, else
 * those that are links.
 */
static size_t
end_of_teasers(const struct block_list *blocks, size_t i)
{
	size_t end = i + 1, links = end, next, len, linked;

	for (unsigned teasers = 0; end < blocks->count && teasers < TEASERS; teasers++) {
		next = end_of(blocks, end);
		if (!is_teaser(blocks, end, next))
			break;
		len = text_of(blocks, end, next, &linked);
		if (links == end && linked * 2 > len)
			links = next;
		end = next;
	}
	return end < blocks->count ? links : end;
}

/* Cut what opens a list of other articles, and the list; at most a quarter of the text. */
static int
cut_others(struct block_list *blocks, struct buffer *explanation)
{
	size_t prose = last_prose(blocks), linked, before = 0, end, rest;
	size_t all = text_of(blocks, 0, blocks->count, &linked), may = all / 4;
	int err = 0;

	for (size_t i = 0; i < blocks->count && err == 0; i++) {
		const Readsync__Block *block = blocks->list[i];
		size_t len = strlen(block->text);

		rest = all - before;
		before += len;
		if (block->depth > 0 || !is_text(block) ||
		    furniture_of(block->text) != FURNITURE_OTHERS)
			continue;
		end = end_of_teasers(blocks, i);
		if (end < blocks->count && rest <= all / 5 && i > prose)
			end = blocks->count;
		if (end == i + 1 && end < blocks->count && strchr(block->text, ':') == NULL)
			continue;
		if ((len = text_of(blocks, i, end, &linked)) > may)
			continue;
		may -= len;
		before += len - strlen(block->text);
		err = mark(blocks, i, end, "other articles", explanation);
		i = end - 1;
	}
	block_list_sweep(blocks);
	return err;
}

/* --------------------------------------------------------------------- the end */

/* Tell whether ${text} begins with the name of an author, as what is said of them does. */
static bool
is_of_author(const char *text, const struct metadata *metadata)
{

	for (size_t i = 0; metadata != NULL && i < metadata->author_count; i++) {
		const char *name = metadata->authors[i];

		/* A name of one word may be a firm's, which the text is about. */
		if (strchr(name, ' ') != NULL && strlen(text) < ABOUT_LEN &&
		    strncasecmp(text, name, strlen(name)) == 0)
			return true;
	}
	return false;
}

/* Tell whether the last list, which begins at ${begin}, holds nothing but furniture. */
static bool
is_list_of_furniture(const struct block_list *blocks, size_t begin)
{

	for (size_t i = begin; i < blocks->count; i++)
		if (blocks->list[i]->text[0] != '\0' &&
		    furniture_of(blocks->list[i]->text) == FURNITURE_NONE)
			return false;
	return true;
}

/* Why the last block, which begins at ${begin}, is no part of the text; or NULL. */
static const char *
reason_at_end(const struct block_list *blocks, size_t begin, const struct metadata *metadata)
{
	static const char of_the_site[] = "of the site, not of the article";
	const Readsync__Block *block = blocks->list[begin];

	if (block->kind == READSYNC__BLOCK__KIND__HEADING ||
	    block->kind == READSYNC__BLOCK__KIND__RULE)
		return "nothing stands under it";
	if (is_of_author(blocks->list[blocks->count - 1]->text, metadata))
		return "about the author";
	if (block->kind == READSYNC__BLOCK__KIND__LIST)
		return is_list_of_furniture(blocks, begin) ? of_the_site : NULL;
	if (!is_text(block))
		return NULL;
	switch (furniture_of(block->text)) {
	case FURNITURE_STAMP: return "a byline or date";
	case FURNITURE_CLOSING: return of_the_site;
	case FURNITURE_OTHERS: return "other articles";
	case FURNITURE_LABEL: return "a label";
	case FURNITURE_NONE: break;
	}
	return NULL;
}

static int
cut_end(struct block_list *blocks, const struct metadata *metadata,
    struct buffer *explanation)
{
	const char *reason;
	size_t begin, linked, all = text_of(blocks, 0, blocks->count, &linked), left = all;
	int err = 0;

	while (err == 0 && blocks->count > 0) {
		begin = begin_of(blocks, blocks->count);
		left -= text_of(blocks, begin, blocks->count, &linked);
		if ((reason = reason_at_end(blocks, begin, metadata)) == NULL ||
		    (left > 0 && left < all / 4 * 3))
			break;
		err = cut(blocks, begin, blocks->count, reason, explanation);
	}
	return err;
}

int
trim(struct block_list *blocks, const struct metadata *metadata, struct buffer *explanation)
{
	int err;

	if ((err = repeat_cut(blocks, explanation)) != 0 ||
	    (err = cut_title(blocks, metadata, explanation)) != 0 ||
	    (err = cut_labels(blocks, explanation)) != 0 ||
	    (err = cut_start(blocks, metadata, explanation)) != 0 ||
	    (err = cut_others(blocks, explanation)) != 0)
		return err;
	return cut_end(blocks, metadata, explanation);
}
