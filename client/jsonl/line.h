/*
 * A line of JSON Lines: all that a replica holds of one item, as one JSON object.
 *
 *   url         the address, as it was saved; the only key that a line must have
 *   addresses   an array of the other addresses that are seen as the same item
 *   title       what lists show
 *   tags        an array of texts
 *   saved_at    ISO 8601
 *   state       "unread" or "archived"
 *   starred     true or false
 *   copy        how complete the copy is: see copy_name
 *   text        the article as plain text, a paragraph on each line
 *   html        the page, as the newest fetch that holds one got it
 *   fetches     an array of what was got of it: Fetch messages (proto/readsync.proto) with
 *               `id`, without `item`; and the page, as `html`: true for the one above, or
 *               as `page_base64` (base64url without padding)
 *   readings    an array of what was made of those: Reading messages without `item`, with
 *               `article`, an Article, where it is held, `images` (line_image.h), and
 *               `reader_verdict`
 *   prefer      the id of the reading that the reader prefers
 *   notes       an array of the revisions of the note: Note messages with `id`, without
 *               `item`
 *   highlights  an array of Highlight messages with `id` and `comment`, without `item`
 *
 * A line from another program has `text` or `html`, or neither; its notes and highlights may
 * be mere texts.  What the keys above do not name stays with the item, under a register of
 * its own, and is written out again as it was.
 */
#ifndef CLIENT_JSONL_LINE_H
#define CLIENT_JSONL_LINE_H

#include <stdio.h>

#include "proto/replica/item.h"

enum {
	LINE_MAX_BYTES = 128 * 1024 * 1024,	/* of a line: a page of 64 MiB, escaped */
	LINE_TAGS_MAX = 1000,
	LINE_ADDRESSES_MAX = 2,		/* see alias.h */
	LINE_FETCHES_MAX = 1000		/* of an item, and as many readings */
};

/**
 * line_write(replica, item, out):
 * Write the line of ${item} to ${out}, whose errors the caller looks for.  Fails when the
 * replica cannot be read.
 */
int line_write(struct replica *replica, const struct item *item, FILE *out);

/**
 * line_known(key):
 * Tell whether a line's ${key} is one of those above.
 */
bool line_known(const char *key);

struct line;

/**
 * line_parse(text, ret_line, detail), line_free(line):
 * Read one line, without its line feed, and check all that is checked before an item is
 * written.  ${text} must outlive the line.  RS_EINVAL, RS_ELIMIT with ${detail} for a line
 * that cannot be kept whole; RS_ENOMEM.
 */
int line_parse(struct bytes text, struct line **ret_line, struct rs_err_detail *detail);
/** Free it; NULL is ignored. */
void line_free(struct line *line);

/**
 * line_keep(replica, line, ret_new):
 * Write ${line} to the replica, in the caller's transaction.  An item that is here
 * already, which ${ret_new} tells, keeps its title, state, star and time, and gets what
 * it has not: tags, texts and pages, keys.  The same line again writes nothing.
 */
int line_keep(struct replica *replica, const struct line *line, bool *ret_new);

#endif
