#include <stdlib.h>
#include <string.h>

#include "daemon/page/byline.h"
#include "daemon/page/date.h"
#include "daemon/page/fold.h"
#include "daemon/page/gather.h"
#include "daemon/page/metadata.h"
#include "daemon/page/plain.h"
#include "daemon/page/role.h"
#include "proto/base/err.h"

enum {
	LABEL_NODES = 400,	/* what holds more is no byline, date or headline */
	DAY_LEN = 10		/* of "2024-05-01" */
};

static int
offer_author(struct gather *gather, enum rank rank, const char *text)
{
	struct author_list found = { .count = 0 };
	int err;

	if (gather->best[FIELD_SITE_NAME] != NULL &&
	    fold_equal(text, gather->best[FIELD_SITE_NAME]))
		rank = RANK_HOUSE;
	if (rank > gather->rank[FIELD_AUTHOR] || (err = author_add(&found, text)) == RS_OK) {
		if (rank > gather->rank[FIELD_AUTHOR] || found.count == 0) {
			author_clear(&found);
			return RS_OK;
		}
		author_clear(&found);
		if (rank < gather->rank[FIELD_AUTHOR])
			author_clear(&gather->authors);
		gather->rank[FIELD_AUTHOR] = rank;
		err = author_add(&gather->authors, text);
	}
	return err;
}

/* The primary subtag of a language is a code of two or three letters (RFC 5646, 2.2.1). */
static bool
is_language(const char *text)
{
	size_t len = strcspn(text, "-_ ,;");

	return len == 2 || len == 3;
}

/* A field that must parse says nothing when it does not. */
static bool
is_usable(enum field field, const char *text)
{
	struct date date;

	if (field == FIELD_PUBLISHED || field == FIELD_MODIFIED)
		return date_parse(text, &date) == RS_OK && date.year > 1990;
	return field != FIELD_LANGUAGE || is_language(text);
}

/* Tell whether ${text} says of the day ${best}, which was said before, at what time too. */
static bool
tells_time(enum field field, const char *best, const char *text)
{

	return (field == FIELD_PUBLISHED || field == FIELD_MODIFIED) && best != NULL &&
	    strlen(best) == DAY_LEN && strncmp(text, best, DAY_LEN) == 0 &&
	    text[DAY_LEN] == 'T';
}

/* Keep ${text} as ${field} when nothing better was said. */
int
gather_offer(struct gather *gather, enum field field, enum rank rank, const char *text)
{
	char *copy;

	if (text == NULL || *text == '\0')
		return RS_OK;
	if (field == FIELD_AUTHOR)
		return offer_author(gather, rank, text);
	if (rank >= gather->rank[field]) {
		if (!tells_time(field, gather->best[field], text))
			return RS_OK;
		rank = gather->rank[field];
	}
	if ((copy = plain_text(text, METADATA_TEXT)) == NULL)
		return RS_OK;
	if (!is_usable(field, copy)) {
		free(copy);
		return RS_OK;
	}
	free(gather->best[field]);
	gather->best[field] = copy;
	gather->rank[field] = rank;
	return RS_OK;
}

/* Bounds the work on elements in one another that are all called "author", too. */
static bool
is_label(xmlNode *node)
{
	const xmlNode *root = node;
	unsigned nodes = 0;

	while (node != NULL && nodes++ < LABEL_NODES)
		node = dom_next(node, root);
	return node == NULL;
}

int
gather_offer_content(struct gather *gather, enum field field, enum rank rank, xmlNode *node)
{
	struct buffer text;
	int err;

	if (rank > gather->rank[field] || !is_label(node))
		return RS_OK;
	buffer_init(&text, METADATA_TEXT);
	err = dom_append_text(node, &text);
	if (err == RS_OK || err == RS_ELIMIT)
		err = gather_offer(gather, field, rank, buffer_text(&text));
	buffer_release(&text);
	return err;
}

int
gather_offer_byline(struct gather *gather, enum rank rank, xmlNode *node)
{
	const xmlNode *first = gather->byline;
	size_t count;
	int err;

	if (byline_is_of_comment(node) || role_is_other(node))
		return RS_OK;
	if (rank == gather->rank[FIELD_AUTHOR] && first != NULL) {
		if (byline_is_inside(node, first)) {
			if (!byline_holds_name(node))
				return RS_OK;
			author_clear(&gather->authors);
			gather->rank[FIELD_AUTHOR] = RANK_NONE;
		} else if (!byline_is_beside(node, first) || !byline_holds_name(node)) {
			/* Such as the box that tells of the author. */
			return RS_OK;
		}
	}
	count = rank < gather->rank[FIELD_AUTHOR] ? 0 : gather->authors.count;
	err = gather_offer_content(gather, FIELD_AUTHOR, rank, byline_name(node));
	if (gather->rank[FIELD_AUTHOR] == rank && count == 0 && gather->authors.count > 0)
		gather->byline = node;
	return err;
}

void
gather_release(struct gather *gather)
{

	for (size_t i = 0; i < FIELD_COUNT; i++)
		free(gather->best[i]);
	for (size_t i = 0; i < gather->heading_count; i++)
		free(gather->headings[i]);
	author_clear(&gather->authors);
	breadcrumb_release(&gather->trail);
	free(gather->base);
	free(gather->document_title);
}
