#include "client/command.h"
#include "client/json.h"
#include "client/view/listing.h"
#include "proto/replica/item.h"

#define DEFAULT_LIMIT 50

static int
run(struct client *client, int argc, char **argv)
{
	struct item_filter filter = {
		.archived = client->options.all,
		.unread_only = !client->options.all,
		.limit = client->options.limit
	};
	int err = client_open(client);

	(void)argc;
	(void)argv;
	if (err != RS_OK)
		return rs_err_exit_status(err);
	/* A person gets a screenful, a script everything. */
	if (filter.limit == 0 && !client->options.json)
		filter.limit = DEFAULT_LIMIT;
	if (client->options.tag_count > 0)
		filter.tag = client->options.tags[client->options.tag_count - 1];
	err = client->options.json ? json_print_items(client, &filter) :
	    listing_print(client->replica, &filter, client->colour);
	return err == RS_OK ? 0 : client_fail(client, err, "the list");
}

const struct command command_list = {
	.name = "list",
	.arguments = "",
	.summary = "show what you saved, newest first",
	.description = "Shows the unread items, newest first: the id's beginning, how complete the copy is\n"
	    "(full, part, teaser, blocked, or ... while it is awaited), title, site and tags.\n",
	.options = "Ajnt",
	.min_arguments = 0,
	.max_arguments = 0,
	.run = run
};
