#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/archive_link.h"
#include "client/json.h"
#include "client/view/cells.h"
#include "proto/replica/peer.h"

static void
print_size(uint64_t bytes)
{
	if (bytes < 1000 * 1000)
		printf("%.1f kB", (double)bytes / 1e3);
	else
		printf("%.1f MB", (double)bytes / 1e6);
}

/* What a peer or a file named, without its control characters. */
static void
print_text(const char *before, const char *text, const char *after)
{
	fputs(before, stdout);
	cells_print(stdout, text, SIZE_MAX);
	fputs(after, stdout);
}

/* The archive that was reached last, and how many there are. */
struct known {
	char name[DEVICE_NAME_MAX + 1];
	size_t count;
};

static bool
add_known(void *context, const struct peer *peer)
{
	struct known *known = context;

	if (known->count++ == 0)
		memcpy(known->name, peer->name, sizeof(known->name));
	return true;
}

static void
print_replica(const struct client *client, const struct statistics *statistics,
    const struct known *known)
{
	print_text("Here (", client->options.home, "):\n");
	printf("  items: %llu, unread: %llu, whole copies: %llu\n  articles and pages: %llu, ",
	    (unsigned long long)statistics->items, (unsigned long long)statistics->unread,
	    (unsigned long long)statistics->full, (unsigned long long)statistics->blobs);
	print_size(statistics->stored_bytes);
	if (statistics->blobs_wanted > 0)
		printf("; still to come: %llu", (unsigned long long)statistics->blobs_wanted);
	putchar('\n');
	if (known->count == 0) {
		printf("  not paired with an archive\n");
		return;
	}
	print_text("  paired with '", known->name, "'");
	if (known->count > 1)
		printf("; archives of the library: %zu", known->count);
	putchar('\n');
}

static void
print_archive(const Readsync__PeerStatus *status)
{
	print_text("  archive '", status->name, "': ");
	fputs(status->connected ? "connected" : "not connected", stdout);
	if (!status->connected)
		client_print_time(", last seen ", status->seen_ms);
	if (status->problem[0] != '\0')
		print_text("\n    problem: ", status->problem, "");
	putchar('\n');
}

static void
print_queue(const Readsync__QueueStatus *queue)
{
	print_text("  queue '", queue->name, "' (");
	print_text("", queue->kind, ")");
	printf(": entries: %u", queue->entries);
	client_print_time(", polled ", queue->polled_ms);
	client_print_time(", next ", queue->next_ms);
	if (queue->problem[0] != '\0')
		print_text("\n    problem: ", queue->problem, "");
	putchar('\n');
}

static void
print_daemon(const Readsync__Response *response)
{
	size_t i;

	print_text("Daemon of this machine, readsyncd ", response->version, ":\n");
	printf("  items: %llu, readings: %llu, ", (unsigned long long)response->items,
	    (unsigned long long)response->readings);
	print_size(response->stored_bytes);
	printf("\n  waiting: %llu, after a failure: %llu; connections: %u\n",
	    (unsigned long long)response->waiting, (unsigned long long)response->failing,
	    response->peers);
	if (response->held > 0)
		printf("  waiting for you: %llu; see readsync site list\n",
		    (unsigned long long)response->held);
	if (response->sites_stopped > 0)
		printf("  sessions that do not work: %u; see readsync site list\n",
		    response->sites_stopped);
	if (response->waiting_images > 0)
		printf("  articles with images still to be fetched: %llu\n",
		    (unsigned long long)response->waiting_images);
	for (i = 0; i < response->n_queues; i++)
		print_queue(response->queues[i]);
	for (i = 0; i < response->n_archives; i++)
		print_archive(response->archives[i]);
}

/* A daemon that was not asked for by name may be down, or another user's. */
static int
ask_daemon(struct client *client, Readsync__Response **ret_response)
{
	Readsync__Request request = READSYNC__REQUEST__INIT;
	const char *named = getenv("READSYNC_CONTROL");
	int err;

	if (archive_link_control(client) == NULL)
		return RS_OK;
	request.kind = READSYNC__REQUEST__KIND__STATUS;
	err = archive_link_request(client, &request, ret_response);
	return client->options.control != NULL || (named != NULL && named[0] != '\0') ? err : RS_OK;
}

static int
run(struct client *client, int argc, char **argv)
{
	Readsync__Response *response = NULL;
	struct known known = { "", 0 };
	struct statistics statistics;
	int err = client_open(client);

	(void)argc;
	(void)argv;
	if (err != RS_OK)
		return rs_err_exit_status(err);
	err = statistics_read(client->replica, &statistics);
	if (err != RS_OK)
		return client_fail_code(client, err, client->options.home);
	err = peer_list(client->replica, add_known, &known);
	if (err != RS_OK)
		return client_fail_code(client, err, "the archives");
	err = ask_daemon(client, &response);
	if (client->options.json) {
		json_print_status(&statistics, known.count > 0 ? known.name : NULL, response);
	} else {
		print_replica(client, &statistics, &known);
		if (response != NULL)
			print_daemon(response);
	}
	readsync__response__free_unpacked(response, NULL);
	return rs_err_exit_status(err);
}

const struct command command_status = {
	.name = "status",
	.arguments = "",
	.summary = "show what is held here, and how the daemon does",
	.description =
	    "Shows what this device holds and, where a daemon runs on this machine, what\n"
	    "it has fetched, what waits, and how its queues stand. Without a daemon it\n"
	    "works all the same; one that --control or READSYNC_CONTROL names must\n"
	    "answer.\n",
	.options = "Cj",
	.min_arguments = 0,
	.max_arguments = 0,
	.run = run
};
