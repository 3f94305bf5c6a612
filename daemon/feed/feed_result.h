/*
 * The result of reading a feed, built within bounds: whichever form the feed
 * has, its reader fills entries only through these functions, so no feed
 * can make a result larger than they allow.
 *
 * All texts are malloc'ed, so readsync__job_result__free_unpacked frees the whole.
 */
#ifndef DAEMON_FEED_FEED_RESULT_H
#define DAEMON_FEED_FEED_RESULT_H

#include <stdbool.h>

#include "readsync.pb-c.h"

enum {
	FEED_ENTRIES_MAX = 5000,	/* of one feed; the first are the newest */
	FEED_TAGS_MAX = 32,		/* of one entry */
	FEED_TAG_MAX = 200,		/* bytes, as are these */
	FEED_TITLE_MAX = 1000,
	FEED_ID_MAX = 2048
};

/**
 * feed_result_new(ret_result):
 * Make an empty result.  RS_ENOMEM.
 */
int feed_result_new(Readsync__JobResult **ret_result);

/**
 * feed_result_add(result, ret_entry):
 * Add an empty entry and set ${ret_entry} to it; ${result} owns it.  RS_ELIMIT
 * when there are FEED_ENTRIES_MAX, RS_ENOMEM.
 */
int feed_result_add(Readsync__JobResult *result, Readsync__FeedEntry **ret_entry);

/**
 * feed_result_id(entry, text, base):
 * Set the entry's id to the trimmed ${text}.  An id that is an absolute path is
 * a link, and made absolute against ${base}; every other one is opaque and
 * kept as it is.  One longer than FEED_ID_MAX is not set.  RS_ENOMEM.
 */
int feed_result_id(Readsync__FeedEntry *entry, const char *text, const char *base);

/**
 * feed_result_link(entry, text, base):
 * Set the entry's link to ${text}, made absolute against ${base} and with what no
 * URL may hold percent-encoded (page/url.h).  Does nothing when that is not http or
 * https, or too long.  RS_ENOMEM.
 */
int feed_result_link(Readsync__FeedEntry *entry, const char *text, const char *base);

/**
 * feed_result_title(field, text, markup):
 * Set ${field}, a title, to ${text} with white space folded and cut to
 * FEED_TITLE_MAX.  With ${markup}, a ${text} that has tags or references in it
 * is HTML, and what it shows is set.  RS_ENOMEM.
 */
int feed_result_title(char **field, const char *text, bool markup);

/**
 * feed_result_tag(entry, text):
 * Add a tag, unless it is empty, too long, there already or one too many.
 * RS_ENOMEM.
 */
int feed_result_tag(Readsync__FeedEntry *entry, const char *text);

/**
 * feed_result_date(text, field):
 * Set ${field} to the time that ${text} (may be NULL) gives; leaves it alone
 * when it is set already or ${text} is no date.  Tell whether it is set.
 */
bool feed_result_date(const char *text, int64_t *field);

/**
 * feed_result_finish(entry):
 * Complete an entry once all was set: without an id, its link is its id.
 * RS_ENOMEM.
 */
int feed_result_finish(Readsync__FeedEntry *entry);

#endif
