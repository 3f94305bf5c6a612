/*
 * The sandbox in which foreign bytes are read: no files, no network, no other
 * process, bounded memory and processor time.
 *
 * It assumes that whoever wrote the page now runs code of their own in this
 * process, and leaves them nothing but what the process holds: the page.  Two
 * layers: resource limits, and a seccomp filter.  The filter's default answer is
 * EPERM and not death, because libraries ask for files that they can do without
 * (iconv its converters, libc the time zone), and which they ask for changes with
 * their versions; what no library asks for and only an attacker would -- a new
 * process, a program, a socket, another process's memory -- kills at once, so that
 * it is noticed.
 *
 * Sanitizers need files, threads and address space of their own, so in such a
 * build the filter and the bound on memory are left out.
 */
#ifndef DAEMON_WORKER_SANDBOX_H
#define DAEMON_WORKER_SANDBOX_H

#include <stdbool.h>

#include "proto/base/err.h"

enum sandbox_kind {
	SANDBOX_WORKER,		/* speaks to the daemon over a socket */
	SANDBOX_FILTER		/* a command whose output may be a file */
};

enum {
	SANDBOX_MEMORY_MIB = 1024,	/* of address space */
	SANDBOX_CPU_SECONDS = 600	/* a backstop; the daemon's time limits are tighter */
};

/**
 * sandbox_close(kind, detail):
 * Close the sandbox round this process, for ever: no new privileges, no core
 * dumps, no memory beyond SANDBOX_MEMORY_MIB, no processor time beyond
 * SANDBOX_CPU_SECONDS, no new descriptors, no bytes to files (but for a filter),
 * and only the system calls that reading, writing and computing need.
 * Descriptors that are open stay usable.  Call it with one thread running, and
 * after whatever needs a file has been done once.  RS_EREFUSED with ${detail}
 * when the system does not let it; then no foreign byte may be read.
 */
int sandbox_close(enum sandbox_kind kind, struct rs_err_detail *detail);

/**
 * sandbox_enforced():
 * Tell whether this build has the filter; false where a sanitizer forbids it.
 */
bool sandbox_enforced(void);

#endif
