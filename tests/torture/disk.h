/*
 * A disk in memory to lie beneath a vault, which can lose power and fail.
 *
 * disk_start makes it SQLite's default VFS, which is what vault_open builds on.  It
 * keeps what is opened by the last part of the path; a file that it does not have is
 * read from the real disk once (vault_open makes an empty vault there).  Locks always
 * succeed.  One disk for a process.
 *
 * What was written is *durable* when its file was synced since.  A power cut keeps
 * any part of what was not, in sectors of DISK_SECTOR bytes: a sector is old or new, never
 * a mixture (what SQLite takes for granted too, as "powersafe overwrite", and
 * proto/vault/vfs.h of the log's header).  A file's deletion is durable when a new file of
 * that name was synced.
 *
 * A sync that failed has taken some sectors to the disk and will never take the others: so do
 * Linux's page caches, which count both as clean.
 */
#ifndef TESTS_TORTURE_DISK_H
#define TESTS_TORTURE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buffer.h"

enum {
	DISK_SECTOR = 512,
	DISK_FILES = 8
};

struct disk_file {
	char name[32];		/* "" when there is none */
	bool there;
	uint8_t *data;
	size_t len, capacity;
};

enum disk_call {
	DISK_WRITE,
	DISK_TRUNCATE,
	DISK_SYNC,
	DISK_DELETE,
	DISK_READ,		/* never seen in a trace; */
	DISK_FAILED_SYNC,	/* only seen in one, as is: */
	DISK_MARK
};

/* One call, as it is remembered. */
struct disk_op {
	enum disk_call call;
	size_t file;		/* its number on the disk */
	size_t at;		/* of a write; the length of a truncation */
	uint8_t *data;
	size_t len;
	long mark;
};

/* What happened since disk_record: the files as they were then, and every call. */
struct disk_trace {
	struct disk_file base[DISK_FILES];
	struct disk_op *ops;
	size_t count, capacity;
};

/* What a power cut leaves of the writes that were not durable. */
enum disk_loss {
	DISK_LOSE_ALL,
	DISK_LOSE_NONE,
	DISK_TEAR,		/* a number of sectors in the order of writing */
	DISK_REORDER,		/* any sectors */
	DISK_LOSE_EARLIER,	/* the last sectors, not those before them */
	DISK_LOSE_ONE,		/* all sectors but one */
	DISK_LOSSES
};

/* What of a number of things, counted in the order of their writing, a cut keeps. */
struct disk_keeping {
	enum disk_loss loss;
	size_t from, to;	/* of a tear */
	uint64_t *seed;
};

/* What fails; the calls of these kinds are counted from 1. */
struct disk_fault {
	unsigned kinds;		/* 1 << enum disk_call, together */
	long first, last;	/* these calls fail; last 0: none */
	int code;		/* SQLITE_IOERR or SQLITE_FULL */
};

/**
 * disk_start(), disk_stop():
 * Put the disk in the place of the system's, empty; and take it away.
 */
void disk_start(void);
void disk_stop(void);

/**
 * disk_record(), disk_mark(mark), disk_end(ret_trace):
 * Count all that is on the disk as durable, and remember every call from now on; set
 * a mark among them; and hand over what was remembered, for disk_release.
 */
void disk_record(void);
void disk_mark(long mark);
void disk_end(struct disk_trace *ret_trace);
void disk_release(struct disk_trace *trace);

/**
 * disk_cut(trace, at, loss, seed):
 * Put on the disk what a power cut before call number ${at} of ${trace} left there.  The
 * same ${seed} leaves the same.
 */
void disk_cut(const struct disk_trace *trace, size_t at, enum disk_loss loss, uint64_t seed);

/**
 * disk_watch(on_write):
 * Call on_write(file, at, len) after each write; NULL ends that.
 */
void disk_watch(void (*on_write)(const struct disk_file *file, size_t at, size_t len));

/**
 * disk_fail(fault), disk_calls(kinds):
 * Let calls fail, counted from here on; and tell how many of ${kinds} there were since.
 */
void disk_fail(struct disk_fault fault);
long disk_calls(void);

/**
 * disk_file(number), disk_find(name), disk_put(name, content), disk_remove(name):
 * Return a file, which may not be there; or the one of a name, NULL when there is none; write
 * all of it; and take it away.
 */
struct disk_file *disk_file(size_t number);
struct disk_file *disk_find(const char *name);
void disk_put(const char *name, struct bytes content);
void disk_remove(const char *name);

/**
 * disk_keep_by(loss, count, seed), disk_keeps(keeping, number):
 * Draw what of ${count} things is kept; and tell whether number ${number} is.
 */
struct disk_keeping disk_keep_by(enum disk_loss loss, size_t count, uint64_t *seed);
bool disk_keeps(const struct disk_keeping *keeping, size_t number);

/**
 * disk_lose(file, ops, count, loss, seed):
 * Do to ${file} what a cut leaves of ${ops}, the calls on it that are not durable.  They
 * may have deleted it, and begun it anew: one of these files is there.
 */
void disk_lose(struct disk_file *file, struct disk_op *const *ops, size_t count,
    enum disk_loss loss, uint64_t *seed);

/**
 * disk_fill(file, content):
 * Make ${file} one of ${content}, whether it is on the disk or not; the caller frees its data.
 */
void disk_fill(struct disk_file *file, struct bytes content);

/**
 * disk_draw(seed):
 * Return the next of a row of random numbers (SplitMix64; Steele, Lea, Flood, 2014).
 */
uint64_t disk_draw(uint64_t *seed);

#endif
