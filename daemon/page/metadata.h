/*
 * What a page says about itself: JSON-LD, OpenGraph, Dublin Core, microdata,
 * AMP, and, where those are silent, the page's own headings and bylines.
 *
 * Two kinds of statement come out: the article's title, authors, dates and the
 * like, and what the publisher declares about access.  None of it is trusted
 * beyond its bounds: every text is cut, every list is short.
 */
#ifndef DAEMON_PAGE_METADATA_H
#define DAEMON_PAGE_METADATA_H

#include <stdbool.h>

#include "daemon/page/dom.h"
#include "proto/base/buffer.h"
#include "readsync.pb-c.h"

enum {
	METADATA_SELECTORS = 16,	/* gated parts that one page may declare */
	METADATA_AUTHORS = 16,
	METADATA_TEXT = 2000		/* bytes of one text; longer ones are cut */
};

enum metadata_access {
	METADATA_ACCESS_UNSAID = 0,
	METADATA_ACCESS_FREE,
	METADATA_ACCESS_GATED
};

struct metadata {
	char *title;			/* without the site's name */
	char *authors[METADATA_AUTHORS];
	size_t author_count;
	char *site_name;
	char *published;		/* ISO 8601, with its zone if it has one */
	int64_t published_ms;
	char *modified;			/* as published */
	int64_t modified_ms;
	char *language;
	char *section;
	char *excerpt;
	char *canonical_url;		/* absolute */
	char *lead_image;		/* absolute */
	char *referrer_policy;
	unsigned declared_words;

	/* What the publisher declares about access, and where it says so. */
	enum metadata_access jsonld_access;	/* isAccessibleForFree, JSON-LD or microdata */
	enum metadata_access swg_access;	/* subscriptions-accessible-for-free */
	enum metadata_access tier;		/* article:content_tier free / locked, premium */
	bool metered;				/* content_tier "metered" */
	bool amp_access;			/* amp-access or amp-subscriptions in use */
	char *selectors[METADATA_SELECTORS];	/* hasPart cssSelector, gated parts */
	size_t selector_count;
	bool selectors_lost;			/* more or longer ones than are kept */
};

/**
 * metadata_read(document, url, ret_metadata):
 * Collect what ${document}, fetched from ${url}, says of itself.  The
 * caller frees the result with metadata_free.  RS_ENOMEM.
 */
int metadata_read(xmlDoc *document, const char *url, struct metadata **ret_metadata);

/**
 * metadata_free(metadata):
 * Free it; NULL is ignored.
 */
void metadata_free(struct metadata *metadata);

#endif
