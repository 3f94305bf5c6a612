/*
 * Raw pages, and whether an archive keeps them once they are read.
 *
 * It does, unless it is told otherwise: from them a better extractor makes better readings.
 * An archive that does not keeps a page until it is read, and wants no page from another
 * archive that has been.  What it never keeps is a page with text that may not be kept of
 * it (evidence gated-part-withheld).  Which it does is kept in its own vault, and never synced.
 */
#ifndef PROTO_REPLICA_PAGE_H
#define PROTO_REPLICA_PAGE_H

#include "proto/replica/replica.h"

/**
 * page_keep(replica, keep):
 * Keep pages that were read from now on, or do not; in a transaction of its own.  What is
 * here stays.  Walks the want-list when that is a change.
 */
int page_keep(struct replica *replica, bool keep);

/**
 * page_was_read(replica, fetch):
 * There is a reading of ${fetch}: give the bytes of its page up, unless pages are kept and
 * nothing of this one was withheld, or it is still to be read for another item.
 */
int page_was_read(struct replica *replica, const uint8_t *fetch);

/**
 * page_load(replica):
 * For replica.c: read which it is.
 */
int page_load(struct replica *replica);

#endif
