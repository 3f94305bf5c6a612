/*
 * Sources: where the reader saves articles.  One file per kind of queue.
 *
 * A poll of a source finds links and hands them over; it writes nothing.  What
 * it must remember between polls is its cursor, an opaque text that the caller stores in
 * the same commit as the items that came with it: a kill in between repeats a
 * poll and loses nothing.  A link that vanishes from a queue never removes the
 * item that was saved from it.
 */
#ifndef DAEMON_SOURCE_SOURCE_H
#define DAEMON_SOURCE_SOURCE_H

#include "daemon/config/config.h"
#include "daemon/fetch/fetcher.h"
#include "daemon/worker/pool.h"
#include "proto/base/err.h"
#include "readsync.pb-c.h"

/* What a poll works with; outlives every poll. */
struct source_parts {
	struct fetcher *fetcher;
	struct pool *pool;
	uv_loop_t *loop;
};

/* What a poll found.  All is the poll's own and valid until it is finished. */
struct source_found {
	int err;			/* 0, or why the poll failed */
	const char *detail;		/* one line for a person; "" without an error */
	const char *reason;		/* its cause, naming nothing private; NULL: err's text */
	const char *cursor;		/* to be stored; NULL: unchanged */
	int64_t not_before_ms;		/* the source's wish for the next poll; 0: none */
	Readsync__FeedEntry *const *entries;
	size_t entry_count;
};

struct source_poll;

struct source_ops {
	/* Mandatory: the `type` in the configuration. */
	const char *kind;

	/*
	 * Mandatory: start a poll of ${queue} from ${cursor} ("" at first).  on_found
	 * is called at most once, never inside start.
	 */
	int (*start)(const struct source_parts *parts, const struct config_queue *queue,
	    const char *cursor, void (*on_found)(void *context, const struct source_found *found),
	    void *context, struct source_poll **ret_poll);

	/*
	 * Mandatory: end a poll and free it.  Before on_found it is cancelled, and no
	 * callback follows; after it, ${kept} tells whether what was found is durable
	 * now (a drop folder then puts its files away).
	 */
	void (*finish)(struct source_poll *poll, bool kept);
};

extern const struct source_ops source_feed;
extern const struct source_ops source_folder;

/**
 * source_by_kind(kind):
 * Return the operations of ${kind}, or NULL.
 */
const struct source_ops *source_by_kind(const char *kind);

#endif
