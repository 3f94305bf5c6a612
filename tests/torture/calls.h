/*
 * The system calls that change the files of one directory of the real disk: remembered,
 * cut as by a loss of power, or failing.
 *
 * disk.h lies beneath SQLite; this lies beneath all of the process.  Its object defines the
 * functions of the C library that change files (open, write, rename, ...), so that our calls
 * and SQLite's come here first, and are then done.  A sync is remembered and not done: what
 * these tests lose is lost in memory.
 *
 * What was written into a file is *durable* when that file was synced since; that a file has a
 * name, when its directory was.  Of the rest a power cut keeps any part: of the bytes any
 * sectors, of the changes of names any, also a later one without an earlier one (POSIX promises
 * no order, and fsync(2) of a file nothing about its name).
 */
#ifndef TESTS_TORTURE_CALLS_H
#define TESTS_TORTURE_CALLS_H

#include <stdint.h>

#include "tests/torture/disk.h"

enum {
	CALLS_NAMES = 24,	/* files with a name at a time */
	CALLS_NAME_LEN = 48
};

enum calls_name_change {
	CALLS_NONE = 0,		/* of bytes; op has it */
	CALLS_MAKE,		/* to: a new file, empty or written while it had no name */
	CALLS_RENAME,		/* from, to */
	CALLS_REMOVE,		/* from */
	CALLS_SYNC_NAMES
};

struct calls_op {
	struct disk_op op;	/* of bytes; op.file is the file's number, whatever its name */
	enum calls_name_change change;
	char from[CALLS_NAME_LEN], to[CALLS_NAME_LEN];
};

/* What the directory holds by a name; "" when that is free. */
struct calls_name {
	char name[CALLS_NAME_LEN];
	size_t file;
};

/* What happened since calls_record: the files as they were then, and every call. */
struct calls_trace {
	struct calls_name names[CALLS_NAMES];
	struct disk_file *base;		/* the first files; later ones began empty */
	size_t base_count, file_count;
	struct calls_op *ops;
	size_t count, capacity;
};

/* Which calls fail; those that change the directory are counted from 1. */
struct calls_fault {
	long first, last;	/* last 0: none */
	int number;		/* EIO; or ENOSPC, for calls that may need room */
};

/**
 * calls_record(directory), calls_mark(mark), calls_end(ret_trace), calls_release(trace):
 * Count all that is in ${directory} as durable, and remember every call from now on; set a
 * mark among them; and hand over what was remembered, for calls_release.
 */
void calls_record(const char *directory);
void calls_mark(long mark);
void calls_end(struct calls_trace *ret_trace);
void calls_release(struct calls_trace *trace);

/**
 * calls_cut(trace, at, loss, seed, directory):
 * Make ${directory}, whose files go, what a power cut before call number ${at} of ${trace} left
 * of the one that was recorded.  Bytes are lost by ${loss}, names in a manner that ${seed} draws.
 */
void calls_cut(const struct calls_trace *trace, size_t at, enum disk_loss loss, uint64_t seed,
    const char *directory);

/**
 * calls_kill(trace, at, directory):
 * The same for a kill: all that was done is there, and not durable yet.  Goes on remembering
 * behind the first ${at} calls.
 */
void calls_kill(const struct calls_trace *trace, size_t at, const char *directory);

/**
 * calls_fail(fault), calls_count():
 * Let calls fail while they are recorded, counted from here on; tell how many there were.
 */
void calls_fail(struct calls_fault fault);
long calls_count(void);

#endif
