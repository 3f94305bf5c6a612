/*
 * Neighbouring writes to one file, made with one call.
 *
 * SQLite writes a log frame by frame and a checkpoint page by page, in order.  A call
 * to the system for each costs about a third of sealing it, so sealed units are
 * gathered here while each follows the one before.
 *
 * What was added is written in the order of adding, before any sync, and never
 * dropped: a write that failed stays, fails the operation that it met, and is tried
 * again by the next.  So it does not matter which of SQLite's operations it meets.
 */
#ifndef PROTO_VAULT_VFS_BATCH_H
#define PROTO_VAULT_VFS_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

struct vfs_batch {
	sqlite3_file *lower;
	uint8_t *data;
	size_t max;
	size_t len;		/* bytes that wait */
	sqlite3_int64 offset;	/* of the first of them in the file */
};

/**
 * vfs_batch_init(batch, lower, max):
 * Make ${batch} an empty one for ${lower} with room for ${max} bytes.  SQLITE_NOMEM.
 */
int vfs_batch_init(struct vfs_batch *batch, sqlite3_file *lower, size_t max);

/**
 * vfs_batch_release(batch):
 * Free what ${batch} holds; what waits is dropped.
 */
void vfs_batch_release(struct vfs_batch *batch);

/**
 * vfs_batch_add(batch, offset, len, ret_room):
 * Add ${len} bytes (at most the batch's room) at ${offset} of the file, and set
 * ${ret_room} to where the caller puts them at once.  Flushes first when they do
 * not follow what waits, or do not fit; fails like vfs_batch_flush.
 */
int vfs_batch_add(struct vfs_batch *batch, sqlite3_int64 offset, size_t len,
    uint8_t **ret_room);

/**
 * vfs_batch_flush(batch):
 * Write what waits.  Returns the lower VFS's code, by vfs_code.
 */
int vfs_batch_flush(struct vfs_batch *batch);

/**
 * vfs_batch_flush_for(batch, offset, len):
 * Flush if a read of the ${len} bytes at ${offset} would miss what waits.  Other
 * reads go on, with a full disk too.
 */
int vfs_batch_flush_for(struct vfs_batch *batch, sqlite3_int64 offset, size_t len);

#endif
