/*
 * What a script reads: every --json output, one JSON value and a line feed on
 * standard output, in UTF-8 whatever the locale.
 */
#ifndef CLIENT_JSON_H
#define CLIENT_JSON_H

#include <stdbool.h>

#include "client/history.h"
#include "client/link.h"
#include "client/view/annotation.h"
#include "proto/replica/device.h"
#include "proto/replica/item.h"
#include "proto/replica/offline.h"
#include "proto/replica/statistics.h"
#include "proto/sync/session.h"
#include "readsync.pb-c.h"

/* An array of items that is being printed; begins as { false }. */
struct json_list {
	bool any;
};

/**
 * json_list_item(list, item), json_list_hit(list, item, excerpt), json_list_end(list):
 * Print an array of objects {id, url, title, site, state, starred, saved, tags,
 * copy, words, held, annotated, away, waits}, the hits with an `excerpt` beside: each as it
 * comes, and the array's end.  `state` is "unread" or "archived", `copy` as copy_name says,
 * `held` whether the article can be read here, `away` whether there is one and it is not
 * here.  The first two return true: they are
 * callbacks of item_list and search.
 */
bool json_list_item(void *list, const struct item *item);
/** Add a hit of a search, with its excerpt; as json_list_item. */
bool json_list_hit(void *list, const struct item *item, const char *excerpt);
void json_list_end(struct json_list *list);

/**
 * json_item(context, item):
 * Print one such object: an item_get callback; ${context} is not used.
 */
bool json_item(void *context, const struct item *item);

/**
 * json_print_token(response):
 * Print {token, expires} of an invitation.
 */
void json_print_token(const Readsync__Response *response);

/**
 * json_print_devices(devices, count):
 * Print an array of {key, name, archive, revoked}.
 */
void json_print_devices(const struct device *devices, size_t count);

/**
 * json_print_offline(policy, text, counts):
 * Print {policy, everything, unread, starred, tags, newest_days, images, bytes_max, articles,
 * articles_here, missing, spare, bytes}: the policy as ${text} and in its parts, and what
 * is here of it.
 */
void json_print_offline(const struct policy *policy, const char *text,
    const struct offline_counts *counts);

/**
 * json_print_sync(counts, released, traffic, ms):
 * Print {sent_bytes, received_bytes, items, readings, blobs, denied, released,
 * released_bytes, ms}.
 */
void json_print_sync(const struct sync_counts *counts, const struct offline_released *released,
    const struct link_traffic *traffic, int64_t ms);

/**
 * json_print_status(statistics, archive_name, response):
 * Print what is held here and, where ${response} is not NULL, how the daemon of this
 * machine stands.  ${archive_name} is NULL when this device is not paired.
 */
void json_print_status(const struct statistics *statistics, const char *archive_name,
    const Readsync__Response *response);

/**
 * json_print_sites(sites, count):
 * Print a list of {site, session, since, seen, problem, held, user, http_auth, agent,
 * test_url, busy, outcome, told, meters, metered, allowed, views, cookies, waiting,
 * incomplete}; times are ISO 8601, or null.
 */
void json_print_sites(Readsync__Site *const *sites, size_t count);

/**
 * json_print_history(history):
 * Print an array of {number, best, read, copy, marked, gated, session, words, title, refusal}, the
 * newest first.
 */
void json_print_history(const struct history *history);

/**
 * json_print_article(replica, id, reading, article, annotation):
 * Print the article of the item ${id}: {id, url, title, authors, site, published,
 * language, words, copy, images: [{source, text, state, type, size, width, height, held,
 * problem}], text, notes, highlights}, the last two as below.  An image's `state` is "kept",
 * "missing" (`problem` says why), "waiting" or "pixel" (it only counts readers).
 */
int json_print_article(struct replica *replica, const uint8_t *id,
    const Readsync__Reading *reading, const Readsync__Article *article,
    const struct annotation *annotation);

/**
 * json_print_notes(annotation), json_print_highlights(annotation):
 * Print an array of {id, text, device, written}, or of {number, id, quote, comment, device,
 * made, start, end}, the last two null where it is not found in the article.
 */
void json_print_notes(const struct annotation *annotation);
/** Print the highlights; see above. */
void json_print_highlights(const struct annotation *annotation);

/**
 * json_print_verdict(replica, id, reading, marked, judged):
 * Print {id, url, title, copy, marked, judged, gated, kind, session, read, words, refusal,
 * evidence: [{id, weight, excerpt}], advice}; all unknown when ${reading} is NULL.
 */
int json_print_verdict(struct replica *replica, const uint8_t *id,
    const Readsync__Reading *reading, Readsync__Copy marked, Readsync__Copy judged);

#endif
