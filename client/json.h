/*
 * What a script reads: every --json output, one JSON value and a line feed on
 * standard output.
 */
#ifndef CLIENT_JSON_H
#define CLIENT_JSON_H

#include "client/command.h"
#include "client/link.h"
#include "proto/replica/item.h"
#include "proto/replica/statistics.h"
#include "proto/sync/session.h"
#include "readsync.pb-c.h"

/**
 * json_print_items(client, filter), json_print_hits(client, query, limit, detail):
 * Print an array of objects {id, url, title, site, state, starred, saved, tags,
 * copy, words, held}, the hits with an `excerpt` beside.  `state` is "unread" or
 * "archived", `copy` as json_copy_name says.
 */
int json_print_items(struct client *client, const struct item_filter *filter);
int json_print_hits(struct client *client, const char *query, unsigned limit,
    struct rs_err_detail *detail);

/**
 * json_print_item(client, id):
 * Print one such object; returns the exit status.
 */
int json_print_item(struct client *client, const uint8_t *id);

/**
 * json_print_token(response):
 * Print {token, expires} of an invitation.
 */
void json_print_token(const Readsync__Response *response);

/**
 * json_print_sync(counts, traffic, ms):
 * Print {sent_bytes, received_bytes, items, readings, blobs, ms}.
 */
void json_print_sync(const struct sync_counts *counts, const struct link_traffic *traffic,
    int64_t ms);

/**
 * json_print_status(statistics, archive_name, response):
 * Print what is held here and, where ${response} is not NULL, how the daemon of this
 * machine stands.  ${archive_name} is NULL when this device is not paired.
 */
void json_print_status(const struct statistics *statistics, const char *archive_name,
    const Readsync__Response *response);

/**
 * json_print_article(reading, article):
 * Print the article as an object with its metadata and its text.
 */
void json_print_article(const Readsync__Reading *reading, const Readsync__Article *article);

/**
 * json_print_verdict(reading):
 * Print {copy, gated, kind, session, refusal, evidence: [{id, weight, excerpt}]}.
 */
void json_print_verdict(const Readsync__Reading *reading);

/**
 * json_copy_name(copy):
 * Return "unknown", "blocked", "teaser", "partial" or "full".
 */
const char *json_copy_name(Readsync__Copy copy);

#endif
