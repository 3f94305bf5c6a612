/*
 * Feeds in JSON: JSON Feed, versions 1 and 1.1 (https://www.jsonfeed.org/version/1.1/).
 */
#ifndef DAEMON_FEED_FEED_JSON_H
#define DAEMON_FEED_FEED_JSON_H

#include "proto/base/buffer.h"
#include "proto/base/err.h"
#include "readsync.pb-c.h"

/**
 * feed_json_read(text, url, result, detail):
 * Read the feed ${text}, UTF-8, fetched from ${url}, into ${result}, which is
 * empty.  An item's link is its external_url where it has one: that is the
 * article of which the item speaks.  RS_ENOTPAGE with ${detail} when it is no
 * JSON or no feed, RS_ENOMEM.
 */
int feed_json_read(struct bytes text, const char *url, Readsync__JobResult *result,
    struct rs_err_detail *detail);

#endif
