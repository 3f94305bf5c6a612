/*
 * The canonical form of a URL, version 1: frozen, because the ids of all items
 * hang on it, and made without a network, so that two offline devices that save
 * variants of one address agree.  PROTOCOL.md states the rules with examples.
 *
 * The form names an item and nothing else: it is https, without "www." or a
 * parameter that may carry a right to read, so what is fetched is the URL as
 * it was saved.  The form of a form is itself.
 */
#ifndef PROTO_RECORD_CANONICAL_URL_H
#define PROTO_RECORD_CANONICAL_URL_H

#include <stdbool.h>

#include "proto/base/buffer.h"
#include "proto/base/err.h"
#include "proto/base/hash.h"

enum {
	CANONICAL_URL_VERSION = 1,
	CANONICAL_URL_MAX = 4096	/* bytes of a URL that can be saved */
};

/**
 * canonical_url_make(url, out, detail):
 * Append the canonical form of ${url} to ${out}.  RS_EINVAL when it is not an
 * absolute http or https URL with a host, RS_ELIMIT when it or its form is too
 * long, which ${detail} then says; RS_ENOMEM.
 */
int canonical_url_make(const char *url, struct buffer *out, struct rs_err_detail *detail);

/**
 * canonical_url_drop_user(url, ret_named):
 * Take "user:password@" out of the absolute ${url}, in place: what is saved goes to all devices,
 * and a secret is none of it.  ${ret_named}, if not NULL, tells whether there was any.
 */
void canonical_url_drop_user(char *url, bool *ret_named);

/**
 * canonical_url_item_id(canonical, library_secret, id):
 * Write the id of the item with this canonical URL into ${id}: BLAKE2b-128
 * keyed with the library's 32-byte secret, over the form's version and the URL.
 */
void canonical_url_item_id(struct bytes canonical, const uint8_t library_secret[32],
    uint8_t id[HASH_NAME_LEN]);

/**
 * canonical_url_is_shared_host(host):
 * Tell whether each label below ${host} is somebody's own site.
 */
bool canonical_url_is_shared_host(struct bytes host);

#endif
