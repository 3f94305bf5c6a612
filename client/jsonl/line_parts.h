/*
 * A line that was read, in its parts: between line_read.c, which checks all of it, and
 * line_keep.c, which writes it.  Nobody else includes this.
 */
#ifndef CLIENT_JSONL_LINE_PARTS_H
#define CLIENT_JSONL_LINE_PARTS_H

#include <jansson.h>

#include "client/jsonl/line.h"
#include "client/jsonl/line_image.h"
#include "client/jsonl/line_notes.h"
#include "readsync.pb-c.h"

/* A fetch and its page, which is empty when the line has none. */
struct line_fetch {
	uint8_t id[HASH_NAME_LEN];
	Readsync__Fetch *fetch;
	struct bytes page;
	struct buffer decoded;		/* what `page` views, unless it is the line's html */
};

/* A reading, and its article, packed. */
struct line_reading {
	Readsync__Reading *reading;
	struct buffer article;
	const char *verdict;		/* the reader's own; NULL for none */
	struct line_image *image;	/* NULL for none */
};

struct line {
	struct bytes text;		/* borrowed */
	json_t *root;			/* of it; see extra_load */
	const char *url;
	const char *addresses[LINE_ADDRESSES_MAX];
	size_t address_count;
	char *title;
	const char *html;
	size_t html_len;
	const char **tags;
	size_t tag_count;
	int64_t saved_ms;
	bool archived;
	bool starred;
	Readsync__Copy copy;
	bool prefers;
	uint8_t prefer[HASH_NAME_LEN];
	struct line_fetch *fetches;
	size_t fetch_count;
	struct line_reading *readings;
	size_t reading_count;
	struct line_notes notes;
};

#endif
