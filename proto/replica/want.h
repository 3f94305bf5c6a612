/*
 * The want-list: which blobs ought to be here.
 *
 * An archive wants every article, every raw page and every image.  A laptop wants the article
 * of each shown item's best reading, and its images, as far as its offline policy
 * (offline.h) asks for the item and bounds them.  With a policy the list holds, beside what
 * is missing, whatever is here: what is held and not wanted is *spare*.
 *
 * A blob that several items name has the place that the one gives it which wants it most.
 * Each row is a function of the registers, of the blobs that are known, of the role, the
 * policy, and the day; a change costs what it changes.
 */
#ifndef PROTO_REPLICA_WANT_H
#define PROTO_REPLICA_WANT_H

#include "proto/replica/replica.h"

/* In the order in which a reader wants them; in each the newest item first. */
enum want_rank {
	WANT_ASKED,		/* of an item that the reader asked for by name */
	WANT_UNREAD,		/* articles */
	WANT_ARCHIVED,
	WANT_PAGE,		/* raw pages */
	WANT_IMAGE_UNREAD,
	WANT_IMAGE_ARCHIVED,
	WANT_SPARE		/* nobody wants it */
};

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

/**
 * want_rebuild(replica):
 * Make the list from nothing: another policy asks for other blobs.
 */
int want_rebuild(struct replica *replica);

#endif
