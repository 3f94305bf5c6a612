/*
 * Every call that changes the disk, ours and SQLite's, in a test that includes this:
 * it ends the process in place of the one when `steps_left` have been made.
 */
#ifndef TESTS_REPLICA_STEPS_H
#define TESTS_REPLICA_STEPS_H

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KILLED = 77 };

static long steps_left = -1;

static void
step(void)
{
	if (steps_left == 0)
		_exit(KILLED);
	if (steps_left > 0)
		steps_left--;
}

#define STEP(result, name, parameters, ...)				\
	result name parameters						\
	{								\
		result (*real) parameters;				\
									\
		*(void **)&real = dlsym(RTLD_NEXT, #name);		\
		step();							\
		return real(__VA_ARGS__);				\
	}

STEP(int, mkdir, (const char *path, mode_t mode), path, mode)
STEP(int, link, (const char *from, const char *to), from, to)
STEP(int, linkat, (int a, const char *from, int b, const char *to, int flags), a, from, b, to, flags)
STEP(int, renameat2, (int a, const char *from, int b, const char *to, unsigned flags), a, from,
    b, to, flags)
STEP(int, rename, (const char *from, const char *to), from, to)
STEP(int, unlink, (const char *path), path)
STEP(int, fchmod, (int fd, mode_t mode), fd, mode)
STEP(int, fsync, (int fd), fd)
STEP(int, fdatasync, (int fd), fd)
STEP(int, ftruncate64, (int fd, off64_t len), fd, len)
STEP(ssize_t, write, (int fd, const void *data, size_t len), fd, data, len)
STEP(ssize_t, pwrite64, (int fd, const void *data, size_t len, off64_t at), fd, data, len, at)

#endif
