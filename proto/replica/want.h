/*
 * The want-list: blobs that ought to be here and are not.  A laptop wants the
 * article of each shown item's best reading, and its images; an archive wants every
 * article, every image and every raw page.
 */
#ifndef PROTO_REPLICA_WANT_H
#define PROTO_REPLICA_WANT_H

#include "proto/replica/replica.h"

/**
 * want_refresh(replica, hash):
 * Bring the entry of the blob ${hash} in line with the items that name it.
 */
int want_refresh(struct replica *replica, const uint8_t *hash);

/**
 * want_refresh_item(replica, item):
 * The same for every blob that the row ${item} of `item` names.
 */
int want_refresh_item(struct replica *replica, int64_t item);

/**
 * want_refresh_images(replica, reading):
 * The same for the images of ${reading}, an id.
 */
int want_refresh_images(struct replica *replica, const uint8_t *reading);

#endif
