#include <stdlib.h>
#include <string.h>

#include "daemon/fetch/host.h"
#include "proto/base/err.h"

struct host {
	TAILQ_ENTRY(host) link;
	TAILQ_HEAD(entry_list, host_entry) waiting;
	unsigned running;
	int64_t next_start_ms;		/* the pause after the last start ends */
	int64_t closed_until_ms;
	char name[];
};

void
host_table_init(struct host_table *table, unsigned connections, int64_t spacing_ms)
{
	TAILQ_INIT(&table->hosts);
	table->connections = connections;
	table->spacing_ms = spacing_ms;
}

static void
host_forget(struct host_table *table, struct host *host)
{
	TAILQ_REMOVE(&table->hosts, host, link);
	free(host);
}

void
host_table_release(struct host_table *table)
{
	struct host *host;

	while ((host = TAILQ_FIRST(&table->hosts)) != NULL)
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it has left the list */
		host_forget(table, host);
}

int
host_find(struct host_table *table, const char *name, struct host **ret_host)
{
	struct host *host;
	size_t size = strlen(name) + 1;

	/* A list will do: it holds the hosts of the moment, not of the library. */
	TAILQ_FOREACH(host, &table->hosts, link) {
		if (strcmp(host->name, name) == 0) {
			*ret_host = host;
			return RS_OK;
		}
	}
	host = calloc(1, sizeof(*host) + size);
	if (host == NULL)
		return RS_ENOMEM;
	TAILQ_INIT(&host->waiting);
	host->next_start_ms = INT64_MIN;
	host->closed_until_ms = INT64_MIN;
	memcpy(host->name, name, size);
	TAILQ_INSERT_TAIL(&table->hosts, host, link);
	*ret_host = host;
	return RS_OK;
}

const char *
host_name(const struct host *host)
{
	return host->name;
}

void
host_enqueue(struct host *host, struct host_entry *entry)
{
	entry->host = host;
	TAILQ_INSERT_TAIL(&host->waiting, entry, link);
}

void
host_dequeue(struct host_entry *entry)
{
	TAILQ_REMOVE(&entry->host->waiting, entry, link);
}

struct host_entry *
host_take(struct host_table *table, int64_t now_ms)
{
	struct host_entry *entry;
	struct host *host;

	TAILQ_FOREACH(host, &table->hosts, link) {
		entry = TAILQ_FIRST(&host->waiting);
		if (entry == NULL || host->running >= table->connections ||
		    host->next_start_ms > now_ms || host->closed_until_ms > now_ms)
			continue;
		host_dequeue(entry);
		host->running++;
		host->next_start_ms = now_ms + table->spacing_ms;
		/* To the end of the line: the others have their turn first. */
		TAILQ_REMOVE(&table->hosts, host, link);
		TAILQ_INSERT_TAIL(&table->hosts, host, link);
		return entry;
	}
	return NULL;
}

struct host_entry *
host_take_refused(struct host_table *table, int64_t now_ms)
{
	struct host_entry *entry;
	struct host *host;

	TAILQ_FOREACH(host, &table->hosts, link) {
		entry = TAILQ_FIRST(&host->waiting);
		if (entry == NULL || host->closed_until_ms <= now_ms)
			continue;
		host_dequeue(entry);
		return entry;
	}
	return NULL;
}

void
host_finished(struct host *host)
{
	host->running--;
}

void
host_close(struct host *host, int64_t until_ms)
{
	if (until_ms > host->closed_until_ms)
		host->closed_until_ms = until_ms;
}

int64_t
host_closed_until(const struct host *host)
{
	return host->closed_until_ms;
}

int64_t
host_due(const struct host_table *table, int64_t now_ms)
{
	const struct host *host;
	int64_t due = INT64_MAX;

	TAILQ_FOREACH(host, &table->hosts, link) {
		if (TAILQ_EMPTY(&host->waiting) || host->running >= table->connections)
			continue;
		if (host->next_start_ms > now_ms && host->next_start_ms < due)
			due = host->next_start_ms;
	}
	return due;
}

void
host_table_purge(struct host_table *table, int64_t now_ms)
{
	struct host *host = TAILQ_FIRST(&table->hosts), *next;

	for (; host != NULL; host = next) {
		next = TAILQ_NEXT(host, link);
		if (TAILQ_EMPTY(&host->waiting) && host->running == 0 &&
		    host->next_start_ms <= now_ms && host->closed_until_ms <= now_ms)
			host_forget(table, host);
	}
}
