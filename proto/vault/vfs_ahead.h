/*
 * Pages that SQLite will want next: read and opened ahead of it.
 *
 * In a scan, opening a page costs as much as what SQLite does with it, and a call to the
 * system for each a third of that.  So where pages are wanted about in their order, a block of
 * them is read with one call, and a second thread opens them, while SQLite is at the block
 * before.  Each page is opened by whichever of the two threads comes to it first: the reader
 * waits for the other only for the one page that this is at, and loses nothing where the
 * machine has no time for it.  The vault is held exclusively, so nobody changes what was
 * read ahead but the holder, who drops it then.
 *
 * What does not authenticate, or was not there, is not given: the caller reads it alone and
 * finds out why.  The thread does nothing but open what is in memory; it begins with the
 * first scan, and ends with vfs_ahead_stop.  A child of a fork cannot use this.
 */
#ifndef PROTO_VAULT_VFS_AHEAD_H
#define PROTO_VAULT_VFS_AHEAD_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "proto/vault/first_page.h"

enum {
	VFS_AHEAD_BLOCK = 32,		/* pages: 128 KiB */
	VFS_AHEAD_BLOCKS = 2
};

struct vfs_ahead_block {
	atomic_uchar states[VFS_AHEAD_BLOCK];	/* see vfs_ahead.c */
	uint32_t number;		/* of the block, from 0; changed while no page is sealed */
	bool used;
	uint8_t *data;
};

struct vfs_ahead {
	/* Open page ${page} in place; RS_OK, or it is not given.  In both threads. */
	int (*open)(void *context, uint32_t page, uint8_t *sealed);
	void *context;
	sqlite3_file *lower;
	struct vfs_ahead_block blocks[VFS_AHEAD_BLOCKS];	/* block n is at n modulo 2 */
	uint32_t last;			/* the block of the page last wanted */
	unsigned steady;		/* how many pages were wanted about in order */
	bool started;
	pthread_t thread;
	sem_t work;			/* one for each block that was read, and for the end */
	atomic_bool ends;
};

/**
 * vfs_ahead_init(ahead, lower, open, context):
 * Begin with nothing ahead of the reads of ${lower}.
 */
void vfs_ahead_init(struct vfs_ahead *ahead, sqlite3_file *lower,
    int (*open)(void *context, uint32_t page, uint8_t *sealed), void *context);

/**
 * vfs_ahead_take(ahead, page, out):
 * Give page ${page} at ${out} if it is ahead, and tell whether it is.  What is wanted of here
 * is what is read ahead by: to be called for each page, and with nothing of the file that
 * waits to be written.
 */
bool vfs_ahead_take(struct vfs_ahead *ahead, uint32_t page, uint8_t out[VAULT_PAGE_LEN]);

/**
 * vfs_ahead_drop(ahead):
 * Forget what is ahead, before the file is changed.
 */
void vfs_ahead_drop(struct vfs_ahead *ahead);

/**
 * vfs_ahead_stop(ahead):
 * End the thread and free the memory; both come again with the next scan.
 */
void vfs_ahead_stop(struct vfs_ahead *ahead);

#endif
