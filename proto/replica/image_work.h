/*
 * Which readings have images that are still to be fetched; on an archive, never synced.
 *
 * A row is made in the same commit as the reading, and goes when of each of its
 * images is known whether it can be had.  What was fetched is noted image by image
 * (image_put), so a kill repeats at most one fetch.
 */
#ifndef PROTO_REPLICA_IMAGE_WORK_H
#define PROTO_REPLICA_IMAGE_WORK_H

#include "proto/replica/replica.h"

struct image_work {
	uint8_t reading[HASH_NAME_LEN];
	uint32_t attempts;		/* passes over them that left something to be desired */
};

/**
 * image_work_queue(replica, reading):
 * The images of ${reading} are to be fetched, now and from the first attempt on.
 */
int image_work_queue(struct replica *replica, const uint8_t *reading);

/**
 * image_work_due(replica, now_ms, limit, on_work, context):
 * Hand up to ${limit} rows that are due, the longest due first, to on_work(context, work)
 * until it returns false.  on_work may not write.  What was put off for longer than
 * WORK_WAIT_MAX_MS is due too: a clock has been set back since.
 */
int image_work_due(struct replica *replica, int64_t now_ms, unsigned limit,
    bool (*on_work)(void *context, const struct image_work *work), void *context);

/**
 * image_work_next_due(replica, after_ms, ret_ms):
 * Set ${ret_ms} to when the next row falls due, of those that do after ${after_ms}.
 * RS_ENOTFOUND when none does.
 */
int image_work_next_due(struct replica *replica, int64_t after_ms, int64_t *ret_ms);

/**
 * image_work_failed(replica, reading, due_ms):
 * Not all that may yet be had could be: try again at ${due_ms}.
 */
int image_work_failed(struct replica *replica, const uint8_t *reading, int64_t due_ms);

/**
 * image_work_postponed(replica, reading, due_ms):
 * A host asks for time: try again at ${due_ms}, which costs no attempt.
 */
int image_work_postponed(struct replica *replica, const uint8_t *reading, int64_t due_ms);

/**
 * image_work_done(replica, reading):
 * Nothing is left to do.
 */
int image_work_done(struct replica *replica, const uint8_t *reading);

#endif
