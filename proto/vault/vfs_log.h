/*
 * The write-ahead log under the sealing VFS; layout and rules are in proto/vault/vfs.h.
 */
#ifndef PROTO_VAULT_VFS_LOG_H
#define PROTO_VAULT_VFS_LOG_H

#include "proto/vault/vfs.h"
#include "proto/vault/vfs_batch.h"

enum {
	VFS_LOG_HEADER_LEN = 32,
	VFS_LOG_FRAME_HEADER_LEN = 24,
	VFS_LOG_FRAME_LEN = VFS_LOG_FRAME_HEADER_LEN + VAULT_PAGE_LEN,
	VFS_LOG_SALTS_LEN = 8
};

struct vfs_log {
	sqlite3_file base;
	struct vfs *vfs;
	sqlite3_file *lower;
	uint8_t salts[VFS_LOG_SALTS_LEN];	/* of the log's header */
	struct vfs_batch batch;
	/* The frame last read from disk. */
	uint8_t *unit;
	uint32_t loaded;	/* the frame whose plaintext is in unit, or 0 */
	/*
	 * The frames last written, in plain: a checkpoint wants nearly all of
	 * them, and would read and open what was sealed a moment ago.
	 */
	uint8_t *recent;	/* a ring: frame n is at n modulo its length */
	uint32_t recent_first, recent_last;	/* none when the last is 0 */
	uint8_t waiting[VFS_LOG_FRAME_HEADER_LEN];
	uint32_t waiting_frame;	/* the frame whose new header is in waiting, or 0 */
	uint32_t written;	/* the last frame that this handle wrote in this log */
	uint32_t durable;	/* see vfs.h */
	sqlite3_int64 found_len;	/* of the log that was found, until it is synced */
};

/**
 * vfs_log_open(log, vfs, lower, flags, ret_flags):
 * Open the log of ${vfs} into ${log}, with ${lower} as the memory for the lower VFS's
 * file.  Returns an SQLite code; on failure log->base.pMethods stays NULL.
 */
int vfs_log_open(struct vfs_log *log, struct vfs *vfs, sqlite3_file *lower, int flags,
    int *ret_flags);

/**
 * vfs_log_rest(log):
 * Give back the memory of the frames that were written last: they are read again from
 * the file.
 */
void vfs_log_rest(struct vfs_log *log);

#endif
