#include "client/command.h"
#include "proto/replica/item.h"

static int
remove_item(struct client *client, const uint8_t *id)
{
	return item_remove(client->replica, id);
}

static int
run(struct client *client, int argc, char **argv)
{
	return client_each(client, argc, argv, remove_item);
}

const struct command command_rm = {
	.name = "rm",
	.arguments = "ITEM ...",
	.summary = "remove items from every device",
	.description =
	    "Removes items, here now and on the other devices after the next sync. Saving\n"
	    "the same address again brings an item back.\n",
	.options = "",
	.min_arguments = 1,
	.max_arguments = -1,
	.run = run
};
