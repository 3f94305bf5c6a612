/*
 * Reading a feed: from the bytes that a server sent to its entries.
 *
 * It runs on foreign bytes, so the daemon calls it only inside a sandboxed
 * worker.  It opens nothing and loads nothing, however the feed asks for it.
 */
#ifndef DAEMON_FEED_FEED_PARSE_H
#define DAEMON_FEED_FEED_PARSE_H

#include "proto/base/buffer.h"
#include "proto/base/err.h"
#include "readsync.pb-c.h"

enum {
	FEED_PARSE_MAX = 16 * 1024 * 1024	/* bytes of a feed */
};

/**
 * feed_parse(body, url, content_type, ret_result, detail):
 * Read ${body}, a feed in RSS, Atom, RDF, CDF or JSON Feed, as the server at
 * ${url} (after redirects) sent it, with the header ${content_type} or NULL.
 * What is broken in it costs no more than what is broken.  The
 * result has feed_title, entries and ttl_minutes, bounded as feed_result.h says;
 * an entry without a usable link has an empty one.  The caller frees it with
 * readsync__job_result__free_unpacked.
 *
 * RS_ENOTPAGE when it is no feed, RS_ELIMIT when it is larger than
 * FEED_PARSE_MAX, RS_ENOMEM; ${detail} then says more.
 */
int feed_parse(struct bytes body, const char *url, const char *content_type,
    Readsync__JobResult **ret_result, struct rs_err_detail *detail);

#endif
