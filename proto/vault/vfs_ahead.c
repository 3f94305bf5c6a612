#include <sched.h>
#include <signal.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/vault/vfs_ahead.h"

enum {
	BLOCK_LEN = VFS_AHEAD_BLOCK * VAULT_PAGE_LEN,
	STEADY_MIN = 2 * VFS_AHEAD_BLOCK	/* wanted about in order, before a scan is seen */
};

/*
 * A page's states.  Who moves it from SEALED to TAKEN opens it, and publishes the result.
 */
enum {
	GONE,		/* not ahead, or not to be given */
	SEALED,
	TAKEN,
	OPEN
};

static uint32_t
block_of(uint32_t page)
{
	return (page - 1) / VFS_AHEAD_BLOCK;
}

static struct vfs_ahead_block *
place_of(struct vfs_ahead *ahead, uint32_t number)
{
	return &ahead->blocks[number % VFS_AHEAD_BLOCKS];
}

/* Open page ${i} of ${block}, unless somebody does or did. */
static void
open_page(struct vfs_ahead *ahead, struct vfs_ahead_block *block, unsigned i)
{
	unsigned char state = SEALED;
	uint32_t page;

	if (!atomic_compare_exchange_strong(&block->states[i], &state, TAKEN))
		return;
	page = block->number * VFS_AHEAD_BLOCK + i + 1;
	state = ahead->open(ahead->context, page, block->data + (size_t)i * VAULT_PAGE_LEN) ==
	    RS_OK ? OPEN : GONE;
	atomic_store(&block->states[i], state);
}

/* ----------------------------------------------------------------- the second thread */

static void *
run(void *context)
{
	struct vfs_ahead *ahead = context;

	while (sem_wait(&ahead->work) != 0 || !atomic_load(&ahead->ends))
		for (unsigned b = 0; b < VFS_AHEAD_BLOCKS; b++)
			for (unsigned i = 0; i < VFS_AHEAD_BLOCK; i++)
				open_page(ahead, &ahead->blocks[b], i);
	return NULL;
}

/* Have memory and the thread; tells whether they can be had. */
static bool
start(struct vfs_ahead *ahead)
{
	uint8_t *data = sqlite3_malloc(VFS_AHEAD_BLOCKS * BLOCK_LEN);
	sigset_t all, before;
	int rc;

	if (data == NULL)
		return false;
	for (unsigned b = 0; b < VFS_AHEAD_BLOCKS; b++)
		ahead->blocks[b].data = data + (size_t)b * BLOCK_LEN;
	atomic_store(&ahead->ends, false);
	sem_init(&ahead->work, 0, 0);
	/* Signals are for the program's own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&ahead->thread, NULL, run, ahead);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	ahead->started = rc == 0;
	if (ahead->started)
		return true;
	sem_destroy(&ahead->work);
	sqlite3_free(data);
	return false;
}

/* ------------------------------------------------------------------------ the reader */

/* Wait until nobody is at a page of ${block}, and nobody will be. */
static void
drop_block(struct vfs_ahead_block *block)
{
	unsigned char state;

	for (unsigned i = 0; block->used && i < VFS_AHEAD_BLOCK; i++) {
		state = SEALED;
		if (atomic_compare_exchange_strong(&block->states[i], &state, GONE))
			continue;
		while (atomic_load(&block->states[i]) == TAKEN)
			sched_yield();
	}
	block->used = false;
}

/* Read block ${number} in the place of an earlier one, and have it opened. */
static void
read_block(struct vfs_ahead *ahead, uint32_t number)
{
	struct vfs_ahead_block *block = place_of(ahead, number);
	int rc;

	if (block->used && block->number == number)
		return;
	if (!ahead->started && !start(ahead)) {
		/* Not for each page of the scan. */
		ahead->steady = 0;
		return;
	}
	drop_block(block);
	/* What lies behind the end comes as zeros, which no page is. */
	rc = ahead->lower->pMethods->xRead(ahead->lower, block->data, BLOCK_LEN,
	    (sqlite3_int64)number * BLOCK_LEN);
	if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ)
		return;
	block->number = number;
	block->used = true;
	for (unsigned i = 0; i < VFS_AHEAD_BLOCK; i++)
		atomic_store(&block->states[i], SEALED);
	sem_post(&ahead->work);
}

/* Note that a page of block ${number} is wanted; see whether it is a scan. */
static bool
is_scan(struct vfs_ahead *ahead, uint32_t number)
{
	/* A tree's inner pages lie elsewhere, and each leads to many leaves. */
	if (number != ahead->last && number != ahead->last + 1) {
		ahead->steady /= 2;
		if (ahead->steady < STEADY_MIN / 2)
			ahead->last = number;
		return false;
	}
	ahead->last = number;
	if (ahead->steady < 2 * STEADY_MIN)
		ahead->steady++;
	return ahead->steady >= STEADY_MIN;
}

bool
vfs_ahead_take(struct vfs_ahead *ahead, uint32_t page, uint8_t out[VAULT_PAGE_LEN])
{
	uint32_t number = block_of(page);
	unsigned i = (page - 1) % VFS_AHEAD_BLOCK;
	struct vfs_ahead_block *block = place_of(ahead, number);

	if (is_scan(ahead, number)) {
		read_block(ahead, number);
		read_block(ahead, number + 1);
	}
	if (!block->used || block->number != number)
		return false;
	open_page(ahead, block, i);
	while (atomic_load(&block->states[i]) == TAKEN)
		sched_yield();
	if (atomic_load(&block->states[i]) != OPEN)
		return false;
	memcpy(out, block->data + (size_t)i * VAULT_PAGE_LEN, VAULT_PAGE_LEN);
	return true;
}

void
vfs_ahead_drop(struct vfs_ahead *ahead)
{
	ahead->steady = 0;
	for (unsigned b = 0; b < VFS_AHEAD_BLOCKS; b++)
		drop_block(&ahead->blocks[b]);
}

void
vfs_ahead_init(struct vfs_ahead *ahead, sqlite3_file *lower,
    int (*open)(void *context, uint32_t page, uint8_t *sealed), void *context)
{
	memset(ahead, 0, sizeof(*ahead));
	ahead->lower = lower;
	ahead->open = open;
	ahead->context = context;
}

void
vfs_ahead_stop(struct vfs_ahead *ahead)
{
	vfs_ahead_drop(ahead);
	if (!ahead->started)
		return;
	atomic_store(&ahead->ends, true);
	sem_post(&ahead->work);
	pthread_join(ahead->thread, NULL);
	sem_destroy(&ahead->work);
	sqlite3_free(ahead->blocks[0].data);
	ahead->started = false;
}
