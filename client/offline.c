#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/command.h"
#include "client/json.h"
#include "client/view/cells.h"
#include "proto/replica/offline.h"

#define MEGABYTE 1000000.0

/* Parse the words of the command line, as if they were one, and take them for the policy. */
static int
set_policy(struct client *client, int argc, char **argv)
{
	struct rs_err_detail detail = { "" };
	struct policy policy;
	struct buffer text;
	int err = RS_OK;

	buffer_init(&text, 2 * POLICY_TEXT_MAX);
	for (int i = 0; i < argc && err == RS_OK; i++)
		err = buffer_printf(&text, "%s%s", i > 0 ? " " : "", argv[i]);
	if (err == RS_ELIMIT) {
		rs_err_detail_set(&detail, "the policy is too long");
		err = RS_EINVAL;
	}
	if (err == RS_OK)
		err = policy_parse(buffer_text(&text), &policy, &detail);
	buffer_release(&text);
	if (err != RS_OK) {
		client_fail_detail(client, err, NULL, &detail);
		return err;
	}
	err = replica_begin(client->replica);
	if (err == RS_OK)
		err = replica_settle(client->replica, offline_set_policy(client->replica, &policy));
	if (err == RS_EREFUSED)
		client_fail(client, err, "%s is the home of an archive, which keeps everything",
		    client->options.home);
	else if (err != RS_OK)
		client_fail_code(client, err, "the policy");
	return err;
}

static int
print(struct client *client, const struct offline_counts *counts)
{
	struct buffer text;
	int err;

	buffer_init(&text, 2 * POLICY_TEXT_MAX);
	err = policy_write(offline_policy(client->replica), &text);
	if (err == RS_OK && client->options.json) {
		json_print_offline(offline_policy(client->replica), buffer_text(&text), counts);
	} else if (err == RS_OK) {
		fputs("keeps: ", stdout);
		cells_print(stdout, buffer_text(&text), SIZE_MAX);
		printf("\nhere: %" PRIu64 " of %" PRIu64 " articles, %.1f MB\n",
		    counts->articles_here, counts->articles, (double)counts->bytes / MEGABYTE);
		if (counts->missing > 0 || counts->spare > 0)
			printf("with the next sync: %" PRIu64 " to come, %" PRIu64 " to go\n",
			    counts->missing, counts->spare);
	}
	buffer_release(&text);
	return err;
}

static int
run(struct client *client, int argc, char **argv)
{
	struct offline_counts counts;
	int err = client_open(client);

	if (err == RS_OK && argc > 0)
		err = set_policy(client, argc, argv);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	err = offline_count(client->replica, &counts);
	if (err == RS_OK)
		err = print(client, &counts);
	return err == RS_OK ? 0 : client_fail_code(client, err, client->options.home);
}

const struct command command_offline = {
	.name = "offline",
	.arguments = "[POLICY]",
	.summary = "say which articles this device keeps, or show it",
	.description =
	    "Sets which articles are to be here, for when there is no network; without a\n"
	    "POLICY, shows it, and how much is here. Clauses are parted by commas:\n\n"
	    "    unread, starred, newest 90 days, images no, at most 2 GB\n\n"
	    "An article is kept when one of these asks for it: everything (as at first),\n"
	    "nothing, unread, starred, tag NAME, newest N days. 'images no' leaves out the\n"
	    "pictures; 'at most N' KB, MB, GB or TB bounds all, the newest first. The next\n"
	    "sync brings what is missing and gives up the rest, but nothing that the\n"
	    "archive does not hold. Lists stay whole. Works without a network.\n",
	.options = "j",
	.min_arguments = 0,
	.max_arguments = -1,
	.run = run
};
