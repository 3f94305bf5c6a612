#include <stdio.h>
#include <time.h>

#include "client/archive_link.h"
#include "client/json.h"
#include "client/view/cells.h"

static void
print_time(const char *label, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm local;
	char text[20];

	if (ms == 0 || localtime_r(&seconds, &local) == NULL)
		return;
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local);
	printf("%s%s", label, text);
}

static void
print_replica(const struct client *client, const struct statistics *statistics,
    const char *archive_name)
{
	printf("Here (%s):\n  %llu items, %llu of them unread; %llu full copies\n"
	    "  %llu articles and pages, %.1f MB", client->options.home,
	    (unsigned long long)statistics->items, (unsigned long long)statistics->unread,
	    (unsigned long long)statistics->full, (unsigned long long)statistics->blobs,
	    (double)statistics->stored_bytes / 1e6);
	if (statistics->blobs_wanted > 0)
		printf("; %llu still to come", (unsigned long long)statistics->blobs_wanted);
	if (archive_name != NULL)
		printf("\n  paired with '%s'\n", archive_name);
	else
		printf("\n  not paired with an archive\n");
}

static void
print_daemon(const Readsync__Response *response)
{
	size_t i;

	printf("Daemon of this machine, readsyncd %s:\n  %llu items, %llu readings, %.1f MB; "
	    "%llu waiting, %llu of them after a failure; %u connections\n", response->version,
	    (unsigned long long)response->items, (unsigned long long)response->readings,
	    (double)response->stored_bytes / 1e6, (unsigned long long)response->waiting,
	    (unsigned long long)response->failing, response->peers);
	for (i = 0; i < response->n_queues; i++) {
		const Readsync__QueueStatus *queue = response->queues[i];

		printf("  queue '%s' (%s): %u entries", queue->name, queue->kind, queue->entries);
		print_time(", polled ", queue->polled_ms);
		print_time(", next ", queue->next_ms);
		if (queue->problem[0] != '\0') {
			printf("\n    problem: ");
			cells_print(stdout, queue->problem, 300);
		}
		putchar('\n');
	}
}

static int
run(struct client *client, int argc, char **argv)
{
	Readsync__Request request = READSYNC__REQUEST__INIT;
	Readsync__Response *response = NULL;
	struct archive_link archive;
	struct statistics statistics;
	const char *archive_name = NULL;
	int err = client_open(client);

	(void)argc;
	(void)argv;
	if (err != RS_OK)
		return rs_err_exit_status(err);
	err = statistics_read(client->replica, &statistics);
	if (err != RS_OK)
		return client_fail(client, err, "%s", client->options.home);
	if (archive_link_load(client->replica, &archive) == RS_OK)
		archive_name = archive.name;
	/* The daemon is asked where there is one to ask. */
	if (archive_link_control(client) != NULL) {
		request.kind = READSYNC__REQUEST__KIND__STATUS;
		err = archive_link_request(client, &request, &response);
	}
	if (client->options.json) {
		json_print_status(&statistics, archive_name, response);
	} else {
		print_replica(client, &statistics, archive_name);
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
	.description = "Shows what this device holds and, where a daemon runs on this machine, what it has\n"
	    "fetched, what waits, and how its queues stand.\n",
	.options = "Cj",
	.min_arguments = 0,
	.max_arguments = 0,
	.run = run
};
