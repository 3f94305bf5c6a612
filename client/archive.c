#include "client/command.h"
#include "proto/replica/item.h"

static int
set_archived(struct client *client, const uint8_t *id)
{
	return item_set_state(client->replica, id, ITEM_ARCHIVED);
}

static int
set_unread(struct client *client, const uint8_t *id)
{
	return item_set_state(client->replica, id, ITEM_UNREAD);
}

static int
run_archive(struct client *client, int argc, char **argv)
{
	return client_each(client, argc, argv, set_archived);
}

static int
run_unarchive(struct client *client, int argc, char **argv)
{
	return client_each(client, argc, argv, set_unread);
}

const struct command command_archive = {
	.name = "archive",
	.arguments = "ITEM ...",
	.summary = "put items away as read",
	.description =
	    "Puts items away as read. ITEM is the beginning of an id that 'readsync list'\n"
	    "shows. Works without a network; the next sync tells the other devices.\n",
	.options = "",
	.min_arguments = 1,
	.max_arguments = -1,
	.run = run_archive
};

const struct command command_unarchive = {
	.name = "unarchive",
	.arguments = "ITEM ...",
	.summary = "make items unread again",
	.description =
	    "Makes archived items unread again. ITEM is the beginning of an id that\n"
	    "'readsync list --all' shows.\n",
	.options = "",
	.min_arguments = 1,
	.max_arguments = -1,
	.run = run_unarchive
};
