/*
 * What the publisher declares about access to the article: schema.org's
 * isAccessibleForFree and hasPart (JSON-LD and microdata), Subscribe with
 * Google, Facebook's content tier, AMP.
 *
 * These speak of the article, never by themselves of our copy: a subscriber's full
 * page carries the same declarations.
 */
#ifndef DAEMON_PAGE_ACCESS_H
#define DAEMON_PAGE_ACCESS_H

#include "daemon/page/jsonld.h"
#include "daemon/page/metadata.h"

/**
 * access_read_jsonld(jsonld, metadata):
 * Set jsonld_access and the selectors of ${metadata} from ${jsonld}.
 * RS_ENOMEM.
 */
int access_read_jsonld(const struct jsonld *jsonld, struct metadata *metadata);

/**
 * access_read_element(node, metadata):
 * Take what the one element ${node} declares: a meta, microdata, an AMP script
 * or attribute.  RS_ENOMEM.
 */
int access_read_element(const xmlNode *node, struct metadata *metadata);

/**
 * access_is_amp_part(node), access_is_amp_hidden(node):
 * Tell whether ${node} is what an AMP page shows to subscribers alone; and whether it is
 * hidden in this copy, which the server sends so and the browser of a subscriber undoes.
 */
bool access_is_amp_part(const xmlNode *node);
bool access_is_amp_hidden(const xmlNode *node);

/**
 * access_is_gated(metadata):
 * Tell whether the page declares its article closed: some declaration says so
 * and none that stands above it (in the order of struct metadata) says free.
 */
bool access_is_gated(const struct metadata *metadata);

#endif
