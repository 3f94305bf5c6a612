/*
 * Politeness: whose turn it is, host by host.
 *
 * Each host has a queue, first come first served; from one host few requests
 * run at once, and between two starts there is a pause.  A host that asks to
 * be left alone (429 or 503, Retry-After) is closed: what waits for it is
 * handed back to be refused, for the pipeline keeps its jobs on disk with a
 * time to try again, which is a better place to wait than this memory.
 *
 * Hosts take turns where the fetcher has less room than they could use.
 *
 * There is no I/O and no clock here: every time is an argument, in
 * milliseconds of one clock that never goes back.  A request is represented by
 * a struct host_entry inside whatever its owner has.
 */
#ifndef DAEMON_FETCH_HOST_H
#define DAEMON_FETCH_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct host;

struct host_entry {
	struct host *host;		/* set by host_enqueue */
	TAILQ_ENTRY(host_entry) link;
};

struct host_table {
	TAILQ_HEAD(host_list, host) hosts;	/* the next one to have a turn first */
	unsigned connections;		/* running at once, for each host */
	int64_t spacing_ms;		/* between two starts on one host */
};

/**
 * host_table_init(table, connections, spacing_ms):
 * Make ${table} empty.
 */
void host_table_init(struct host_table *table, unsigned connections, int64_t spacing_ms);

/**
 * host_table_release(table):
 * Free all hosts.  Entries that still wait are forgotten, not freed.
 */
void host_table_release(struct host_table *table);

/**
 * host_find(table, name, ret_host):
 * Set ${ret_host} to the host called ${name} ("example.org:443"), made when it
 * is new.  It is valid until a host_table_purge finds nothing to remember
 * about it.  RS_ENOMEM.
 */
int host_find(struct host_table *table, const char *name, struct host **ret_host);

/**
 * host_name(host):
 * Return the name that ${host} was made with.
 */
const char *host_name(const struct host *host);

/**
 * host_enqueue(host, entry):
 * Let ${entry} wait for its turn on ${host}.
 */
void host_enqueue(struct host *host, struct host_entry *entry);

/**
 * host_dequeue(entry):
 * Take an ${entry} that still waits out of its queue.
 */
void host_dequeue(struct host_entry *entry);

/**
 * host_take(table, now_ms):
 * Return an entry whose turn it is, no longer waiting and counted as running,
 * or NULL when none may start at ${now_ms}.
 */
struct host_entry *host_take(struct host_table *table, int64_t now_ms);

/**
 * host_take_refused(table, now_ms):
 * Return an entry, no longer waiting, whose host is closed at ${now_ms}, or
 * NULL.
 */
struct host_entry *host_take_refused(struct host_table *table, int64_t now_ms);

/**
 * host_finished(host):
 * One running request of ${host} has ended.
 */
void host_finished(struct host *host);

/**
 * host_close(host, until_ms), host_closed_until(host):
 * Close ${host} until ${until_ms}, never shortening what stands; return until
 * when it is closed (in the past when it is open).
 */
void host_close(struct host *host, int64_t until_ms);
int64_t host_closed_until(const struct host *host);

/**
 * host_due(table, now_ms):
 * Return when the next waiting entry may start because time has passed: a time
 * after ${now_ms}, or INT64_MAX when only a host_finished can help.
 */
int64_t host_due(const struct host_table *table, int64_t now_ms);

/**
 * host_table_purge(table, now_ms):
 * Free the hosts for which nothing waits or runs, and whose pause and closing
 * are over.
 */
void host_table_purge(struct host_table *table, int64_t now_ms);

#endif
